"""Assessment of a series by a fitted estimator, in a single pass of its model."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.preprocessing import FunctionTransformer

from skanomaly._frames import as_frame
from skanomaly.detection._facts import unwrapped
from skanomaly.detectors import Assessment, Curve


def ask(
    estimator: Any, X: Any, *, step: int | None = None, expects: bool = True
) -> Assessment:
    """Return the scores, errors and expected values of `X` from one model pass.

    Parameters
    ----------
    estimator : estimator
        Fitted pipeline or outlier detector, of this package or of scikit-learn.
    X : array-like of shape (n_samples, n_channels) or (n_rows, n_features)
        A series for a pipeline that cuts it into windows, or rows.
    step : int or None, default=None
        If the rows of `X` are windows of a series, index of the step within each row
        that is the sample of that row. Pipelines take it from their `Shingler`.
    expects : bool, default=True
        Whether a pipeline whose detector sees windows returns expected values, which
        take time and memory.

    Returns
    -------
    assessment : Assessment
        Its ``scores`` are those of ``score_samples``. Expected values and residuals are
        in the unit of `X` and have the shape (n_samples, n_channels). They are None if
        the detector neither reconstructs nor forecasts the sample, if the step right
        before it is not a :class:`skanomaly.Shingler`, or if a transformer before that
        has no inverse.

    Raises
    ------
    TypeError
        If the estimator is a name.
    ValueError
        If the estimator has no ``score_samples``.

    See Also
    --------
    skanomaly.detect : Score a series and find its events.

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
    check_is_estimator(estimator)
    estimator, X = unwrapped(estimator), as_frame(X)
    if hasattr(estimator, "steps"):
        return _ask_pipeline(estimator, X, step, expects)
    if hasattr(estimator, "assess"):
        assessment: Assessment = estimator.assess(X, step=step)
        return assessment
    if not hasattr(estimator, "score_samples"):
        raise ValueError(
            f"{type(estimator).__name__} has no score_samples, so it cannot score "
            "samples. Pass a fitted outlier detector that has it, such as "
            "IsolationForest or LocalOutlierFactor(novelty=True), or a pipeline that "
            "ends with one."
        )
    return Assessment.of_scores(estimator.score_samples(X))


def check_is_estimator(estimator: Any) -> None:
    """Raise a TypeError if the name of a detector is given for the detector."""
    if isinstance(estimator, str):
        raise TypeError(
            "estimator must be a fitted pipeline or detector, got the str "
            f"{estimator!r}. If that is the name of a detector, pass "
            f"make_detector({estimator!r}).fit(...), fitted on normal samples."
        )


def _ask_pipeline(pipeline: Any, X: Any, step: int | None, expects: bool) -> Assessment:
    *before, (_, last) = pipeline.steps
    # Resamplers only take part in training; "passthrough" steps do nothing.
    transformers = [each for _, each in before if hasattr(each, "transform")]
    rows = X
    for transformer in transformers:
        rows = transformer.transform(rows)
    if transformers:
        # After a further transformation, no step of a row is a value of the series.
        step = getattr(transformers[-1], "own_step_", None)
        if step is not None:
            transformers.pop()
    assessment = ask(last, rows, step=step if expects else None)
    return in_unit_of_series(assessment, transformers, X)


def in_unit_of_series(
    assessment: Assessment, transformers: Sequence[Any], X: Any
) -> Assessment:
    """Return an assessment with expected values as they are before transformers.

    Parameters
    ----------
    assessment : Assessment
        Assessment of transformed samples.
    transformers : sequence of transformer
        What has transformed them, in this order.
    X : array-like of shape (n_samples, n_channels)
        The samples before.

    Returns
    -------
    assessment : Assessment
        Without expected values if one of the transformers has no inverse.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skanomaly.detection import in_unit_of_series
    >>> from skanomaly.detectors import Assessment
    >>> X = np.array([[10.0], [30.0]])
    >>> found = Assessment(np.zeros((2, 1)), expected=np.array([[0.0], [0.5]]))
    >>> in_unit_of_series(found, [StandardScaler().fit(X)], X).expected.ravel()
    array([20., 25.])
    """
    if assessment.expected is None or not transformers:
        return assessment
    expected = _in_unit_of_series(transformers, assessment.expected)
    if expected is None or expected.shape != np.shape(X):
        return replace(assessment, expected=None, residuals=None, curve=None)
    residuals = np.asarray(X, dtype=np.float64) - expected
    curve = assessment.curve
    if curve is not None:
        apart = _keep_channels_apart(transformers, expected.shape[1])
        curve = _CurveOfSeries(curve, transformers) if apart else None
    return replace(assessment, expected=expected, residuals=residuals, curve=curve)


@dataclass(frozen=True)
class _CurveOfSeries:
    """Own errors as a function of values before they were transformed."""

    curve: Curve
    transformers: Sequence[Any]

    def limits(self, level: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the values between which own errors are below a level."""
        ends = [
            _in_unit_of_series(self.transformers, one)
            for one in self.curve.limits(level)
        ]
        known = [np.full(1, np.nan) if end is None else end for end in ends]
        # A transformer may reverse the order of values.
        return np.minimum(*known), np.maximum(*known)


def _in_unit_of_series(
    transformers: Sequence[Any], expected: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    if any(map(_lacks_inverse, transformers)):
        return None
    try:
        for transformer in reversed(transformers):
            expected = transformer.inverse_transform(expected)
    except Exception:  # raised by any transformer whose inverse is undefined
        return None
    return np.asarray(expected, dtype=np.float64)


def _keep_channels_apart(transformers: Sequence[Any], n_channels: int) -> bool:
    """Return whether a value of a channel depends on that of no other channel."""
    probes = np.eye(n_channels + 1, n_channels)  # the last one is zero everywhere
    back = _in_unit_of_series(transformers, probes)
    if back is None:
        return False
    changed = back[:-1] != back[-1]
    return not (changed & ~np.eye(n_channels, dtype=bool)).any()


def _lacks_inverse(transformer: Any) -> bool:
    """Return whether the inverse of a transformer is the identity by mistake."""
    return (
        isinstance(transformer, FunctionTransformer)
        and transformer.func is not None
        and transformer.inverse_func is None
    )
