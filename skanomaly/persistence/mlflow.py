"""Models in the form of MLflow, by our file: nothing in them is a pickle.

Used as the modules of MLflow for other libraries are::

    import skanomaly.persistence.mlflow as skanomaly_mlflow

    skanomaly_mlflow.log_model(pipeline, name="cpu")
"""

import os
import warnings
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

import skanomaly
from skanomaly._compat import import_extra
from skanomaly._versions import software_versions
from skanomaly.detection import offset_of
from skanomaly.events import is_below
from skanomaly.persistence import _files

__all__ = ["load_model", "log_model", "save_model"]

_FLAVOR, _FILE = "skanomaly", "model.skanomaly"


def save_model(
    model: Any,
    path: str | os.PathLike[str],
    *,
    mlflow_model: Any = None,
    pip_requirements: list[str] | None = None,
    **options: Any,
) -> None:
    """Write a fitted model to a folder that MLflow can load and serve.

    Parameters
    ----------
    model : estimator
        Fitted pipeline or outlier detector with a threshold.
    path : str or path
        Folder, which must not exist.
    mlflow_model : mlflow.models.Model or None, default=None
        Description that is completed, see MLflow.
    pip_requirements : list of str or None, default=None
        Packages for a server of the model; None for this one and those that scores
        depend on, in their present versions.
    **options : dict
        Further parameters of :func:`skanomaly.save_model`, such as `channel_names`.

    Raises
    ------
    ValueError
        If the model has no threshold, without which there are no labels.
    TypeError
        If the model holds something that cannot be written without code.

    See Also
    --------
    skanomaly.save_model : Write a single file, without MLflow.

    Notes
    -----
    A loaded model has ``predict(X)``, which returns a data frame with the columns
    ``score`` (the lower, the more abnormal) and ``label`` (-1 if abnormal, else 1) for
    the samples of a series, or for rows. Windows of the first and last samples are
    padded: pass them with those around them.

    MLflow compares what is passed to ``mlflow.pyfunc`` with the signature of the model,
    which has floating-point numbers, and names if the channels have some. It refuses
    64-bit integers, and arrays for a model with names: pass ``frame.astype(float)``, or
    ``pandas.DataFrame(array, columns=names).astype(float)``. A server casts integers,
    as JSON has no types of numbers.
    """
    mlflow_models = import_extra("mlflow.models", extra="mlflow")
    pyfunc = import_extra("mlflow.pyfunc", extra="mlflow")
    check_is_fitted(model)
    if offset_of(model) is None:
        raise ValueError(
            f"{type(model).__name__} has no threshold, so that samples have no labels. "
            "Wrap it in skanomaly.ThresholdDetector."
        )
    described = mlflow_model or mlflow_models.Model()
    described.add_flavor(
        _FLAVOR, data=f"data/{_FILE}", skanomaly_version=skanomaly.__version__
    )
    if pip_requirements is None:
        pip_requirements = [f"{k}=={v}" for k, v in software_versions().items()]
    hidden = TemporaryDirectory(prefix="skanomaly-")
    with hidden as folder, warnings.catch_warnings():
        file = _files.save_model(model, Path(folder, _FILE), **options)
        # An example would have to be somebody's data.
        warnings.filterwarnings("ignore", ".*An input example was not provided")
        pyfunc.save_model(
            path,
            loader_module=__name__,
            data_path=str(file),
            mlflow_model=described,
            signature=_signature(model, _names(model, file)),
            pip_requirements=pip_requirements,
        )


