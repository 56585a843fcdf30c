"""Progress bar for the training of a network."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import nan
from typing import Any, Self

from skanomaly._compat import import_extra
from skanomaly._keras import load_keras


class _Bar:
    """Advance a progress bar of rich; may be copied and pickled with a detector."""

    def __init__(self, progress: Any, epochs: int) -> None:
        self._progress = progress
        self._task = progress.add_task("training", total=epochs, loss="")

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __getstate__(self) -> dict[str, Any]:
        return {"_progress": None}

    def advance(self, epoch: int, logs: Mapping[str, float]) -> None:
        """Advance by one epoch and show the loss."""
        if self._progress is not None:
            loss = logs.get("val_loss", logs.get("loss", nan))
            self._progress.update(self._task, advance=1, loss=f"loss {loss:.4g}")


@contextmanager
def progress_bar(epochs: int) -> Iterator[Any]:
    """Show a bar on standard error and yield the Keras callback that advances it."""
    rich_progress = import_extra("rich.progress", extra="cli")
    rich_console = import_extra("rich.console", extra="cli")
    progress = rich_progress.Progress(
        rich_progress.TextColumn("{task.description}"),
        rich_progress.BarColumn(),
        rich_progress.TextColumn("epoch {task.completed:.0f}/{task.total:.0f}"),
        rich_progress.TextColumn("{task.fields[loss]}"),
        rich_progress.TimeRemainingColumn(),
        console=rich_console.Console(stderr=True),
        transient=True,
    )
    with progress:
        bar = _Bar(progress, epochs)
        callback = load_keras().callbacks.LambdaCallback(on_epoch_end=bar.advance)
        try:
            yield callback
        finally:
            # Otherwise a model that is saved later holds the network twice.
            callback.set_model(None)
