"""One page of HTML that holds a run and what is needed to look at it."""

from skanomaly.report._page._html import draw_page

__all__ = ["draw_page"]
