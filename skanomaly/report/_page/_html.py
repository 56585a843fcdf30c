"""HTML page of a detection, with its style and scripts."""

import html
import json
import re
from importlib.resources import files

from skanomaly import __version__
from skanomaly._compat import import_extra
from skanomaly.detection import Detection
from skanomaly.report._page._contents import contents_of, default_title
from skanomaly.report._page._pack import pack

_SCRIPTS = (
    *("data.js", "decimate.js", "events.js", "format.js", "style.js", "marks.js"),
    *("series.js", "histogram.js", "charts.js", "controls.js", "rules.js", "table.js"),
    *("page.js", "connect.js"),
)


def draw_page(detection: Detection, *, title: str | None = None) -> str:
    """Draw a detection as an interactive HTML page that needs no network.

    The page shows the plots of :func:`skanomaly.report.draw_report` and a table of the
    events. It allows zooming, selecting an event and changing the threshold, which
    updates the events and, if the true labels are known, their metrics. If the values
    of all channels would make the page too large, the channels with the largest error
    in most events are shown.

    Parameters
    ----------
    detection : Detection
        Detection returned by :func:`skanomaly.detect`.
    title : str, default=None
        Heading of the page. If None, the title of the detection, or the names of the
        detector and the channels.

    Returns
    -------
    page : str
        HTML, including the JavaScript of the installed Plotly package.

    Raises
    ------
    ImportError
        If Plotly is not installed; the extra ``report`` includes it.
    ValueError
        If the index is not sorted.

    Examples
    --------
    >>> from skanomaly import Detection
    >>> from skanomaly.detection import TimeSeries
    >>> from skanomaly.report import draw_page
    >>> series = TimeSeries([1, 9, 1])
    >>> found = Detection(series=series, scores=[-1, -5, -1], offset=-2)
    >>> draw_page(found, title="Three samples").startswith("<!DOCTYPE html>")
    True
    """
    plotly = import_extra("plotly.offline", extra="report")
    title = title or detection.about.title or default_title(detection)
    contents, data = contents_of(detection, title=title)
    parts = {
        "title": html.escape(title),
        "version": __version__,
        "css": _read("page.css"),
        "scripts": "\n".join(map(_read, _SCRIPTS)),
        "contents": _safe_json(contents),
        "data": pack(data),
        "plotly": pack(plotly.get_plotlyjs().encode()),
    }
    # In one pass, so that a placeholder in a title is not replaced.
    return re.sub(
        r"\{\{ (\w+) \}\}", lambda place: parts[place[1]], _read("template.html")
    )


def _read(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


def _safe_json(contents: object) -> str:
    """Return JSON that cannot close the script element that contains it."""
    text = json.dumps(contents, allow_nan=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
