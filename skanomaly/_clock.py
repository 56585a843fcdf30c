"""Times that people write, in the time zone of a series."""

from typing import Any

from skanomaly._compat import import_extra


def read_time(name: str, value: Any, zone: Any) -> Any:
    """Return a time; one without a time zone is in that of the series.

    Parameters
    ----------
    name : str
        What goes before the time in messages, such as ``"start="``.
    value : str or datetime
        Time.
    zone : tzinfo or None
        Time zone of the series.

    Returns
    -------
    time : Timestamp
        In a time zone if and only if the series is.

    Raises
    ------
    ValueError
        If it is no time, or repeated or missing where clocks change.
    """
    pd = import_extra("pandas", extra="cli")
    try:
        time = pd.Timestamp(value)
    except (TypeError, ValueError):
        time = pd.NaT
    if time is pd.NaT:
        raise ValueError(
            f"{name}{value!r} is not a time. Write it as '2024-01-31 18:32:00'."
        )
    if time.tz is not None and zone is not None:
        return time
    time = time.tz_localize(None)
    try:
        return time.tz_localize(zone)
    except Exception as error:  # pandas 2 raises errors of pytz
        raise ValueError(
            f"{name}{str(time)!r} is repeated or missing in the time zone {zone}, "
            "where clocks change. Pass it with its offset from UTC, such as "
            f"'{time}+00:00'."
        ) from error
