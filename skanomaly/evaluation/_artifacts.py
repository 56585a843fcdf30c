"""Files of a run for MLflow: model, picture and training curve."""

import json
from pathlib import Path
from shutil import rmtree
from typing import Any

from skanomaly.detection import Detection
from skanomaly.persistence.mlflow import save_model
from skanomaly.report import draw_report

MODEL, PICTURE, HISTORY = "model", "run.png", "history.json"
NO_MODEL = "no_model.txt"  # why there is none


def leave_artifacts(
    folder: Path, estimator: Any, detection: Detection, *, records: bool
) -> None:
    """Write the fitted estimator as an MLflow model, a picture and training curve.

    Instead of a model that cannot be stored without code, the reason is written.
    """
    rmtree(folder, ignore_errors=True)  # left by a process that died
    folder.mkdir(parents=True)
    try:
        save_model(estimator, folder / MODEL)
    except (TypeError, ValueError) as error:  # of an estimator of one's own
        (folder / NO_MODEL).write_text(str(error), encoding="utf-8")
    draw_report(detection, records=records).savefig(folder / PICTURE, dpi=100)
    history = detection.about.history or {}
    curves = {name: [float(one) for one in curve] for name, curve in history.items()}
    (folder / HISTORY).write_text(json.dumps(curves), encoding="utf-8")
