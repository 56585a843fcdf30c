"""Files of a run for MLflow: model, picture and training curve."""

import json
import logging
from pathlib import Path
from shutil import rmtree
from typing import Any

from skanomaly._compat import import_extra
from skanomaly._versions import software_versions
from skanomaly.detection import Detection
from skanomaly.report import draw_report

MODEL, PICTURE, HISTORY = "model", "run.png", "history.json"


def leave_artifacts(
    folder: Path, estimator: Any, detection: Detection, *, records: bool
) -> None:
    """Write the fitted estimator as an MLflow model, a picture and training curve."""
    rmtree(folder, ignore_errors=True)  # left by a process that died
    folder.mkdir(parents=True)
    mlflow_sklearn = import_extra("mlflow.sklearn", extra="mlflow")
    # MLflow warns about pickle, but no other format of it takes these estimators.
    logging.getLogger("mlflow.sklearn").setLevel(logging.ERROR)
    mlflow_sklearn.save_model(
        estimator,
        str(folder / MODEL),
        serialization_format="cloudpickle",
        pip_requirements=[
            f"{name}=={found}" for name, found in software_versions().items()
        ],
    )
    draw_report(detection, records=records).savefig(folder / PICTURE, dpi=100)
    history = detection.about.history or {}
    curves = {name: [float(one) for one in curve] for name, curve in history.items()}
    (folder / HISTORY).write_text(json.dumps(curves), encoding="utf-8")
