"""Check of Keras configurations against a list of names, before Keras reads them."""

from typing import Any

from skanomaly.persistence._refused import RefusedError
from skanomaly.persistence._trust import Trust

# Layers that compute with their weights alone. Those that hold code (`Lambda`), load
# files (`TFSMLayer`, `StringLookup`) or wrap other libraries are left out.
_LAYERS = """
Activation ActivityRegularization Add AdditiveAttention AlphaDropout Attention Average
AveragePooling1D AveragePooling2D BatchNormalization Bidirectional Concatenate Conv1D
Conv1DTranspose Conv2D Conv2DTranspose ConvLSTM1D Cropping1D Cropping2D Dense
DepthwiseConv1D DepthwiseConv2D Dot Dropout ELU EinsumDense Embedding Flatten GRU
GRUCell GaussianDropout GaussianNoise GlobalAveragePooling1D GlobalAveragePooling2D
GlobalMaxPooling1D GlobalMaxPooling2D GroupNormalization GroupQueryAttention Identity
InputLayer LSTM LSTMCell LayerNormalization LeakyReLU Masking MaxPooling1D MaxPooling2D
Maximum Minimum MultiHeadAttention Multiply PReLU Permute RMSNormalization RNN ReLU
RepeatVector Rescaling Reshape SeparableConv1D SeparableConv2D SimpleRNN SimpleRNNCell
Softmax SpatialDropout1D SpatialDropout2D SpectralNormalization StackedRNNCells Subtract
TimeDistributed UnitNormalization UpSampling1D UpSampling2D ZeroPadding1D ZeroPadding2D
"""
_ACTIVATIONS = """
celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh
leaky_relu linear log_sigmoid log_softmax mish relu relu6 selu sigmoid silu soft_shrink
softmax softplus softsign sparse_plus sparse_sigmoid sparsemax squareplus swish tanh
tanh_shrink threshold
"""
_INITIALIZERS = """
Constant GlorotNormal GlorotUniform HeNormal HeUniform Identity LecunNormal
LecunUniform Ones Orthogonal RandomNormal RandomUniform TruncatedNormal VarianceScaling
Zeros
"""
_LOSSES = """
BinaryCrossentropy CategoricalCrossentropy CosineSimilarity Huber KLDivergence LogCosh
MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredError
MeanSquaredLogarithmicError Poisson
"""
_LOSS_FUNCTIONS = """
binary_crossentropy categorical_crossentropy cosine_similarity huber kl_divergence
log_cosh mean_absolute_error mean_absolute_percentage_error mean_squared_error
mean_squared_logarithmic_error poisson
"""
_METRICS = """
CosineSimilarity LogCoshError Mean MeanAbsoluteError MeanAbsolutePercentageError
MeanSquaredError MeanSquaredLogarithmicError R2Score RootMeanSquaredError
"""
_OPTIMIZERS = """
Adadelta Adafactor Adagrad Adam AdamW Adamax Ftrl Lamb Lion LossScaleOptimizer Muon
Nadam RMSprop SGD
"""
_SCHEDULES = """
CosineDecay CosineDecayRestarts ExponentialDecay InverseTimeDecay
PiecewiseConstantDecay PolynomialDecay
"""
_OPERATIONS = """
Abs Absolute Add Clip Concatenate Cos Cumsum Divide Exp ExpandDims Flip GetItem Log
Log1p Matmul Max Maximum Mean Min Minimum Multiply Negative Power Reshape Sign Sin Sqrt
Square Squeeze Stack Std Subtract Sum Tanh Tile Transpose TrueDivide Var Where
"""
_OUR_MODULES = {
    "_adversarial": "AdversarialModel",
    "_features": "DamageClassifier SlidingPool ZeroMean",
    "_feedback": "FeedbackCell FeedbackDecoder",
    "_gaussian_code": "GaussianCode",
    "_lstm": "FusedLSTM",
}
_OURS = {f"skanomaly.networks.{room}": names for room, names in _OUR_MODULES.items()}
_CLASSES = {
    "keras": "Functional Model Sequential DTypePolicy",
    "keras.constraints": "MaxNorm MinMaxNorm NonNeg UnitNorm",
    "keras.initializers": _INITIALIZERS,
    "keras.layers": _LAYERS,
    "keras.losses": _LOSSES,
    "keras.metrics": _METRICS,
    "keras.models": "Functional Model Sequential",
    "keras.optimizers": _OPTIMIZERS,
    "keras.optimizers.schedules": _SCHEDULES,
    "keras.regularizers": "L1 L1L2 L2 OrthogonalRegularizer",
    "keras.src.models.functional": "Functional",
    "keras.src.models.sequential": "Sequential",
    "keras.src.ops.numpy": _OPERATIONS,
    **_OURS,
}
_KNOWN = {module: frozenset(names.split()) for module, names in _CLASSES.items()}
OPTIMIZERS = _KNOWN["keras.optimizers"]
_ANYWHERE = frozenset().union(*_KNOWN.values())
_FUNCTIONS = frozenset((_ACTIVATIONS + _LOSS_FUNCTIONS).split())
# Values that Keras writes as an entry with a class.
_VALUES = {"__keras_tensor__", "__tensor__", "__numpy__", "__slice__", "__ellipsis__"}
# Keys whose texts Keras looks up by name.
_LOOKED_UP = (
    "activation",
    "constraint",
    "initializer",
    "loss",
    "optimizer",
    "regularizer",
)


