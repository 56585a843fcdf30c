"""Scaler for the channels of a series, whatever is wrong with them."""

import warnings
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_array, check_is_fitted

from skanomaly._ignored import REQUESTED, bridged, training_series
from skanomaly._validation import FLOATS, validated_series
from skanomaly.preprocessing._gaps import interpolate_series

Floats = NDArray[np.floating]

# A glitch is as many times as far from the median as nine in ten samples are at most.
GLITCH = 100
# Number of glitches that a channel of a few hundred samples may have.
MOST_GLITCHES = 5
# Number of channels that a warning names.
_MOST_NAMED = 5


class SeriesScaler(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Standardize the channels of a series, whatever is wrong with some of them.

    It differs from `sklearn.preprocessing.StandardScaler` in two ways. Rare values do
    not count, whether they are anomalies or glitches, such as -9999 for a missing
    value: a few of them would make the scale so wide that nothing else is ever
    abnormal. A channel that hardly varies in training has no standard deviation of any
    meaning: its values become numbers of its smallest change, and any change of a
    constant channel has the size 1, whatever its unit.

    Attributes
    ----------
    mean_ : ndarray of shape (n_channels,)
        Mean of each channel, its values limited to their 1st to 99th percentile; the
        median of one that hardly varies.
    scale_ : ndarray of shape (n_channels,)
        Standard deviation of each channel, its values limited to the same range; the
        smallest change of one that hardly varies, 1 if it is constant.
    steady_ : ndarray of bool of shape (n_channels,)
        Channels that hardly vary: at most one sample in a hundred is larger than their
        median, and at most one is smaller.
    constant_ : ndarray of bool of shape (n_channels,)
        Channels that do not vary at all.
    glitches_ : ndarray of shape (n_glitches, 2)
        Row and channel of each glitch in the training series.
    n_features_in_ : int
        Number of channels.
    feature_names_in_ : ndarray of shape (n_channels,)
        Names of the channels, if `fit` saw a data frame with names.

    Notes
    -----
    Mean and deviation are those of values limited to the 1st to 99th percentile of a
    channel [1]_; of 20 to 99 samples, to the second smallest and the second largest
    value; of fewer, they are not limited. A value is a glitch if its distance from the
    median exceeds 100 times half the range from the 5th to the 95th percentile (the
    1st to the 99th, if the former is 0) and if that is so for at most one sample in a
    hundred, or five.
    `fit_transform` replaces glitches of the training series by interpolation, so that
    nothing in a pipeline learns from them; `transform` keeps them, so that they are
    found.

    With the median m of a channel that hardly varies and its smallest change u, a
    change ``d = x - m`` becomes ``sign(d) * (1 + log2(max(1, abs(d) / u)))``, or 0
    within the rounding of m: its changes are too few to know how large they can be.
    Any change of a constant channel becomes its sign.

    References
    ----------
    .. [1] Tukey, J. W. (1962). The future of data analysis. The Annals of Mathematical
       Statistics 33(1), 1-67. https://doi.org/10.1214/aoms/1177704711

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly.preprocessing import SeriesScaler
    >>> X = np.tile([[1.0], [3.0]], (50, 1))
    >>> X[7] = -9999.0
    >>> import warnings
    >>> with warnings.catch_warnings(action="ignore"):
    ...     scaler = SeriesScaler().fit(X)
    >>> scaler.transform([[1.0], [3.0]]).round(1).ravel()
    array([-1.,  1.])
    """

    # Not a parameter of `__init__`: what `fit` asks of a pipeline.
    __metadata_request__fit: ClassVar[dict[str, bool]] = REQUESTED

    def fit(
        self, X: ArrayLike, y: Any = None, *, ignore: ArrayLike | None = None
    ) -> Self:
        """Learn the mean and the scale of each channel.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_channels)
            Training series, in time order.
        y : None
            Ignored.
        ignore : array-like of shape (n_samples,), default=None
            True for samples that are left out. They may be NaN.

        Returns
        -------
        self : object
            The fitted scaler.

        Raises
        ------
        ValueError
            If a sample that is not left out is NaN or infinite.

        Warns
        -----
        UserWarning
            If channels are constant, or have glitches.
        """
        self._fit(X, ignore)
        return self

    def fit_transform(
        self, X: ArrayLike, y: Any = None, *, ignore: ArrayLike | None = None
    ) -> Floats:
        """Fit to a series and return it scaled, with its glitches interpolated.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_channels)
            Training series, in time order.
        y : None
            Ignored.
        ignore : array-like of shape (n_samples,), default=None
            True for samples that are left out, which are interpolated as well.

        Returns
        -------
        scaled : ndarray of shape (n_samples, n_channels)
        """
        return self._scaled(self._fit(X, ignore))

    def transform(self, X: ArrayLike) -> Floats:
        """Return a series on the scale of the training series.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_channels)
            Series.

        Returns
        -------
        scaled : ndarray of shape (n_samples, n_channels)
        """
        check_is_fitted(self)
        return self._scaled(validated_series(self, X, reset=False, copy=True))

    def inverse_transform(self, X: ArrayLike) -> Floats:
        """Return values in the unit of the series.

        A constant channel comes back as its constant, since no other value of it is
        known.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_channels)
            Scaled values; NaN where there is none.

        Returns
        -------
        series : ndarray of shape (n_samples, n_channels)
        """
        check_is_fitted(self)
        scaled = check_array(X, copy=True, dtype=FLOATS, ensure_all_finite="allow-nan")
        if scaled.shape[1] != self.n_features_in_:
            raise ValueError(
                f"X has {scaled.shape[1]} channels, but the training series had "
                f"{self.n_features_in_}. Pass values of all of them."
            )
        size = np.abs(scaled[:, self.steady_])
        changes = np.where(size > 1, np.exp2(size - 1), size)
        scaled[:, self.steady_] = np.copysign(changes, scaled[:, self.steady_])
        scaled[:, self.constant_] *= 0  # a gap stays one
        series: Floats = scaled * self.scale_ + self.mean_
        return series

    def is_glitch(self, X: ArrayLike) -> NDArray[np.bool_]:
        """Return which values are as far from the median as glitches in training.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_channels)
            Series.

        Returns
        -------
        is_glitch : ndarray of shape (n_samples, n_channels)
            False for channels whose training series had too many to be glitches, or
            that hardly vary.
        """
        check_is_fitted(self)
        series = validated_series(self, X, reset=False)
        with np.errstate(over="ignore"):
            far: NDArray[np.bool_] = np.abs(series - self._median) > self._limit
        return far

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def _fit(self, X: ArrayLike, ignore: ArrayLike | None) -> Floats:
        """Learn from a series, and return it without glitches and ignored samples."""
        series, ignored = training_series(self, X, ignore)
        if ignored is None:
            return self._learned(series, np.arange(len(series)))
        kept = np.flatnonzero(~ignored)
        series[kept] = self._learned(series[kept], kept)
        return bridged(series, ignored)

    def _learned(self, series: Floats, rows: NDArray[np.intp]) -> Floats:
        """Learn from samples of some rows, and return them without glitches."""
        ranked = np.sort(series, axis=0)
        more = len(series) // 20
        few = max(len(series) // 100, min(more, 1))  # a single one of few samples
        low, high = ranked[few], ranked[-1 - few]
        fifth, upper = ranked[more], ranked[-1 - more]
        median = ranked[len(series) // 2]
        with np.errstate(over="ignore"):
            changes = np.abs(series.astype(np.float64) - median)
        self._rounding = 4 * np.finfo(series.dtype).eps * np.abs(median)
        changes[changes <= self._rounding] = 0
        self.steady_ = high - low <= self._rounding
        self.constant_ = ~changes.any(axis=0)
        with np.errstate(over="ignore"):
            usual = np.where(upper > fifth, upper - fifth, high - low) / 2
            limit = GLITCH * usual
            is_glitch = (changes > limit) & ~self.steady_
        # What occurs more often belongs to the channel.
        are_rare = is_glitch.sum(axis=0) <= max(MOST_GLITCHES, len(series) // 100)
        is_glitch &= are_rare
        has_limit = are_rare & ~self.steady_
        self._median, self._limit = median, np.where(has_limit, limit, np.inf)
        place, channel = np.nonzero(is_glitch)
        self.glitches_ = np.column_stack([rows[place], channel])
        self._warn(series[is_glitch])
        if len(place):
            filled = interpolate_series(np.where(is_glitch, np.nan, series))
            series = filled.astype(series.dtype)
        # Rare values have little to do with the usual size of a channel's changes.
        limited = np.clip(series, low, high, dtype=np.float64)
        smallest = np.where(changes > 0, changes, np.inf).min(axis=0)
        smallest[self.constant_] = 1
        with np.errstate(all="ignore"):
            mean = limited.mean(axis=0)
            # Squares of tiny values would be 0.
            spread = np.where(self.steady_, 1, high.astype(np.float64) - low)
            deviation = spread * ((limited - mean) / spread).std(axis=0)
        self.mean_ = np.where(self.steady_, median, mean)
        self.scale_ = np.where(self.steady_, smallest, deviation)
        if not np.isfinite([self.mean_, self.scale_]).all():
            raise ValueError(
                "X has values that are too large for a mean or a standard deviation. "
                "Divide it by a power of ten."
            )
        return series

    def _scaled(self, series: Floats) -> Floats:
        scaled: Floats = series.astype(np.float64) - self.mean_
        changes = scaled[:, self.steady_]
        changes[np.abs(changes) <= self._rounding[self.steady_]] = 0
        with np.errstate(over="ignore"):
            scaled /= self.scale_
        # A constant channel has no unit in which a change would be large or small.
        ratio = np.maximum(np.abs(changes) / self.scale_[self.steady_], 1)
        ratio[:, self.constant_[self.steady_]] = 1
        scaled[:, self.steady_] = np.sign(changes) * (1 + np.log2(ratio))
        # Values beyond the range of single precision are the largest ones within it.
        limit = np.finfo(np.float32).max
        return np.clip(scaled, -limit, limit).astype(series.dtype)

    def _warn(self, glitches: Floats) -> None:
        if self.constant_.any():
            warnings.warn(
                f"{self._named(self.constant_)} constant in the training series: any "
                "later change has the same size, whatever its unit. Leave out channels "
                "that say nothing.",
                stacklevel=5,
            )
        if len(self.glitches_):
            row = self.glitches_[0, 0]
            with_glitches = np.zeros_like(self.constant_)
            with_glitches[self.glitches_[:, 1]] = True
            warnings.warn(
                f"{len(self.glitches_):,} value(s) of the training series are more "
                f"than {GLITCH} times as far from the median as nine in ten others, "
                f"the first in row {row}: {glitches[0]:g}. They are "
                f"interpolated for the training; {self._named(with_glitches)} "
                "affected. If they stand for missing values, replace them in all data.",
                stacklevel=5,
            )

    def _named(self, chosen: NDArray[np.bool_]) -> str:
        """Return the names of channels as the subject of a sentence."""
        names = getattr(self, "feature_names_in_", np.arange(len(chosen)))[chosen]
        shown = ", ".join(map(repr, names[:_MOST_NAMED].tolist()))
        if len(names) > _MOST_NAMED:
            shown += f" and {len(names) - _MOST_NAMED} more"
        return f"channel {shown} is" if len(names) == 1 else f"channels {shown} are"
