"""Put the run, the style and the scripts into the page."""

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
    *("series.js", "histogram.js", "charts.js", "controls.js", "table.js"),
    *("page.js", "connect.js"),
)


def draw_page(detection: Detection, *, title: str | None = None) -> str:
    """Return a run as one page of HTML to look at in a browser, without any network.

    Beside what :func:`skanomaly.report.draw_report` shows, the series can be zoomed,
    another threshold tried, with its events and, where the truth is known, how well
    they meet it, and any event looked at. Of so many channels that their values would
    make the page too large, those that are to blame are shown.

    Parameters
    ----------
    detection : Detection
        As :func:`skanomaly.detect` returns it.
    title : str, default=None
        Heading of the page; None for that of the detection.

    Returns
    -------
    page : str
        HTML, with Plotly's JavaScript from the installed package.

    Raises
    ------
    ImportError
        If Plotly is missing, which the extra ``report`` brings.
    ValueError
        If the index goes back in time.

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
    # In one pass, so that nothing in a title is taken for a place to fill.
    return re.sub(
        r"\{\{ (\w+) \}\}", lambda place: parts[place[1]], _read("template.html")
    )


def _read(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


def _safe_json(contents: object) -> str:
    """Write JSON that cannot end the script which holds it."""
    text = json.dumps(contents, allow_nan=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
