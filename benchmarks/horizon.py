"""Measure horizons, strategies and windows, from which the defaults are chosen.

    python benchmarks/horizon.py                       everything: hours on two cores
    python benchmarks/horizon.py --series 10 --only cnn

Uses every other series of the labelled collection, so that detectors can be evaluated
on series that no default was chosen on. Writes benchmarks/results/horizon.json.
"""

import os
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from _labelled import ABOUT_METRIC, METRIC, Series, half_of_series
from _results import RESULTS, data_folder, origin, write_json
from numpy.typing import NDArray
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skanomaly import (
    AutoencoderDetector,
    CNNForecastDetector,
    DenseForecastDetector,
    Shingler,
)
from skanomaly.windows import find_period

FILE = RESULTS / "horizon.json"
SEED = 0
FORECASTERS = {"dense": DenseForecastDetector, "cnn": CNNForecastDetector}
# Fractions of the window; 0 means a single step.
HORIZONS = {
    "one-step": (0, 1 / 16, 1 / 8, 1 / 4, 1 / 2),
    "direct": (1 / 4, 1 / 2),
}
CONTEXTS = ((1, None), (2, None), (2, 0.5), (2, 0.25), (3, 0.33), (3, 0.67))


@dataclass(frozen=True)
class Setting:
    """Setting to measure; fields that do not apply to its detector are None."""

    detector: str
    periods: int
    strategy: str | None = None
    horizon: float | None = None
    context: float | None = None

    def pipeline(self, training: NDArray[np.float64]) -> Any:
        """Return the pipeline of this setting for a series.

        Windows are automatic: of fewer periods if the series is too short.
        """
        # The horizon is a fraction of the window, which must be known here.
        window = Shingler(periods=self.periods).fit(training).window_
        detector: Any
        if self.detector == "autoencoder":
            align = "center"
            detector = AutoencoderDetector(context=self.context, random_state=SEED)
        else:
            align = "end"
            detector = FORECASTERS[self.detector](
                strategy=self.strategy,
                horizon=max(1, int(self.horizon * window)),
                random_state=SEED,
            )
        shingler = Shingler(window, align=align, pad="period", flatten=False)
        return make_pipeline(StandardScaler(), shingler, detector)

    def __str__(self) -> str:
        if self.detector == "autoencoder":
            return f"autoencoder, {self.periods} periods, context {self.context}"
        share = f"window / {1 / self.horizon:.0f}" if self.horizon else "1 step"
        return f"{self.detector}, {self.strategy}, {share}"


def main() -> None:
    options = _options()
    data = data_folder()
    content = {
        **origin(),
        "seed": SEED,
        "metric": {METRIC: ABOUT_METRIC},
    }
    series = half_of_series(data, 0, options.series)
    periodic = [find_period(one.training) is not None for one in series]
    content["n_series"] = {"all": len(series), "with_a_period": sum(periodic)}
    content["series"] = {
        one.name: {"with_a_period": p} for one, p in zip(series, periodic, strict=True)
    }
    content["results"] = []
    print(f"{len(series)} series, {sum(periodic)} with a period; {ABOUT_METRIC}")
    print(f"{'':40}  all    period no period")
    for setting in _settings(options.only):
        result = _measure(setting, series, np.array(periodic))
        content["results"].append(result)
        means = " ".join(f"{_text(mean):8}" for mean in result["mean"].values())
        print(f"{setting!s:40} {means} {result['seconds']:.0f} s", flush=True)
        write_json(FILE, content)


def _options() -> Namespace:
    parser = ArgumentParser(description="Measure horizons, strategies and windows.")
    parser.add_argument(
        "--series",
        type=int,
        metavar="N",
        help="number of series, evenly spaced (default: all)",
    )
    parser.add_argument("--only", choices=("autoencoder", *FORECASTERS))
    return parser.parse_args()


def _settings(only: str | None) -> Iterator[Setting]:
    for name in FORECASTERS:
        for strategy, horizons in HORIZONS.items():
            for horizon in horizons:
                if only in (None, name):
                    yield Setting(name, 2, strategy, horizon)
    for periods, context in CONTEXTS:
        if only in (None, "autoencoder"):
            yield Setting("autoencoder", periods, context=context)


def _measure(
    setting: Setting, series: list[Series], periodic: NDArray[np.bool_]
) -> dict[str, Any]:
    start = time.perf_counter()
    values = np.array([_score(setting, one) for one in series])
    groups = {"all": values, "period": values[periodic], "none": values[~periodic]}
    return {
        **asdict(setting),
        "mean": {
            name: round(group.mean(), 4) if len(group) else None
            for name, group in groups.items()
        },
        "values": [round(value, 4) for value in values],
        "seconds": round(time.perf_counter() - start, 1),
    }


def _score(setting: Setting, series: Series) -> float:
    pipeline = setting.pipeline(series.training).fit(series.training)
    return series.judge(-pipeline.score_samples(series.X))


def _text(mean: float | None) -> str:
    return "-" if mean is None else f"{mean:.3f}"


if __name__ == "__main__":
    main()
