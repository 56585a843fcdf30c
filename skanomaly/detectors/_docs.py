"""What the docstrings of all detectors say, written once."""

from inspect import cleandoc, signature
from typing import TypeVar

from skanomaly.detectors._base import BaseDetector

Detector = TypeVar("Detector", bound=type[BaseDetector])

_SHARED = """
n_channels : int, default=1
    Values a step in a flat row; a 3-D X tells it itself.
threshold : rule, float or str, default="quantile:0.01"
    How the offset is learned from the scores of the validation part, which was not
    trained on, or of all training rows where there is none. See
    :func:`skanomaly.resolve_threshold`.
validation_split : float, default=0.1
    Part of the rows, the last ones, that is kept from training; for a series a gap
    of a window keeps it apart, and records in a meaningful order should be
    shuffled. Where fewer than ten rows would remain there is no validation part and
    no early stopping.
contamination_trim : float, default=0.0
    Part of the training rows, 0 to 0.5, that may be abnormal. After a first training
    the worst part is left out and training goes on without it; the offset is learned
    without the worst part as well. It helps where anomalies in the training part lift
    the threshold above all others: on such series more were found the larger it was,
    at the price of more false alarms. How networks rank samples it hardly changes,
    for a few odd rows hardly change what they learn, and what is odd in many rows
    they learn in the first training.
memory : str, path, joblib.Memory or None, default=None
    Folder that keeps what was learned and scored, as scikit-learn's pipelines have it.
    A fit with the same parameters, but for those of the threshold, on the same rows
    then trains nothing, and the same rows are scored once: in a search over
    ``threshold__k`` a fold costs one training. Without a `random_state` a fit is
    repeated as well. `partial_fit` and warm starts are not kept. It does not see
    changes of what a network function of your own calls, nor those made by hand to
    a fitted network: clear the folder after them.
"""
_TRAINING = """
epochs : int, default=30
    Most passes over the training rows, and once more as many with
    `contamination_trim`. Of the windows of a long series, which repeat each other, a
    pass draws some anew each time.
batch_size : int or "auto", default="auto"
    Examples a step of the optimizer; ``"auto"`` makes some 64 to 128 steps an
    epoch, of 16 to 512 examples.
optimizer : str or keras.optimizers.Optimizer, default="adam"
    What Keras takes.
learning_rate : float or None, default=1e-3
    Of an optimizer given by name; None is Keras' default.
patience : int or None, default=%(patience)s
    Epochs in which the validation loss must fall by 1 %, or training stops and goes
    back to the weights that last did so. None never stops.
callbacks : list of keras.callbacks.Callback or None, default=None
    Called while the network trains, and not kept.
verbose : int, default=0
    1 shows Keras' progress bar, 2 a line an epoch.
random_state : int, RandomState instance or None, default=None
    Of weights, dropout and order of examples. The random states of Python, NumPy
    and TensorFlow are left as they were.
warm_start : bool, default=False
    Whether `fit` goes on from the weights and the optimizer's state. What shaped
    the network and its optimizer stays as it was at the first fit.
"""
_FORECAST = """
horizon : int or "auto", default="auto"
    Steps at the end of a row that it is judged on. ``"auto"``: a dominant period of
    the training series, or a sixteenth of the row where there is none, and half of
    the row at most.
strategy : {"one-step", "direct"}, default="one-step"
    Whether each judged step is predicted from the true steps before it, or all of
    them at once.
network : callable or None, default=None
    A function ``network(context, n_channels, n_predicted)`` that returns a
    `keras.Model` from ``(batch, context, n_channels)`` to ``(batch, n_predicted,
    n_channels)``; None is the detector's own.
"""
_CONTEXT = """
context : int, float or None, default=None
    Steps that the network sees at once, or which part of the row, between 0 and 1.
    A longer row is judged on all of its sub-windows of so many steps; None is the
    whole row.
center : {"auto", "window"} or None, default="auto"
    Whether each window's own mean is taken away from each channel before the
    network sees it. ``"auto"``: if the training rows are windows of a series, not
    if they are records.
"""
_NETWORK = """
network : callable or None, default=None
    A function ``network(context, n_channels)`` that returns a `keras.Model` from
    ``(batch, context, n_channels)`` to the same shape; None is the detector's own.
"""
_OF_NETWORKS = """
network_ : keras.Model
    The trained network.
history_ : dict of str to list of float
    Loss of each epoch since the last start from scratch, and ``val_loss`` where
    there was a validation part.
"""
_FITTED = """
offset_ : float
    Rows that score below it are anomalous.
n_features_in_ : int
    Values in a row: steps times channels.
feature_names_in_ : ndarray of shape (n_features_in_,)
    Names of the columns, if `fit` saw a data frame with names.
n_channels_ : int
    Values a step.
n_held_out_ : int
    Rows of the validation part.
"""
_TEXTS = {
    "%(forecast)s": (_FORECAST, _SHARED, _TRAINING),
    "%(reconstruction)s": (_CONTEXT, _NETWORK, _SHARED, _TRAINING),
    "%(context)s": (_CONTEXT,),
    "%(shared)s": (_SHARED,),
    "%(training)s": (_TRAINING,),
    "%(attributes)s": (_OF_NETWORKS, _FITTED),
    "%(fitted)s": (_FITTED,),
    "%(horizon)s": ("horizon_ : int\n    Steps that a row is judged on.",),
}


def documented(detector: Detector) -> Detector:
    """Fill in the parameters and attributes that all detectors, or a family, share."""
    text = cleandoc(detector.__doc__ or "")
    for mark, parts in _TEXTS.items():
        text = text.replace(mark, "\n".join(part.strip("\n") for part in parts))
    default = signature(detector).parameters.get("patience")
    if default is not None:
        text = text.replace("%(patience)s", str(default.default))
    detector.__doc__ = text
    return detector
