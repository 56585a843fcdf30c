"""Scores of a series as it comes, with the model that was fitted on a whole one."""

import os
from collections.abc import Hashable, Mapping, Sequence
from datetime import timedelta
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils.validation import check_is_fitted

from skanomaly._frames import as_pandas
from skanomaly._validation import check_count, check_finite
from skanomaly.detection import EventRule, unwrapped
from skanomaly.persistence import load_model, read_manifest
from skanomaly.streaming._stream_events import Alarms
from skanomaly.streaming._stream_model import StreamModel
from skanomaly.streaming._stream_state import KeyState
from skanomaly.streaming._stream_update import StreamUpdate

Floats = NDArray[np.float64]

BACKENDS = ("auto", "tensorflow")


class StreamScorer:
    """Score a series as it comes, sample by sample or block by block.

    The scores are those of ``score_samples`` for the whole series, whatever the blocks,
    from the first sample with a whole window before it on. One scorer follows any
    number of series, each of which has a key.

    Parameters
    ----------
    model : estimator, str or path
        Fitted pipeline or outlier detector, whose transformers before the windows treat
        each sample by itself; or a file of :func:`skanomaly.save_model`, whose channel
        names and definition of an event are used.
    events : EventRule or None, default=None
        Definition of an event, without durations unless `step` is given, and with
        positions to ignore. None is that of the file, or ``EventRule()``.
    usual_error : float or None, default=None
        Own error that normal samples rarely exceed, by which events are cut back to the
        anomaly: ``detect(model, X).usual_error`` of the training series. None leaves
        events as whole runs of abnormal scores.
    offset : float or None, default=None
        Score below which a sample is abnormal. None is the ``offset_`` of the model.
    step : timedelta or None, default=None
        Time from sample to sample.
    max_open : int, default=10000
        Number of samples after which an alarm that is not over is closed, and another
        one opened: it bounds the memory.
    channel_names : sequence of str or None, default=None
        Names for events. None takes those that the model was fitted on, or that the
        file has.
    backend : {"auto", "tensorflow"}, default="auto"
        What computes the outputs of networks. ``"auto"`` is NumPy for dense and
        convolutional networks whose layers it knows, if their outputs for a sample of
        inputs are equal to 1e-6; TensorFlow for all others.

    Attributes
    ----------
    delay_ : int
        Number of samples that a score comes after its sample: as many as it depends
        on. 0 for ``make_detector(..., online=True)`` and for rows that end at their
        sample.
    delay_time_ : timedelta or None
        The same in time, if `step` is given.
    window_ : int
        Number of samples that a score depends on.
    n_channels_ : int
        Number of values per sample.
    offset_ : float
        Score below which a sample is abnormal.
    channel_names_ : tuple of str
        One name per channel.

    Raises
    ------
    ValueError
        If a score depends on all samples before it (``stateful=True``), if the model
        has no offset and none is given, if the events need what the model or the
        stream does not have, or if they last longer than alarms stay open.
    NotFittedError
        If the model is not fitted.

    See Also
    --------
    skanomaly.detect : Score a whole series and find its events.

    Notes
    -----
    For each key, as many samples are kept as a score depends on (and 63 periods, if
    windows are padded with periods), and the errors of the positions of the last
    window. While an alarm is open, its samples are kept with their errors, at most
    `max_open` and a block. What was kept of a sample with a score is not changed by
    later ones: scores of a part of a series are those of the whole.

    Examples
    --------
    >>> import numpy as np
    >>> from skanomaly import StreamScorer, make_detector
    >>> X = np.sin(np.arange(600) / 5).reshape(-1, 1)
    >>> X[450] += 3
    >>> pipe = make_detector("pca", window=30).fit(X[:300])
    >>> stream = StreamScorer(pipe)
    >>> scores = np.concatenate([stream.update(X[i : i + 7]) for i in range(0, 595, 7)])
    >>> stream.delay_
    14
    >>> whole = pipe.score_samples(X[:595])
    >>> bool(np.allclose(scores[29:], whole[15:-14], atol=1e-9))
    True
    """

    def __init__(
        self,
        model: Any,
        *,
        events: EventRule | None = None,
        usual_error: float | None = None,
        offset: float | None = None,
        step: timedelta | None = None,
        max_open: int = 10_000,
        channel_names: Sequence[str] | None = None,
        backend: str = "auto",
    ) -> None:
        if backend not in BACKENDS:
            raise ValueError(
                f"backend must be one of {', '.join(BACKENDS)}, got {backend!r}."
            )
        check_count("max_open", max_open, least=1)
        if not isinstance(events, EventRule | None):
            raise ValueError(f"events must be an EventRule or None, got {events!r}.")
        _check_number("usual_error", usual_error, positive=True)
        _check_number("offset", offset)
        if isinstance(model, str | os.PathLike):
            manifest, model = read_manifest(model), load_model(model)
            events = manifest.events if events is None else events
            channel_names = channel_names or manifest.channel_names
        check_is_fitted(model)
        model = unwrapped(model)
        known = getattr(model, "feature_names_in_", None)
        fitted_names = None if known is None else tuple(map(str, known))
        alarms = Alarms.of(
            model,
            events or EventRule(),
            step=step,
            offset=offset,
            usual_error=usual_error,
            max_open=max_open,
            channel_names=channel_names or fitted_names,
        )
        # Names for events may be others than those of the columns.
        self._columns = fitted_names or (channel_names and alarms.channel_names)
        self._model = StreamModel.of(model, alarms, plain=backend == "auto")
        self.delay_ = self._model.plan.after
        self.delay_time_ = None if step is None else self.delay_ * step
        self.window_ = self._model.plan.reach + 1
        self.n_channels_ = self._model.n_channels
        self.offset_, self.channel_names_ = alarms.offset, alarms.channel_names
        self._states: dict[Hashable, KeyState] = {}

    # Samples.

    def update(self, block: ArrayLike, key: Hashable = None) -> Floats:
        """Take the next samples, and return as many scores.

        Parameters
        ----------
        block : array-like of shape (n, n_channels), or (n,) of a single channel
            Next samples, none or more. Columns of a frame are taken by their names, if
            those of the channels are known.
        key : hashable, default=None
            Series that they belong to.

        Returns
        -------
        scores : ndarray of shape (n,)
            Entry i is the score of the sample that came `delay_` samples before
            ``block[i]``, as only now its window is whole. NaN as long as the series has
            less than `window_` samples.

        Raises
        ------
        ValueError
            If samples have another number of channels, or other names, or are NaN or
            infinite. The series is then as it was.
        """
        return self.observe(block, key).scores

    def observe(self, block: ArrayLike, key: Hashable = None) -> StreamUpdate:
        """Take the next samples, and return scores, labels, alarms and events.

        Parameters
        ----------
        block : array-like of shape (n, n_channels), or (n,) of a single channel
            Next samples, none or more.
        key : hashable, default=None
            Series that they belong to.

        Returns
        -------
        update : StreamUpdate
            Its scores are those that `update` returns.
        """
        return self.observe_many({key: block})[key]

    def observe_many(
        self, blocks: Mapping[Hashable, ArrayLike]
    ) -> dict[Hashable, StreamUpdate]:
        """Take the next samples of many series in one pass of the model.

        Parameters
        ----------
        blocks : mapping of hashable to array-like of shape (n, n_channels)
            Next samples of each series. Those of equal numbers are scored together.

        Returns
        -------
        updates : dict of hashable to StreamUpdate
            Update of each series. If there is an error in one, all are as they were.
        """
        samples = [self._checked(block) for block in blocks.values()]
        states = [self._state(key) for key in blocks]
        scored = self._model.scored(states, samples)
        updates = list(map(self._model.taken, states, samples, scored))
        self._states |= zip(blocks, states, strict=True)
        return dict(zip(blocks, updates, strict=True))

    def score_one(self, x: ArrayLike, key: Hashable = None) -> float:
        """Return the score that `update` would return for one more sample.

        Parameters
        ----------
        x : array-like of shape (n_channels,)
            Sample. A row of a frame has the names of its channels as its index.
        key : hashable, default=None
            Series that it would belong to, which stays as it is.

        Returns
        -------
        score : float
            Score of the sample that came `delay_` samples before, or NaN.
        """
        state = self._state(key)
        row: Any = x
        is_named = self.n_channels_ > 1 and hasattr(row, "iloc") and row.ndim == 1
        row = row.to_frame().T if is_named else np.reshape(row, (1, -1))
        sample = self._checked(row)
        (scored,) = self._model.scored([state], [sample])
        return float(scored.scores[0])

    def flush(self, key: Hashable = None) -> StreamUpdate:
        """End a series: return its last scores, and close its alarm.

        Windows of the last samples are padded, as those at the end of a whole series.

        Parameters
        ----------
        key : hashable, default=None
            Series, which begins again with its next sample.

        Returns
        -------
        update : StreamUpdate
            Scores of the last `delay_` samples. They are those of the whole series if
            that is padded with its last sample, with its mirror image, or with its last
            period; not if it turns out to repeat itself after several periods.
        """
        update = self._model.ended(self._state(key))
        self.reset(key)
        return update

    # Series.

    @property
    def keys(self) -> tuple[Hashable, ...]:
        """Series that have begun."""
        return tuple(self._states)

    def reset(self, key: Hashable = None) -> None:
        """Forget a series, which begins again with its next sample.

        Parameters
        ----------
        key : hashable, default=None
            Series.
        """
        self._states.pop(key, None)

    def to_bytes(self, key: Hashable = None) -> bytes:
        """Return all that is kept of a series.

        Parameters
        ----------
        key : hashable, default=None
            Series.

        Returns
        -------
        state : bytes
            Archive of plain arrays, without any code in it: the last samples and, while
            an alarm is open, those since its beginning.
        """
        return self._state(key).to_bytes(self._model.facts)

    def from_bytes(self, state: bytes, key: Hashable = None) -> None:
        """Go on with a series that another scorer of the same model has followed.

        Parameters
        ----------
        state : bytes
            What `to_bytes` has returned.
        key : hashable, default=None
            Series.

        Raises
        ------
        ValueError
            If these are other bytes, or those of another model.
        """
        self._states[key] = KeyState.from_bytes(state, self._model.facts)

    def _state(self, key: Hashable) -> KeyState:
        """Return a copy of the state of a series, which an error leaves as it was."""
        known = self._states.get(key)
        return self._model.new_state() if known is None else known.copy()

    def _checked(self, block: ArrayLike) -> Floats:
        """Return samples as an array of their own."""
        block = as_pandas(block)
        order = self._order(block)
        samples = np.array(block, dtype=np.float64)
        if samples.ndim == 1 and (self.n_channels_ == 1 or not len(samples)):
            samples = samples.reshape(-1, self.n_channels_)
        if samples.ndim != 2 or samples.shape[1] != self.n_channels_:
            raise ValueError(
                f"A block must have shape (n, {self.n_channels_}), one column per "
                f"channel of the model, but has {samples.shape}."
            )
        check_finite(samples, name="The block")
        return samples if order is None else samples[:, order]

    def _order(self, block: Any) -> list[int] | None:
        """Return where the channels are in a frame, None if it has them in order."""
        known, names = (
            self._columns,
            [str(name) for name in getattr(block, "columns", ())],
        )
        if not hasattr(block, "columns") or not known or names == list(known):
            return None
        if len(set(names)) < len(names) or set(names) != set(known):
            raise ValueError(
                f"The block has the columns {names}, but the channels of the model are "
                f"{list(known)}. Pass these, or an array with them in this order."
            )
        return [names.index(name) for name in known]


def _check_number(name: str, value: Any, *, positive: bool = False) -> None:
    """Raise unless a value is None or a number, of which NaN is none."""
    if value is None:
        return
    kind = "a positive number" if positive else "a number"
    is_number = isinstance(value, Real) and not np.isnan(float(value))
    if not is_number or (positive and not 0 < value < np.inf):
        raise ValueError(f"{name} must be {kind} or None, got {value!r}.")
