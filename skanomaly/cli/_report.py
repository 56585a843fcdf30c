"""``skanomaly report``: write the page of an earlier run again."""

import json
from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path

from skanomaly.cli._errors import bad_input
from skanomaly.cli._labels import check_labels, read_labels_file
from skanomaly.cli._options import add_labels_file, add_loudness
from skanomaly.cli._show import metrics_in_words

SUMMARY = "write the page of an earlier run again"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of ``skanomaly report``."""
    parser.description = (
        "Write report.html again from the folder of an earlier run, without its model "
        "and without training."
    )
    parser.add_argument("folder", metavar="DIR", help="folder of an earlier run")
    add_labels_file(parser)
    parser.add_argument("--title", metavar="T", help="heading of the page")
    parser.add_argument(
        "--out", metavar="FILE", help="file to write (default: report.html in DIR)"
    )
    add_loudness(parser)
    parser.set_defaults(run=report)


def report(options: Namespace) -> None:
    """Run ``skanomaly report``."""
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
