"""``skanomaly score``: find events in a file with a saved model."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from skanomaly._frames import columns_of, named
from skanomaly._keras import begin_to_load_keras, load_keras
from skanomaly._text import closest
from skanomaly.cli._by_block import add_block, score_by_block
from skanomaly.cli._detect import check_channels
from skanomaly.cli._each import models_in, names_in, on_each
from skanomaly.cli._errors import InputError, bad_input, refused
from skanomaly.cli._fit import load, pipeline_of, warnings_in_one_line
from skanomaly.cli._labels import check_labels, read_labelled
from skanomaly.cli._made import how_made
from skanomaly.cli._masks import add_ignore, ignored_intervals
from skanomaly.cli._options import (
    add_event_rule,
    add_labels,
    add_output,
    add_reading,
    add_trust,
    event_rule,
)
from skanomaly.cli._reading import Reading, check_files, index_of
from skanomaly.cli._show import Run, finish
from skanomaly.cli._types import MODEL_NAMES, model_path
from skanomaly.cli._verdicts import add_feedback, follow, read_feedback

if TYPE_CHECKING:
    from pandas import DataFrame

    from skanomaly.detection import Detection
    from skanomaly.reading import ReadingReport
    from skanomaly.report import SavedModel

SUMMARY = "find events with a saved model"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of ``skanomaly score``."""
    parser.description = (
        "Score a file with a saved model. By default, the file is read like the one "
        "that the model was trained on."
    )
    parser.add_argument(
        "model",
        type=model_path,
        metavar="MODEL",
        help="model.skanomaly of an earlier run, or its folder; or the folder of a run "
        "with --series, whose models score the series that they were trained on",
    )
    parser.add_argument("file", metavar="FILE", help="file of a series; - for stdin")
    add_trust(parser)
    reading = parser.add_argument_group("reading")
    add_reading(reading)
    add_block(reading)
    add_labels(parser.add_argument_group("truth"))
    events = parser.add_argument_group("events")
    add_event_rule(events)
    add_ignore(events)
    add_feedback(events)
    add_output(parser.add_argument_group("output"), "skanomaly-score")
    parser.set_defaults(run=score)


def score(options: Namespace) -> None:
    """Run ``skanomaly score``, on each series of a table of several."""
    if options.block is not None:
        score_by_block(options, *_model(options))
        return
    models = models_in(options.model)
    run = partial(_score_with, models=models) if models else _score_one
    if options.only is not None or not (models or options.series):
        run(options)
        return
    one = next(iter(models.values()), options.model)
    saved = load(one, trust_pickle=options.trust_pickle).reading
    names = names_in(options, Reading.from_options(options, saved | {"only": None}))
    # A series that has a model but no sample is reported too.
    on_each(options, dict.fromkeys([*names, *models]), run)


def _score_with(options: Namespace, models: Mapping[str, str]) -> "Detection":
    """Score a series with the model of its name."""
    if options.only not in models:
        raise InputError(
            f"there is no model of the series {options.only!r}."
            f"{closest(options.only, models)} Train one with 'skanomaly detect', or "
            "pass the folder of the model of another series."
        )
    return _score_one(Namespace(**(vars(options) | {"model": models[options.only]})))


def _model(options: Namespace) -> tuple["SavedModel", Reading]:
    """Return the model, and how the file is read; raise if it cannot be scored."""
    from skanomaly.report import check_folder

    with bad_input():
        check_folder(options.out)
    saved = load(options.model, trust_pickle=options.trust_pickle)
    _check_model_there(options)
    return saved, Reading.from_options(options, saved.reading)


def _score_one(options: Namespace) -> "Detection":
    from skanomaly.detection import detect

    saved, reading = _model(options)
    series, truth, ignored, report = _read(options, saved, reading)
    with bad_input():
        verdicts = read_feedback(options.feedback, series)
    if saved.has_network:
        load_keras()
    pipeline = pipeline_of(saved)
    start = perf_counter()
    with refused(), warnings_in_one_line():
        detection = detect(
            pipeline,
            named(series.to_numpy(dtype=np.float64), columns_of(pipeline)),
            truth,
            index=index_of(series),
            channel_names=tuple(map(str, series.columns)),
            events=event_rule(options, saved=saved.events, ignore=ignored),
            threshold="fit",
        )
    seconds, rule = {"score": perf_counter() - start}, "of the model"
    detection = follow(detection, verdicts)
    if detection.threshold_source == "feedback":
        rule = f"by the feedback in {options.feedback}"
    made = how_made(
        options,
        pipeline,
        detection=detection,
        rule=rule,
        reading=reading,
        seconds=seconds,
        report=report,
    )
    about = replace(detection.about, title=Path(options.file).name, made=made)
    run = Run(
        detection=replace(detection, about=about),
        said=f"scored{_of_series(reading)} with {options.model}",
        threshold=rule,
        seconds=seconds,
    )
    finish(options, run)
    return run.detection


def _of_series(reading: Reading) -> str:
    """Return which of several series is scored, as the model may say so alone."""
    if not reading.series:
        return ""
    return f" the series {reading.only!r} of column {reading.series!r}"


def _read(
    options: Namespace, saved: "SavedModel", reading: Reading
) -> tuple[
    "DataFrame",
    NDArray[np.bool_] | None,
    tuple[tuple[int, int], ...],
    "ReadingReport",
]:
    """Read the file, and begin to import Keras meanwhile if the model needs it."""
    check_files(options.file, options.labels_file, options.ignore, options.feedback)
    if saved.has_network:
        begin_to_load_keras()
    with bad_input():
        series, truth, flags, report = read_labelled(options, reading)
        check_labels(options, truth, n_samples=len(series))
        ignored = ignored_intervals(options, series, flags)
    check_channels(saved, tuple(map(str, series.columns)))
    return series, truth, ignored, report


def _check_model_there(options: Namespace) -> None:
    """Raise if the output folder holds another model than the one in use."""
    for there in (Path(options.out, name) for name in MODEL_NAMES):
        if there.exists() and not there.samefile(options.model):
            raise InputError(
                f"The folder {options.out} holds another model, {there.name}, which "
                "does not belong to the scores. Choose another folder with --out."
            )
