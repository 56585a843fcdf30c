"""Outlier detector with a threshold that is learned from labels."""

from collections.abc import Callable, Iterator
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, MetaEstimatorMixin, clone
from sklearn.model_selection import TimeSeriesSplit, check_cv
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from skanomaly._compat import (
    HasMethods,
    Interval,
    StrOptions,
    fit_context,
    take_rows,
)
from skanomaly._ignored import REQUESTED, Mask, near
from skanomaly.compose._rows import Training, fit_ignoring, gap_of
from skanomaly.detection import ask, reach_of
from skanomaly.detectors import Assessment, OffsetMixin
from skanomaly.events import read_labels
from skanomaly.metrics import label_scorer, threshold_curve
from skanomaly.windows import Shingler

Split = tuple[NDArray[np.intp], NDArray[np.intp]]


def _has(name: str) -> Callable[[Any], bool]:
    def check(self: Any) -> bool:
        getattr(getattr(self, "estimator_", self.estimator), name)
        return True

    return check


class TunedThresholdDetectorCV(MetaEstimatorMixin, OffsetMixin, BaseEstimator):
    """Outlier detector with a threshold that is learned from labelled data.

    Each fold is scored by a detector that was trained without it, and the offset is the
    one with the best metric on these scores. The detector is trained once per fold and
    once on all data, independently of the number of thresholds. It works if some
    anomalies are labelled and later ones resemble them. With only one or two labelled
    events, it is hardly better than a rule without labels.

    Parameters
    ----------
    estimator : estimator
        Outlier detector with ``score_samples``, or pipeline that ends with one, such as
        those of `make_detector`.
    scoring : str or callable, default="event_f1"
        Metric of labels as accepted by `skanomaly.metrics.make_anomaly_scorer`, or a
        scorer returned by it.
    thresholds : int or array-like of float, default=100
        Number of offsets to try, or the offsets themselves. With a number, the offsets
        label up to half of the scored samples anomalous, or as many as are labelled so
        in `y`.
    cv : int, splitter, iterable, "prefit" or None, default=None
        Splitting strategy. None and integers mean a `TimeSeriesSplit` of 3 or of that
        many folds, with a gap of one window between training and test part. With
        ``"prefit"``, `estimator` is already fitted on other data and all of X is
        scored.
    n_jobs : int or None, default=None
        Number of folds to train in parallel, as in joblib.

    Attributes
    ----------
    estimator_ : estimator
        Detector fitted on all data.
    best_threshold_ : float
        Offset with the best metric; samples that score below it are anomalous.
    best_score_ : float
        Value of the metric at `best_threshold_`.
    offset_ : float
        Same as `best_threshold_`.
    cv_results_ : dict of ndarray
        Curve of the metric: ``"thresholds"`` and ``"scores"``, both of shape
        (n_thresholds,).
    n_features_in_ : int
        Number of values per row, if `estimator_` has this attribute.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns, if `estimator_` has this attribute.

    See Also
    --------
    ThresholdDetector : Outlier detector with a threshold learned without labels.
    skanomaly.plotting.ThresholdCurveDisplay : Draw the curve of the metric.

    Notes
    -----
    The scores of all folds are put in order of time and evaluated together, so that
    each event counts once and folds without an event do no harm. If several adjacent
    offsets are equally good, the middle of the widest range of them is chosen, which
    leaves a margin on both sides.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.ensemble import IsolationForest
    >>> from skanomaly import TunedThresholdDetectorCV
    >>> rng = np.random.default_rng(0)
    >>> X, y = rng.normal(size=(400, 2)), np.zeros(400, dtype=int)
    >>> X[40::40] += 6
    >>> y[40::40] = 1
    >>> tuned = TunedThresholdDetectorCV(IsolationForest(random_state=0)).fit(X, y)
    >>> tuned.best_score_
    1.0
    >>> tuned.predict([[0, 0], [6, 6]])
    array([ 1, -1])
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "estimator": [HasMethods(["fit"])],
        "scoring": [str, callable],
        "thresholds": [Interval(Integral, 2, None, closed="left"), "array-like"],
        "cv": ["cv_object", StrOptions({"prefit"})],
        "n_jobs": [Integral, None],
    }

    def __init__(
        self,
        estimator: Any,
        *,
        scoring: Any = "event_f1",
        thresholds: Any = 100,
        cv: Any = None,
        n_jobs: int | None = None,
    ) -> None:
        self.estimator = estimator
        self.scoring = scoring
        self.thresholds = thresholds
        self.cv = cv
        self.n_jobs = n_jobs

    # What `fit` asks of a pipeline.
    __metadata_request__fit: ClassVar[dict[str, bool]] = REQUESTED

    @fit_context(prefer_skip_nested_validation=False)
    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike | None = None,
        *,
        ignore: ArrayLike | None = None,
    ) -> Self:
        """Fit the detector and learn the offset from labels.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Series or rows to fit `estimator` on.
        y : array-like of shape (n_samples,)
            Truth in {0, 1} with 1 anomalous, or in {+1, -1} with -1 anomalous.
        ignore : array-like of shape (n_samples,), default=None
            True for samples that are left out of the fits and of the metric.

        Returns
        -------
        self : object
            The fitted detector.

        Raises
        ------
        ValueError
            If y is missing, has other values or another length than X, or has no
            anomaly among the scored samples; if `scoring` is a metric of scores; if the
            test parts of folds overlap. Raised before any training.
        """
        if hasattr(self, "offset_"):
            del self.offset_
        scorer = label_scorer(self.scoring)
        truth = _truth_of(X, y)
        given = Training.of(X, ignore)
        left_out = given.touched
        if self.cv == "prefit":
            check_is_fitted(self.estimator)
            _check_anomalies(truth, "y", left_out)
            scored = np.arange(len(truth))
            scores = _scores(self.estimator, given.judged)
            self.estimator_ = self.estimator
        else:
            window = _window(self.estimator, X, ignore)
            splits = _checked(
                self._splits(given.judged, truth, window), truth, left_out
            )
            parts = Parallel(n_jobs=self.n_jobs)(
                delayed(_out_of_fold)(self.estimator, given, split, window)
                for split in splits
            )
            scored = np.concatenate([test for _, test in splits])
            order = np.argsort(scored, kind="stable")
            scored, scores = scored[order], np.concatenate(parts)[order]
            self.estimator_ = fit_ignoring(clone(self.estimator), X, ignore)
        if left_out is not None:
            # Scores near ignored samples are no false alarms.
            unseen = near(left_out, *reach_of(self.estimator_)) & ~truth | left_out
            scored, scores = scored[~unseen[scored]], scores[~unseen[scored]]
        curve = threshold_curve(
            truth[scored], scores, scoring=scorer, offsets=self.thresholds
        )
        self.cv_results_ = {"thresholds": curve.offsets, "scores": curve.values}
        self.best_threshold_, self.best_score_ = curve.best()
        self.offset_ = self.best_threshold_
        return self

    def score_samples(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the scores of the detector; the lower, the more abnormal.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Series or rows.

        Returns
        -------
        scores : ndarray of shape (n_samples,)
            Scores as returned by ``estimator_.score_samples``.
        """
        check_is_fitted(self)
        return _scores(self.estimator_, X)

    def assess(self, X: ArrayLike, *, step: int | None = None) -> Assessment:
        """Return errors and, if the detector has them, expected values.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Series or rows.
        step : int or None, default=None
            Step of a row that is its own sample, if `X` holds windows of a series.

        Returns
        -------
        assessment : Assessment
            Assessment of the detector, see :func:`skanomaly.detection.ask`.
        """
        check_is_fitted(self)
        return ask(self.estimator_, X, step=step)

    @available_if(_has("score_channels"))
    def score_channels(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the contribution of each channel to the error.

        Only available if the detector has ``score_channels``.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Series or rows.

        Returns
        -------
        errors : ndarray of shape (n_samples, n_channels), values >= 0
            Errors per channel.
        """
        check_is_fitted(self)
        errors: NDArray[np.float64] = self.estimator_.score_channels(X)
        return errors

    @property
    def n_features_in_(self) -> int:
        """Number of values per row."""
        check_is_fitted(self)
        return int(self.estimator_.n_features_in_)

    @property
    def feature_names_in_(self) -> NDArray[np.object_]:
        """Names of the columns."""
        check_is_fitted(self)
        names: NDArray[np.object_] = self.estimator_.feature_names_in_
        return names

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator).input_tags
        tags.input_tags.sparse = inner.sparse
        tags.input_tags.allow_nan = inner.allow_nan
        tags.target_tags.required = True
        return tags

    def _splits(self, X: Any, truth: NDArray[np.bool_], window: int) -> Iterator[Split]:
        if self.cv is None or isinstance(self.cv, Integral):
            gap = window or gap_of(X)
            splitter = TimeSeriesSplit(3 if self.cv is None else int(self.cv), gap=gap)
        else:
            splitter = check_cv(self.cv, truth, classifier=False)
        yield from splitter.split(np.empty(len(truth)), truth)


def _scores(estimator: Any, X: Any) -> NDArray[np.float64]:
    return np.asarray(estimator.score_samples(X), dtype=np.float64)


def _truth_of(X: Any, y: Any) -> NDArray[np.bool_]:
    if y is None:
        raise ValueError(
            "TunedThresholdDetectorCV requires y to be passed, but the target y is "
            "None. Pass labels, or use a threshold rule such as threshold='auto'."
        )
    truth = read_labels(y, name="y")
    n_samples = X.shape[0] if hasattr(X, "shape") else len(X)
    if len(truth) != n_samples:
        raise ValueError(
            f"y has {len(truth)} labels for {n_samples} samples in X. Pass one label "
            "per sample."
        )
    return truth


def _check_anomalies(
    truth: NDArray[np.bool_], where: str, ignored: Mask | None = None
) -> None:
    if not (truth if ignored is None else truth & ~ignored).any():
        raise ValueError(
            f"{where} has no anomaly to learn a threshold from. Label some anomalies, "
            "or use a threshold rule such as threshold='auto'."
        )


def _checked(
    splits: Iterator[Split], truth: NDArray[np.bool_], ignored: Mask | None
) -> list[Split]:
    folds = list(splits)
    times = np.bincount(np.concatenate([test for _, test in folds]))
    if times.max() > 1:
        raise ValueError(
            "cv tests some samples more than once, but each may have only one score. "
            "Pass a splitter whose test parts do not overlap."
        )
    tested = np.flatnonzero(times)
    left_out = None if ignored is None else ignored[tested]
    _check_anomalies(truth[tested], "y in the folds of cv", left_out)
    return folds


def _out_of_fold(
    estimator: Any, given: Training, split: Split, window: int
) -> NDArray[np.float64]:
    """Return scores of the test part, with windows that extend beyond its edges."""
    train, test = split
    X, fitted = given.judged, given.part(train).fitted(clone(estimator))
    first, last = int(test[0]), int(test[-1])
    if not window or len(test) != last - first + 1:
        return _scores(fitted, take_rows(X, test))
    begin = max(0, first - window)
    around = np.arange(begin, min(X.shape[0], last + 1 + window))
    scores = _scores(fitted, take_rows(X, around))
    return scores[first - begin : last + 1 - begin]


def _window(estimator: Any, X: Any, ignore: Any = None) -> int:
    """Return the window of a pipeline in samples, or 0 if it makes no windows."""
    steps = [step for _, step in getattr(estimator, "steps", [])]
    for i, step in enumerate(steps):
        if isinstance(step, Shingler):
            windows = fit_ignoring(clone(estimator[: i + 1]), X, ignore)
            return int(windows[-1].window_)
    return 0
