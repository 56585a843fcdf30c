"""Reports of a detection: a figure, an HTML page, tables and a saved model."""

from skanomaly.report._figure import draw_report
from skanomaly.report._folder import (
    check_folder,
    staged,
    withdraw_report,
    write_page,
    write_report,
)
from skanomaly.report._model import SavedModel, open_model
from skanomaly.report._page import draw_page
from skanomaly.report._stored import read_run

__all__ = [
    "SavedModel",
    "check_folder",
    "draw_page",
    "draw_report",
    "open_model",
    "read_run",
    "staged",
    "withdraw_report",
    "write_page",
    "write_report",
]
