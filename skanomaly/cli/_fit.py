"""Make or load a pipeline, train it and set its threshold."""

import sys
import warnings
from argparse import Namespace
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from skanomaly._text import closest
from skanomaly.cli._errors import InputError, bad_input, warn
from skanomaly.cli._progress import progress_bar

if TYPE_CHECKING:
    from skanomaly.report import SavedModel

DEFAULT_DETECTOR = "ensemble"
# Words that Python's `detect` takes as a threshold, by what --threshold-on they mean.
_SOURCES = {"fit": "validation", "series": "series"}


def check_options(options: Namespace) -> None:
    """Raise on unknown names and unusable folders, before any slow import."""
    from skanomaly.compose import detector_names
    from skanomaly.detection import is_per_time
    from skanomaly.report import check_folder
    from skanomaly.thresholds import resolve_threshold

    _read_source(options)
    names = detector_names()
    if options.detector is not None and options.detector not in names:
        raise InputError(
            f"There is no detector {options.detector!r}."
            f"{closest(options.detector, names)} Valid detectors are: "
            f"{', '.join(names)}."
        )
    with bad_input():
        # A rate per time is one per sample when the times are known.
        if options.threshold is not None and not is_per_time(options.threshold):
            resolve_threshold(options.threshold)
        check_folder(options.out)
    if getattr(options, "model", None) is None:
        detector = new_pipeline(options)[-1]
        # The rule that "auto" stands for depends on the detector.
        _check_rule(options, detector.threshold)
        if options.window == 1 and hasattr(detector, "forecast"):
            raise InputError(
                f"--window 1 is too short for the detector {options.detector!r}, which "
                "forecasts a sample from those before it. Pass at least 2."
            )
    elif options.threshold is not None:
        _check_rule(options, options.threshold)


def _read_source(options: Namespace) -> None:
    """Read a threshold that is no rule but says what it is learned from."""
    word = (options.threshold or "").strip().lower()
    if word not in _SOURCES:
        return
    if options.threshold_on not in ("auto", _SOURCES[word]):
        raise InputError(
            f"--threshold {word} says what the threshold is learned from, and so does "
            f"--threshold-on {options.threshold_on}. Leave out one of them."
        )
    options.threshold, options.threshold_on = None, _SOURCES[word]


def _check_rule(options: Namespace, threshold: Any, whose: str = "The") -> None:
    """Raise if the rule cannot find an event in the scores that it is learned from."""
    from skanomaly.detection import is_per_time
    from skanomaly.thresholds import MaxThreshold, resolve_threshold

    if is_per_time(threshold):
        return
    highest = isinstance(resolve_threshold(threshold), MaxThreshold)
    if highest and options.threshold_on == "scored":
        raise InputError(
            f"{whose} threshold {threshold!r} is never below the highest error, so "
            "with --threshold-on scored it never finds anything. Pass another rule, "
            "such as --threshold sigma:8."
        )


def check_training(options: Namespace, n_train: int) -> None:
    """Raise if the training part is shorter than a window."""
    if n_train < 2:
        raise InputError(
            f"The training part has {n_train} samples, which is too few. Train on at "
            "least 2."
        )
    if isinstance(options.window, int) and options.window > n_train:
        raise InputError(
            f"--window {options.window} is longer than the training series of "
            f"{n_train:,} samples. Pass a shorter window or train on more samples."
        )


def load(path: str, *, trust_pickle: bool) -> "SavedModel":
    """Open a model; raise if it is a pickle that the user has not vouched for."""
    from skanomaly.report import open_model

    if not Path(path).is_file():
        raise InputError(
            f"There is no model {path!r}. Pass the model.skanomaly or the folder of a "
            "run."
        )
    try:
        with bad_input(), warnings_in_one_line():
            return open_model(path, trust_pickle=trust_pickle)
    except InputError as error:
        if "pickle" in str(error) and not trust_pickle:
            raise InputError(
                f"{error} Pass --trust-pickle if you trust its source."
            ) from error
        raise


