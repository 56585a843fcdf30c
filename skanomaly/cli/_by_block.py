"""``--block``: files larger than memory, for ``detect`` and ``score``."""

import json
from argparse import Namespace, _ActionsContainer
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from skanomaly import __version__
from skanomaly._compat import import_extra
from skanomaly._frames import columns_of, named
from skanomaly._keras import load_keras
from skanomaly._text import plural
from skanomaly.cli._console import make_console
from skanomaly.cli._errors import InputError, bad_input, refused, warn
from skanomaly.cli._fit import (
    check_training,
    new_pipeline,
    pipeline_of,
    train,
    trains_network,
)
from skanomaly.cli._options import event_rule
from skanomaly.cli._reading import Reading, check_files, index_of
from skanomaly.cli._show import plain, print_events
from skanomaly.cli._types import positive
from skanomaly.events import Event

if TYPE_CHECKING:
    from pandas import DataFrame

    from skanomaly.detection import EventRule
    from skanomaly.report import SavedModel

# Options that need the whole series, and what they are called.
_REFUSED = {
    "labels": "--labels",
    "labels_file": "--labels-file",
    "ignore": "--ignore",
    "ignore_column": "--ignore-column",
    "feedback": "--feedback",
    "first": "--from",
    "last": "--until",
    "train": "--train",
    "train_fraction": "--train-fraction",
}
# A part that is read at once shows how its columns are written.
_LEAST_READ = 1000


def add_block(group: _ActionsContainer) -> None:
    """Add the option to score block by block."""
    group.add_argument(
        "--block",
        type=positive,
        metavar="N",
        help="read a CSV or Parquet file that is larger than memory, and score N "
        "samples at once, such as 262144. Writes no picture and no page, and events "
        "are whole runs of abnormal scores. 'detect' trains on the first N samples, or "
        "on those that --train-until says",
    )


@dataclass(kw_only=True)
class Blocks:
    """A series that is read as far as it is needed."""

    frames: Iterator["DataFrame"]
    names: tuple[str, ...]
    report: Any

    @classmethod
    def of(cls, options: Namespace, reading: Reading) -> "Blocks":
        """Find how a file is read, from its first part."""
        from skanomaly.reading import read_parts

        check_files(options.file)
        for name, said in _REFUSED.items():
            if getattr(options, name, None) is not None:
                raise InputError(
                    f"{said} needs the whole series and does not go with --block."
                )
        with bad_input():
            n_rows = max(options.block, _LEAST_READ)
            report, frames = read_parts(options.file, reading, n_rows=n_rows)
        for text in report.warnings:
            warn(f"warning: {options.file}: {text}")
        return cls(frames=frames, names=tuple(report.values), report=report)

    def head(self, n_samples: int) -> "DataFrame":
        """Return the first samples, which stay among those to come."""
        pd = import_extra("pandas", extra="cli")
        held: list[DataFrame] = []
        with bad_input():
            while sum(map(len, held)) <= n_samples:
                frame = next(self.frames, None)
                if frame is None:
                    n_held = sum(map(len, held))
                    raise InputError(
                        f"The file has {n_held:,} samples, and {n_samples:,} of them "
                        "are trained on, so that none is left. Leave out --block, or "
                        "pass fewer."
                    )
                held.append(frame)
        self.frames = _chained(held, self.frames)
        whole: DataFrame = pd.concat(held)
        return whole.iloc[:n_samples]

    def first(self) -> "DataFrame":
        """Return the first part, which stays among those to come."""
        with bad_input():
            frame = next(self.frames)
        self.frames = _chained([frame], self.frames)
        return frame

    def scored(self, pipeline: Any, block: int) -> Iterator[tuple["DataFrame", Any]]:
        """Yield the samples of each block and their scores."""
        from skanomaly.streaming import iter_scores

        pd = import_extra("pandas", extra="cli")
        columns = columns_of(pipeline)
        waiting: list[DataFrame] = []

        def values() -> Iterator[Any]:
            for frame in self.frames:
                waiting.append(frame)
                yield named(frame.to_numpy(), columns)

        for scores in iter_scores(pipeline, values(), block=block):
            held = pd.concat([frame for frame in waiting if len(frame)])
            waiting[:] = [held.iloc[len(scores) :]]
            yield held.iloc[: len(scores)], scores


