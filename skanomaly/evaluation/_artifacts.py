"""What a run leaves for MLflow beside its record: model, picture, training curve."""

import json
import logging
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from skanomaly._compat import import_extra
from skanomaly._versions import software_versions
from skanomaly.evaluation._data import LabelledData
from skanomaly.events import find_events
from skanomaly.plotting import ErrorHistogramDisplay, ScoreDisplay, SeriesDisplay
from skanomaly.plotting._estimator import innermost, offset_or_none

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MODEL, PICTURE, HISTORY = "model", "run.png", "history.json"

# More channels than this do not fit a picture.
_MOST_CHANNELS = 6


def leave_artifacts(
    folder: Path,
    estimator: Any,
    data: LabelledData,
    scores: NDArray[np.float64],
    anomalous: NDArray[np.bool_],
) -> None:
    """Write the fitted estimator as a model of MLflow, with a picture of the run."""
    rmtree(folder, ignore_errors=True)  # of a process that died over it
    folder.mkdir(parents=True)
    mlflow_sklearn = import_extra("mlflow.sklearn", extra="mlflow")
    # It advises against pickle, and offers nothing else that takes these estimators.
    logging.getLogger("mlflow.sklearn").setLevel(logging.ERROR)
    mlflow_sklearn.save_model(
        estimator,
        str(folder / MODEL),
        serialization_format="cloudpickle",
        pip_requirements=[
            f"{name}=={found}" for name, found in software_versions().items()
        ],
    )
    _draw(estimator, data, scores, anomalous).savefig(folder / PICTURE, dpi=100)
    history = getattr(innermost(estimator), "history_", None) or {}
    curves = {name: [float(one) for one in curve] for name, curve in history.items()}
    (folder / HISTORY).write_text(json.dumps(curves), encoding="utf-8")


def _draw(
    estimator: Any,
    data: LabelledData,
    scores: NDArray[np.float64],
    anomalous: NDArray[np.bool_],
) -> "Figure":
    module = import_extra("matplotlib.figure", extra="plot")
    offset = offset_or_none(estimator)
    if data.records:
        figure: Figure = module.Figure(figsize=(8, 4), layout="constrained")
        ErrorHistogramDisplay(
            scores[data.train_size :],
            offset=offset,
            training_scores=scores[: data.train_size],
        ).plot(figure.add_subplot())
        return figure
    shown = data.X[:, :_MOST_CHANNELS]
    n_rows = shown.shape[1] + 1
    figure = module.Figure(figsize=(11, 1.5 + 1.8 * n_rows), layout="constrained")
    axes = figure.subplots(n_rows, sharex=True)
    events = find_events(np.where(anomalous, -1, 1))
    SeriesDisplay(
        shown,
        events=events,
        truth=find_events(np.where(data.y, -1, 1)),
        n_train=data.train_size,
    ).plot(axes[:-1])
    axes[-2].set_xlabel("")
    ScoreDisplay(scores, offset=offset, events=events, n_train=data.train_size).plot(
        axes[-1]
    )
    return figure
