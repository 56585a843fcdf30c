"""Outlier detector with a threshold rule of this package."""

from collections.abc import Callable
from numbers import Integral, Real
from typing import Any, ClassVar, Self, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, MetaEstimatorMixin, clone
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted, validate_data

from skanomaly._compat import HasMethods, Interval, fit_context
from skanomaly._memory import MEMORY, identity, remember
from skanomaly.detection import ask, innermost
from skanomaly.detectors import Assessment, OffsetMixin
from skanomaly.thresholds import resolve_threshold
from skanomaly.windows import row_advance, validation_start

T = TypeVar("T")

# Values to score at once, since estimators copy their input.
BLOCK_VALUES = 2**22


class ThresholdDetector(MetaEstimatorMixin, OffsetMixin, BaseEstimator):
    """Outlier detector with a threshold rule of this package.

    The rule is learned from the scores of the last rows, on which the estimator is not
    fitted. It works for all detectors with ``score_samples``, such as scikit-learn's
    ``IsolationForest``, ``OneClassSVM`` and ``LocalOutlierFactor(novelty=True)``, whose
    own thresholds label a fraction of the training data anomalous. How well the scores
    separate anomalies depends on the estimator.

    Parameters
    ----------
    estimator : estimator
        Outlier detector, or pipeline that ends with one, with ``fit`` and
        ``score_samples``; the lower the score, the more abnormal. A clone is fitted.
    threshold : rule, float or str, default="quantile:0.01"
        Threshold rule, see `skanomaly.resolve_threshold`. ``"auto"``, as ``"max:2"``,
        multiplies the largest error, which is suited to errors that start at 0, such as
        those of the detectors of this package. Scores of scikit-learn's detectors have
        another origin, so that no score may ever exceed such a threshold.
    validation_split : float, default=0.1
        Fraction of the rows, taken from the end, from which the rule is learned and on
        which the estimator is not fitted. For windows of a series, a gap of one window
        precedes them. If fewer than ten such rows, or less than half of the rows to fit
        on, would remain, no rows are held out and the rule is learned from all rows.
    max_rows : int or None, default=None
        Maximum number of rows to fit the estimator on, evenly spaced over the rows to
        fit on; None for all. For estimators whose time grows with the square of the
        number of rows, such as ``OneClassSVM`` and ``LocalOutlierFactor``.
    memory : str, path, joblib.Memory or None, default=None
        Folder that caches fitted estimators and scores, so that a search over
        ``threshold__k`` fits and scores each fold once.

    Attributes
    ----------
    estimator_ : estimator
        The fitted clone of `estimator`.
    offset_ : float
        Score below which a row is labelled anomalous.
    n_held_out_ : int
        Number of rows from which the rule was learned and on which the estimator was
        not fitted; 0 if the rule was learned from all rows.
    n_features_in_ : int
        Number of values per row.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns, if `X` was a DataFrame with names in `fit`. `estimator_`
        is fitted on an array.

    See Also
    --------
    skanomaly.make_detector : Make pipelines of scikit-learn's detectors with it.

    Notes
    -----
    Windows of a series overlap: a row next to the training rows, or among them, is
    nearly equal to one of them, and its score does not represent new data. Hence the
    gap. Windows are recognised by their values, so they may be copies.

    The best number of deviations depends on the tail of the scores: fewer for
    ``IsolationForest`` [1]_, whose scores are bounded, more for ``LocalOutlierFactor``
    [2]_, whose scores are ratios of densities. ``OneClassSVM`` [3]_ lies in between.

    References
    ----------
    .. [1] Liu, F. T. et al. (2008). Isolation forest. ICDM 2008.
       https://doi.org/10.1109/ICDM.2008.17
    .. [2] Breunig, M. M. et al. (2000). LOF: identifying density-based local outliers.
       SIGMOD 2000. https://doi.org/10.1145/342009.335388
    .. [3] Schölkopf, B. et al. (2001). Estimating the support of a high-dimensional
       distribution. Neural Computation 13(7).
       https://doi.org/10.1162/089976601750264965

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.svm import OneClassSVM
    >>> from skanomaly import ThresholdDetector
    >>> X = np.random.default_rng(0).normal(size=(200, 2))
    >>> detector = ThresholdDetector(OneClassSVM(nu=0.05), threshold="sigma:3").fit(X)
    >>> detector.n_held_out_
    20
    >>> detector.predict([[0.0, 0.0], [8.0, 8.0]])
    array([ 1, -1])
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "estimator": [HasMethods(["fit"])],
        "threshold": [str, Interval(Real, None, None, closed="neither"), BaseEstimator],
        "validation_split": [Interval(Real, 0, 1, closed="left")],
        "max_rows": [Interval(Integral, 1, None, closed="left"), None],
        "memory": MEMORY,
    }

    _identity: str | None  # key of the fit in `memory`

    def __init__(
        self,
        estimator: Any,
        *,
        threshold: Any = "quantile:0.01",
        validation_split: float = 0.1,
        max_rows: int | None = None,
        memory: Any = None,
    ) -> None:
        self.estimator = estimator
        self.threshold = threshold
        self.validation_split = validation_split
        self.max_rows = max_rows
        self.memory = memory

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Fit the estimator on mostly normal rows and learn the offset.

        Parameters
        ----------
        X : array-like of shape (n_rows, n_features) or (n_rows, window, n_channels)
            Windows of a series in order of time, or independent records. Their shape is
            kept for the estimator.
        y : Ignored
            Not used, present for API consistency by convention.

        Returns
        -------
        self : object
            The fitted detector.

        Raises
        ------
        ValueError
            If the estimator has no ``score_samples`` or does not accept X.
        """
        rule = resolve_threshold(self.threshold)
        _check_scores(self.estimator)
        rows = self._check_rows(X, reset=True)
        training, held_out = self._split(rows)
        self.n_held_out_ = 0 if held_out is None else held_out.shape[0]
        if self.memory is None:
            self._identity = None
            self.estimator_ = self._fitted_on(training)
        else:
            self._identity = identity(self, *_content(rows))
            self.estimator_ = remember(
                self.memory, self._identity, lambda: self._fitted_on(training)
            )
        scores = self._known_scores(training if held_out is None else held_out)
        self.offset_ = rule.fit(scores).offset_
        return self

    def score_samples(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the scores of the estimator; the lower, the more abnormal.

        Parameters
        ----------
        X : array-like of shape (n_rows, n_features) or (n_rows, window, n_channels)
            Windows of a series in order of time, or independent records.

        Returns
        -------
        scores : ndarray of shape (n_rows,)
            Scores as returned by ``estimator_.score_samples``.
        """
        check_is_fitted(self)
        return self._known_scores(self._check_rows(X, reset=False))

    def assess(self, X: ArrayLike, *, step: int | None = None) -> Assessment:
        """Return errors and, if the estimator has them, expected values.

        Parameters
        ----------
        X : array-like of shape (n_rows, n_features) or (n_rows, window, n_channels)
            Windows of a series in order of time, or independent records.
        step : int or None, default=None
            Step of a row that is its own sample, passed to a detector that has
            ``assess``.

        Returns
        -------
        assessment : Assessment
            Assessment of the estimator, or its negated scores as a single column of
            errors.
        """
        check_is_fitted(self)
        rows = self._check_rows(X, reset=False)
        if not hasattr(innermost(self.estimator_), "assess"):
            return Assessment(0.0 - self._known_scores(rows)[:, np.newaxis])
        return self._known(
            rows, lambda: ask(self.estimator_, rows, step=step), "assess", step
        )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator).input_tags
        tags.input_tags.sparse = inner.sparse
        tags.input_tags.allow_nan = inner.allow_nan
        return tags

    def _check_rows(self, X: Any, *, reset: bool) -> Any:
        """Return validated rows in their own shape, as an array or sparse matrix."""
        shape = X.shape if getattr(X, "ndim", 2) == 3 else None
        rows = validate_data(
            self,
            X if shape is None else X.reshape(len(X), -1),
            reset=reset,
            accept_sparse="csr",
            ensure_all_finite=False,  # some estimators accept gaps, the others raise
            ensure_min_samples=2 if reset else 1,
        )
        return rows if shape is None else rows.reshape(shape)

    def _split(self, rows: Any) -> tuple[Any, Any]:
        """Split the rows into training and held-out rows, as all detectors do."""
        gap = gap_of(rows)
        start = validation_start(rows.shape[0], self.validation_split, gap=gap)
        return (rows, None) if start is None else (rows[: start - gap], rows[start:])

    def _fitted_on(self, training: Any) -> Any:
        return clone(self.estimator).fit(_thinned(training, self.max_rows))

    def _known_scores(self, rows: Any) -> NDArray[np.float64]:
        return self._known(rows, lambda: self._scores(rows))

    def _known(self, rows: Any, compute: Callable[[], T], *question: Any) -> T:
        """Return the result of `compute`, or the one that `memory` keeps for rows."""
        if self.memory is None or self._identity is None:
            return compute()
        key = identity(self, self._identity, *question, *_content(rows))
        return remember(self.memory, key, compute)

    def _scores(self, rows: Any) -> NDArray[np.float64]:
        size = max(1, BLOCK_VALUES // self.n_features_in_)
        blocks = [
            self.estimator_.score_samples(rows[start : start + size])
            for start in range(0, rows.shape[0], size)
        ]
        scores: NDArray[np.float64] = np.concatenate(blocks, dtype=np.float64)
        return scores


def _check_scores(estimator: Any) -> None:
    try:
        _ = estimator.score_samples
    except AttributeError as error:
        raise ValueError(
            f"estimator={estimator!r} has no score_samples, from which the threshold "
            "is learned. Pass an outlier detector that has it, such as "
            "IsolationForest, OneClassSVM or LocalOutlierFactor(novelty=True)."
        ) from error


def gap_of(rows: Any) -> int:
    """Return the number of following rows that a row overlaps with; 0 for records."""
    if not isinstance(rows, np.ndarray):
        return 0
    flat = rows.reshape(len(rows), -1)
    advance = row_advance(flat)
    return -(-flat.shape[1] // advance) - 1 if advance else 0


def _content(rows: Any) -> list[Any]:
    """Return the content of rows, with each value of a series once."""
    if not isinstance(rows, np.ndarray):
        return [rows]
    flat = rows.reshape(len(rows), -1)
    advance = row_advance(flat)
    return [rows.shape, flat[0], flat[1:, -advance:]] if advance else [rows]


def _thinned(rows: Any, max_rows: int | None) -> Any:
    n_rows = rows.shape[0]
    if max_rows is None or n_rows <= max_rows:
        return rows
    return rows[np.linspace(0, n_rows - 1, max_rows).astype(np.intp)]
