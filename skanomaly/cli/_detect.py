"""``skanomaly detect``: train on the past of a series, score all of it, report."""

from argparse import ArgumentParser, Namespace
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from shlex import join
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from skanomaly._frames import columns_of
from skanomaly._keras import begin_to_load_keras, load_keras
from skanomaly.cli._by_block import add_block, detect_by_block
from skanomaly.cli._each import names_in, on_each
from skanomaly.cli._errors import InputError, bad_input, refused, warn
from skanomaly.cli._fit import (
    check_options,
    check_training,
    learn_threshold,
    load,
    new_pipeline,
    pipeline_of,
    prepare_to_go_on,
    train,
    trains_network,
    warnings_in_one_line,
)
from skanomaly.cli._labels import check_labels, read_labelled
from skanomaly.cli._made import how_made
from skanomaly.cli._masks import add_ignore, ignored_intervals, without
from skanomaly.cli._options import (
    add_detector,
    add_events,
    add_labels,
    add_output,
    add_reading,
    add_trust,
    check_events,
    event_rule,
)
from skanomaly.cli._reading import Reading, check_files, index_of, read_series
from skanomaly.cli._show import Run, finish
from skanomaly.cli._types import fraction, model_path

if TYPE_CHECKING:
    import pandas as pd

    from skanomaly.detection import Detection
    from skanomaly.reading import ReadingReport
    from skanomaly.report import SavedModel

SUMMARY = "train on a series and find events"
DEFAULT_FRACTION = 0.5
# Fewer samples, or fewer windows, show too little of what is normal.
_FEW, _FEW_WINDOWS = 100, 2


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Training series and series to score."""

    training: NDArray[np.float64]
    scored: "pd.DataFrame"  # starts with the training part, if not another file
    n_train: int  # length of the training part of `scored`
    said: str
    truth: NDArray[np.bool_] | None = None  # one per sample of `scored`
    ignored: tuple[tuple[int, int], ...] = ()  # intervals of `scored`
    mask: NDArray[np.bool_] | None = None  # samples of `training` to leave out
    title: str | None = None
    report: "ReadingReport | None" = None


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of ``skanomaly detect``."""
    parser.description = (
        "Train a detector on the past of a series, score all of it and report the "
        "events."
    )
    parser.add_argument("file", metavar="FILE", help="file of a series; - for stdin")
    reading = parser.add_argument_group("reading")
    add_reading(reading)
    add_block(reading)
    add_labels(parser.add_argument_group("truth"))
    training = parser.add_argument_group("training")
    part = training.add_mutually_exclusive_group()
    part.add_argument(
        "--train-fraction",
        type=fraction,
        metavar="F",
        help="fraction of the samples to train on, from the start; 0 < F < 1 "
        "(default: 0.5)",
    )
    part.add_argument(
        "--train-until",
        metavar="DATE",
        help="train on the samples before this time; digits alone, up to the number of "
        "samples, are a number of samples",
    )
    part.add_argument("--train", metavar="FILE", help="train on another file")
    add_detector(training)
    training.add_argument(
        "--continue",
        dest="model",
        type=model_path,
        metavar="MODEL",
        help="continue to train this saved model instead of a new one",
    )
    add_trust(training)
    events = parser.add_argument_group("events")
    add_events(events)
    add_ignore(events)
    add_output(parser.add_argument_group("output"), "skanomaly-out")
    parser.set_defaults(run=detect)


def detect(options: Namespace) -> None:
    """Run ``skanomaly detect``, on each series of a table of several."""
    if options.block is not None:
        check_options(options)
        detect_by_block(options, Reading.from_options(options, {}))
    elif options.series is not None and options.only is None:
        reading = Reading.from_options(options, {})
        on_each(options, names_in(options, reading), _detect_one)
    else:
        _detect_one(options)


def _detect_one(options: Namespace) -> "Detection":
    check_options(options)
    if options.model is not None and (options.detector or options.window):
        raise InputError(
            "--continue keeps the detector and window of the saved model. Leave out "
            "--detector and --window."
        )
    saved = None
    if options.model is not None:
        saved = load(options.model, trust_pickle=options.trust_pickle)
    reading = Reading.from_options(options, {} if saved is None else saved.reading)
    check_files(options.file, options.train, options.labels_file, options.ignore)
    if trains_network(options, saved):
        begin_to_load_keras()
    parts = _parts(options, reading)
    check_training(options, len(parts.training))
    if saved is not None:
        check_channels(saved, tuple(parts.scored.columns))
    return run_detector(options, parts, saved=saved, reading=reading)


