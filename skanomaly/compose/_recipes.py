"""Recommended pipelines, one per detector, as used in all benchmarks."""

from dataclasses import dataclass, field
from inspect import signature
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
from skanomaly.compose._threshold_detector import ThresholdDetector
from skanomaly.windows import Shingler

# Maximum number of rows to fit scikit-learn's detectors on: the time of some grows with
# its square, and each copies the rows. Neighbouring windows are nearly equal anyway.
MAX_ROWS = 10_000


@dataclass(frozen=True)
class _Recipe:
    detector: type[Any]
    periods: float = 2  # per automatic window
    align: str = "end"  # position of the sample in its window
    threshold: str = "auto"  # rule that "auto" stands for
    params: dict[str, Any] = field(default_factory=dict)


# In windows of two periods, a network sees one period at a time and its errors are
# averaged over one: the best of several choices in benchmarks/horizon.py. Detectors
# that reconstruct a window step by step from a recurrent state get half a period, as
# they did not learn a whole one with every seed on the load curves of
# benchmarks/_figures/workshop.py. For each of scikit-learn's detectors, which score
# whole windows, two periods were better than one and half a period. The number of
# deviations of a threshold depends on the tail of the scores.
_RECIPES = {
    "autoencoder": _Recipe(
        detectors.AutoencoderDetector, align="center", params={"context": 0.5}
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
    "pca": _Recipe(detectors.PCADetector, align="center", params={"context": 0.5}),
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
    return list(_RECIPES)


def make_detector(
    name: str, *, window: int | str = "auto", threshold: Any = "auto", **params: Any
) -> Pipeline:
    """Make the recommended pipeline of scaler, windows and detector with threshold.

    Parameters
    ----------
    name : str
        Name of the detector: ``"autoencoder"``, ``"recurrent_autoencoder"``,
        ``"conv_autoencoder"``, ``"vae"``, ``"bigan"`` or ``"seq2seq"``, which
        reconstruct the window around a sample with a network, or ``"pca"``, which does
        so without a network; ``"dense"``, ``"cnn"``, ``"lstm"`` or ``"gru"``, which
        forecast the sample; or ``"isolation_forest"``, ``"one_class_svm"`` or
        ``"local_outlier_factor"``, which are scikit-learn's with a threshold rule of
        this package.
    window : int or "auto", default="auto"
        Length of the window in samples. ``"auto"`` means two dominant periods of the
        training series; half a period for ``"recurrent_autoencoder"`` and
        ``"seq2seq"``.
    threshold : rule, float or str, default="auto"
        Threshold rule, see `skanomaly.resolve_threshold`, also for the meaning of
        ``"auto"`` for detectors of this package. For those of scikit-learn, whose
        scores do not start at 0, ``"auto"`` means ``"sigma:4"`` (isolation forest),
        ``"sigma:5"`` (one-class SVM) or ``"sigma:8"`` (local outlier factor).
    **params : dict
        Further parameters of the detector, such as ``epochs``, ``n_estimators`` or
        ``nu``. ``memory`` and ``random_state`` are always accepted; a deterministic
        detector ignores the latter.

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
    if name not in _RECIPES:
        # The name of a class is read as that of its recipe.
        asked = str(name).lower().removesuffix("detector")
        hint = closest(asked, _RECIPES)
        raise ValueError(
            f"Detector {name!r} is unknown.{hint} Valid names are: "
            f"{', '.join(_RECIPES)}."
        )
    recipe = _RECIPES[name]
    if isinstance(threshold, str) and threshold == "auto":
        threshold = recipe.threshold
    return make_pipeline(
        StandardScaler(),
        # Padding by the last period resembles normal data, any other padding resembles
        # an anomaly. The shape of unflattened rows holds the number of channels.
        Shingler(
            window,
            periods=recipe.periods,
            align=recipe.align,
            pad="period",
            flatten=False,
        ),
        _detector(recipe, threshold, params),
    )


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
