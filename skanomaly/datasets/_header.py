"""Recognition of a header, and of a row of units below it."""

from collections import Counter

from skanomaly._cells import kind_of

Rows = list[list[str]]

_ABSENT = ("missing", "mark")
_YEARS = range(1900, 2101)


def has_header(rows: Rows) -> bool | None:
    """Return whether the first line holds names; None if that cannot be told."""
    first, body = [cell.strip() for cell in rows[0]], rows[1:]
    kinds = [kind_of(cell) for cell in first]
    typed = [kind in ("number", "time") for kind in kinds]
    if not any(typed):
        return True
    if not body:
        return not all(
            ok or kind in _ABSENT for ok, kind in zip(typed, kinds, strict=True)
        )
    if _counts(first):
        return _numbers_are_names(first, kinds, body)
    below = [_kind_below(body, place) for place in range(len(first))]
    fits = [
        kind in (*_ABSENT, other) or other == "missing"
        for kind, other in zip(kinds, below, strict=True)
    ]
    if not all(fits):
        # Existing tables have times and numbers alone in their first line of data.
        return "text" in kinds or "number" not in kinds
    if "text" not in kinds:
        return False
    return _text_is_name(first, kinds, body)


def _counts(cells: list[str]) -> bool:
    """Return whether cells are what pandas names columns: 0, 1, ..., or are years."""
    numbers = cells[1:] if cells[0] == "" or not cells[0].isdecimal() else cells
    if not numbers or not all(cell.isdecimal() for cell in numbers):
        return False
    values = [int(cell) for cell in numbers]
    counted = values == list(range(values[0], values[0] + len(values)))
    return counted and (values[0] == 0 or values[0] in _YEARS)


def _numbers_are_names(first: list[str], kinds: list[str], body: Rows) -> bool | None:
    """Return whether numbers in the first line are names, by what is below them."""
    if kinds[0] == "text":
        return True
    places = [i for i, cell in enumerate(first) if cell.isdecimal()]
    below = [
        cell.strip()
        for row in body
        for i, cell in enumerate(row)
        if i in places and kind_of(cell) == "number"
    ]
    if kinds[0] == "missing" and all(row[0].strip() for row in body):
        return True  # pandas leaves the name of the index empty
    if kinds[0] == "time" or (below and not any(map(str.isdecimal, below))):
        return kinds[0] != "time"
    years = [cell.isdecimal() and int(cell) in _YEARS for cell in below]
    if int(first[places[0]]) in _YEARS:
        return False if all(years) or len(places) == 1 else None
    return None


def _text_is_name(first: list[str], kinds: list[str], body: Rows) -> bool | None:
    """Return whether texts above texts are names, where numbers are above numbers."""
    for place, cell in enumerate(first):
        if kinds[place] == "text" and cell in (row[place].strip() for row in body):
            return False
    numbers = [
        cell for cell, kind in zip(first, kinds, strict=True) if kind == "number"
    ]
    if len(set(numbers)) == len(numbers) and all(map(str.isdecimal, numbers)):
        return True if len(numbers) > 1 or numbers == ["0"] else None
    return False


def _kind_below(body: Rows, place: int) -> str:
    kinds = Counter(kind_of(row[place]) for row in body if place < len(row))
    for absent in _ABSENT:
        kinds.pop(absent, None)
    return kinds.most_common(1)[0][0] if kinds else "missing"


def is_units(body: Rows) -> bool:
    """Return whether the first row below the header holds the units of the columns."""
    if len(body) < 2:
        return False
    below = [_kind_below(body[1:], place) for place in range(len(body[0]))]
    above = [kind_of(cell) for cell in body[0]]
    if {"number", "time", "mark"} & set(above) or "number" not in below:
        return False
    named = [
        cell
        for cell, kind, other in zip(body[0], above, below, strict=True)
        if kind == "text" and other in ("number", "time")
    ]
    bracketed = all(cell.strip()[:1] in "[(" for cell in named)
    typed = sum(other in ("number", "time") for other in below)
    return bool(named) and (bracketed or typed > 1)
