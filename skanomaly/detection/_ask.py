"""Ask a fitted estimator about a series, with a single pass of its model."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skanomaly.detection._facts import unwrapped
from skanomaly.detectors import Assessment


def ask(estimator: Any, X: Any, *, step: int | None = None) -> Assessment:
    """Return all that a fitted estimator tells of `X`, from one pass of its model.

    Parameters
    ----------
    estimator : estimator
        Fitted pipeline or outlier detector, of this package or of scikit-learn.
    X : array-like of shape (n_samples, n_channels) or (n_rows, n_features)
        A series for a pipeline that makes windows of it, or rows.
    step : int or None, default=None
        Step of each row of `X` that is its own sample, where `X` holds windows of a
        series. Pipelines learn it from their `Shingler`.

    Returns
    -------
    assessment : Assessment
        Its ``scores`` are those of ``score_samples``. Expected values and residuals are
        in the unit of `X`, of shape (n_samples, n_channels). They are None where the
        estimator expects no value: a detector that neither reconstructs nor
        forecasts the sample, no :class:`skanomaly.Shingler` right before it, or a
        transformer before that without an inverse.

    Raises
    ------
    ValueError
        If the estimator has no ``score_samples``.

    See Also
    --------
    detect : Find the events of a series as well.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly import make_detector
    >>> from skanomaly.detection import ask
    >>> X = np.sin(np.arange(300) / 5).reshape(-1, 1)
    >>> pipe = make_detector("pca", window=30).fit(X)
    >>> assessment = ask(pipe, X)
    >>> bool((assessment.scores == pipe.score_samples(X)).all())
    True
    >>> assessment.expected.shape
    (300, 1)
    """
    estimator = unwrapped(estimator)
    if hasattr(estimator, "steps"):
        return _ask_pipeline(estimator, X, step)
    if hasattr(estimator, "assess"):
        assessment: Assessment = estimator.assess(X, step=step)
        return assessment
    if not hasattr(estimator, "score_samples"):
        raise ValueError(
            f"{type(estimator).__name__} has no score_samples, so it cannot say how "
            "abnormal a sample is: pass a fitted outlier detector that has it, such "
            "as IsolationForest, or a pipeline that ends with one."
        )
    scores = np.asarray(estimator.score_samples(X), dtype=np.float64)
    return Assessment(0.0 - scores[:, np.newaxis])


def _ask_pipeline(pipeline: Any, X: Any, step: int | None) -> Assessment:
    *before, (_, last) = pipeline.steps
    # What resamples takes part in training only, and "passthrough" in nothing.
    transformers = [each for _, each in before if hasattr(each, "transform")]
    rows = X
    for transformer in transformers:
        rows = transformer.transform(rows)
    if transformers:
        # Rows that are changed once more have no step that is a value of the series.
        step = getattr(transformers[-1], "own_step_", None)
        if step is not None:
            transformers.pop()
    assessment = ask(last, rows, step=step)
    if assessment.expected is None or not transformers:
        return assessment
    expected = _in_unit_of_series(transformers, assessment.expected)
    residuals = None if expected is None else np.asarray(X, np.float64) - expected
    return replace(assessment, expected=expected, residuals=residuals)


def _in_unit_of_series(
    transformers: Sequence[Any], expected: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    try:
        for transformer in reversed(transformers):
            expected = transformer.inverse_transform(expected)
    except (AttributeError, ValueError):
        return None
    return np.asarray(expected, dtype=np.float64)
