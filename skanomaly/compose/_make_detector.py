"""Recommended pipelines, one per detector."""

from typing import Any

from sklearn.pipeline import Pipeline, make_pipeline

from skanomaly._text import closest
from skanomaly.compose._build import build_ensemble, build_single
from skanomaly.compose._recipes import RECIPES
from skanomaly.preprocessing import SeriesScaler

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
    return [ENSEMBLE, *RECIPES]


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
        ``"conv_features"`` and ``"kernel_features"``; 128 samples, the second half of
        which is forecast, for forecasters; and for ``"ensemble"``, the windows of its
        members: 16 and 64 samples and two periods, or 16 to 128 samples if online,
        which a number replaces. Members with features see 64 samples if not online.
    threshold : rule, float or str, default="auto"
        Threshold rule, see `skanomaly.resolve_threshold`, also for the meaning of
        ``"auto"`` for detectors of this package. For those of scikit-learn, whose
        scores do not start at 0, ``"auto"`` means ``"sigma:4"`` (isolation forest),
        ``"sigma:5"`` (one-class SVM) or ``"sigma:8"`` (local outlier factor).
    online : bool, default=False
        Whether windows end at their sample, so that a sample is judged without those
        after it. By default, errors are averaged over all windows that cover a sample,
        or over the forecasts of the samples around it, which ranks samples better but
        needs later samples: half a window, or a quarter of one for forecasters. They
        average over a shorter time if `online`.
    **params : dict
        Further parameters of the detector, such as ``epochs``, ``n_estimators`` or
        ``nu``. For ``"ensemble"``, `members`, names of detectors, and `windows`, the
        numbers of samples that each member sees at once, such as ``(16, 64,
        "2 periods")``, and parameters of `EnsembleDetector`. Its members see each
        channel by itself; in the shortest window, if it has at most 32 samples,
        ``"pca"`` and ``"nearest_window"`` see all of them together. A short training
        series shortens the windows: it holds each of them eight times, or four times if
        it is one of periods. ``memory`` and ``random_state`` are always accepted; a
        deterministic detector ignores the latter.

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
        if window != "auto" and "windows" in params:
            raise TypeError("Pass either window or windows to an ensemble.")
        if window != "auto":
            params["windows"] = (window,)
        steps = [build_ensemble(threshold=threshold, online=online, **params)]
    else:
        steps = build_single(RECIPES[name], window, threshold, online, params)
    return make_pipeline(SeriesScaler(), *steps)