def log_model(
    model: Any,
    name: str,
    *,
    registered_model_name: str | None = None,
    pip_requirements: list[str] | None = None,
    **options: Any,
) -> Any:
    """Log a fitted model to the active run of MLflow.

    Parameters
    ----------
    model : estimator
        Fitted pipeline or outlier detector with a threshold.
    name : str
        Name of the model in MLflow.
    registered_model_name : str or None, default=None
        Name under which MLflow registers a version of it.
    pip_requirements : list of str or None, default=None
        See `save_model`.
    **options : dict
        Further parameters of :func:`skanomaly.save_model`.

    Returns
    -------
    info : mlflow.models.model.ModelInfo
        Its ``model_uri`` is what `load_model` takes.

    Raises
    ------
    ValueError
        If the model has no threshold.
    TypeError
        If the model holds something that cannot be written without code.
    """
    models = import_extra("mlflow.models", extra="mlflow")
    return models.Model.log(
        None,
        _Flavor,
        name=name,
        registered_model_name=registered_model_name,
        model=model,
        pip_requirements=pip_requirements,
        **options,
    )


def load_model(model_uri: str, *, trusted: Iterable[Any] = ()) -> Any:
    """Load a model from MLflow, without running code from it.

    Parameters
    ----------
    model_uri : str
        Address such as ``"models:/m-..."`` or ``"runs:/<run>/<name>"``, or a folder.
    trusted : iterable of class, function or str, default=()
        See :func:`skanomaly.load_model`.

    Returns
    -------
    model : estimator
        The fitted pipeline or detector itself.

    Raises
    ------
    ValueError
        If it is no model of this package, or is refused.
    """
    artifacts = import_extra("mlflow.artifacts", extra="mlflow")
    models = import_extra("mlflow.models", extra="mlflow")
    folder = artifacts.download_artifacts(artifact_uri=os.fspath(model_uri))
    flavor = models.Model.load(folder).flavors.get(_FLAVOR)
    if flavor is None:
        raise ValueError(
            f"{model_uri} was not logged by skanomaly.persistence.mlflow. Load it with "
            "mlflow.pyfunc.load_model."
        )
    return _files.load_model(Path(folder, flavor["data"]), trusted=trusted)


class _Flavor:
    """The functions of this module that MLflow calls."""

    save_model = staticmethod(save_model)


class _Served:
    """Model whose `predict` is what MLflow calls."""

    def __init__(self, path: str) -> None:
        self._model = _files.load_model(path)
        self._names = _names(self._model, Path(path))
        offset = offset_of(self._model)
        assert offset is not None, "a model without a threshold was written"
        self._offset = offset

    def predict(self, model_input: Any, params: Any = None) -> Any:
        """Return a data frame with the score and the label of each sample or row."""
        pandas = import_extra("pandas", extra="mlflow")
        if self._names and hasattr(model_input, "columns"):
            missing = [name for name in self._names if name not in model_input.columns]
            if missing:
                raise ValueError(
                    f"The input has no column {missing[0]!r}. The model was fitted on "
                    f"{', '.join(self._names)}."
                )
            model_input = model_input[list(self._names)]
        named = hasattr(self._model, "feature_names_in_")
        X = model_input if named else np.asarray(model_input, dtype=np.float64)
        scores = self._model.score_samples(X)
        labels = np.where(is_below(scores, self._offset), -1, 1)
        return pandas.DataFrame({"score": scores, "label": labels})


def _load_pyfunc(path: str) -> _Served:
    """Return the model of a file, which MLflow asks for under this name."""
    return _Served(path)


def _names(model: Any, file: Path) -> tuple[str, ...]:
    known = getattr(
        model, "feature_names_in_", _files.read_manifest(file).channel_names
    )
    return tuple(map(str, known))


def _signature(model: Any, names: tuple[str, ...]) -> Any:
    """Return the columns that go in and come out, in MLflow's terms."""
    models = import_extra("mlflow.models", extra="mlflow")
    types = import_extra("mlflow.types", extra="mlflow")
    taken = [types.ColSpec("double", name) for name in names]
    if not taken:
        shape = (-1, getattr(model, "n_features_in_", -1))
        taken = [types.TensorSpec(np.dtype(np.float64), shape)]
    returned = [types.ColSpec("double", "score"), types.ColSpec("long", "label")]
    return models.ModelSignature(types.Schema(taken), types.Schema(returned))
