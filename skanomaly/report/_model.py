"""A fitted pipeline with the options needed to read further files for it."""

import warnings
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, Self

import joblib

from skanomaly import __version__
from skanomaly.detection import EventRule, innermost
from skanomaly.persistence import load_model, read_manifest, save_model


class SavedModel:
    """A fitted pipeline with the options with which its training file was read.

    The pipeline of a file is loaded on first access to `pipeline`. A series that does
    not match the model can thus be refused before a neural network library is imported.

    Parameters
    ----------
    pipeline : estimator
        The fitted pipeline.
    channel_names : sequence of str, default=()
        Columns that the pipeline was fitted on, in their order.
    reading : mapping of str to object, default=None
        Options with which the file was read, such as time column, step and
        aggregation. If None, no options.
    events : EventRule or None, default=None
        Definition of an event with which the pipeline was used.

    Attributes
    ----------
    channel_names : tuple of str
        Columns that the pipeline was fitted on, in their order.
    reading : dict of str to object
        Options with which the file was read.
    has_network : bool
        Whether the detector has a neural network, so that its use imports a neural
        network library.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.ensemble import IsolationForest
    >>> from skanomaly.report import SavedModel
    >>> forest = IsolationForest(random_state=0).fit(np.zeros((9, 1)))
    >>> SavedModel(forest, channel_names=["cpu"]).channel_names
    ('cpu',)
    """

    # For pickles that were written without these attributes.
    has_network = True
    version = __version__
    events: EventRule | None = None
    _path: Path | None = None

    def __init__(
        self,
        pipeline: Any,
        *,
        channel_names: tuple[str, ...] | list[str] = (),
        reading: Mapping[str, Any] | None = None,
        events: EventRule | None = None,
    ) -> None:
        self._pipeline = pipeline
        self.channel_names = tuple(channel_names)
        self.reading = dict(reading or {})
        self.events = events
        self.has_network = hasattr(innermost(pipeline), "network_")

    @classmethod
    def of_file(cls, path: str | Path) -> Self:
        """Return the model of a file that `save_model` has written.

        Parameters
        ----------
        path : str or Path
            File, of which only the manifest is read at first.

        Returns
        -------
        model : SavedModel
            The model.
        """
        facts = read_manifest(path)
        made = cls(
            None,
            channel_names=facts.channel_names,
            reading=facts.reading,
            events=facts.events,
        )
        made._path, made.has_network = Path(path), facts.has_network
        return made

    @property
    def pipeline(self) -> Any:
        """The fitted pipeline."""
        if self._pipeline is None:
            packed = vars(self).pop("_packed", None)  # a pickle within an old pickle
            self._pipeline = (
                load_model(str(self._path))
                if packed is None
                else joblib.load(BytesIO(packed))
            )
        return self._pipeline

    def save(self, path: str | Path) -> Path:
        """Write the model to one file, without any code in it.

        Parameters
        ----------
        path : str or Path
            File to write, see :func:`skanomaly.save_model`.

        Returns
        -------
        path : Path
            The file.
        """
        return save_model(
            self.pipeline,
            path,
            channel_names=self.channel_names,
            reading=self.reading,
            events=self.events,
        )


def open_model(path: str | Path, *, trust_pickle: bool = False) -> SavedModel:
    """Open a model written by ``write_report``, the command line or `save_model`.

    Parameters
    ----------
    path : str or Path
        File.
    trust_pickle : bool, default=False
        Whether to load a pickle too, with a `SavedModel` or a fitted estimator, as
        joblib and earlier versions wrote it. Loading one runs the code in it.

    Returns
    -------
    model : SavedModel
        The model. It has no channel names if the file holds an estimator alone.

    Raises
    ------
    ValueError
        If the file does not hold a model.

    Warns
    -----
    UserWarning
        If another version of skanomaly saved the model, whose scores may then be wrong.
    """
    if not trust_pickle or Path(path).is_dir() or _is_archive(path):
        return SavedModel.of_file(path)
    try:
        loaded = joblib.load(path)
    except OSError:
        raise
    except Exception as error:
        # Unpickling an arbitrary file can raise any exception.
        raise ValueError(
            f"{path} is not a saved model ({type(error).__name__}: {error}). Pass the "
            "model.skanomaly written by 'skanomaly detect'."
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
        "model.skanomaly written by 'skanomaly detect', or a fitted pipeline."
    )


def _is_archive(path: str | Path) -> bool:
    with open(path, "rb") as file:
        return file.read(2) == b"PK"
