"""One recipe a detector: the pipeline that is measured is what users get."""

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from skanomaly import detectors
from skanomaly.windows import Shingler


@dataclass(frozen=True)
class _Recipe:
    detector: type[detectors.BaseDetector]
    periods: int = 2  # in an automatic window
    align: str = "end"  # where a row's sample lies in it
    params: dict[str, Any] = field(default_factory=dict)


# Windows of two periods show a network one and judge it on one: what
# benchmarks/horizon.py found best of several.
_RECIPES = {
    "autoencoder": _Recipe(
        detectors.AutoencoderDetector, align="center", params={"context": 0.5}
    ),
    "dense": _Recipe(detectors.DenseForecastDetector),
    "cnn": _Recipe(detectors.CNNForecastDetector),
    "lstm": _Recipe(detectors.LSTMDetector),
    "gru": _Recipe(detectors.GRUDetector),
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
        See `skanomaly.resolve_threshold`.
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
    recipe = _RECIPES[name]
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
        recipe.detector(threshold=threshold, **{**recipe.params, **params}),
    )
