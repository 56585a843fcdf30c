"""Parts of the docstrings that all detectors, or a family of them, share."""

from inspect import cleandoc, signature
from typing import Any

_SHARED = """
n_channels : int, default=1
    Values per step in a flat row; a 3-D X overrides it.
threshold : rule, float or str, default="quantile:0.01"
    Rule that learns the offset from the scores of the validation part, which was not
    trained on, or of all training rows where there is no validation part. See
    :func:`skanomaly.resolve_threshold`.
validation_split : float, default=0.1
    Fraction of the rows, the last ones, that is held out from training. The rows of a
    series are separated from it by a gap of one window; shuffle records whose order
    has a meaning. If fewer than ten rows would remain, there is no validation part and
    no early stopping.
contamination_trim : float, default=0.0
    Fraction of the training rows, 0 to 0.5, that may be abnormal. After a first
    training this fraction of rows with the largest errors is left out and training
    goes on without them; the offset is learned without the largest errors as well. It
    helps where anomalies in the training part raise the threshold above all others: on
    such series a larger fraction finds more of them, and raises more false alarms. The
    ranking of samples by networks hardly changes: a few abnormal rows hardly affect
    what is learned, and what is abnormal in many rows is learned in the first training.
memory : str, path, joblib.Memory or None, default=None
    Folder that caches fits and scores, as in scikit-learn's pipelines. A fit with the
    same parameters on the same rows, whatever its threshold, is not repeated, and the
    same rows are scored once: a search over ``threshold__k`` costs one training per
    fold. A fit without `random_state` is cached as well. `partial_fit` and warm starts
    are not. Changes in functions that a network function of yours calls, and changes
    made by hand to a fitted network, are not noticed: clear the folder after them.
random_state : int, RandomState instance or None, default=None
    Seed for weight initialisation, dropout and shuffling, or for the subsample and the
    solver of a detector without a network; global random states are not modified.
"""
_TRAINING = """
epochs : int, default=30
    Maximum number of passes over the training rows, and again as many with
    `contamination_trim`. Of the windows of a long series, which repeat each other, each
    pass draws a new subset.
batch_size : int or "auto", default="auto"
    Examples per step of the optimizer; ``"auto"`` makes some 64 to 128 steps per
    epoch, of 16 to 512 examples.
optimizer : str or keras.optimizers.Optimizer, default="adam"
    Optimizer, as Keras accepts it.
learning_rate : float or None, default=1e-3
    Learning rate of an optimizer given by name; None is Keras' default.
patience : int or None, default=%(patience)s
    Epochs within which the validation loss must fall by 1 %. Otherwise training stops
    and the weights that last achieved it are restored. None never stops.
callbacks : list of keras.callbacks.Callback or None, default=None
    Callbacks of the training; they are not kept.
verbose : int, default=0
    1 shows Keras' progress bar, 2 one line per epoch.
warm_start : bool, default=False
    Whether `fit` goes on from the present weights and optimizer state. Parameters of
    the network and its optimizer then keep their effect from the first fit.
"""
_HORIZON = """
horizon : int or "auto", default="auto"
    Steps at the end of a row that are scored. ``"auto"``: a dominant period of the
    training series, or a sixteenth of the row where there is none, and at most half of
    the row.
strategy : {"one-step", "direct"}, default="one-step"
    Whether each scored step is predicted from the true steps before it, or all of them
    at once.
"""
_FORECASTER = """
network : callable or None, default=None
    Function ``network(context, n_channels, n_predicted)`` that returns a `keras.Model`
    from ``(batch, context, n_channels)`` to ``(batch, n_predicted, n_channels)``; None
    uses the detector's own network.
"""
_CONTEXT = """
context : int, float or None, default=None
    Steps that the network sees at once, or a fraction of the row between 0 and 1. A
    longer row is scored on all of its sub-windows of that length; None is the whole
    row.
center : {"auto", "window"} or None, default="auto"
    Whether the mean of each channel is removed from each window before the network sees
    it. ``"auto"``: if the training rows are windows of a series, not if they are
    records.
"""
_AUTOENCODER = """
network : callable or None, default=None
    Function ``network(context, n_channels)`` that returns a `keras.Model` from
    ``(batch, context, n_channels)`` to the same shape; None uses the detector's own
    network. The output of a layer named ``"code"`` must be flat.
"""
_RECURRENT = """
units : int, default=32
    Size of the state of each layer.
n_layers : int, default=1
    Number of layers.
dropout : float, default=0.0
    Fraction of each layer's outputs that is dropped in training.
"""
_OF_NETWORKS = """
network_ : keras.Model
    Trained network.
history_ : dict of str to list of float
    Loss of each epoch since the last start from scratch, and ``val_loss`` if there was
    a validation part.
"""
_FITTED = """
offset_ : float
    Threshold of the scores: rows that score below it are anomalous.
n_features_in_ : int
    Number of values in a row: steps times channels.
feature_names_in_ : ndarray of shape (n_features_in_,)
    Names of the columns, if `fit` saw a data frame with names.
n_channels_ : int
    Values per step.
n_held_out_ : int
    Number of rows of the validation part.
"""
_HORIZON_FITTED = """
horizon_ : int
    Number of steps of a row that are scored.
"""
# Parameters stand in the order of the signature: a class's own, its family's, those of
# the training, those of all detectors.
_TEXTS = {
    "%(forecast)s": (_HORIZON, _FORECASTER, _TRAINING, _SHARED),
    "%(reconstruction)s": (_CONTEXT, _AUTOENCODER, _TRAINING, _SHARED),
    "%(context)s": (_CONTEXT,),
    "%(recurrent)s": (_RECURRENT,),
    "%(training)s": (_TRAINING, _SHARED),
    "%(shared)s": (_SHARED,),
    "%(attributes)s": (_OF_NETWORKS, _FITTED),
    "%(fitted)s": (_FITTED,),
    "%(horizon)s": (_HORIZON_FITTED,),
}


def fill_docstring(detector: Any) -> None:
    """Replace the marks in a docstring by the texts that they stand for."""
    text = cleandoc(detector.__doc__ or "")
    for mark, parts in _TEXTS.items():
        text = text.replace(mark, "\n".join(part.strip("\n") for part in parts))
    default = signature(detector.__init__).parameters.get("patience")
    if default is not None:
        text = text.replace("%(patience)s", str(default.default))
    detector.__doc__ = text
