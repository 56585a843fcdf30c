"""``skanomaly info``: print what the file of a model says of itself."""

import json
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from typing import TYPE_CHECKING

from skanomaly._text import plural
from skanomaly.cli._errors import bad_input
from skanomaly.cli._types import model_path

if TYPE_CHECKING:
    from skanomaly.persistence import Manifest

SUMMARY = "print what the file of a model says of itself"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of ``skanomaly info``."""
    parser.description = (
        "Print detector, window, channels and versions of a saved model, without "
        "loading it."
    )
    parser.add_argument(
        "model",
        type=model_path,
        metavar="MODEL",
        help="model.skanomaly of an earlier run, or its folder",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=info)


def info(options: Namespace) -> None:
    """Run ``skanomaly info``."""
    from skanomaly.persistence import read_manifest

    with bad_input():
        manifest = read_manifest(options.model)
    if options.json:
        print(json.dumps({"command": "info", **asdict(manifest)}))
    else:
        print("\n".join(_lines(manifest)))


def _lines(manifest: "Manifest") -> list[str]:
    """Return the facts that are known, one per line."""
    delay = f"{plural(manifest.delay, 'sample')} after each sample are needed"
    reading = [f"{k} {v}" for k, v in manifest.reading.items() if v is not None]
    told = {
        "detector": manifest.detector,
        "network": "yes, needs Keras" if manifest.has_network else "no",
        "window": manifest.window,
        "delay": delay if manifest.delay else "none",
        "threshold": None if manifest.offset is None else f"{-manifest.offset:.6g}",
        "channels": ", ".join(manifest.channel_names),
        "reading": ", ".join(reading),
        "events": manifest.events,
        "written by": ", ".join(f"{k} {v}" for k, v in manifest.versions.items()),
        "format": manifest.format,
    }
    return [f"{k:<12}{v}" for k, v in told.items() if v not in (None, "")]
