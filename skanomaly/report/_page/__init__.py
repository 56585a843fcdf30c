"""Self-contained, interactive HTML page of a detection."""

from skanomaly.report._page._html import draw_page

__all__ = ["draw_page"]