def _chained(
    held: list["DataFrame"], others: Iterator["DataFrame"]
) -> Iterator["DataFrame"]:
    yield from held
    yield from others


@dataclass(kw_only=True)
class BlockRun:
    """A model, the series that it scores, and how events are found."""

    pipeline: Any
    blocks: Blocks
    said: str
    min_length: int
    merge_gap: int
    n_train: int = 0
    n_quiet: int = 0  # first samples without events
    seconds: dict[str, float] = field(default_factory=dict)
    model: "SavedModel | None" = None


def detect_by_block(options: Namespace, reading: Reading) -> None:
    """Run ``skanomaly detect --block``."""
    from skanomaly.cli._detect import per_sample_of, say_if_short
    from skanomaly.report import SavedModel

    n_train = _n_train(options)
    blocks = Blocks.of(options, reading)
    training = blocks.head(n_train)
    check_training(options, n_train)
    options.threshold = per_sample_of(options.threshold, training)
    if trains_network(options, None):
        load_keras()
    pipeline = new_pipeline(options)
    least, gap = _rule(options, training)
    start = perf_counter()
    with refused():
        show = not (options.quiet or options.json)
        train(pipeline, training.to_numpy(), None, go_on=False, show_progress=show)
    seconds = {"fit": perf_counter() - start}
    say_if_short(pipeline, n_train)
    model = SavedModel(
        pipeline,
        channel_names=blocks.names,
        reading=reading.to_save(blocks.names, blocks.report),
        events=event_rule(options),
    )
    run = BlockRun(
        pipeline=pipeline,
        blocks=blocks,
        said=f"trained on the first {n_train:,} samples",
        min_length=least,
        merge_gap=gap,
        n_train=n_train,
        n_quiet=0 if options.all else n_train,
        seconds=seconds,
        model=model,
    )
    _finish(options, run)


def score_by_block(options: Namespace, saved: "SavedModel", reading: Reading) -> None:
    """Run ``skanomaly score --block``."""
    from skanomaly.cli._detect import check_channels

    blocks = Blocks.of(options, reading)
    check_channels(saved, blocks.names)
    least, gap = _rule(options, blocks.first(), saved.events)
    if saved.has_network:
        load_keras()
    run = BlockRun(
        pipeline=pipeline_of(saved),
        blocks=blocks,
        said=f"scored with {options.model}",
        min_length=least,
        merge_gap=gap,
    )
    _finish(options, run)


def _n_train(options: Namespace) -> int:
    """Return the number of samples to train on."""
    if options.model is not None:
        raise InputError("--continue does not go with --block.")
    if options.threshold_on not in ("auto", "validation"):
        raise InputError(
            f"--threshold-on {options.threshold_on} needs all scores and does not go "
            "with --block. Without it, the threshold is that of the fit."
        )
    until = options.train_until
    if until is not None and not until.isdecimal():
        raise InputError(
            f"With --block, --train-until is a number of samples, but is {until!r}."
        )
    return int(options.block if until is None else until)


def _rule(
    options: Namespace, series: "DataFrame", saved: "EventRule | None" = None
) -> tuple[int, int]:
    """Return least length and largest gap of events, in samples."""
    from skanomaly.detection import TimeSeries

    rule = event_rule(options, saved=saved)
    if rule.needs_expected or rule.k_of_n != (1, 1):
        raise InputError(
            "--direction, --min-deviation and --k-of-n do not go with --block."
        )
    with bad_input():
        timed = TimeSeries(series.to_numpy(), index=index_of(series))
        return rule.in_samples(timed)


