"""``skanomaly report``: make the page of an earlier run anew."""

import json
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from skanomaly.cli._errors import bad_input
from skanomaly.cli._labels import check_labels, read_labels_file
from skanomaly.cli._show import metrics_in_words


def report(options: Namespace) -> None:
    """Do what ``skanomaly report`` is asked to."""
    from skanomaly.detection import judge
    from skanomaly.report import draw_page, read_run, write_page

    with bad_input():
        detection = read_run(options.folder)
        truth = read_labels_file(options)
        check_labels(
            options, truth, n_samples=detection.series.n_samples, first=detection.first
        )
    if truth is not None:
        detection = replace(detection, series=replace(detection.series, truth=truth))
    with bad_input():
        page = draw_page(detection, title=options.title)
        path = write_page(page, options.out or Path(options.folder, "report.html"))
    metrics = None if detection.series.truth is None else judge(detection)
    if options.json:
        answer = {"command": "report", "files": {path.name: str(path)}}
        print(json.dumps(answer | ({"metrics": metrics} if metrics else {})))
    elif not options.quiet:
        if metrics:
            print(metrics_in_words(metrics))
        print(f"Wrote {path}")
