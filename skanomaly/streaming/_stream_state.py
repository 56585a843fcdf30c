"""State of a series between its blocks, and its form as bytes."""

from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any, Self
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from skanomaly.streaming._stream_plan import Rings

Floats = NDArray[np.float64]

# Number of the form of the bytes.
FORMAT = 1
# Number of parts after which they are joined, so that short ones take little memory.
_MOST_PARTS = 64


@dataclass
class OpenRun:
    """Samples since an alarm began, from which its events are found when it is over.

    Parameters
    ----------
    first, stop : int
        Position of the first sample that is held, and of the one after the last.
    last : int
        Position after the last sample with an alarm.
    lead : ndarray of shape (n,)
        Scores before the first sample that decide whether it has an alarm.
    parts : dict of str to list of ndarray
        Columns of the samples, in parts.
    """

    first: int
    stop: int
    last: int
    lead: Floats
    parts: dict[str, list[NDArray[Any]]] = field(default_factory=dict)

    def add(self, columns: dict[str, NDArray[Any]]) -> None:
        """Append samples."""
        self.stop += len(columns["scores"])
        for name, column in columns.items():
            known = self.parts.setdefault(name, [])
            known.append(np.array(column))
            if len(known) > _MOST_PARTS:
                known[:] = [np.concatenate(known)]

    def copy(self) -> Self:
        """Return a copy with the same arrays, which are never written to."""
        parts = {name: list(known) for name, known in self.parts.items()}
        return replace(self, parts=parts)

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the columns of all samples."""
        return {name: np.concatenate(parts) for name, parts in self.parts.items()}


@dataclass
class KeyState:
    """State of one series between its blocks.

    Parameters
    ----------
    held : ndarray of shape (n, n_channels)
        Last samples, as many as a score depends on.
    n_seen : int
        Number of all samples.
    recent : ndarray of shape (n,)
        Last scores that decide whether there is an alarm.
    run : OpenRun or None
        Alarm that is not over.
    rings : dict of int to ndarray
        Errors of the last positions, which follow from `held`.
    """

    held: Floats
    n_seen: int = 0
    recent: Floats = field(default_factory=lambda: np.empty(0))
    run: OpenRun | None = None
    rings: Rings = field(default_factory=dict)

    def copy(self) -> Self:
        """Return a copy with the same arrays, which are never written to."""
        return replace(self, run=self.run and self.run.copy())

    def to_bytes(self, model: NDArray[Any]) -> bytes:
        """Return the arrays as an archive of NumPy, without the rings."""
        arrays = {"model": model, "held": self.held, "recent": self.recent}
        places = [FORMAT, self.n_seen]
        if self.run is not None:
            places += [self.run.first, self.run.stop, self.run.last]
            arrays |= {f"run_{k}": v for k, v in self.run.columns().items()}
            arrays["lead"] = self.run.lead
        buffer = BytesIO()
        np.savez(buffer, allow_pickle=False, places=np.array(places), **arrays)
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, state: bytes, model: NDArray[Any]) -> Self:
        """Read what `to_bytes` wrote for the same model.

        Raises
        ------
        ValueError
            If these are other bytes, or the state of a stream of another model.
        """
        try:
            with np.load(BytesIO(state), allow_pickle=False) as archive:
                arrays = dict(archive)
            version, n_seen, *places = arrays.pop("places").tolist()
            known, held, recent = map(arrays.pop, ("model", "held", "recent"))
        except (
            BadZipFile,
            EOFError,
            KeyError,
            OSError,
            TypeError,
            ValueError,
        ) as error:
            raise ValueError(
                f"These {len(state)} bytes are not the state of a stream: {error}. "
                "Pass what to_bytes has returned."
            ) from error
        if version != FORMAT:
            raise ValueError(
                f"The state has format {version}, and this version reads {FORMAT}. "
                "Start the stream again with its last samples."
            )
        if not np.array_equal(known, model):
            raise ValueError(
                f"This is the state of another model: of {_of(known)}, not of "
                f"{_of(model)}. Start the stream again with its last samples."
            )
        run = None
        if places:
            parts = {name[4:]: [arrays[name]] for name in arrays if name != "lead"}
            first, stop, last = places
            run = OpenRun(first, stop, last, arrays["lead"], parts)
        return cls(held, n_seen, recent, run)


def _of(model: NDArray[Any]) -> str:
    names = ("channels", "samples before", "samples after", "offset")
    facts = zip(names, np.ravel(model).tolist(), strict=False)
    return ", ".join(f"{name} {value:g}" for name, value in facts)