def checked_config(config: Any, trust: Trust) -> tuple[Any, dict[str, Any]]:
    """Check a Keras configuration, and return what may be handed to Keras.

    Parameters
    ----------
    config : object
        Configuration, as read from JSON.
    trust : Trust
        Classes and functions of the user's that may occur.

    Returns
    -------
    config : object
        Configuration in which registered names are left of trusted classes alone, since
        Keras takes what has the name instead of the class.
    custom : dict of str to object
        Trusted classes and functions that occur, by the names that Keras looks up.

    Raises
    ------
    RefusedError
        If a class or function is neither on the list nor trusted. The message names it
        and, for a layer, the layer.
    """
    custom: dict[str, Any] = {}
    return _checked(config, trust, custom), custom


def is_optimizer(name: str) -> bool:
    """Return whether an optimizer of Keras has this name, in any case."""
    return name.lower() in {one.lower() for one in OPTIMIZERS}


def _checked(value: Any, trust: Trust, custom: dict[str, Any]) -> Any:
    if isinstance(value, list | tuple):
        return [_checked(one, trust, custom) for one in value]
    if not isinstance(value, dict):
        return value
    entry = dict(value)
    if "class_name" in entry:
        _check_entry(entry, trust, custom)
    for key, one in entry.items():
        is_name = isinstance(one, str) and str(key).endswith(_LOOKED_UP)
        if is_name and not one.isidentifier():
            raise RefusedError(
                f"{key}={one!r} is not a name that Keras has{_of(entry)}"
            )
    return {key: _checked(one, trust, custom) for key, one in entry.items()}


def _check_entry(entry: dict[str, Any], trust: Trust, custom: dict[str, Any]) -> None:
    """Raise if the class of an entry is not to be used; note one that is trusted."""
    kind, module = entry["class_name"], entry.get("module")
    if not isinstance(kind, str) or not isinstance(module, str | None):
        raise RefusedError(f"a class has the name {kind!r} in the module {module!r}")
    if kind == "Lambda" or kind == "__lambda__":
        raise RefusedError(
            f"a Lambda holds code, which is never read{_of(entry)}. Save the model "
            "with a layer or a named function instead"
        )
    if kind in _VALUES:
        return
    trusted = trust.of_keras(entry)
    if trusted is not None:
        names = (entry.get("registered_name"), kind, trusted.__name__)
        custom.update({name: trusted for name in names if isinstance(name, str)})
        return
    if kind == "function":
        _check_function(entry)
    elif not _is_known(kind, module):
        where = "" if module is None else f"{module}."
        raise RefusedError(
            f"the class {where}{kind} is not on the list of those that load"
            f"{_of(entry)}. If you trust it, pass it to load_model(..., trusted=[...])"
        )
    if "registered_name" in entry:
        is_ours = module in _OURS
        entry["registered_name"] = f"skanomaly>{kind}" if is_ours else None


def _is_known(kind: str, module: str | None) -> bool:
    # Keras looks up an optimizer without a module by its name in lower case.
    if module is None:
        return kind in _ANYWHERE or is_optimizer(kind)
    return kind in _KNOWN.get(module, ())


def _check_function(entry: dict[str, Any]) -> None:
    """Raise if an entry is a function that is not one of Keras."""
    name, module = entry.get("config"), entry.get("module")
    of_keras = module in ("builtins", "keras.activations", "keras.losses")
    if not of_keras or name not in _FUNCTIONS:
        raise RefusedError(
            f"the function {module}.{name} is not on the list of those that load. If "
            "you trust it, pass it to load_model(..., trusted=[...])"
        )


def _of(entry: dict[str, Any]) -> str:
    """Return the name of the layer that an entry describes, as part of a sentence."""
    within = entry.get("config")
    config = within if isinstance(within, dict) else entry
    name = config.get("name")
    return f" (layer {name!r})" if isinstance(name, str) else ""
