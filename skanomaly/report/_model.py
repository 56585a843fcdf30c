"""A fitted pipeline with what is needed to read another file for it."""

import warnings
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import joblib

from skanomaly import __version__
from skanomaly.detection import innermost


class SavedModel:
    """A fitted pipeline and how the series that it was fitted on was read.

    Pickled, the pipeline is packed for itself and unpacked when it is first asked for:
    a file that does not suit the model is refused before a network library is loaded.

    Parameters
    ----------
    pipeline : estimator
        The fitted pipeline.
    channel_names : sequence of str
        Columns that it was fitted on, in their order.
    reading : mapping
        Options with which the file was read (time column, step, aggregation, ...).

    Attributes
    ----------
    version : str
        Version of skanomaly that made it.
    has_network : bool
        Whether the pipeline's detector holds a network, so that the first look at the
        pipeline loads a network library.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.ensemble import IsolationForest
    >>> from skanomaly.report import SavedModel
    >>> forest = IsolationForest(random_state=0).fit(np.zeros((9, 1)))
    >>> SavedModel(forest, channel_names=["cpu"]).channel_names
    ('cpu',)
    """

    has_network = True  # of a file that does not say

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
    """Load what ``write_report`` or the command line saved, or a bare pipeline.

    Loading runs code that the file holds: load only files that you trust. Warns of a
    model that another version of skanomaly saved, which this one may read wrongly.

    Parameters
    ----------
    path : str or Path
        File that joblib wrote.

    Returns
    -------
    model : SavedModel
        With no channel names where the file held a bare estimator.

    Raises
    ------
    ValueError
        If the file is no model.
    """
    try:
        loaded = joblib.load(path)
    except OSError:
        raise
    except Exception as error:
        # Unpickling what is no pickle raises nearly anything.
        raise ValueError(
            f"{path} is no saved model ({type(error).__name__}: {error}); give the "
            "model.joblib that 'skanomaly detect' wrote."
        ) from error
    if isinstance(loaded, SavedModel):
        if loaded.version != __version__:
            warnings.warn(
                f"{path} was saved by skanomaly {loaded.version} and is read by "
                f"{__version__}; train it anew if its scores look wrong.",
                stacklevel=2,
            )
        return loaded
    if hasattr(loaded, "score_samples"):
        return SavedModel(loaded)
    raise ValueError(
        f"{path} holds a {type(loaded).__name__}, which cannot score; give the "
        "model.joblib that 'skanomaly detect' wrote, or a fitted pipeline."
    )