def _finish(options: Namespace, run: BlockRun) -> None:
    """Score, write and print."""
    from skanomaly.events import join_events
    from skanomaly.report import staged

    pd = import_extra("pandas", extra="cli")
    start, n_samples = perf_counter(), 0
    found: list[Event] = []
    with refused(), staged(options.out) as folder:
        for frame, scores in run.blocks.scored(run.pipeline, options.block):
            table, events = _judged(run, frame, scores, n_samples)
            if found and found[-1].stop == n_samples and index_of(frame) is not None:
                found[-1] = replace(found[-1], stop_time=frame.index[0])
            with (folder / "scores.csv").open(
                "a", encoding="utf-8", newline=""
            ) as file:
                table.to_csv(file, index=False, header=n_samples == 0)
            n_samples += len(table)
            found += events
        found = join_events(found, min_length=run.min_length, merge_gap=run.merge_gap)
        names = [one.name for one in fields(Event)]
        rows = pd.DataFrame([asdict(event) for event in found], columns=names)
        rows.to_csv(folder / "events.csv", index=False)
        if run.model is not None:
            run.model.save(folder / "model.skanomaly")
        written = sorted(path.name for path in folder.iterdir())
    run.seconds["score"] = perf_counter() - start
    paths = [Path(options.out, name) for name in written]
    if options.json:
        print(
            json.dumps(_to_json(options, run, n_samples, found, paths), default=plain)
        )
    elif not options.quiet:
        _print(run, n_samples, found, paths)


def _judged(
    run: BlockRun, frame: "DataFrame", scores: Any, start: int
) -> tuple["DataFrame", list[Event]]:
    """Return the table and the events of a block."""
    from skanomaly.detection import Detection, EventRule, TimeSeries, offset_of, tail_of

    offset = offset_of(run.pipeline)
    detection = Detection(
        series=TimeSeries(
            frame.to_numpy(),
            index=index_of(frame),
            channel_names=run.blocks.names,
            n_train=min(max(0, run.n_quiet - start), len(frame)),
        ),
        scores=scores,
        offset=-np.inf if offset is None else offset,
        tail=tail_of(run.pipeline),
        rule=EventRule(localize=False),
    )
    table = detection.to_frame()
    if index_of(frame) is None:
        table["sample"] += start
    events = [event.shifted(start) for event in detection.events]
    return table, events


def _to_json(
    options: Namespace,
    run: BlockRun,
    n_samples: int,
    events: list[Event],
    paths: list[Path],
) -> dict[str, Any]:
    from skanomaly.detection import detector_name, offset_of, window_of

    offset = offset_of(run.pipeline)
    return {
        "command": options.command,
        "version": __version__,
        "detector": detector_name(run.pipeline),
        "channels": run.blocks.names,
        "window": window_of(run.pipeline),
        "n_samples": n_samples,
        "n_train": run.n_train,
        "threshold": {"rule": "fit", "error": None if offset is None else 0.0 - offset},
        "n_events": len(events),
        "events": [asdict(event) for event in events],
        "files": {path.name: str(path) for path in paths},
        "seconds": {name: round(took, 3) for name, took in run.seconds.items()},
    }


def _print(
    run: BlockRun, n_samples: int, events: list[Event], paths: list[Path]
) -> None:
    from skanomaly.detection import detector_name, offset_of

    console = make_console()
    took = ", ".join(f"{name} {each:.1f} s" for name, each in run.seconds.items())
    offset = offset_of(run.pipeline)
    console.print(
        f"{detector_name(run.pipeline)} on {', '.join(run.blocks.names)}; {run.said}, "
        f"scored {plural(n_samples, 'sample')} in blocks. {took}"
    )
    if offset is not None:
        console.print(f"Threshold {0.0 - offset:.4g} of the fit.")
    if events:
        print_events(console, tuple(events))
    else:
        console.print("No event.")
    console.print("Wrote " + ", ".join(map(str, paths)))
