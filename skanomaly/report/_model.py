"""A fitted pipeline with the options needed to read further files for it."""

import warnings
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import joblib

from skanomaly import __version__
from skanomaly.detection import innermost


class SavedModel:
    """A fitted pipeline with the options with which its training file was read.

    In a pickle, the pipeline is a separate pickle that is loaded on first access to
    `pipeline`. A series that does not match the model can thus be refused before a
    neural network library is imported.

    Parameters
    ----------
    pipeline : estimator
        The fitted pipeline.
    channel_names : sequence of str, default=()
        Columns that the pipeline was fitted on, in their order.
    reading : mapping of str to object, default=None
        Options with which the file was read, such as time column, step and
        aggregation. If None, no options.

    Attributes
    ----------
    channel_names : tuple of str
        Columns that the pipeline was fitted on, in their order.
    reading : dict of str to object
        Options with which the file was read.
    version : str
        Version of skanomaly that created the model.
    has_network : bool
        Whether the detector has a neural network, so that the first access to
        `pipeline` imports a neural network library.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.ensemble import IsolationForest
    >>> from skanomaly.report import SavedModel
    >>> forest = IsolationForest(random_state=0).fit(np.zeros((9, 1)))
    >>> SavedModel(forest, channel_names=["cpu"]).channel_names
    ('cpu',)
    """

    has_network = True  # for files that were saved without this attribute

    def __init__(
        self,
        pipeline: Any,
        *,
        channel_names: tuple[str, ...] | list[str] = (),
        reading: Mapping[str, Any] | None = None,
    ) -> None:
        self._pipeline = pipeline
        self._packed = b""
        self.channel_names = tuple(channel_names)
        self.reading = dict(reading or {})
        self.version = __version__
        self.has_network = hasattr(innermost(pipeline), "network_")

    @property
    def pipeline(self) -> Any:
        """The fitted pipeline."""
        if self._pipeline is None:
            self._pipeline = joblib.load(BytesIO(self._packed))
            self._packed = b""
        return self._pipeline

    def __getstate__(self) -> dict[str, Any]:
        packed = BytesIO()
        joblib.dump(self.pipeline, packed, compress=3)
        return self.__dict__ | {"_pipeline": None, "_packed": packed.getvalue()}


def load_model(path: str | Path) -> SavedModel:
    """Load a model saved by ``write_report``, the command line or joblib.

    Loading a file can execute code in it: only load files that you trust.

    Parameters
    ----------
    path : str or Path
        File written by joblib, with a `SavedModel` or a fitted estimator.

    Returns
    -------
    model : SavedModel
        The model. It has no channel names if the file holds an estimator.

    Raises
    ------
    ValueError
        If the file does not hold a model.

    Warns
    -----
    UserWarning
        If another version of skanomaly saved the model, whose scores may then be wrong.
    """
    try:
        loaded = joblib.load(path)
    except OSError:
        raise
    except Exception as error:
        # Unpickling an arbitrary file can raise any exception.
        raise ValueError(
            f"{path} is not a saved model ({type(error).__name__}: {error}). Pass the "
            "model.joblib written by 'skanomaly detect'."
        ) from error
    if isinstance(loaded, SavedModel):
        if loaded.version != __version__:
            warnings.warn(
                f"{path} was saved by skanomaly {loaded.version} and is loaded by "
                f"{__version__}. Train it again if its scores look wrong.",
                stacklevel=2,
            )
        return loaded
    if hasattr(loaded, "score_samples"):
        return SavedModel(loaded)
    raise ValueError(
        f"{path} holds a {type(loaded).__name__}, which has no score_samples. Pass the "
        "model.joblib written by 'skanomaly detect', or a fitted pipeline."
    )
