"""From a fitted detector and a series to tables, a picture, a page, a saved model."""

from skanomaly.report._collect import Detection, collect, score_series
from skanomaly.report._draw import draw_report
from skanomaly.report._model import SavedModel, load_model
from skanomaly.report._page import draw_page
from skanomaly.report._stored import read_run
from skanomaly.report._tables import events_frame, scores_frame
from skanomaly.report._truth import check_truth, read_truth, truth_metrics
from skanomaly.report._write import check_folder, write_page, write_report

__all__ = [
    "Detection",
    "SavedModel",
    "check_folder",
    "check_truth",
    "collect",
    "draw_page",
    "draw_report",
    "events_frame",
    "load_model",
    "read_run",
    "read_truth",
    "score_series",
    "scores_frame",
    "truth_metrics",
    "write_page",
    "write_report",
]