def pipeline_of(saved: "SavedModel") -> Any:
    """Return the pipeline of a model, which is loaded now."""
    with bad_input(), warnings_in_one_line():
        return saved.pipeline


@contextmanager
def warnings_in_one_line() -> Iterator[None]:
    """Print each warning as one line on standard error."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        yield
    for warning in caught:
        warn(str(warning.message))


def new_pipeline(options: Namespace) -> Any:
    """Return the recommended pipeline, not fitted."""
    from skanomaly.compose import make_detector

    name = options.detector or DEFAULT_DETECTOR
    pipeline = make_detector(
        name,
        window=options.window or "auto",
        threshold=options.threshold or "auto",
        random_state=options.seed or 0,
    )
    if options.epochs is not None:
        if not trains_in_epochs(pipeline[-1]):
            raise InputError(
                f"The detector {name!r} is not trained in epochs. Leave out --epochs."
            )
        pipeline[-1].set_params(epochs=options.epochs)
    return pipeline


def trains_network(options: Namespace, saved: "SavedModel | None") -> bool:
    """Return whether the pipeline to train, new or saved, has a network."""
    if saved is not None:
        return saved.has_network
    return trains_in_epochs(new_pipeline(options)[-1])


def trains_in_epochs(detector: Any) -> bool:
    """Return whether a detector is trained in epochs and can be trained further."""
    params = detector.get_params(deep=False)
    # Random kernels have the parameter, and nothing to train.
    return "epochs" in params and params.get("training", True) is not None


def train(
    pipeline: Any,
    X: NDArray[np.float64],
    ignore: NDArray[np.bool_] | None,
    *,
    go_on: bool,
    show_progress: bool,
) -> bool:
    """Fit the pipeline, or continue to fit its last step and keep its scaling.

    Nothing is learned from samples to ignore. Return whether a part was held out, from
    which the threshold was learned.
    """
    from skanomaly.compose import fit_ignoring

    detector = pipeline[-1]
    with ExitStack() as stack:
        stack.enter_context(warnings_in_one_line())
        if show_progress and sys.stderr.isatty() and trains_in_epochs(detector):
            bar = stack.enter_context(progress_bar(detector.epochs))
            detector.set_params(callbacks=[bar])
            stack.callback(detector.set_params, callbacks=None)
        if go_on:
            stack.callback(detector.set_params, warm_start=detector.warm_start)
            rows = pipeline[:-1].transform(X)
            detector.set_params(warm_start=True).fit(rows, ignore=ignore)
        else:
            fit_ignoring(pipeline, X, ignore)
    return bool(detector.n_held_out_)


def prepare_to_go_on(options: Namespace, saved: "SavedModel", n_train: int) -> Any:
    """Return the loaded pipeline with the parameters of the options set."""
    from skanomaly.detection import detector_name, window_of

    pipeline = pipeline_of(saved)
    if not hasattr(pipeline, "steps"):
        raise InputError(
            "--continue needs a pipeline that 'skanomaly detect' saved. Pass its run."
        )
    if not trains_in_epochs(pipeline[-1]):
        raise InputError(
            f"--continue needs a detector that is trained in epochs, which "
            f"{detector_name(pipeline)} is not. Train a new one without --continue."
        )
    _check_rule(options, options.threshold or pipeline[-1].threshold, "The model's")
    window = window_of(pipeline)
    if window is not None and window > n_train:
        raise InputError(
            f"The model's window of {window} is longer than the training series of "
            f"{n_train:,} samples. Train on more samples."
        )
    said = {
        "epochs": options.epochs,
        "threshold": options.threshold,
        "random_state": options.seed,
    }
    pipeline[-1].set_params(
        **{name: value for name, value in said.items() if value is not None}
    )
    return pipeline


def learn_threshold(pipeline: Any, scores: NDArray[np.float64]) -> float:
    """Learn the offset of the last step from `scores` and return it."""
    from skanomaly.thresholds import resolve_threshold

    detector = pipeline[-1]
    detector.offset_ = resolve_threshold(detector.threshold).fit(scores).offset_
    return float(detector.offset_)
