"""Make or load the pipeline, train it, set its threshold."""

import sys
from argparse import Namespace
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from skanomaly.cli._errors import InputError, bad_input, closest
from skanomaly.cli._progress import progress_bar

if TYPE_CHECKING:
    from skanomaly.report import SavedModel

DEFAULT_DETECTOR = "autoencoder"


def check_options(options: Namespace) -> None:
    """Refuse unknown names and folders before anything slow is loaded."""
    from skanomaly.compose import detector_names
    from skanomaly.report import check_folder
    from skanomaly.thresholds import MaxThreshold, resolve_threshold

    names = detector_names()
    if options.detector is not None and options.detector not in names:
        raise InputError(
            f"there is no detector {options.detector!r}."
            f"{closest(options.detector, names)} Known are: {', '.join(names)}."
        )
    with bad_input():
        rule = resolve_threshold(options.threshold or "auto")
        check_folder(options.out)
    if options.threshold_on == "scored" and isinstance(rule, MaxThreshold):
        raise InputError(
            "--threshold-on scored with the rule 'max', the highest error there, never "
            "finds anything; choose a rule such as --threshold sigma:8."
        )


def check_training(options: Namespace, n_train: int) -> None:
    """Refuse a training part that has no room for a window."""
    if n_train < 2:
        raise InputError(f"{n_train} sample to train on is too few; give at least 2.")
    if isinstance(options.window, int) and options.window > n_train:
        raise InputError(
            f"--window {options.window} is longer than the training series of "
            f"{n_train:,} samples; give a shorter window or more to train on."
        )


def load(path: str) -> "SavedModel":
    """Load a model, with a word of warning."""
    from skanomaly.report import load_model

    if not Path(path).is_file():
        raise InputError(f"there is no model {path!r}.")
    print(
        f"skanomaly: loading {path} runs code that it holds: only load models that "
        "you trust",
        file=sys.stderr,
    )
    with bad_input():
        return load_model(path)


def new_pipeline(options: Namespace) -> Any:
    """Make the recommended pipeline, not fitted."""
    from skanomaly.compose import make_detector

    said = {"epochs": options.epochs, "random_state": options.seed}
    return make_detector(
        options.detector or DEFAULT_DETECTOR,
        window=options.window or "auto",
        threshold=options.threshold or "auto",
        **{name: value for name, value in said.items() if value is not None},
    )


def train(
    pipeline: Any, X: NDArray[np.float64], *, go_on: bool, show_progress: bool
) -> None:
    """Fit the pipeline, or go on fitting its last step with its scaling kept."""
    detector = pipeline[-1]
    with ExitStack() as stack:
        if show_progress and sys.stderr.isatty():
            bar = stack.enter_context(progress_bar(detector.epochs))
            detector.set_params(callbacks=[bar])
            stack.callback(detector.set_params, callbacks=None)
        if go_on:
            stack.callback(detector.set_params, warm_start=detector.warm_start)
            detector.set_params(warm_start=True).fit(pipeline[:-1].transform(X))
        else:
            pipeline.fit(X)


def prepare_to_go_on(options: Namespace, saved: "SavedModel") -> Any:
    """Give the loaded pipeline what was said anew."""
    pipeline = saved.pipeline
    if not hasattr(pipeline, "steps") or not hasattr(pipeline[-1], "warm_start"):
        raise InputError("--continue needs a pipeline that 'skanomaly detect' saved.")
    said = {"epochs": options.epochs, "threshold": options.threshold}
    pipeline[-1].set_params(
        **{name: value for name, value in said.items() if value is not None}
    )
    return pipeline


def learn_threshold(pipeline: Any, scores: NDArray[np.float64]) -> None:
    """Learn the offset anew from other scores than `fit` did."""
    from skanomaly.thresholds import resolve_threshold

    detector = pipeline[-1]
    detector.offset_ = resolve_threshold(detector.threshold).fit(scores).offset_
