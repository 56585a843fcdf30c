"""A fitted pipeline with what is needed to read another file for it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import skanomaly


@dataclass(frozen=True, kw_only=True)
class SavedModel:
    """A fitted pipeline and how the series that it was fitted on was made.

    Attributes
    ----------
    pipeline : estimator
        The fitted pipeline.
    channel_names : tuple of str
        Columns that it was fitted on, in their order.
    reading : dict
        Options with which the file was read (time column, step, aggregation, ...).
    version : str
        Version of skanomaly that fitted it.
    """

    pipeline: Any
    channel_names: tuple[str, ...]
    reading: dict[str, Any] = field(default_factory=dict)
    version: str = skanomaly.__version__


def load_model(path: str | Path) -> SavedModel:
    """Load what ``write_report`` or the command line saved, or a bare pipeline.

    Loading runs code that the file holds: load only files that you trust.

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
    import joblib

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
        return loaded
    if hasattr(loaded, "score_samples"):
        return SavedModel(pipeline=loaded, channel_names=())
    raise ValueError(
        f"{path} holds a {type(loaded).__name__}, which cannot score; give the "
        "model.joblib that 'skanomaly detect' wrote, or a fitted pipeline."
    )