def run_detector(
    options: Namespace,
    parts: Parts,
    *,
    saved: "SavedModel | None" = None,
    reading: Reading,
) -> "Detection":
    """Train, score and report; return what was detected."""
    options.threshold = per_sample_of(options.threshold, parts.scored)
    pipeline = _pipeline(options, parts, saved)
    check_events(event_rule(options), pipeline, parts.scored)
    seconds = {}
    start = perf_counter()
    with refused():
        held_out = train(
            pipeline,
            parts.training,
            parts.mask,
            go_on=saved is not None,
            show_progress=not (options.quiet or options.json),
        )
    seconds["fit"] = perf_counter() - start
    say_if_short(pipeline, len(parts.training))
    start = perf_counter()
    with refused():
        detection = _detected(options, pipeline, parts)
    seconds["score"] = perf_counter() - start
    rule = _rule_in_words(options, pipeline[-1].threshold, detection, held_out)
    made = how_made(
        options,
        pipeline,
        detection=detection,
        rule=rule,
        reading=reading,
        seconds=seconds,
        report=parts.report,
    )
    about = replace(detection.about, title=parts.title, made=made)
    finish(
        options,
        Run(
            detection=replace(detection, about=about),
            said=parts.said,
            threshold=rule,
            kept=_kept(pipeline, detection),
            seconds=seconds,
        ),
        model=_to_save(pipeline, detection, reading, parts.report),
    )
    return detection


def per_sample_of(threshold: Any, series: "pd.DataFrame") -> Any:
    """Return a rule of false events per time as one of false events per sample."""
    from skanomaly.detection import TimeSeries, per_sample

    with bad_input():
        timed = TimeSeries(series.to_numpy(), index=index_of(series))
        return per_sample(threshold, timed)


def _to_save(
    pipeline: Any,
    detection: "Detection",
    reading: Reading,
    report: "ReadingReport | None",
) -> "SavedModel":
    """Return the pipeline with what the next file of its kind needs."""
    from skanomaly.report import SavedModel

    names = detection.series.channel_names
    return SavedModel(
        pipeline,
        channel_names=names,
        reading=reading.to_save(names, report),
        # Intervals are those of this series.
        events=replace(detection.rule, in_training=False, ignore=()),
    )


def say_if_short(pipeline: Any, n_train: int) -> None:
    """Print that a training part shows too little of what is normal."""
    from skanomaly.detection import window_of

    window = window_of(pipeline) or 1
    if n_train < max(_FEW, _FEW_WINDOWS * window):
        warn(
            f"warning: {n_train:,} samples to train on are little history for a window "
            f"of {window}: what is normal may be reported, and what is not missed. "
            "Train on more samples with --train-fraction, --train-until or --train"
        )


def _rule_in_words(
    options: Namespace, rule: Any, detection: "Detection", held_out: bool
) -> str:
    """Return the rule of the threshold and what it was learned from."""
    learned_on = options.threshold_on
    if detection.threshold_source == "series":
        return "widest gap in the series"
    if learned_on in ("auto", "validation"):
        learned_on = "validation" if held_out else "training"
    elif learned_on == "train":
        learned_on = "training"
    return f"{rule} on {learned_on}"


def _kept(pipeline: Any, detection: "Detection") -> float | None:
    """Return the threshold of the model if the detection has another one."""
    own = float(pipeline[-1].offset_)
    return 0.0 - own if own != detection.offset else None


def _pipeline(options: Namespace, parts: Parts, saved: "SavedModel | None") -> Any:
    """Return the pipeline to train; load Keras first if it trains a network."""
    if trains_network(options, saved):
        load_keras()
    if saved is None:
        return new_pipeline(options)
    return prepare_to_go_on(options, saved, len(parts.training))


