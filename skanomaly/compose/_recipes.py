"""One recipe a detector: the pipeline that is measured is what users get."""

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

# Rows that scikit-learn's detectors learn from at most: the time of some grows with the
# square of it, and each copies them. Neighbouring windows are nearly the same anyway.
MAX_ROWS = 10_000


@dataclass(frozen=True)
class _Recipe:
    detector: type[Any]
    periods: float = 2  # in an automatic window
    align: str = "end"  # where a row's sample lies in it
    threshold: str = "auto"  # what "auto" stands for
    params: dict[str, Any] = field(default_factory=dict)


# Windows of two periods show a network one and judge it on one: what
# benchmarks/horizon.py found best of several. What rebuilds a window step by step from
# a recurrent state has half a period: on the load curves of
# benchmarks/_figures/workshop.py it did not learn a whole one with every seed.
# Scikit-learn's detectors judge whole windows; of half a period, one and two, two were
# best for each of them. How many deviations a threshold needs depends on how long a
# tail their scores have.
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
        # Less weight than records need: a wave's phase has to fit into the code.
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
        # Half of the training rows beyond the border, scikit-learn's default, is no
        # picture of what is normal. Its default gamma, 1 on the scale of `_shapes`, is
        # so smooth that a flat line, amid all phases of a wave, is most normal of all.
        params={"nu": 0.05, "gamma": 3.0},
    ),
    "local_outlier_factor": _Recipe(
        LocalOutlierFactor,
        align="center",
        threshold="sigma:8",
        params={"novelty": True},
    ),
}

# Public detectors that have no recipe, and why; every other one has.
WITHOUT_RECIPE = {
    "RecurrentForecastDetector": "'lstm' and 'gru' are this one with its cell chosen",
}


def detector_names() -> list[str]:
    """Return the names that `make_detector` knows.

    Returns
    -------
    names : list of str

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
    """Make the pipeline that we recommend: scaler, windows, detector, threshold.

    Parameters
    ----------
    name : str
        Which detector: ``"autoencoder"``, ``"recurrent_autoencoder"``,
        ``"conv_autoencoder"``, ``"vae"``, ``"bigan"`` or ``"seq2seq"``, which rebuild
        the window around a sample by a network, or ``"pca"``, which does so without;
        ``"dense"``, ``"cnn"``, ``"lstm"`` or ``"gru"``, which forecast it; or
        ``"isolation_forest"``, ``"one_class_svm"`` or ``"local_outlier_factor"``, which
        are scikit-learn's behind our threshold.
    window : int or "auto", default="auto"
        Samples in a window. ``"auto"``: two dominant periods of the training series;
        half a period for ``"recurrent_autoencoder"`` and ``"seq2seq"``.
    threshold : rule, float or str, default="auto"
        See `skanomaly.resolve_threshold`, which says what ``"auto"`` is for our
        detectors. For scikit-learn's, whose scores do not begin at 0, it is
        ``"sigma:4"`` (isolation forest), ``"sigma:5"`` (one-class SVM) or ``"sigma:8"``
        (local outlier factor).
    **params : dict
        Further parameters of the detector, such as ``epochs``, ``n_estimators`` or
        ``nu``. ``memory`` and ``random_state`` may always be given: a detector in which
        nothing is random does without the latter.

    Returns
    -------
    pipeline : sklearn.pipeline.Pipeline
        Takes a series of shape (n_samples, n_channels), with any number of channels.

    Raises
    ------
    ValueError
        If no detector has that name.
    TypeError
        If the detector has no such parameter.

    See Also
    --------
    ThresholdDetector : What gives scikit-learn's detectors a threshold.

    Notes
    -----
    Scikit-learn's detectors see each window without its mean, channel by channel: what
    counts is a window's shape, as for our autoencoder. They see it divided by the root
    of the number of its values, so that a ``gamma`` means the same for all windows: it
    is held against mean squares of differences. Each is in a `ThresholdDetector`.

    They are fitted on 10,000 windows at most, evenly spaced over the training series:
    ``"one_class_svm"`` and ``"local_outlier_factor"`` compare rows with rows, so that
    their time would grow with the square of a series. Still they take up to a minute
    to score 300,000 samples, each window of which they hold against thousands.
    ``pipeline.set_params(thresholddetector__max_rows=50_000)`` takes more windows, and
    None all of them.

    Examples
    --------
    >>> from skanomaly import make_detector
    >>> make_detector("lstm", window=48).named_steps["shingler"].window
    48
    """
    if name not in _RECIPES:
        # Whoever writes the name of the class means its recipe.
        asked = str(name).lower().removesuffix("detector")
        hint = closest(asked, _RECIPES)
        raise ValueError(
            f"detector {name!r} is unknown.{hint} Known are: {', '.join(_RECIPES)}."
        )
    recipe = _RECIPES[name]
    if isinstance(threshold, str) and threshold == "auto":
        threshold = recipe.threshold
    return make_pipeline(
        StandardScaler(),
        # A period beyond the edge looks like the one within, where any other padding
        # would look like an anomaly. Unflattened rows tell the number of channels.
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
    """Make the last step: a detector that has a threshold, or one within one."""
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
    """Return flat windows, of shape (n_rows, window * n_channels), without their means.

    The means are those of each channel of each window. The distance of two rows is
    their root mean square difference, whatever the window and the number of channels.
    """
    centered = windows - windows.mean(axis=1, keepdims=True)
    rows: NDArray[np.floating] = centered.reshape(len(centered), -1)
    rows /= np.sqrt(rows.shape[1])
    return rows
