"""Docstring sections that all detectors, or a family of them, share."""

from inspect import cleandoc, signature
from typing import Any

_SHARED = """
n_channels : int, default=1
    Number of values per step in a flat row; a 3-D `X` overrides it.
channel_model : {"joint", "shared", "separate"}, default=%(channel_model)s
    Whether one model sees all channels at once, one model sees each channel by itself,
    or each channel has a model of its own.
channels : {"power", "max", "mean"}, default="power"
    Error of a row, from those of its channels: the power mean or the maximum of errors
    that are calibrated by the training rows, so that a few abnormal channels of many
    are seen whatever their unit, or their plain mean. A calibrated error is 0 up to the
    median of the training errors and 1 at their 99th percentile. The error of a single
    channel is not calibrated.
threshold : rule, float or str, default="quantile:0.01"
    Rule that learns the offset from the scores of the validation part, or of all
    training rows if there is no validation part. ``"auto"`` learns from both, and the
    lower offset counts. See :func:`skanomaly.resolve_threshold`.
validation_split : float, default=0.1
    Fraction of the rows, taken from the end, that is held out from training. In a
    series, a gap of one window separates it from the training rows. Shuffle records
    whose order carries information. If fewer than ten rows would be held out, or less
    than half of the rows remain for training, there is no validation part and no early
    stopping.
memory : str, path, joblib.Memory or None, default=None
    Folder that caches fits and scores, as in scikit-learn's pipelines. A fit with the
    same parameters on the same rows is not repeated, whatever its threshold, and the
    same rows are scored once: a search over ``threshold__k`` costs one training per
    fold. A fit without `random_state` is cached as well; `partial_fit` and warm starts
    are not. Clear the folder after changing a function that your network function
    calls, or the weights of a fitted network: such changes are not detected.
random_state : int, RandomState instance or None, default=None
    Seed for weight initialisation, dropout and shuffling, or for the subsample and the
    solver of a detector without a network; global random states are not modified.
contamination_trim : float, default=0.0
    Fraction of the training rows, 0 to 0.5, that may be abnormal. After a first
    training, the rows with the largest errors are left out and training continues
    without them; the offset is learned without the largest errors as well. It helps if
    anomalies in the training part raise the threshold above all others: a larger
    fraction then detects more anomalies, and raises more false alarms. The ranking of
    samples by a network hardly changes, because a few abnormal rows have little effect
    on the training and a pattern of many abnormal rows is learned in the first one.
"""
_TRAINING = """
epochs : int, default=30
    Maximum number of passes over the training rows; with `contamination_trim`, of each
    of the two trainings. On a long series, whose windows overlap, each pass draws a new
    subset of the windows.
batch_size : int or "auto", default="auto"
    Number of examples per step of the optimizer; ``"auto"`` chooses 16 to 512, for
    about 64 to 128 steps per epoch.
optimizer : str, dict or keras.optimizers.Optimizer, default="adam"
    Optimizer: its name, ``{"class_name": ..., "config": ...}``, or an object.
learning_rate : float or None, default=1e-3
    Learning rate of an optimizer given by name, or by a configuration without one; None
    uses the default of Keras.
patience : int or None, default=%(patience)s
    Number of epochs within which the validation loss must fall by 1 %. Otherwise
    training stops and restores the weights of the last such improvement. None disables
    early stopping.
callbacks : list of keras.callbacks.Callback or None, default=None
    Callbacks of the training. They keep what they record, but not the network.
verbose : int, default=0
    Verbosity of Keras: 0 is silent, 1 shows a progress bar, 2 one line per epoch.
warm_start : bool, default=False
    Whether `fit` continues from the current weights and optimizer state. Changes to
    the parameters of the network and the optimizer then have no effect.
"""
_HORIZON = """
horizon : int, float or "auto", default="auto"
    Number of steps at the end of a row that are scored, or a fraction of the row
    between 0 and 1. ``"auto"`` is the dominant period of the training series, or a
    sixteenth of the row if there is none, but at most half of the row.
strategy : {"one-step", "direct"}, default="one-step"
    Whether each scored step is predicted from the observed steps before it, or all
    scored steps at once.
"""
_LINEAR = """
linear : bool, default=True
    Whether the network is added to a linear forecast, by ridge regression on the rows
    of the first training, and learns only what that misses. Further training leaves the
    linear forecast as it is. It is much more exact than a network alone on smooth
    series. Not used with `network`.
"""
_FORECASTER = """
network : callable or None, default=None
    Function ``network(context, n_channels, n_predicted)`` that returns a `keras.Model`
    from ``(batch, context, n_channels)`` to ``(batch, n_predicted, n_channels)``. None
    uses the detector's own network.
"""
_CONTEXT = """
context : int, float or None, default=None
    Number of steps that the model sees at once, or a fraction of the row between 0 and
    1. A longer row is scored on all of its sub-windows of that length. None is the
    whole row.
center : {"auto", "window"} or None, default="auto"
    Whether the mean of each channel is removed from each window before the model sees
    it. ``"auto"`` removes it if the training rows are windows of a series, and not if
    they are independent records.
"""
_AUTOENCODER = """
network : callable or None, default=None
    Function ``network(context, n_channels)`` that returns a `keras.Model` from
    ``(batch, context, n_channels)`` to the same shape. The output of a layer named
    ``"code"`` must be flat. None uses the detector's own network.
"""
_RECURRENT = """
units : int, default=32
    Size of the state of each recurrent layer.
n_layers : int, default=1
    Number of recurrent layers.
dropout : float, default=0.0
    Fraction of each layer's outputs that is dropped in training.
stateful : bool, default=False
    Whether scoring carries the state along the series, in segments of some 1,000 steps
    that begin a context earlier, instead of reading the context of every row from an
    empty state. It takes a fraction of the time, for windows of a series only. Scores
    then depend on the samples before a row: those of a part of the rows, or of rows in
    another order, are others. Changes affect scores immediately, and the threshold at
    the next fit.
"""
_OF_NETWORKS = """
network_ : keras.Model
    Trained network, compiled and with the state of its optimizer. It is a copy, built
    on first access: changing it changes no detector, this one included.
training_loop_ : {"graph", "keras"}
    Loop that has trained last. Our own runs each epoch as one call into a graph; that
    of Keras serves `callbacks`, `verbose`, optimizers that are objects, and networks
    that are compiled by their function. Both give the same network, up to rounding.
history_ : dict of str to list of float
    Loss per epoch since the last start from scratch, and ``val_loss`` if there is a
    validation part.
"""
_FITTED = """
offset_ : float
    Threshold of the scores. Rows with a score below it are anomalous.
tail_ : ErrorTail
    Median and number of runs of the errors that the offset was learned from, see
    :class:`skanomaly.thresholds.ErrorTail`.
n_features_in_ : int
    Number of values in a row: steps times channels.
feature_names_in_ : ndarray of shape (n_features_in_,)
    Names of the columns, if `fit` saw a data frame with names.
n_channels_ : int
    Number of values per step.
n_held_out_ : int
    Number of rows in the validation part.
"""
_HORIZON_FITTED = """
horizon_ : int
    Number of steps of a row that are scored.
"""
# In the order of the signature: parameters of the class, of its family, of the
# training, and of all detectors.
_TEXTS = {
    "%(forecast)s": (_HORIZON, _FORECASTER, _TRAINING, _SHARED),
    "%(reconstruction)s": (_CONTEXT, _AUTOENCODER, _TRAINING, _SHARED),
    "%(context)s": (_CONTEXT,),
    "%(linear)s": (_LINEAR,),
    "%(recurrent)s": (_RECURRENT,),
    "%(training)s": (_TRAINING, _SHARED),
    "%(shared)s": (_SHARED,),
    "%(attributes)s": (_OF_NETWORKS, _FITTED),
    "%(fitted)s": (_FITTED,),
    "%(horizon)s": (_HORIZON_FITTED,),
}


def fill_docstring(detector: Any) -> None:
    """Replace the placeholders in the docstring of a detector by shared sections."""
    text = cleandoc(detector.__doc__ or "")
    for mark, parts in _TEXTS.items():
        text = text.replace(mark, "\n".join(part.strip("\n") for part in parts))
    known = signature(detector.__init__).parameters
    for name in known.keys() & {"patience", "channel_model"}:
        text = text.replace(f"%({name})s", repr(known[name].default).replace("'", '"'))
    detector.__doc__ = text
