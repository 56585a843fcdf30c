"""Lines of a file in messages about its rows."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from skanomaly.datasets import Dialect

# Rows are counted from 0, as samples are, in all messages.
_ROW = re.compile(r"\brow (\d+)")
_MOST_NAMED = 3


def moved_rows(text: str, start: int) -> str:
    """Return a message about rows of a part of a file that begins at a row."""
    return _ROW.sub(lambda found: f"row {int(found[1]) + start}", text)


@contextmanager
def naming_lines(
    dialect: Dialect, n_rows: int, rows: Sequence[int] | None = None
) -> Iterator[None]:
    """Add the lines of the file to messages of errors that name rows of its table.

    Parameters
    ----------
    dialect : Dialect
        How the file was read.
    n_rows : int
        Number of rows of the table.
    rows : sequence of int, default=None
        Rows of the table that are used, which messages count. If None, all of them.
    """
    try:
        yield
    except Exception as error:
        named = dict.fromkeys(map(int, _ROW.findall(str(error))))
        lines = {
            row: dialect.line_of(row if rows is None else int(rows[row]), n_rows)
            for row in list(named)[:_MOST_NAMED]
            if row < (n_rows if rows is None else len(rows))
        }
        said = " and ".join(
            f"row {row} is {line}" for row, line in lines.items() if line is not None
        )
        if said:
            error.args = (f"{error} In the file, {said}.",)
        elif lines:
            error.args = (f"{error} Rows are counted from 0.",)
        raise
