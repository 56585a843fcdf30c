"""Recommended pipelines, one per detector, as used in all benchmarks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from inspect import signature
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import LocalOutlierFactor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import OneClassSVM

from skanomaly import detectors
from skanomaly._text import closest
from skanomaly.compose._ensemble import EnsembleDetector
from skanomaly.compose._threshold_detector import ThresholdDetector
from skanomaly.windows import Shingler

# Maximum number of rows to fit scikit-learn's detectors on: the time of some grows with
# its square, and each copies the rows. Neighbouring windows are nearly equal anyway.
MAX_ROWS = 10_000


@dataclass(frozen=True)
class _Recipe:
    detector: type[Any]
    periods: float = 2  # per automatic window
    window: int | str = "auto"  # what "auto" stands for
    align: str = "end"  # position of the sample in its window
    threshold: str = "auto"  # rule that "auto" stands for
    params: dict[str, Any] = field(default_factory=dict)
    # As a member of an ensemble: further parameters, and the window that the model
    # sees, if it does not depend on the member's place.
    member: dict[str, Any] = field(default_factory=dict)
    member_window: int | str | None = None


# A model per channel costs no more than one of all channels, if it is not trained.
_APART = {"channel_model": "separate", "validation_split": 0.0}
_SHARED = {"channel_model": "shared"}
# Members of the recommended ensemble, and the windows that they see. Anomalies have
# lengths of their own: those of a few samples are invisible in windows of a day.
MEMBERS = ("pca", "nearest_window", "kernel_features", "conv_features")
WINDOWS = (16, 64, "2 periods")

# In windows of two periods, a network sees one period at a time and its errors are
# averaged over one: the best of several choices in benchmarks/horizon.py. Detectors
# that reconstruct a window step by step from a recurrent state get half a period, as
# they did not learn a whole one with every seed on the load curves of
# benchmarks/_figures/workshop.py. For each of scikit-learn's detectors, which score
# whole windows, two periods were better than one and half a period. The number of
# deviations of a threshold depends on the tail of the scores.
_RECIPES = {
    "autoencoder": _Recipe(
        detectors.AutoencoderDetector,
        align="center",
        params={"context": 0.5},
        member=_SHARED,
    ),
    "recurrent_autoencoder": _Recipe(
        detectors.RecurrentAutoencoderDetector,
        periods=0.5,
        align="center",
        params={
            "context": 0.5,
            "cell": "gru",
            "learning_rate": 0.01,
            "epochs": 60,
            "patience": 10,
        },
    ),
    "conv_autoencoder": _Recipe(
        detectors.ConvAutoencoderDetector, align="center", params={"context": 0.5}
    ),
    "vae": _Recipe(
        detectors.VariationalAutoencoderDetector,
        align="center",
        # A lower weight than for records: the code has to hold the phase of a wave.
        params={"context": 0.5, "beta": 0.01, "epochs": 100, "patience": 10},
    ),
    "bigan": _Recipe(detectors.BiGANDetector, align="center", params={"context": 0.5}),
    "seq2seq": _Recipe(
        detectors.Seq2SeqDetector,
        periods=0.5,
        align="center",
        params={"context": 0.5, "cell": "gru", "learning_rate": 0.01},
    ),
    "pca": _Recipe(
        detectors.PCADetector, align="center", params={"context": 0.5}, member=_APART
    ),
    "nearest_window": _Recipe(
        detectors.NearestWindowDetector,
        align="center",
        params={"context": 0.5},
        member={**_APART, "max_windows": 500},
    ),
    "kernel_features": _Recipe(
        detectors.ConvFeatureDetector,
        align="center",
        window=127,
        params={"training": None},
        member={"validation_split": 0.0},
        member_window=64,
    ),
    "conv_features": _Recipe(
        detectors.ConvFeatureDetector,
        align="center",
        window=127,
        member={"validation_split": 0.0},
        member_window=64,
    ),
    "dense": _Recipe(detectors.DenseForecastDetector),
    "cnn": _Recipe(detectors.CNNForecastDetector),
    "lstm": _Recipe(detectors.LSTMDetector),
    "gru": _Recipe(detectors.GRUDetector),
    "isolation_forest": _Recipe(IsolationForest, align="center", threshold="sigma:4"),
    "one_class_svm": _Recipe(
        OneClassSVM,
        align="center",
        threshold="sigma:5",
        # With the defaults of scikit-learn, half of the training rows are outliers, and
        # gamma, 1 on the scale of `_shapes`, is so smooth that a flat line, the mean of
        # all phases of a wave, is the most normal window of all.
        params={"nu": 0.05, "gamma": 3.0},
    ),
    "local_outlier_factor": _Recipe(
        LocalOutlierFactor,
        align="center",
        threshold="sigma:8",
        params={"novelty": True},
    ),
}


ENSEMBLE = "ensemble"


def detector_names() -> list[str]:
    """Return the names that `make_detector` accepts.

    Returns
    -------
    names : list of str
        Names of all recipes.

    Examples
    --------
    >>> from skanomaly.compose import detector_names
    >>> "autoencoder" in detector_names()
    True
    """
    return [ENSEMBLE, *_RECIPES]


def make_detector(
    name: str,
    *,
    window: int | str = "auto",
    threshold: Any = "auto",
    online: bool = False,
    **params: Any,
) -> Pipeline:
    """Make the recommended pipeline of scaler, windows and detector with threshold.

    Parameters
    ----------
    name : str
        Name of the detector: ``"ensemble"``, which combines several detectors and
        windows and is the most accurate one on most series; ``"autoencoder"``,
        ``"recurrent_autoencoder"``, ``"conv_autoencoder"``, ``"vae"``, ``"bigan"`` or
        ``"seq2seq"``, which reconstruct the window around a sample with a network, or
        ``"pca"``, which does so without a network; ``"nearest_window"``, which compares
        it with the windows of the training series; ``"conv_features"`` and
        ``"kernel_features"``, which compare what occurs in it, by filters that are
        trained or random; ``"dense"``, ``"cnn"``, ``"lstm"`` or ``"gru"``, which
        forecast the sample; or ``"isolation_forest"``, ``"one_class_svm"`` or
        ``"local_outlier_factor"``, which are scikit-learn's with a threshold rule of
        this package.
    window : int or "auto", default="auto"
        Length of the window in samples. ``"auto"`` means two dominant periods of the
        training series; half a period for ``"recurrent_autoencoder"`` and
        ``"seq2seq"``; 127 samples, in which windows of 64 are seen, for
        ``"conv_features"`` and ``"kernel_features"``; and for ``"ensemble"``, the
        windows of its members, for which a number replaces all of them.
    threshold : rule, float or str, default="auto"
        Threshold rule, see `skanomaly.resolve_threshold`, also for the meaning of
        ``"auto"`` for detectors of this package. For those of scikit-learn, whose
        scores do not start at 0, ``"auto"`` means ``"sigma:4"`` (isolation forest),
        ``"sigma:5"`` (one-class SVM) or ``"sigma:8"`` (local outlier factor).
    online : bool, default=False
        Whether windows end at their sample, so that a sample is judged without those
        after it. By default, windows of detectors that do not forecast are centred on
        the sample, and errors are averaged over all windows that cover it, which ranks
        samples better but needs half a window of later samples.
    **params : dict
        Further parameters of the detector, such as ``epochs``, ``n_estimators`` or
        ``nu``. For ``"ensemble"``, `members`, names of detectors, and `windows`, the
        numbers of samples that each member sees at once, such as ``(16, 64,
        "2 periods")``, and parameters of `EnsembleDetector`. ``memory`` and
        ``random_state`` are always accepted; a deterministic detector ignores the
        latter.

    Returns
    -------
    pipeline : sklearn.pipeline.Pipeline
        Unfitted pipeline for a series of shape (n_samples, n_channels), with any number
        of channels.

    Raises
    ------
    ValueError
        If no detector has this name.
    TypeError
        If the detector does not have one of the parameters.

    See Also
    --------
    ThresholdDetector : Add a threshold rule to detectors of scikit-learn.

    Notes
    -----
    For scikit-learn's detectors, the mean of each channel is subtracted from each
    window, so that only the shape of a window counts, as for the autoencoder. Each
    window is divided by the square root of the number of its values, so that ``gamma``
    multiplies mean squared differences and does not depend on the length of the window.
    Each detector is wrapped in a `ThresholdDetector`.

    They are fitted on at most 10,000 windows, evenly spaced over the training series:
    the time of ``"one_class_svm"`` and ``"local_outlier_factor"``, which compare rows
    with rows, would otherwise grow with the square of the length of the series. Scoring
    300,000 samples still takes up to a minute, as each window is compared with
    thousands. ``pipeline.set_params(thresholddetector__max_rows=50_000)`` fits on more
    windows, and None on all of them.

    Examples
    --------
    >>> from skanomaly import make_detector
    >>> make_detector("lstm", window=48).named_steps["shingler"].window
    48
    """
    if name not in detector_names():
        # The name of a class is read as that of its recipe.
        asked = str(name).lower().removesuffix("detector")
        hint = closest(asked, detector_names())
        raise ValueError(
            f"Detector {name!r} is unknown.{hint} Valid names are: "
            f"{', '.join(detector_names())}."
        )
    if name == ENSEMBLE:
        if window != "auto":
            params.setdefault("windows", (window,))
        steps = [_ensemble(threshold=threshold, online=online, **params)]
    else:
        recipe = _RECIPES[name]
        if isinstance(threshold, str) and threshold == "auto":
            threshold = recipe.threshold
        window = recipe.window if window == "auto" else window
        in_parts = "context" in recipe.params
        periods = recipe.periods / 2 if online and in_parts else recipe.periods
        shingler = _shingler(recipe, window, periods, online)
        whole = {"context": None} if online and in_parts else {}
        steps = [shingler, _detector(recipe, threshold, {**whole, **params})]
    return make_pipeline(StandardScaler(), *steps)


def _shingler(
    recipe: _Recipe, window: int | str, periods: float, online: bool
) -> Shingler:
    """Return the windows of a recipe, with the sample of a row at its end if online."""
    return Shingler(
        window,
        periods=periods,
        align="end" if online else recipe.align,
        # Padding by the last period resembles normal data, any other padding resembles
        # an anomaly, but needs later samples.
        pad="edge" if online else "period",
        # The shape of unflattened rows holds the number of channels.
        flatten=False,
    )


def _ensemble(
    *,
    threshold: Any,
    online: bool,
    members: Sequence[str] = MEMBERS,
    windows: Sequence[int | str] = WINDOWS,
    random_state: Any = None,
    **params: Any,
) -> EnsembleDetector:
    """Return an ensemble of some detectors over some windows."""
    unknown = [name for name in members if name not in _RECIPES]
    if unknown:
        raise ValueError(
            f"The member {unknown[0]!r} is unknown.{closest(unknown[0], _RECIPES)} "
            f"Valid names are: {', '.join(_RECIPES)}."
        )
    named = [
        (f"{name}_{str(window).replace(' ', '_')}", name, window)
        for name in members
        for window in _windows_of(_RECIPES[name], windows)
    ]
    known = signature(EnsembleDetector).parameters
    for name in params.keys() - known.keys():
        raise TypeError(
            f"EnsembleDetector has no parameter {name!r}."
            f"{closest(name, [*known, 'members', 'windows'])}"
        )
    return EnsembleDetector(
        [
            (label, _member(_RECIPES[name], window, online, random_state))
            for label, name, window in named
        ],
        threshold=threshold,
        **params,
    )


def _windows_of(recipe: _Recipe, windows: Sequence[int | str]) -> Sequence[int | str]:
    return windows if recipe.member_window is None else (recipe.member_window,)


def _member(
    recipe: _Recipe, window: int | str, online: bool, random_state: Any
) -> Pipeline:
    """Return a member whose model sees a window, averaged over those with a sample."""
    length, periods = _length_of(window)
    own: dict[str, Any] = {**recipe.member, "random_state": random_state}
    if "context" in signature(recipe.detector).parameters:
        own["context"] = None if online else 0.5
        if isinstance(length, int):
            own["context"] = length
            # A row holds all windows that cover its sample.
            length = length if online else 2 * length - 1
        elif not online:
            periods *= 2
    shingler = _shingler(recipe, length, periods, online)
    return make_pipeline(shingler, _detector(recipe, recipe.threshold, own))


def _length_of(window: int | str) -> tuple[int | str, float]:
    """Return the arguments of a Shingler for a window such as 64 or "2 periods"."""
    if isinstance(window, Integral) and window >= 1:
        return int(window), 1
    number, _, unit = str(window).partition(" ")
    try:
        periods = float(number)
    except ValueError:
        periods = 0
    if unit not in ("period", "periods") or not periods > 0:
        raise ValueError(
            f"The window {window!r} is neither a number of samples nor of periods. "
            "Pass windows such as 64 or '2 periods'."
        )
    return "auto", periods


def _detector(recipe: _Recipe, threshold: Any, params: dict[str, Any]) -> Any:
    """Return the last step: a detector of ours, or another in a ThresholdDetector."""
    known = signature(recipe.detector).parameters
    params = {**recipe.params, **params}
    of_all = {"memory", "random_state"}
    for name in params.keys() - known.keys() - of_all:
        raise TypeError(
            f"{recipe.detector.__name__} has no parameter {name!r}."
            f"{closest(name, [*known, *of_all])}"
        )
    if "random_state" not in known:
        params.pop("random_state", None)
    if "threshold" in known:
        return recipe.detector(threshold=threshold, **params)
    memory = params.pop("memory", None)
    return ThresholdDetector(
        make_pipeline(FunctionTransformer(_shapes), recipe.detector(**params)),
        threshold=threshold,
        max_rows=MAX_ROWS,
        memory=memory,
    )


def _shapes(windows: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return flat windows of shape (n_rows, window * n_channels) without their means.

    The mean of each channel of each window is subtracted. The distance of two rows is
    their root mean square difference, for any window and number of channels.
    """
    centered = windows - windows.mean(axis=1, keepdims=True)
    rows: NDArray[np.floating] = centered.reshape(len(centered), -1)
    rows /= np.sqrt(rows.shape[1])
    return rows
