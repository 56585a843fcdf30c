"""Transformer from a series to rows of windows."""

import warnings
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_array, check_is_fitted

from skanomaly._compat import Interval, StrOptions, fit_context
from skanomaly._ignored import REQUESTED, Mask, training_series
from skanomaly._validation import validated_series
from skanomaly.windows._padding import n_compared, with_margins
from skanomaly.windows._period import find_period, usual_length
from skanomaly.windows._view import reach, sliding_view

# Number of automatic windows that the training series should hold.
MIN_WINDOWS = 8
# Number of samples that an automatic window has at least: fewer have no shape.
_FEWEST = 16
_COUNT = Interval(Integral, 1, None, closed="left")


def _is_flat(shingler: "Shingler") -> bool:
    return shingler.flatten


class Shingler(TransformerMixin, BaseEstimator):
    """Transform each sample of a series into the window around it.

    The number of rows is the number of samples, so that labels and cross-validation
    stay aligned. The rows are a read-only view of one padded copy of the series: a
    million windows of 400 steps take the memory of the series, not 400 times as much.
    The result depends on the order of the samples: a single sample, or samples in
    another order, have other windows.

    Parameters
    ----------
    window : int or "auto", default="auto"
        Number of steps in a row. ``"auto"`` is `periods` times the dominant period of
        the training series, found from its autocorrelation, and at least 16 samples,
        but fewer whole periods if the series does not hold `min_windows` of that
        length, and never more than `max_window` samples. If no period is clear, 100
        samples or a tenth of the series, whichever is less, replace the period.
    periods : float, default=1
        Number of periods in a window, such as 2 or 0.5. Only used with
        ``window="auto"``.
    min_windows : int or None, default=None
        Number of windows, side by side, that the training series should hold: with
        fewer, a model knows too few shapes. A given window is shortened until it does,
        an automatic one is only down to one period. None means 8 for automatic windows,
        and leaves a given window as it is.
    max_window : int, default=4096
        Largest number of steps in an automatic window: the time of most detectors grows
        with it. Only used with ``window="auto"``.
    align : {"end", "center"} or float, default="end"
        Position of a row's sample in its window: at the end, so that no row needs later
        samples, or at step ``window // 2``, which suits reconstruction. A number from 0
        to 1 is the fraction of the window before the sample: 0.75 is the middle of the
        second half, which suits forecasts of that half.
    pad : {"edge", "reflect", "period"}, default="edge"
        Values of windows beyond the ends of the series: the first and last sample, the
        mirror image of the series, or repetitions of its first and last dominant period
        (the mirror image if the training series has no period, or if a series is
        shorter than the period), or of several periods, such as a week of days, if it
        repeats itself better after these; not those with more than 4 % odd samples.
        With all but ``"edge"``, the first rows depend on later samples.
    flatten : bool, default=True
        Whether rows are flat, oldest step first with the channels of a step side by
        side, or have the shape (window, n_channels). The latter do not fit into a data
        frame and stay an array under any output configuration.

    Attributes
    ----------
    window_ : int
        Number of steps in a row.
    own_step_ : int
        Step of a row that is its own sample, from 0 to ``window_ - 1``: the last one,
        ``window_ // 2`` with ``align="center"``, or ``int(align * window_)``, but at
        most the last one.
    n_compared_ : int
        Number of samples at an end of a series that decide on the values beyond it.
    period_ : int or None
        Dominant period of the training series in samples. None if no period is clear,
        or if neither `window` nor `pad` depends on it.
    n_features_in_ : int
        Number of channels of the series seen in `fit`.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the channels, if `fit` saw a data frame with names.

    See Also
    --------
    skanomaly.overlap_mean : Spread one result per window over the samples.

    Notes
    -----
    With ``align="end"``, row i holds the samples ``i - window + 1`` to ``i``. A copy of
    the rows, or a data frame as output (`set_output`), stores every window separately.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly import Shingler
    >>> X = np.array([[1.0], [2.0], [3.0], [4.0]])
    >>> shingler = Shingler(window=3).fit(X)
    >>> shingler.transform(X)
    array([[1., 1., 1.],
           [1., 1., 2.],
           [1., 2., 3.],
           [2., 3., 4.]])
    >>> shingler.get_feature_names_out()
    array(['x0_lag2', 'x0_lag1', 'x0_lag0'], dtype=object)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "window": [StrOptions({"auto"}), _COUNT],
        "periods": [Interval(Real, 0, None, closed="neither")],
        "min_windows": [_COUNT, None],
        "max_window": [_COUNT],
        "align": [StrOptions({"end", "center"}), Interval(Real, 0, 1, closed="both")],
        "pad": [StrOptions({"edge", "reflect", "period"})],
        "flatten": ["boolean"],
    }

    def __init__(
        self,
        window: int | str = "auto",
        *,
        periods: float = 1,
        min_windows: int | None = None,
        max_window: int = 4096,
        align: float | str = "end",
        pad: str = "edge",
        flatten: bool = True,
    ) -> None:
        self.window = window
        self.periods = periods
        self.min_windows = min_windows
        self.max_window = max_window
        self.align = align
        self.pad = pad
        self.flatten = flatten

    # Not a parameter of `__init__`: what `fit` asks of a pipeline.
    __metadata_request__fit: ClassVar[dict[str, bool]] = REQUESTED

    @fit_context(prefer_skip_nested_validation=True)
    def fit(
        self, X: ArrayLike, y: object = None, *, ignore: ArrayLike | None = None
    ) -> Self:
        """Determine the length of the window.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_channels)
            Training series, in time order.
        y : None
            Ignored.
        ignore : array-like of shape (n_samples,), default=None
            True for samples that are left out: they are interpolated for the search for
            a period, and do not count for the length of the series. They may be NaN.

        Returns
        -------
        self : Shingler
            Fitted transformer.

        Raises
        ------
        ValueError
            If a sample that is not left out is NaN or infinite, or a parameter is out
            of its range.
        """
        self._fit(X, ignore)
        return self

    @fit_context(prefer_skip_nested_validation=True)
    def fit_transform(
        self, X: ArrayLike, y: object = None, *, ignore: ArrayLike | None = None
    ) -> NDArray[np.floating]:
        """Fit to a series and return the window of every sample.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_channels)
            Training series, in time order.
        y : None
            Ignored.
        ignore : array-like of shape (n_samples,), default=None
            True for samples that are left out. They are NaN in the windows, by which
            detectors that are passed `ignore` know the windows to leave out.

        Returns
        -------
        windows : ndarray of shape (n_samples, window_ * n_channels)
            As returned by `transform`.
        """
        return self._rows(*self._fit(X, ignore))

    def _fit(
        self, X: ArrayLike, ignore: ArrayLike | None
    ) -> tuple[NDArray[np.floating], Mask | None]:
        """Determine the window, and return the series and which samples are ignored."""
        series, ignored = training_series(self, X, ignore)
        n_kept = len(series) if ignored is None else int(np.sum(~ignored))
        asked = isinstance(self.window, str) or self.pad == "period"
        self.period_ = find_period(series) if asked else None
        self.window_ = self._length(n_kept)
        self._fits = len(series) >= self.window_
        if not self._fits:
            self._warn_of_padding(series, "Pass a shorter window or a longer series.")
        return series, ignored

    def _length(self, n_samples: int) -> int:
        """Return the length of the windows of a training series."""
        if not isinstance(self.window, str):
            if self.min_windows is None:
                return int(self.window)
            return max(1, min(int(self.window), n_samples // self.min_windows))
        period = self.period_ or usual_length(n_samples)
        least = self.min_windows or MIN_WINDOWS
        n_fitting = max(1, n_samples // (least * period))
        periods = min(max(self.periods, _FEWEST / period), n_fitting)
        return max(1, min(round(period * periods), self.max_window))

    def transform(self, X: ArrayLike) -> NDArray[np.floating]:
        """Return the window of every sample.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_channels)
            Series, in time order. One that is shorter than the window is padded, with
            a warning.

        Returns
        -------
        windows : ndarray of shape (n_samples, window_ * n_channels)
            Read-only view, oldest step first. Has the shape ``(n_samples, window_,
            n_channels)`` with ``flatten=False``.

        Raises
        ------
        ValueError
            If `X` contains NaN or infinity, or has another number of channels than
            the series seen in `fit`.
        """
        check_is_fitted(self)
        series = validated_series(self, X, reset=False)
        if self._fits and len(series) < self.window_:
            self._warn_of_padding(series, "Pass these samples with those before them.")
        return self._rows(series)

    def _rows(
        self, series: NDArray[np.floating], ignored: Mask | None = None
    ) -> NDArray[np.floating]:
        """Return the windows of a series, NaN where samples are ignored."""
        padded = with_margins(
            series,
            *reach(self.window_, self.align),
            pad=self.pad,
            period=self.period_,
            ignored=ignored,
        )
        rows = sliding_view(padded, self.window_)
        return rows if self.flatten else rows.reshape(len(rows), self.window_, -1)

    def inverse_transform(self, X: ArrayLike) -> NDArray[np.floating]:
        """Return the series, each sample as the mean over all windows that contain it.

        Parameters
        ----------
        X : array-like of shape (n_samples, window_ * n_channels)
            Windows as returned by `transform`, flat or not, or a reconstruction of
            them. Values beyond the ends of the series are ignored.

        Returns
        -------
        series : ndarray of shape (n_samples, n_channels)
            Series. It is exact if the rows are windows of a series.

        Raises
        ------
        ValueError
            If `X` has another shape than the windows.
        """
        check_is_fitted(self)
        values: NDArray[np.floating] = check_array(
            X, dtype=[np.float64, np.float32], allow_nd=True
        )
        n, n_channels = len(values), self.n_features_in_
        if values.shape[1:] not in (
            (self.window_ * n_channels,),
            (self.window_, n_channels),
        ):
            raise ValueError(
                f"X has shape {values.shape}, but windows of {self.window_} steps of "
                f"{n_channels} channels were expected: "
                f"(n_samples, {self.window_ * n_channels}) or "
                f"(n_samples, {self.window_}, {n_channels}). Pass windows as returned "
                "by the transform of this Shingler."
            )
        windows = values.reshape(n, self.window_, n_channels)
        before, after = reach(self.window_, self.align)
        own = windows[:, before]
        # Deviations from each sample's own row are zero for windows of a series, which
        # makes the result exact. A plain mean would round.
        deviations = np.zeros((n, n_channels))
        for step in range(self.window_):
            ahead = step - before
            rows = slice(max(0, -ahead), max(0, n - max(0, ahead)))
            samples = slice(rows.start + ahead, max(0, rows.stop + ahead))
            deviations[samples] += windows[rows, step] - own[samples]
        sample = np.arange(n)
        count = np.minimum(sample + before + 1, n) - np.maximum(sample - after, 0)
        series: NDArray[np.floating] = own + deviations / count[:, None]
        return series.astype(values.dtype, copy=False)

    @available_if(_is_flat)
    def get_feature_names_out(
        self, input_features: ArrayLike | None = None
    ) -> NDArray[np.object_]:
        """Return the name of each column: its channel and its lag.

        Parameters
        ----------
        input_features : array-like of str or None, default=None
            Names of the channels, which must match those seen in `fit`. None uses the
            latter, or ``x0, x1, ...`` if there are none.

        Returns
        -------
        names : ndarray of str objects
            Names such as ``x0_lag2, x0_lag1, x0_lag0``. With ``align="center"``, steps
            later than the row's sample are named ``x0_lead1, x0_lead2``.
        """
        # The only public check of feature names in scikit-learn is that of this mixin.
        channels = OneToOneFeatureMixin.get_feature_names_out(self, input_features)
        before, after = reach(self.window_, self.align)
        steps = [f"lag{before - step}" for step in range(before + 1)]
        steps += [f"lead{step}" for step in range(1, after + 1)]
        names = [f"{channel}_{step}" for step in steps for channel in channels]
        return np.array(names, dtype=object)

    @property
    def own_step_(self) -> int:
        """Step of a row that is its own sample."""
        check_is_fitted(self)
        before, _ = reach(self.window_, self.align)
        return before

    @property
    def n_compared_(self) -> int:
        """Number of samples at an end that decide on the values beyond it."""
        return n_compared(self.window_, self.pad, self.period_)

    def set_output(self, *, transform: str | None = None) -> Self:
        """Set the output container, as in scikit-learn.

        Parameters
        ----------
        transform : {"default", "pandas", "polars"} or None, default=None
            Container of the windows; None leaves it unchanged. A data frame stores a
            copy of every window.

        Returns
        -------
        self : Shingler
            The transformer.

        Raises
        ------
        ValueError
            If a data frame is requested with ``flatten=False``.
        """
        if self.flatten:
            super().set_output(transform=transform)
        elif transform not in (None, "default"):
            raise ValueError(
                f"transform={transform!r} requires two-dimensional output, but the "
                "windows have shape (n_samples, window, n_channels). Use "
                "Shingler(flatten=True), or keep the default output."
            )
        return self

    def _warn_of_padding(self, series: NDArray[np.floating], advice: str) -> None:
        """Warn that there is no row without padding."""
        warnings.warn(
            f"The series of {len(series)} sample(s) is shorter than the window of "
            f"{self.window_}, so that all rows hold padding. {advice}",
            UserWarning,
            stacklevel=4,  # beyond the wrappers of scikit-learn
        )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
