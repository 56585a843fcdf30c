"""Forms in which a time is written, and the formats of strptime that read them."""

import re

# Forms that no directive of strptime reads, and those that it does.
_PLAIN: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<=\d)(?:st|[nr]d|th)\b"), ""),
    (re.compile(r"\b([AaPp])\.\s?[Mm]\.?(?!\w)"), r"\1m"),
    (re.compile(r"\bSept\b", re.IGNORECASE), "Sep"),
    (re.compile(r"^(\d{4})-?W(\d\d)$"), r"\1-W\2-1"),  # Monday of a week
    (re.compile(r"^(\d{4})W(\d\d)(\d)$"), r"\1-W\2-\3"),
    *(
        (re.compile(form), rf"\1-{3 * quarter - 2:02}")
        for quarter in range(1, 5)
        for form in (rf"^(\d{{4}})[- ]?Q{quarter}$", rf"^Q{quarter}[- /]?(\d{{4}})$")
    ),
)
_MONTH = r"(?P<b>[^\W\d_]{3,9})\.?"
_WEEKDAY = r"(?:(?P<a>[^\W\d_]{3,9})\.?,?\s+)?"
_DATES = (
    r"(?P<Y>\d{4})-W(?P<V>\d\d)-(?P<u>\d)",
    r"(?P<Y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})",
    r"(?P<Y>\d{4})-(?P<j>\d{3})",
    r"(?P<Y>\d{4})[-/](?P<m>\d{1,2})",
    r"(?P<Y>\d{4})(?P<m>\d\d)(?P<d>\d\d)",
    r"(?P<one>\d{1,2})(?P<s>[-/.])(?P<two>\d{1,2})(?P=s)(?P<Y>\d{4})",
    r"(?P<one>\d{1,2})(?P<s>[-/.])(?P<two>\d{1,2})(?P=s)(?P<three>\d\d)",
    rf"{_WEEKDAY}(?P<d>\d{{1,2}})\.?[-/ ]{_MONTH}[-/ ,]*(?P<Y>\d{{4}})",
    rf"{_WEEKDAY}(?P<d>\d{{1,2}})\.?[-/ ]{_MONTH}[-/ ,]*(?P<y>\d\d)",
    rf"{_WEEKDAY}{_MONTH}\s+(?P<d>\d{{1,2}})(?:,\s*|\s+)(?P<Y>\d{{4}})",
    rf"(?P<Y>\d{{4}})[-/ ]{_MONTH}[-/ ](?P<d>\d{{1,2}})",
    rf"{_MONTH}[- ](?P<Y>\d{{4}})",
    r"(?P<d>\d{1,2})(?P<b>[A-Za-z]{3})(?P<Y>\d{4})",
)
_ZONE = r"(?:\s*(?P<z>Z|[+-]\d\d(?::?\d\d)?|[A-Z]{2,5}))?"
_FRACTION = r"(?:[.,:](?P<f>\d{1,9}))?"
_CLOCK = rf"(?P<H>\d{{1,2}})[:h](?P<M>\d\d)(?::(?P<S>\d\d){_FRACTION})?"
_HALF = r"(?:\s*(?P<p>[AaPp]\.?[Mm]\.?))?"
_HOUR = r"(?P<H>\d{1,2})\s*(?P<p>[AaPp]\.?[Mm]\.?)"
_DIGITS = r"(?P<H>\d\d)(?P<M>\d\d)(?P<S>\d\d)?"
_BETWEEN = r"(?:\s*[T@:,_-]\s*|\s+|\s+at\s+)"
# As `date` and `ctime` of Unix write it: the year is last.
_UNIX = (
    rf"{_WEEKDAY}{_MONTH}\s+(?P<d>\d{{1,2}})\s+{_CLOCK}(?:\s+(?P<z>[A-Z]{{2,5}}))?"
    r"\s+(?P<Y>\d{4})"
)
_FORMS = [
    re.compile(text)
    for text in (
        *(rf"\[?{date}(?:{_BETWEEN}(?:{_CLOCK}{_HALF}){_ZONE})?\]?" for date in _DATES),
        *(rf"{date}{_BETWEEN}{_HOUR}{_ZONE}" for date in _DATES),
        rf"{_DATES[4]}[T_ -]?{_DIGITS}{_ZONE}",
        _UNIX,
        rf"{_CLOCK}{_HALF}{_ZONE}",
        _HOUR,
    )
]
_MONTHS = [
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
# Day, month and year in the orders that people write them.
_ORDERS = {2: ("dm", "md"), 3: ("dmy", "mdy", "ymd")}
_UNKNOWN = ("one", "two", "three")
_DAYS = 31
_LIMITS = {"d": _DAYS, "m": 12, "y": 99}
# Letters of strptime that read a date, as distinct from a clock.
DATE_LETTERS = frozenset("YymdbBjGVu")


def formats_of(cell: str) -> list[str]:
    """Return the formats of strptime that a cell may be written in, or none.

    Several formats differ in which number is the day and which one the month.
    """
    cell = plain_time(cell.strip())
    if len(cell) < 4 or len(cell) > 48 or not any(map(str.isdigit, cell)):
        return []
    for form in _FORMS:
        found = form.fullmatch(cell)
        if found and _is_plausible(found):
            return _formats(cell, found)
    return []


def plain_time(cell: str) -> str:
    """Return a time in a form that strptime reads, such as Sep for Sept."""
    for form, plain in _PLAIN:
        cell = form.sub(plain, cell)
    return cell


def _is_plausible(found: re.Match[str]) -> bool:
    parts = found.groupdict()
    month, numbers = parts.get("b"), {"H": 24, "M": 59, "S": 60}
    if month and month.lower() not in _MONTHS:
        return False
    most = numbers | {"m": 12, "d": _DAYS}
    return all(int(parts[name]) <= top for name, top in most.items() if parts.get(name))


def _formats(cell: str, found: re.Match[str]) -> list[str]:
    parts = {name: text for name, text in found.groupdict().items() if text}
    unknown: list[str] = [name for name in _UNKNOWN if name in parts]
    orders = _ORDERS.get(len(unknown), ("",))
    formats = []
    for order in orders:
        letters: dict[str, str] = dict(zip(unknown, order, strict=True))
        if all(int(parts[name]) <= _LIMITS[to] for name, to in letters.items()):
            formats.append(_format(cell, found, parts, letters))
    return formats


def _format(
    cell: str, found: re.Match[str], parts: dict[str, str], letters: dict[str, str]
) -> str:
    """Replace each part of a cell by its directive; the rest is literal."""
    spans = sorted((*found.span(name), name) for name in parts if name != "s")
    text, end = "", 0
    for start, stop, name in spans:
        text += cell[end:start].replace("%", "%%")
        text += "%" + _letter(name, parts, letters)
        end = stop
    return text + cell[end:].replace("%", "%%")


def _letter(name: str, parts: dict[str, str], letters: dict[str, str]) -> str:
    if name in letters:
        return letters[name]
    long = {"b": "B", "a": "A"}
    if name in long and len(parts[name]) > 3:
        return long[name]
    if name == "Y" and "V" in parts:
        return "G"  # the year of an ISO week
    if name == "H" and "p" in parts:
        return "I"
    return name


def has_date(form: str) -> bool:
    """Return whether a format reads a date; otherwise it reads a clock alone."""
    return bool(DATE_LETTERS & set(letters_of(form)))


def letters_of(form: str) -> list[str]:
    """Return the directives of a format in their order, without the percent signs."""
    return re.findall(r"%([A-Za-z])", form)


def in_iso_order(form: str) -> bool:
    """Return whether a format is of ISO 8601, which rows may write differently."""
    others = (
        ",",
        "@",
        " %z",
        "[",
        "_",
        "%I",
    )  # and names of zones, which follow a space
    return form.startswith("%Y-%m-%d") and not any(sign in form for sign in others)
