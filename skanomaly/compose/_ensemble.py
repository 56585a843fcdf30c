"""Ensemble of detectors whose errors are calibrated before they are averaged."""

from collections.abc import Iterable, Iterator, Sequence
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from skanomaly._compat import BaseComposition, Interval, fit_context
from skanomaly._ignored import REQUESTED, check_ignored
from skanomaly._memory import MEMORY
from skanomaly.compose._members import (
    ENOUGH_WINDOWS,
    Member,
    PowerSum,
    check_named,
    combined,
    is_dropped,
    learned_member,
    weights_of,
    without_padding,
)
from skanomaly.compose._rows import RowsMixin, Training
from skanomaly.detection import ask, reach_of
from skanomaly.detectors import Assessment, Calibration, OffsetMixin
from skanomaly.thresholds import (
    FixedThreshold,
    inner_offset,
    is_auto,
    resolve_threshold,
)

Floats = NDArray[np.float64]


class EnsembleDetector(RowsMixin, OffsetMixin, BaseComposition):
    """Average the errors of several detectors, on the scale of their training errors.

    Anomalies have lengths and shapes of their own, so each member may have windows of
    its own. The errors of each member and channel are calibrated on the training rows,
    so that members of any kind can be combined, and a power mean lets a member that is
    certain outweigh those that see nothing. A member that is abnormal all the time
    weakens the others.

    Parameters
    ----------
    estimators : list of (str, estimator)
        Members with their names: outlier detectors on the same rows, or pipelines on
        the same series, each with its own :class:`skanomaly.Shingler`. ``"drop"`` as an
        estimator leaves a member out. Clones are fitted.
    power : float, default=4.0
        Exponent of the power mean over members and channels, 1 to 100: 1 is the mean,
        larger values are closer to the maximum.
    weights : array-like of shape (n_estimators,) or None, default=None
        Weights of the members in the mean, None for equal ones.
    threshold : rule, float or str, default="quantile:0.01"
        Rule that learns the offset from the scores of the held-out rows, see
        :func:`skanomaly.resolve_threshold`. ``"auto"`` stands for an
        :class:`skanomaly.thresholds.AutoThreshold` on all training rows, a few of which
        may be abnormal, and at least one and a half times the 99th percentile of normal
        ones, if the windows of some are padded.
    validation_split : float, default=0.1
        Fraction of the rows, taken from the end, on which no member is fitted. If fewer
        than ten rows, or less than half of the rows to fit on, would remain, no rows
        are held out. The rule is learned from held-out rows if they hold eight windows
        of each member side by side, as fewer may all be quiet, or else from all rows
        but those of padded windows that members cut themselves.
    memory : str, path, joblib.Memory or None, default=None
        Folder that caches fitted members and assessments.
    n_jobs : int or None, default=None
        Number of threads that fit and score members, as in joblib.

    Attributes
    ----------
    estimators_ : list of estimator
        Fitted members, without those that are dropped.
    named_estimators_ : dict of str to estimator
        Fitted members by name.
    offset_ : float
        Score below which a row is labelled anomalous.
    tail_ : ErrorTail
        Median and number of runs of the errors that the offset was learned from, see
        :class:`skanomaly.thresholds.ErrorTail`.
    n_held_out_ : int
        Number of rows from which the rule was learned; 0 if it was learned from all.
    n_features_in_ : int
        Number of values per row.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns, if `fit` saw a data frame with names.

    See Also
    --------
    skanomaly.make_detector : ``make_detector("ensemble")`` makes the recommended one.

    Notes
    -----
    The error e of a member in a channel becomes ``log2(1 + max(0, (e - m) / (q - m)))``
    with the median m and the 99th percentile q of its errors of the training rows, the
    held-out ones included. The error of the ensemble is the power mean of these levels
    over members and channels, divided by its 99th percentile on the training rows: 1 is
    a row that is as abnormal as one in a hundred there. A member that does not separate
    channels counts as one value, in equal parts for all channels. Averaging of scores
    and their calibration are discussed in [1]_ and [2]_.

    References
    ----------
    .. [1] Aggarwal, C. C. and Sathe, S. (2015). Theoretical foundations and algorithms
       for outlier ensembles. ACM SIGKDD Explorations 17(1), 24-47.
       https://doi.org/10.1145/2830544.2830549
    .. [2] Kriegel, H.-P. et al. (2011). Interpreting and unifying outlier scores. SIAM
       International Conference on Data Mining, 13-24.
       https://doi.org/10.1137/1.9781611972818.2

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly import EnsembleDetector, NearestWindowDetector, PCADetector
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(300, 1)) * [1.0, 2.0, 3.0]
    >>> X += rng.normal(size=X.shape) / 9
    >>> members = [("pca", PCADetector()), ("nearest", NearestWindowDetector())]
    >>> detector = EnsembleDetector(members, threshold=3.0).fit(X)
    >>> detector.predict([[1.0, 2.0, 3.0], [1.0, 2.0, -3.0]])
    array([ 1, -1])
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "estimators": [list, tuple],
        "power": [Interval(Real, 1, 100, closed="both")],
        "weights": ["array-like", None],
        "threshold": [str, Interval(Real, None, None, closed="neither"), BaseEstimator],
        "validation_split": [Interval(Real, 0, 1, closed="left")],
        "memory": MEMORY,
        "n_jobs": [Integral, None],
    }

    def __init__(
        self,
        estimators: Sequence[tuple[str, Any]],
        *,
        power: float = 4.0,
        weights: Any = None,
        threshold: Any = "quantile:0.01",
        validation_split: float = 0.1,
        memory: Any = None,
        n_jobs: int | None = None,
    ) -> None:
        self.estimators = estimators
        self.power = power
        self.weights = weights
        self.threshold = threshold
        self.validation_split = validation_split
        self.memory = memory
        self.n_jobs = n_jobs

    __metadata_request__fit: ClassVar[dict[str, bool]] = REQUESTED

    @fit_context(prefer_skip_nested_validation=False)
    def fit(
        self, X: ArrayLike, y: Any = None, *, ignore: ArrayLike | None = None
    ) -> Self:
        """Fit the members on mostly normal rows, and learn their scales and the offset.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_channels), (n_rows, n_features) or \
                (n_rows, window, n_channels)
            Series for pipelines with a `Shingler`, or rows.
        y : Ignored
            Not used, present for API consistency by convention.
        ignore : array-like of shape (n_rows,), default=None
            True for samples or rows to leave out, of members, scales and threshold.

        Returns
        -------
        self : object
            The fitted detector.

        Raises
        ------
        ValueError
            If there are no members, two have the same name, one fails, which the
            message names, or members differ in the number of rows or channels.
        """
        rule, left = resolve_threshold(self.threshold), is_auto(self.threshold)
        if hasattr(self, "offset_"):
            del self.offset_
        named = self._members_to_fit()
        given = Training.of(self._check_rows(X, reset=True), ignore)
        training, start = self._split(given)
        self._members, self._power, self._usual, errors = self._fitted(
            given, lambda: self._learned(named, training, given)
        )
        reach = max(member.window for member in self._members)
        # The windows of the first held-out rows begin among those trained on.
        held_out = errors[start + reach :] if start and not left else errors[:0]
        held_out = held_out[~np.isnan(held_out)]
        inner, padded = without_padding(errors, *self._reach())
        if left:
            offset = inner_offset(0.0 - inner, 0.0 - padded, block=max(1, reach))
            rule = FixedThreshold(0.0 - offset)
        enough = held_out.size >= max(1, ENOUGH_WINDOWS * reach)
        self.n_held_out_ = held_out.size if enough else 0
        self._learn_offset(rule, 0.0 - (held_out if enough else inner))
        return self

    def score_samples(self, X: ArrayLike) -> Floats:
        """Return the score of each row: the negative error of the ensemble.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_channels), (n_rows, n_features) or \
                (n_rows, window, n_channels)
            Series or rows, as in `fit`.

        Returns
        -------
        scores : ndarray of shape (n_rows,), values <= 0
            The lower, the more abnormal. Of the training rows, one in a hundred is
            below -1.
        """
        return self._answered(X, expects=False).scores

    def score_channels(self, X: ArrayLike) -> Floats:
        """Return the contribution of each channel to the error.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_channels), (n_rows, n_features) or \
                (n_rows, window, n_channels)
            Series or rows, as in `fit`.

        Returns
        -------
        errors : ndarray of shape (n_rows, n_channels), values >= 0
            Sums to ``-score_samples(X)`` over the channels. One column if no member
            separates channels.
        """
        return self._answered(X, expects=False).errors

    def assess(self, X: ArrayLike, *, step: int | None = None) -> Assessment:
        """Return errors and expected values from a single pass of each member.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_channels), (n_rows, n_features) or \
                (n_rows, window, n_channels)
            Series or rows, as in `fit`.
        step : int or None, default=None
            Step of a row that is its own sample, for members on rows.

        Returns
        -------
        assessment : Assessment
            Errors, with the median of the expected values of the members with the
            longest windows, and the mean of their own errors, each divided by its 99th
            percentile on the training rows.
        """
        return self._answered(X, step)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters, those of members as ``name__parameter``.

        Parameters
        ----------
        deep : bool, default=True
            Whether to include members and their parameters.

        Returns
        -------
        params : dict of str to object
        """
        params: dict[str, Any] = self._get_params("estimators", deep=deep)
        return params

    def set_params(self, **params: Any) -> Self:
        """Set parameters; those of a member are named ``name__parameter``.

        Parameters
        ----------
        **params : dict
            Parameter names and values. The name of a member replaces it.

        Returns
        -------
        self : object
            The detector.
        """
        self._set_params("estimators", **params)
        return self

    @property
    def estimators_(self) -> list[Any]:
        """Fitted members."""
        check_is_fitted(self)
        return [member.estimator for member in self._members]

    @property
    def named_estimators_(self) -> dict[str, Any]:
        """Fitted members by name."""
        check_is_fitted(self)
        return {member.name: member.estimator for member in self._members}

    # Fitting.

    def _reach(self) -> tuple[int, int]:
        """Return how many samples before and after a sample its score depends on."""
        before, after = zip(
            *(reach_of(one.estimator) for one in self._members), strict=True
        )
        return max(before), max(after)

    def _members_to_fit(self) -> list[tuple[str, Any]]:
        check_named(self.estimators)
        names = [name for name, _ in self.estimators]
        self._validate_names(names)
        named = [(n, one) for n, one in self.estimators if not is_dropped(one)]
        if not named:
            raise ValueError(
                "estimators has no member to fit. Pass a list of (name, estimator), "
                "with at least one that is not 'drop'."
            )
        weights_of(self.estimators, self.weights)  # raises if they are none
        return named

    def _learned(
        self, named: list[tuple[str, Any]], training: Training, given: Training
    ) -> tuple[list[Member], float, float, Floats]:
        """Return members, power, usual error, and errors, NaN where none is learned."""
        weights = weights_of(self.estimators, self.weights)
        members: list[Member] = []
        total = PowerSum(self.power)
        learned = (
            delayed(learned_member)(*each, weight, training, given)
            for each, weight in zip(named, weights, strict=True)
        )
        n_learned = np.zeros(given.rows.shape[0])
        for member, apart, rows in self._one_by_one(learned):
            members.append(member)
            total.add(member, apart)
            n_learned[rows] += 1
        errors = total.errors(1.0).sum(axis=1)
        known = np.flatnonzero(n_learned == len(members))
        check_ignored(known, max(member.window for member in members))
        usual = float(Calibration.of(errors[known, np.newaxis]).usual[0])
        errors[n_learned < len(members)] = np.nan
        return members, self.power, usual, errors / usual

    # Scoring.

    def _answered(
        self, X: Any, step: int | None = None, *, expects: bool = True
    ) -> Assessment:
        check_is_fitted(self)
        rows = self._check_rows(X, reset=False)
        # What is remembered answers all questions.
        expects = expects or self.memory is not None
        return self._known(rows, lambda: self._assessed(rows, step, expects), step)

    def _assessed(self, rows: Any, step: int | None, expects: bool) -> Assessment:
        longest = max((one.window for one in self._members if one.expects), default=0)
        asked = (
            delayed(ask)(
                member.estimator,
                rows,
                step=step,
                expects=expects and member.window >= longest,
            )
            for member in self._members
        )
        return self.combine(self._one_by_one(asked))

    def combine(self, assessments: Iterable[Assessment]) -> Assessment:
        """Return the assessment of samples from those of the members.

        Parameters
        ----------
        assessments : iterable of Assessment
            What each of `estimators_` says of the same samples.

        Returns
        -------
        assessment : Assessment
            What `assess` returns.
        """
        return combined(self._members, assessments, self._power, self._usual)

    def _one_by_one(self, jobs: Iterable[Any]) -> Iterator[Any]:
        """Yield results in their order, each as soon as it is there.

        All at once, the assessments of many members would fill the memory.
        """
        parallel = Parallel(n_jobs=self.n_jobs, prefer="threads", return_as="generator")
        results: Iterator[Any] = parallel(jobs)
        return results
