"""Draw, write and print the results of a run."""

import json
from argparse import Namespace
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from skanomaly import __version__
from skanomaly._compat import import_extra
from skanomaly._text import plural
from skanomaly.cli._console import make_console, print_whole, width_of
from skanomaly.cli._errors import bad_input
from skanomaly.events import Event

if TYPE_CHECKING:
    from skanomaly.detection import Detection
    from skanomaly.report import SavedModel

# More events than this are left to the file.
_MOST_ROWS = 30


@dataclass(frozen=True, kw_only=True)
class Run:
    """Results of a run to write and print."""

    detection: "Detection"
    said: str
    threshold: str
    kept: float | None = None  # threshold of the model, if it is another one
    seconds: dict[str, float]

    @cached_property
    def metrics(self) -> dict[str, float] | None:
        """Metrics of the detection, or None if the truth is unknown."""
        from skanomaly.detection import judge

        return None if self.detection.series.truth is None else judge(self.detection)


def finish(options: Namespace, run: Run, *, model: "SavedModel | None" = None) -> None:
    """Draw, write and print the results, as the last step of each command."""
    with bad_input():
        paths = run.detection.write(options.out, model=model)
    if options.json:
        print(json.dumps(_to_json(options, run, paths), default=plain))
    elif not options.quiet:
        _print(run, paths)


def _to_json(options: Namespace, run: Run, paths: list[Path]) -> dict[str, Any]:
    detection, series = run.detection, run.detection.series
    expected = detection.false_events
    answer = {
        "command": options.command,
        "version": __version__,
        "detector": detection.about.detector,
        "channels": series.channel_names,
        "window": detection.about.window,
        "n_samples": series.n_samples,
        "n_train": series.n_train,
        "threshold": {"rule": run.threshold, "error": 0.0 - detection.offset},
        "false_events": None if expected is None else asdict(expected),
        "n_unscored": detection.n_unscored,
        "n_events": len(detection.events),
        "n_anomalous_samples": sum(event.length for event in detection.events),
        "events": [asdict(event) for event in detection.events],
        "files": {path.name: str(path) for path in paths},
        "settings": {
            name: value
            for name, value in vars(options).items()
            if not callable(value) and value is not None
        },
        "seconds": {name: round(took, 3) for name, took in run.seconds.items()},
    }
    if run.metrics is not None:
        answer["metrics"] = run.metrics
    return answer


def plain(value: Any) -> Any:
    """Convert a value that JSON cannot represent."""
    if isinstance(value, np.generic):
        return value.item()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _print(run: Run, paths: list[Path]) -> None:
    rich_text = import_extra("rich.text", extra="cli")
    console = make_console()
    detection, about = run.detection, run.detection.about
    names = ", ".join(detection.series.channel_names)
    by = getattr(detection.series.index, "name", None)
    names += "" if by is None else f" by {by}"
    window = "" if about.window is None else f", window {about.window}"
    said = f"{window}, on {names}; {run.said}."
    console.print(rich_text.Text.assemble((about.detector, "bold"), said))
    console.print(
        f"Threshold {0.0 - detection.offset:.4g} ({run.threshold}). "
        + ", ".join(f"{name} {took:.1f} s" for name, took in run.seconds.items())
    )
    if run.kept is not None:
        console.print(
            f"The model keeps the threshold {run.kept:.4g}, which does not depend on "
            "the series, for 'skanomaly score'."
        )
    if detection.false_events is not None:
        console.print(f"False events to expect: {detection.false_events}.")
    if detection.events:
        print_events(console, detection.events)
    else:
        console.print(_no_event(detection))
    if detection.n_unscored:
        console.print(f"{plural(detection.n_unscored, 'sample')} without a score.")
    if run.metrics is not None:
        console.print(metrics_in_words(run.metrics))
    console.print("Wrote " + ", ".join(map(str, paths)))


def metrics_in_words(metrics: dict[str, float]) -> str:
    """Return the metrics of a detection as text."""
    found, known = metrics["n_true_events_found"], metrics["n_true_events"]
    kinds = [
        f"{kind}s: precision {metrics[f'{kind}_precision']:.3g}, recall "
        f"{metrics[f'{kind}_recall']:.3g}, F1 {metrics[f'{kind}_f1']:.3g}"
        for kind in ("event", "sample")
    ]
    return (
        f"{found} of {plural(int(known), 'true event')} found. Of "
        f"{'; of '.join(kinds)}. VUS-PR {metrics['vus_pr']:.3g} (buffer "
        f"{metrics['vus_window']:,})."
    )


def _no_event(detection: "Detection") -> str:
    """Return why there is no event: the rule, or a threshold that may be too high."""
    from skanomaly.detection import EventRule

    rule = EventRule(in_training=detection.rule.in_training)
    n_dropped = len(replace(detection, rule=rule).events)
    if n_dropped:
        return f"No event: the options for events drop {plural(n_dropped, 'event')}."
    said, threshold = "No event.", 0.0 - detection.offset
    scores = detection.scores[detection.series.n_train :]
    known = scores[~np.isnan(scores)]
    if threshold > 0 and len(known):
        share = (0.0 - known.min()) / threshold
        said += f" The largest error is {share:.2g} times the threshold."
    return said


def print_events(console: Any, events: tuple[Event, ...]) -> None:
    """Print the first events as a table, and how many more there are."""
    print_whole(console, _fitting_table(console, events))
    if len(events) > _MOST_ROWS:
        console.print(f"... and {len(events) - _MOST_ROWS:,} more.")


def _fitting_table(console: Any, events: tuple[Event, ...]) -> Any:
    """Return a table of the events, without their peaks if these do not fit."""
    table = _events_table(events)
    if not console.is_terminal or width_of(console, table) <= console.width:
        return table
    return _events_table(events, with_peaks=False)


def _events_table(events: tuple[Event, ...], *, with_peaks: bool = True) -> Any:
    """Return a table of the first events, to print."""
    rich_table = import_extra("rich.table", extra="cli")
    n_samples = sum(event.length for event in events)
    table = rich_table.Table(
        title=f"{plural(len(events), 'event')}, {plural(n_samples, 'sample')}",
        title_justify="left",
    )
    timed = events[0].start_time is not None
    cells = [_cells(event, timed=timed) for event in events[:_MOST_ROWS]]
    heads = [head for head in cells[0] if with_peaks or head != "peak"]
    for head in heads:
        side = "left" if head == "channel" or (timed and head != "length") else "right"
        table.add_column(head, justify=side, no_wrap=True)
    for row in cells:
        table.add_row(*(row[head] for head in heads))
    return table


def _cells(event: Event, *, timed: bool) -> dict[str, str]:
    """Return what the table says about an event, by column."""
    places = event.start, event.stop, event.peak
    times = event.start_time, event.stop_time, event.peak_time
    start, stop, peak = map(str, times if timed else places)
    cells = {"start": start, "stop": stop, "length": f"{event.length:,}"}
    cells |= {"peak": peak, "severity": f"{event.severity:.4g}"}
    return cells if event.channel is None else cells | {"channel": str(event.channel)}
