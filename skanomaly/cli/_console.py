"""Printing to the terminal, in which nothing is markup and no table is cut."""

from typing import Any

from skanomaly._compat import import_extra

_ENDLESS = 10_000


def make_console() -> Any:
    """Return a console on which brackets and colons in names are no markup."""
    rich_console = import_extra("rich.console", extra="cli")
    return rich_console.Console(
        highlight=False, markup=False, emoji=False, soft_wrap=True
    )


def width_of(console: Any, table: Any) -> int:
    """Return how many characters the lines of a table have."""
    rich_measure = import_extra("rich.measure", extra="cli")
    endless = console.options.update(max_width=_ENDLESS)
    return int(rich_measure.Measurement.get(console, endless, table).maximum)


def print_whole(console: Any, table: Any) -> None:
    """Print a table in its full width: a time that is cut is another time."""
    usual = console.width
    console.width = max(usual, width_of(console, table))
    console.print(table)
    console.width = usual
