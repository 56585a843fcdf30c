"""Names of the metrics of a run; for each of them, higher is better."""

from typing import Any

from skanomaly._text import closest
from skanomaly.metrics import all_metrics

METRICS = tuple(metric.name for metric in all_metrics())


def check_metrics(metrics: Any) -> list[str]:
    """Return the requested metrics as a list of valid names."""
    if isinstance(metrics, str):
        metrics = METRICS if metrics == "all" else [metrics]
    names = list(metrics)
    if not names:
        raise ValueError("metrics is empty. Pass at least one name, or 'all'.")
    for name in names:
        if name not in METRICS:
            raise ValueError(
                f"There is no metric {name!r}.{closest(name, METRICS)} Valid "
                f"metrics are: {', '.join(METRICS)}."
            )
    return names
