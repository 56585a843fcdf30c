"""Outlier detector with a threshold rule of this package."""

from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, MetaEstimatorMixin, clone
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted

from skanomaly._compat import HasMethods, Interval, fit_context
from skanomaly._ignored import REQUESTED, check_ignored
from skanomaly._memory import MEMORY
from skanomaly.compose._repeats import with_enough_neighbors
from skanomaly.compose._rows import RowsMixin, Training, gap_of
from skanomaly.detection import ask, innermost, reach_of
from skanomaly.detectors import Assessment, OffsetMixin
from skanomaly.thresholds import AutoThreshold, is_auto, resolve_threshold

# Values of independent rows to score at once, since estimators copy their input.
BLOCK_VALUES = 2**22


class ThresholdDetector(RowsMixin, MetaEstimatorMixin, OffsetMixin, BaseEstimator):
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
        Threshold rule, see `skanomaly.resolve_threshold`. ``"auto"`` is
        a :class:`skanomaly.thresholds.AutoThreshold`. Rules that multiply an error, as
        ``"max:2"``, and ``"auto"`` where fewer than a hundred rows are held out, suit
        errors that start at 0, such as those of the detectors of this package. Scores
        of scikit-learn's detectors have another origin, so that no score may ever
        exceed such a threshold.
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
    tail_ : ErrorTail
        Median and number of runs of the errors that the offset was learned from, see
        :class:`skanomaly.thresholds.ErrorTail`.
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

    # What `fit` asks of a pipeline.
    __metadata_request__fit: ClassVar[dict[str, bool]] = REQUESTED

    @fit_context(prefer_skip_nested_validation=False)
    def fit(
        self, X: ArrayLike, y: Any = None, *, ignore: ArrayLike | None = None
    ) -> Self:
        """Fit the estimator on mostly normal rows and learn the offset.

        Parameters
        ----------
        X : array-like of shape (n_rows, n_features) or (n_rows, window, n_channels)
            Windows of a series in order of time, or independent records. Their shape is
            kept for the estimator.
        y : Ignored
            Not used, present for API consistency by convention.
        ignore : array-like of shape (n_rows,), default=None
            True for rows, or samples of windows, that are left out. Neither the
            estimator nor the rule sees a row that holds one of them.

        Returns
        -------
        self : object
            The fitted detector.

        Raises
        ------
        ValueError
            If the estimator has no ``score_samples`` or does not accept X, or if
            `ignore` leaves out too much.
        """
        rule = resolve_threshold(self.threshold)
        _check_scores(self.estimator)
        given = Training.of(self._check_rows(X, reset=True), ignore)
        window = gap_of(given.judged) + 1
        if is_auto(self.threshold):
            rule = AutoThreshold(block=window)
        training, start = self._split(given)
        self.estimator_ = self._fitted(given, lambda: self._fitted_on(training))
        held_out = given.part(slice(start, None))
        learned = held_out.learned(self.estimator_)
        check_ignored(learned, window)
        scores = self._known_scores(held_out.judged)[learned]
        self.n_held_out_ = len(scores) if start else 0
        self._learn_offset(rule, scores)
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
            return Assessment.of_scores(self._known_scores(rows))
        return self._known(
            rows, lambda: ask(self.estimator_, rows, step=step), "assess", step
        )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator).input_tags
        tags.input_tags.sparse = inner.sparse
        tags.input_tags.allow_nan = inner.allow_nan
        return tags

    def _fitted_on(self, training: Training) -> Any:
        estimator, rows, known = clone(self.estimator), training.rows, training.known
        if self.max_rows is None or rows.shape[0] <= self.max_rows:
            return training.fitted(with_enough_neighbors(estimator, rows, known))
        n_rows = min(len(known), self.max_rows)
        some = known[np.linspace(0, len(known) - 1, n_rows).astype(np.intp)]
        return with_enough_neighbors(estimator, rows, some).fit(rows[some])

    def _known_scores(self, rows: Any) -> NDArray[np.float64]:
        return self._known(rows, lambda: self._scores(rows))

    def _scores(self, rows: Any) -> NDArray[np.float64]:
        n_rows, size = rows.shape[0], max(1, BLOCK_VALUES // self.n_features_in_)
        if not _sees_single_rows(self.estimator_):
            size = n_rows
        blocks = [
            self.estimator_.score_samples(rows[start : start + size])
            for start in range(0, n_rows, size)
        ]
        scores: NDArray[np.float64] = np.concatenate(blocks, dtype=np.float64)
        return scores


def _sees_single_rows(estimator: Any) -> bool:
    """Return whether a score depends on no other row.

    Transformers without a window are taken to act on each row alone.
    """
    carries_state = getattr(innermost(estimator), "stateful", False)
    return not carries_state and not any(reach_of(estimator))


def _check_scores(estimator: Any) -> None:
    try:
        _ = estimator.score_samples
    except AttributeError as error:
        raise ValueError(
            f"estimator={estimator!r} has no score_samples, from which the threshold "
            "is learned. Pass an outlier detector that has it, such as "
            "IsolationForest, OneClassSVM or LocalOutlierFactor(novelty=True)."
        ) from error
