"""One recipe a detector: the pipeline that is measured is what users get."""

from difflib import get_close_matches
from typing import Any

from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from skanomaly import detectors
from skanomaly.windows import Shingler

# Name -> class, periods in an automatic window, where a row's sample lies in it.
_RECIPES: dict[str, tuple[type[detectors.BaseDetector], int, str]] = {
    "autoencoder": (detectors.AutoencoderDetector, 2, "center"),
    "dense": (detectors.DenseForecastDetector, 2, "end"),
    "cnn": (detectors.CNNForecastDetector, 2, "end"),
    "lstm": (detectors.LSTMDetector, 2, "end"),
    "gru": (detectors.GRUDetector, 2, "end"),
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
    name : {"autoencoder", "dense", "cnn", "lstm", "gru"}
        Which detector.
    window : int or "auto", default="auto"
        Samples in a window. ``"auto"``: two dominant periods of the training series.
    threshold : rule, float or str, default="auto"
        See `skanomaly.thresholds.resolve_threshold`.
    **params : dict
        Further parameters of the detector, such as ``epochs`` or ``random_state``.

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

    Examples
    --------
    >>> from skanomaly import make_detector
    >>> make_detector("lstm", window=48).named_steps["shingler"].window
    48
    """
    if name not in _RECIPES:
        close = get_close_matches(str(name), _RECIPES, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise ValueError(
            f"detector {name!r} is unknown.{hint} Known are: {', '.join(_RECIPES)}."
        )
    detector, periods, align = _RECIPES[name]
    return make_pipeline(
        StandardScaler(),
        # A period beyond the edge looks like the one within, where any other padding
        # would look like an anomaly. Unflattened rows tell the number of channels.
        Shingler(window, periods=periods, align=align, pad="period", flatten=False),
        detector(threshold=threshold, **params),
    )