def _detected(options: Namespace, pipeline: Any, parts: Parts) -> "Detection":
    """Score the series; learn the threshold as ``--threshold-on`` requests."""
    from skanomaly.detection import as_mask, detect
    from skanomaly.thresholds import ErrorTail

    n_train, asked = parts.n_train, options.threshold_on
    rule = event_rule(options, ignore=parts.ignored, in_training=options.all)
    with warnings_in_one_line():
        detection = detect(
            pipeline,
            parts.scored.to_numpy(dtype=np.float64),
            parts.truth,
            index=index_of(parts.scored),
            channel_names=tuple(map(str, parts.scored.columns)),
            n_train=n_train,
            events=rule,
            threshold=asked if asked in ("auto", "series") else "fit",
        )
    if asked in ("auto", "series", "validation"):
        return detection
    ignored = as_mask(parts.ignored, len(parts.scored))
    learned = without(pipeline, detection.scores, ignored)
    training = learned[:n_train]
    if asked == "scored":
        scores = learned[n_train:]
    elif not pipeline[-1].n_held_out_:
        return detection  # learned from the whole training part when it was fitted
    elif n_train:
        scores = training
    else:
        scores = without(pipeline, pipeline.score_samples(parts.training), parts.mask)
    offset = learn_threshold(pipeline, scores[np.isfinite(scores)])
    # Of the training part, or as it was.
    known = np.isfinite(training).any()
    tail = ErrorTail.of(0.0 - training) if known else detection.tail
    return replace(detection, offset=offset, threshold_source="rule", tail=tail)


def check_channels(saved: "SavedModel", names: tuple[str, ...]) -> None:
    """Raise if the channels are fewer, more, or in another order than the model's."""
    expected = saved.channel_names or tuple(columns_of(pipeline_of(saved)) or ())
    if names != expected and sorted(names) == sorted(expected):
        raise InputError(
            f"The file has the channels of the model in another order "
            f"({', '.join(names)}). Pass them in that of the model: --value "
            f"{join(expected)}."
        )
    n_known = len(expected) or pipeline_of(saved).n_features_in_
    if len(names) != n_known:
        known = f" ({', '.join(expected)})" if expected else ""
        raise InputError(
            f"The model was trained on {n_known} channels{known}, but the file has "
            f"{len(names)} ({', '.join(names)}). Choose its columns with --value."
        )


def _past(
    options: Namespace,
    reading: Reading,
    series: "pd.DataFrame",
    flags: NDArray[np.bool_] | None,
) -> tuple["pd.DataFrame", NDArray[np.bool_], tuple[tuple[int, int], ...]]:
    """Return the training file, what is ignored in it, and in the other series."""
    from skanomaly.detection import as_mask

    column = options.ignore_column
    past = read_series(options.train, reading, leave_out=options.labels, ignore=column)
    past_flags = None if column is None else past.pop(column).to_numpy() > 0
    ignored = ignored_intervals(options, series, flags, other=past)
    in_past = ignored_intervals(options, past, past_flags, other=series)
    return past, as_mask(in_past, len(past)), ignored


def _parts(options: Namespace, reading: Reading) -> Parts:
    from skanomaly.detection import as_mask
    from skanomaly.preprocessing import split_series

    with bad_input():
        series, truth, flags, report = read_labelled(options, reading)
    parts = partial(
        Parts,
        scored=series,
        truth=truth,
        title=Path(options.file).name,
        report=report,
    )
    if options.train is not None:
        with bad_input():
            # The same numbers are taken off.
            same = replace(reading, offsets=report.offsets or reading.offsets)
            past, mask, ignored = _past(options, same, series, flags)
            check_labels(options, truth, n_samples=len(series))
        if past.shape[1] != series.shape[1]:
            raise InputError(
                f"{options.train} has {past.shape[1]} channels, but {options.file} has "
                f"{series.shape[1]}. Choose the columns of both with --value."
            )
        said = f"trained on {len(past):,} samples of {options.train}"
        parts = partial(parts, ignored=ignored, mask=mask)
        return parts(training=past.to_numpy(), n_train=0, said=said)
    fraction = options.train_fraction
    if fraction is None and options.train_until is None:
        fraction = DEFAULT_FRACTION
    until = options.train_until
    # pandas would parse digits alone as a year.
    if until is not None and until.isdecimal() and int(until) <= len(series):
        until = int(until)
    with bad_input():
        past, _ = split_series(series, train_fraction=fraction, train_until=until)
        ignored = ignored_intervals(options, series, flags)
        mask = as_mask(ignored, len(series))[: len(past)]
        first = 0 if options.all else len(past)
        check_labels(options, truth, n_samples=len(series), first=first)
    said = f"trained on the first {len(past):,} of {len(series):,} samples"
    if fraction is DEFAULT_FRACTION:
        said += " (change this with --train-fraction, --train-until or --train)"
    parts = partial(parts, ignored=ignored, mask=mask)
    return parts(training=past.to_numpy(), n_train=len(past), said=said)
