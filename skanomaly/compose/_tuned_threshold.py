"""A threshold that is learned from labels."""

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
from skanomaly.compose._threshold_detector import gap_of
from skanomaly.detection import ask
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
    """Learn the threshold of an outlier detector from labelled data.

    The detector is trained once for each fold and once on all data, however many
    thresholds are tried: each fold is scored by the detector that was trained without
    it, and the offset is the one by which these scores are judged best. It works where
    some anomalies are labelled and later ones are like them. With one or two labelled
    events it learns little that a rule without labels does not give.

    Parameters
    ----------
    estimator : estimator
        Outlier detector with ``score_samples``, or a pipeline that ends with one, such
        as `make_detector` returns.
    scoring : str or callable, default="event_f1"
        A metric of labels, as `skanomaly.metrics.make_anomaly_scorer` takes it, or
        what that returns.
    thresholds : int or array-like of float, default=100
        How many offsets to try, or which. A number of them call up to half of the
        scored samples anomalous, or as many as are labelled so.
    cv : int, splitter, iterable, "prefit" or None, default=None
        How the folds are made. None and whole numbers make a `TimeSeriesSplit`, of 3
        or so many folds, with a gap of a window between training and test part.
        ``"prefit"`` takes `estimator` as fitted on other data, and all of X for scores.
    n_jobs : int or None, default=None
        Folds to train at the same time, as joblib takes it.

    Attributes
    ----------
    estimator_ : estimator
        The detector, fitted on all data.
    best_threshold_ : float
        The offset that was judged best: what scores below it is anomalous.
    best_score_ : float
        What was reached by it.
    offset_ : float
        As `best_threshold_`.
    cv_results_ : dict of ndarray
        ``"thresholds"`` and ``"scores"``, as long as each other: the whole curve.
    n_features_in_ : int
        Values in a row, if `estimator_` knows.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns, if `estimator_` knows.

    See Also
    --------
    ThresholdDetector : A threshold learned without labels.
    skanomaly.plotting.ThresholdCurveDisplay : Draws the curve.

    Notes
    -----
    The scores of the folds are put in the order of time and judged together, so that
    each event counts once and folds without an event do no harm. Of neighbouring
    offsets that are as good as each other, the one in the middle of the widest such row
    is taken, which leaves room to both sides.

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

    @fit_context(prefer_skip_nested_validation=False)
    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Fit the detector, and learn the offset from labels.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The series, or rows: what `estimator` is fitted on.
        y : array-like of shape (n_samples,)
            Truth in {0, 1} with 1 anomalous, or in {+1, -1} with -1 anomalous.

        Returns
        -------
        self : object
            The fitted detector.

        Raises
        ------
        ValueError
            If y is missing, has other values or another length than X, or no anomaly
            in what is scored; if `scoring` judges scores; if folds overlap. All of it
            before anything is trained.
        """
        if hasattr(self, "offset_"):
            del self.offset_
        scorer = label_scorer(self.scoring)
        truth = _truth_of(X, y)
        if self.cv == "prefit":
            check_is_fitted(self.estimator)
            _check_anomalies(truth, "y")
            scored = np.arange(len(truth))
            scores = _scores(self.estimator, X)
            self.estimator_ = self.estimator
        else:
            window = _window(self.estimator, X)
            splits = _checked(self._splits(X, truth, window), truth)
            parts = Parallel(n_jobs=self.n_jobs)(
                delayed(_out_of_fold)(self.estimator, X, split, window)
                for split in splits
            )
            scored = np.concatenate([test for _, test in splits])
            order = np.argsort(scored, kind="stable")
            scored, scores = scored[order], np.concatenate(parts)[order]
            self.estimator_ = clone(self.estimator).fit(X)
        curve = threshold_curve(
            truth[scored], scores, scoring=scorer, offsets=self.thresholds
        )
        self.cv_results_ = {"thresholds": curve.offsets, "scores": curve.values}
        self.best_threshold_, self.best_score_ = curve.best()
        self.offset_ = self.best_threshold_
        return self

    def score_samples(self, X: ArrayLike) -> NDArray[np.float64]:
        """Score samples as the detector does: the lower, the more abnormal.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The series, or rows.

        Returns
        -------
        scores : ndarray of shape (n_samples,)
        """
        check_is_fitted(self)
        return _scores(self.estimator_, X)

    def assess(self, X: ArrayLike, *, step: int | None = None) -> Assessment:
        """Return errors and expected values as far as the detector knows them.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The series, or rows.
        step : int or None, default=None
            Step of a row that is its own sample, where `X` holds windows of a series.

        Returns
        -------
        assessment : Assessment
            That of the detector, see :func:`skanomaly.detection.ask`.
        """
        check_is_fitted(self)
        return ask(self.estimator_, X, step=step)

    @available_if(_has("score_channels"))
    def score_channels(self, X: ArrayLike) -> NDArray[np.float64]:
        """Tell what each channel adds to the error, where the detector does.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The series, or rows.

        Returns
        -------
        errors : ndarray of shape (n_samples, n_channels), values >= 0
        """
        check_is_fitted(self)
        errors: NDArray[np.float64] = self.estimator_.score_channels(X)
        return errors

    @property
    def n_features_in_(self) -> int:
        """Values in a row."""
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
            "None: without labels, use a threshold rule such as threshold='auto'."
        )
    truth = read_labels(y, name="y")
    n_samples = X.shape[0] if hasattr(X, "shape") else len(X)
    if len(truth) != n_samples:
        raise ValueError(
            f"y has {len(truth)} labels for {n_samples} samples in X: pass one label "
            "for each."
        )
    return truth


def _check_anomalies(truth: NDArray[np.bool_], where: str) -> None:
    if not truth.any():
        raise ValueError(
            f"{where} has no anomaly, by which a threshold could be judged. Label some "
            "anomalies, or use a threshold rule such as threshold='auto'."
        )


def _checked(splits: Iterator[Split], truth: NDArray[np.bool_]) -> list[Split]:
    folds = list(splits)
    times = np.bincount(np.concatenate([test for _, test in folds]))
    if times.max() > 1:
        raise ValueError(
            "cv tests some samples more than once, so they have more than one score. "
            "Use a splitter whose test parts do not overlap."
        )
    _check_anomalies(truth[: len(times)][times > 0], "what cv keeps for scoring")
    return folds


def _out_of_fold(
    estimator: Any, X: Any, split: Split, window: int
) -> NDArray[np.float64]:
    """Score the test part of a fold among its neighbours, not with padded windows."""
    train, test = split
    fitted = clone(estimator).fit(take_rows(X, train))
    first, last = int(test[0]), int(test[-1])
    if not window or len(test) != last - first + 1:
        return _scores(fitted, take_rows(X, test))
    begin = max(0, first - window)
    around = np.arange(begin, min(len(X), last + 1 + window))
    scores = _scores(fitted, take_rows(X, around))
    return scores[first - begin : last + 1 - begin]


def _window(estimator: Any, X: Any) -> int:
    """Return the window of a pipeline that makes windows, or 0."""
    steps = [step for _, step in getattr(estimator, "steps", [])]
    for i, step in enumerate(steps):
        if isinstance(step, Shingler):
            return int(clone(estimator[: i + 1]).fit(X)[-1].window_)
    return 0
