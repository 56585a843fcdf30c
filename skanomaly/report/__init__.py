"""From a fitted detector and a series to tables, a picture and a saved model."""

from skanomaly.report._collect import Detection, collect, score_series
from skanomaly.report._draw import draw_report
from skanomaly.report._model import SavedModel, load_model
from skanomaly.report._tables import events_frame, scores_frame
from skanomaly.report._write import check_folder, write_report

__all__ = [
    "Detection",
    "SavedModel",
    "check_folder",
    "collect",
    "draw_report",
    "events_frame",
    "load_model",
    "score_series",
    "scores_frame",
    "write_report",
]
