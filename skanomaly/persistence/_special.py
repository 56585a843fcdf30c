"""Objects that compiled code reads: what is stored of them, and checked before use.

Compiled code follows the numbers that it is given. Those that could lead it outside of
its arrays are checked here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import BallTree, KDTree, LocalOutlierFactor
from sklearn.svm import OneClassSVM

from skanomaly._compat import tree_class
from skanomaly.persistence._refused import RefusedError

Fields = dict[str, Any]
_TREE = tree_class()
_INDEXES = {"ball_tree": BallTree, "kd_tree": KDTree}
_N_KEY = 624  # numbers in the state of a Mersenne Twister
# With any other kernel, libsvm looks up training rows by the numbers in `support_`.
_KERNELS = ("linear", "poly", "rbf", "sigmoid")


@dataclass(frozen=True)
class Special:
    """Way in which objects of a class are taken apart and made again."""

    fields: Callable[[Any], Fields]
    made: Callable[[Fields], Any]


def fields_of(thing: Any) -> Fields:
    """Return the state of an object, as `pickle` would ask for it."""
    state = thing.__getstate__()
    if not isinstance(state, dict):
        raise TypeError(f"{type(thing).__name__} has a state that is no dictionary")
    return dict(state)


def made_of(kind: Any, fields: Fields) -> Any:
    """Make an object of a class with a state."""
    made = kind.__new__(kind)
    if hasattr(made, "__setstate__"):
        made.__setstate__(fields)
    else:
        made.__dict__.update(fields)
    return made


def _generator_fields(generator: np.random.RandomState) -> Fields:
    state: Any = generator.get_state(legacy=False)
    if state["bit_generator"] != "MT19937":
        raise TypeError(f"a RandomState of {state['bit_generator']} cannot be stored")
    inner = state.pop("state")
    return {**state, **inner}


def _generator(fields: Fields) -> np.random.RandomState:
    key, position = fields.pop("key"), fields.pop("pos")
    if np.shape(key) != (_N_KEY,) or not 0 <= int(position) <= _N_KEY:
        raise RefusedError("the state of a random generator is out of its range")
    made = np.random.RandomState(0)
    made.set_state({**fields, "state": {"key": key, "pos": int(position)}})
    return made


def _tree_fields(tree: Any) -> Fields:
    _, (n_features, n_classes, n_outputs), state = tree.__reduce__()
    nodes = state["nodes"]
    return {
        "n_features": int(n_features),
        "n_classes": n_classes,
        "n_outputs": int(n_outputs),
        "max_depth": int(state["max_depth"]),
        "nodes": {name: nodes[name].copy() for name in nodes.dtype.names},
        "values": state["values"],
    }


def _tree(fields: Fields) -> Any:
    columns, n_features = fields["nodes"], fields["n_features"]
    made = _TREE(n_features, fields["n_classes"], fields["n_outputs"])
    dtype = made.__getstate__()["nodes"].dtype
    if set(columns) != set(dtype.names):
        raise RefusedError(
            "a tree has other columns than those of the installed scikit-learn. Fit "
            "the model again with this version"
        )
    n_nodes = len(columns["left_child"])
    nodes = np.zeros(n_nodes, dtype)
    for name, column in columns.items():
        if column.shape != (n_nodes,):
            raise RefusedError("a tree has columns of several lengths")
        nodes[name] = column
    _check_nodes(nodes, n_features, fields["max_depth"])
    made.__setstate__(
        {
            "max_depth": fields["max_depth"],
            "node_count": n_nodes,
            "nodes": nodes,
            "values": np.ascontiguousarray(fields["values"]),
        }
    )
    return made


def _check_nodes(nodes: NDArray[Any], n_features: int, max_depth: int) -> None:
    """Raise if a walk down the tree would leave it, or be longer than its depth."""
    left, right = nodes["left_child"], nodes["right_child"]
    place = np.arange(len(nodes))
    is_leaf = left == -1
    inner = place[~is_leaf]
    children = np.stack([left[inner], right[inner]])
    features = nodes["feature"][inner]
    fits = (
        len(nodes) > 0
        and (children > inner).all()
        and (children < len(nodes)).all()
        and ((features >= 0) & (features < n_features)).all()
    )
    depth = np.zeros(len(nodes), np.intp)
    if fits:
        for node in inner:  # children come after their parent
            depth[[left[node], right[node]]] = depth[node] + 1
    if not fits or depth.max() > max_depth:
        raise RefusedError("the nodes of a tree do not form one")


def _forest(fields: Fields) -> IsolationForest:
    made = made_of(IsolationForest, fields)
    if not hasattr(made, "estimators_"):
        return made
    n_seen = made._max_features
    fits = n_seen <= made.n_features_in_ and all(
        one.tree_.n_features == n_seen == len(chosen)
        for one, chosen in zip(made.estimators_, made.estimators_features_, strict=True)
    )
    if not fits:
        raise RefusedError("the trees of a forest do not fit its columns")
    return made


def _neighbours_fields(detector: LocalOutlierFactor) -> Fields:
    fields = fields_of(detector)
    if fields.pop("_tree", None) is not None and callable(detector.effective_metric_):
        raise TypeError("a LocalOutlierFactor whose metric is a function is not stored")
    return fields


def _neighbours(fields: Fields) -> LocalOutlierFactor:
    made = made_of(LocalOutlierFactor, fields)
    index = _INDEXES.get(getattr(made, "_fit_method", ""))
    if hasattr(made, "_fit_method"):
        made._tree = index and index(
            made._fit_X,
            made.leaf_size,
            metric=made.effective_metric_,
            **made.effective_metric_params_,
        )
    return made


def _machine_fields(detector: OneClassSVM) -> Fields:
    fields = fields_of(detector)
    if "support_vectors_" in fields and not _is_kernel(detector.kernel):
        raise TypeError(
            f"a OneClassSVM with the kernel {detector.kernel!r} is not stored, only "
            f"with {', '.join(_KERNELS)}"
        )
    return fields


def _is_kernel(kernel: Any) -> bool:
    return isinstance(kernel, str) and kernel in _KERNELS


def _machine(fields: Fields) -> OneClassSVM:
    if "_impl" in fields:
        raise RefusedError("a OneClassSVM has another algorithm than its own")
    made = made_of(OneClassSVM, fields)
    if not hasattr(made, "support_vectors_"):
        return made
    if not _is_kernel(made.kernel) or made._sparse is not False:
        raise RefusedError(
            f"a OneClassSVM has the kernel {made.kernel!r}, or is sparse"
        )
    n_vectors = len(made.support_vectors_)
    fits = (
        made.support_vectors_.shape == (n_vectors, made.n_features_in_)
        and made.support_.shape == (n_vectors,)
        and ((made.support_ >= 0) & (made.support_ < made.shape_fit_[0])).all()
        and made._dual_coef_.shape == (1, n_vectors)
        and made._n_support.tolist() == [n_vectors, n_vectors]
        and made._intercept_.shape == (1,)
    )
    if not fits:
        raise RefusedError("the arrays of a OneClassSVM do not fit together")
    return made


SPECIAL: dict[type, Special] = {
    _TREE: Special(_tree_fields, _tree),
    np.random.RandomState: Special(_generator_fields, _generator),
    IsolationForest: Special(fields_of, _forest),
    LocalOutlierFactor: Special(_neighbours_fields, _neighbours),
    OneClassSVM: Special(_machine_fields, _machine),
}
