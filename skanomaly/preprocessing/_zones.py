"""Names of time zones, replaced by their offsets from UTC."""

from typing import Any

_OFFSETS = {
    "UTC": "+0000",
    "GMT": "+0000",
    "UT": "+0000",
    "WET": "+0000",
    "WEST": "+0100",
    "CET": "+0100",
    "MEZ": "+0100",
    "CEST": "+0200",
    "MESZ": "+0200",
    "EET": "+0200",
    "EEST": "+0300",
    "MSK": "+0300",
    "EST": "-0500",
    "EDT": "-0400",
    "CDT": "-0500",
    "MST": "-0700",
    "MDT": "-0600",
    "PST": "-0800",
    "PDT": "-0700",
    "JST": "+0900",
    "KST": "+0900",
    "AEST": "+1000",
    "AEDT": "+1100",
    "NZST": "+1200",
    "NZDT": "+1300",
}
_NAME = r"(?<=[\d\s])([A-Z]{2,5})(?=\]?$|\s+\d{4}$)"
_HALVES = ("AM", "PM")


def read_zones(text: Any) -> Any:
    """Return texts of times in which names of time zones are replaced by offsets.

    Names that stand for several zones are refused, as are unknown ones.
    """
    names = text.str.extract(_NAME, expand=False).dropna().unique()
    for name in names:
        if name in _HALVES:
            continue
        # Central time of America, of China and of Cuba; it matters next to CDT alone.
        offset = "-0600" if name == "CST" and "CDT" in names else _OFFSETS.get(name)
        if offset is None:
            raise ValueError(
                f"the time zone {name!r} in column {text.name!r} is not known, or "
                "stands for several. Write its offset from UTC, such as +0100."
            )
        text = text.str.replace(
            rf"(?<=[\d\s]){name}(?=\]?$|\s+\d{{4}}$)", offset, regex=True
        )
    return text
