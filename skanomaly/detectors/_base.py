"""Base class of the detectors: fit, scores and thresholds."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data

from skanomaly._compat import StrOptions, fit_context
from skanomaly._ignored import REQUESTED, read_ignored
from skanomaly._memory import MEMORY, identity, remember
from skanomaly.detectors._assessment import (
    LARGEST_ERROR,
    Assessment,
    Float32s,
    Judged,
    StepMeans,
)
from skanomaly.detectors._calibration import Calibration
from skanomaly.detectors._channels import POWERS, ChannelLayout, Combination
from skanomaly.detectors._decision import OffsetMixin
from skanomaly.detectors._inputs import View, flat
from skanomaly.detectors._own_errors import OwnErrorCurve
from skanomaly.detectors._parameters import (
    COUNT,
    FRACTION,
    NON_NEGATIVE,
    fitted,
    parameter,
    parameters,
)
from skanomaly.detectors._seed import draw_seed
from skanomaly.detectors._trimming import Trimming
from skanomaly.thresholds import FixedThreshold, auto_offset, is_auto, resolve_threshold
from skanomaly.windows import Sequences

# Number of training rows, spread over all of them, that scale the errors of channels.
CALIBRATED = 2**14

# Set from the input before training. `memory` leaves them out, since equal rows may
# have other column names.
_OF_THE_ROWS = ("feature_names_in_", "n_features_in_", "n_channels_")


@parameters
class BaseDetector(Trimming, OffsetMixin, BaseEstimator, ABC):
    """Base of the detectors.

    A detector combines a family and a learner. The family defines which part of a row
    the model sees (`_set_up`) and how its outputs turn into errors (`_judge`). The
    learner, a network or a simpler model, implements `_learn`. Errors are positive;
    the sign flips in `Assessment.scores` and nowhere else.
    """

    n_channels: int = parameter(1, COUNT)
    channel_model: str = parameter("joint", StrOptions({"joint", "shared", "separate"}))
    channels: str = parameter("power", StrOptions({"mean", *POWERS}))
    threshold: Any = parameter("quantile:0.01", str, NON_NEGATIVE, BaseEstimator)
    validation_split: float = parameter(0.1, FRACTION)
    memory: Any = parameter(None, *MEMORY)
    random_state: Any = parameter(None, "random_state")

    n_channels_: int = fitted()
    n_held_out_: int = fitted()
    _view: View = fitted()
    _models: Sequence[Any] = fitted()  # of type `Model`: one, or one per channel
    _layout: ChannelLayout = fitted()
    _combination: Combination = fitted()
    _fit_seed: int = fitted()  # integer drawn from `random_state`
    _identity: str | None = fitted()  # key of the fit in `memory`, if it is cached
    _rounding: float = fitted()  # mean squared error that rounding can cause

    # Part of the key of `memory`. It increases when a seed leads to other scores.
    _version: ClassVar[int] = 2
    # For detectors without this parameter. It has no annotation, which would make it a
    # parameter of every detector.
    warm_start = False
    __metadata_request__fit: ClassVar[dict[str, bool]] = REQUESTED

    @fit_context(prefer_skip_nested_validation=False)
    def fit(
        self, X: ArrayLike, y: Any = None, *, ignore: ArrayLike | None = None
    ) -> Self:
        """Fit the model to rows that are mostly normal and the offset to their scores.

        Parameters
        ----------
        X : array-like of shape (n_rows, window * n_channels) or \
                (n_rows, window, n_channels)
            Windows of a series in time order, or independent records.
        y : None
            Not used.
        ignore : array-like of shape (n_rows,), default=None
            True for rows to leave out; in windows of a series, for samples that are in
            no window to learn from. Windows of `Shingler.fit_transform` show them as
            NaN; of others, all that are less than a window away are left out.

        Returns
        -------
        self : object
            The fitted detector.

        Raises
        ------
        ValueError
            If X contains NaN or infinity, has too few rows or steps that are not left
            out, or a number of features that is not a multiple of `n_channels`, or if
            training diverges.
        """
        return self._fit(X, ignore, go_on=self.warm_start)

    def score_samples(self, X: ArrayLike) -> NDArray[np.float64]:
        """Compute the score of each row: its negative mean error.

        Parameters
        ----------
        X : array-like of shape (n_rows, window * n_channels) or \
                (n_rows, window, n_channels)
            Rows. The score of a row depends on that row alone.

        Returns
        -------
        scores : ndarray of shape (n_rows,), values <= 0
            The lower, the more abnormal. X should be standardized: residuals count by
            their square up to 1 and linearly beyond, unless the notes of the class
            define another error.
        """
        return self.assess(X).scores

    def score_channels(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the contribution of each channel to the error.

        Parameters
        ----------
        X : array-like of shape (n_rows, window * n_channels) or \
                (n_rows, window, n_channels)
            Rows.

        Returns
        -------
        errors : ndarray of shape (n_rows, n_channels), values >= 0
            Sums to ``-score_samples(X)`` over the channels.
        """
        return self.assess(X).errors

    def assess(self, X: ArrayLike, *, step: int | None = None) -> Assessment:
        """Return errors and expected values from a single pass of the model.

        Parameters
        ----------
        X : array-like of shape (n_rows, window * n_channels) or \
                (n_rows, window, n_channels)
            Rows.
        step : int or None, default=None
            Step of a row that is its own sample, from 0 to ``window - 1``, for which to
            return the expected value, the residual and the own error. None computes
            only the errors of the rows.

        Returns
        -------
        assessment : Assessment
            Errors of shape (n_rows, n_channels) and, if `step` is given and the model
            has an expected value there, ``expected``, ``residuals`` and ``own_errors``
            of the same shape.

        Raises
        ------
        ValueError
            If X has another shape than the rows seen in `fit` or contains NaN or
            infinity, or if `step` lies outside the row.
        """
        rows = self._check_rows(X)
        if step is not None and not 0 <= step < rows.window:
            raise ValueError(
                f"step={step} lies outside rows of {rows.window} steps. Pass a step "
                f"from 0 to {rows.window - 1}."
            )
        if self.memory is None or self._identity is None:
            return self._assess(rows, step)
        key = identity(self, self._identity, rows.values, rows.window, step)
        return remember(self.memory, key, lambda: self._assess(rows, step))

    # Hooks of the family (`_set_up`, `_judge`) and of the learner (`_learn`).

    @abstractmethod
    def _set_up(self, rows: Sequences, n_channels: int) -> View:
        """Return the part of a row that a model sees, or raise if rows are unfit."""

    @abstractmethod
    def _judge(self, model: Any, rows: Sequences) -> Iterator[Judged]:
        """Yield the outputs of a model for rows and their errors, batch by batch.

        All batches together have one entry per position in each sequence, as
        `Sequences.row_means` expects.
        """

    @abstractmethod
    def _learn(
        self,
        training: Sequences,
        held_out: Sequences | None,
        model: Any,
        *,
        partial: bool,
    ) -> Any:
        """Train a model further, or a new one if `model` is None, and return it.

        With `partial`, train for one epoch on all rows.
        """

    # Fitting and scoring, built on the hooks.

    def _fit(
        self, X: Any, ignore: Any = None, *, go_on: bool = False, partial: bool = False
    ) -> Self:
        rule = resolve_threshold(self.threshold)
        # Without an offset, the last fit failed: do not go on from there.
        go_on = go_on and hasattr(self, "offset_")
        if not go_on and hasattr(self, "offset_"):
            del self.offset_
        rows = self._check_rows(X, ignore, reset=not go_on)
        self._fit_seed = draw_seed(self.random_state)
        if self.memory is None or go_on or partial:
            self._identity = None
            errors = self._train_on(rows, go_on=go_on, partial=partial)
        else:
            seed = None if self.random_state is None else self._fit_seed
            key = identity(self, seed, rows.values, rows.window, rows.ignored)
            self._identity = key
            errors, state = remember(self.memory, key, lambda: self._learned_from(rows))
            self.__dict__.update(state)
        new = 0.0 - self._untrimmed(errors)
        if is_auto(self.threshold):
            every = rows.learned_from(self._assess(rows).errors).sum(axis=1)
            block = rows.window if rows.is_series else 1
            offset = auto_offset(0.0 - self._untrimmed(every), new, block=block)
            rule = FixedThreshold(0.0 - offset)
        self._learn_offset(rule, new)
        return self

    def _train_on(
        self, rows: Sequences, *, go_on: bool, partial: bool
    ) -> NDArray[np.float64]:
        """Train, and return the errors for the threshold, in the order of the rows."""
        if not go_on:
            self._layout = ChannelLayout.of(self.channel_model, self.n_channels_)
            self._view = self._set_up(rows, self._layout.n_seen)
            step = float(np.finfo(np.float32).eps * np.abs(rows.values).max())
            self._rounding = min(1.0, (4 * step) ** 2)
            self._models = [None] * self._layout.n_models
        training, held_out = rows.split(0.0 if partial else self.validation_split)
        validation: Any = [None] * len(self._models)
        if held_out is not None:
            validation = self._layout.parts(held_out)
        parts = zip(self._layout.parts(training), validation, self._models, strict=True)
        self._models = [self._learn(*each, partial=partial) for each in parts]
        self._combination = self._learned_combination(training)
        judged = held_out or training
        errors = judged.learned_from(self._assess(judged, check=True).errors)
        self.n_held_out_ = 0 if held_out is None else len(errors)
        summed: NDArray[np.float64] = errors.sum(axis=1)
        return summed

    def _learned_from(
        self, rows: Sequences
    ) -> tuple[NDArray[np.float64], dict[str, Any]]:
        """Train from scratch, and return the errors and all attributes that are set."""
        errors = self._train_on(rows, go_on=False, partial=False)
        not_learned = {*self.get_params(deep=False), *_OF_THE_ROWS}
        return errors, {n: v for n, v in vars(self).items() if n not in not_learned}

    def _check_rows(
        self, X: Any, ignore: Any = None, *, reset: bool = False
    ) -> Sequences:
        if not reset:
            check_is_fitted(self)
        n_channels = self.n_channels if reset else self.n_channels_
        # One channel is the default, which a 3-D X overrides.
        X, n_channels = flat(X, n_channels, or_any=reset and n_channels == 1)
        X = validate_data(
            self,
            X,
            reset=reset,
            dtype=(np.float64, np.float32),
            ensure_all_finite=False,  # checked on the series instead of its windows
            ensure_min_samples=2 if reset else 1,
        )
        if X.shape[1] % n_channels:
            raise ValueError(
                f"X has {X.shape[1]} features per row, which is not a multiple of "
                f"n_channels={n_channels}. Pass the right n_channels or wider rows."
            )
        if reset:
            self.n_channels_ = n_channels
        return Sequences.from_rows(X, n_channels, read_ignored(ignore, len(X)))

    def _assess(
        self, rows: Sequences, step: int | None = None, *, check: bool = False
    ) -> Assessment:
        at_step = None
        if step is not None:
            at_step = StepMeans(
                self._layout.arranged(rows),
                step,
                first_target=self._view.first_target,
                rounding=self._rounding,
            )
        apart = self._errors_apart(rows, at_step, check=check)
        errors = self._combination.contributions(apart)
        if at_step is None or not at_step.n_covering:
            return Assessment(errors, apart=apart)
        unit, means = self._combination.unit, at_step.means()
        expected, squares, cubes, own_errors = map(self._layout.by_row, means)
        own_errors = self._without_rounding(own_errors) / unit
        residuals = rows.at_step(at_step.step) - expected
        known = OwnErrorCurve(expected, squares, cubes, unit)
        curve = known if at_step.of_residuals else None
        return Assessment(errors, expected, residuals, own_errors, curve, apart)

    def _errors_apart(
        self, rows: Sequences, at_step: StepMeans | None = None, *, check: bool = False
    ) -> NDArray[np.float64]:
        """Return the mean error of each channel of each row, by itself."""
        positions = self._position_errors(rows, at_step, check=check)
        means = self._layout.arranged(rows).row_means(positions)
        return self._without_rounding(self._layout.by_row(means))

    def _position_errors(
        self, rows: Sequences, at_step: StepMeans | None = None, *, check: bool = False
    ) -> Float32s:
        """Return the error of each position, and add each batch to `at_step`."""
        errors = []
        for part, model in zip(self._layout.parts(rows), self._models, strict=True):
            for judged in self._judge(model, part):
                errors.append(judged.errors)
                if at_step is not None:
                    at_step.add(judged)
        positions = np.concatenate(errors)
        is_finite = np.isfinite(positions)
        if check and not is_finite.all():
            raise ValueError(
                f"{type(self).__name__} diverged in training: its errors contain NaN "
                "or infinity. Scale X, for instance with StandardScaler, or pass a "
                "lower learning_rate."
            )
        # A finite row without a finite error exceeds the range of the model.
        positions[~is_finite] = LARGEST_ERROR
        return positions

    def _without_rounding(self, errors: NDArray[np.float64]) -> NDArray[np.float64]:
        # Errors within rounding count as zero, so that a perfect model has no alarms.
        errors[errors < self._rounding] = 0
        return errors

    def _predictions(self, rows: Sequences) -> Float32s:
        """Return what models expect at all positions of rows.

        Its shape is (n_sequences, n_positions, n_steps, n_channels).
        """
        parts = zip(self._layout.parts(rows), self._models, strict=True)
        judged = chain.from_iterable(self._judge(model, part) for part, model in parts)
        found: Any = [one.predictions for one in judged]
        return self._layout.by_sequence(np.concatenate(found), len(rows.values))

    def _learned_combination(self, training: Sequences) -> Combination:
        """Return how channels are combined, on the scale of their training errors."""
        if self.n_channels_ == 1 or self.channels == "mean":
            return Combination(self.n_channels_)
        parts = training.spread(CALIBRATED)
        errors = [part.learned_from(self._errors_apart(part)) for part in parts]
        scale = Calibration.of(np.concatenate(errors))
        return Combination(self.n_channels_, scale, POWERS[self.channels])

    @property
    def _model(self) -> Any:
        """The model of all channels."""
        if len(self._models) > 1:
            raise AttributeError(
                "channel_model='separate' has a model for each channel. Use 'joint' or "
                "'shared' for a single one."
            )
        return self._models[0]

    def __setstate__(self, state: dict[str, Any]) -> None:
        # A class default would silently replace a parameter that a pickle lacks.
        needed = {*self._get_param_names()}
        if "offset_" in state:
            needed |= {"_models", "_view"}
        missing = sorted(needed - state.keys())
        if missing:
            raise ValueError(
                f"This {type(self).__name__} was stored by another version of "
                f"skanomaly: it lacks {', '.join(missing)}. Fit it again with this "
                "version."
            )
        super().__setstate__(state)
