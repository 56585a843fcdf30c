"""Measure the report page: size, time to the first picture and response times.

    python benchmarks/page.py

It requires Chromium and its driver, the packages of the tests, and SKANOMALY_DATA. It
writes benchmarks/results/page.json with the figures of two pages: that of the flow
logs, made by the command line, and one of a million samples.
"""

import sys
from importlib.metadata import version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the tests are not installed
from _figures._command import skanomaly  # noqa: E402
from _results import RESULTS, data_folder, origin, write_json  # noqa: E402

from skanomaly.detection import Detection, TimeSeries  # noqa: E402
from skanomaly.report import draw_page  # noqa: E402
from tests.report.browser import Browser, start_chromium  # noqa: E402

N_SAMPLES, N_ANOMALIES, N_TIMES = 1_000_000, 60, 7
MOST_MB, MOST_SECONDS = 6.0, 3.0
FLOWS = (
    "--time Start --value ABBytes --every 1min --agg sum --train-fraction 0.8 "
    "--detector cnn --window 16 --threshold sigma:8"
)


def main() -> None:
    data, made = data_folder(), origin()
    made["versions"]["plotly"] = version("plotly")
    with TemporaryDirectory() as folder:
        flows = flow_logs(data, Path(folder))
        million = million_samples(Path(folder), made)
    results = {"origin": made, "flow_logs": flows, "million": million}
    write_json(RESULTS / "page.json", results)
    print(results)


def flow_logs(data: Path, folder: Path) -> dict[str, Any]:
    file = data / "seeds/vpc-flow-logs/data_example.csv"
    command = ("detect", str(file), *FLOWS.split(), "--json")
    answer = skanomaly(*command, folder=folder).answer
    size = megabytes(folder / answer["files"]["report.html"])
    return {
        "n_samples": answer["n_samples"],
        "page_mb": size,
        "met": size < MOST_MB,
    }


def million_samples(folder: Path, made: dict[str, Any]) -> dict[str, Any]:
    start = perf_counter()
    page = draw_page(series())
    seconds = perf_counter() - start
    path = folder / "million.html"
    path.write_text(page, encoding="utf-8")
    driver = start_chromium(folder / "profile", folder)
    try:
        made["versions"]["chromium"] = driver.capabilities["browserVersion"]
        browser = Browser(driver, folder)
        opened = [first_picture(browser, path) for _ in range(N_TIMES)]
        return {
            "n_samples": N_SAMPLES,
            "page_mb": megabytes(path),
            "draw_page_seconds": seconds,
            "first_picture_seconds": opened,
            "met": median(opened) < MOST_SECONDS,
            "zoom_seconds": zooms(browser),
            "slider_step_seconds": slider_steps(browser),
        }
    finally:
        driver.quit()


def series() -> Detection:
    rng = np.random.default_rng(0)
    t, half = np.arange(N_SAMPLES), N_SAMPLES // 2
    values = np.sin(t / 50) + rng.normal(0, 0.1, N_SAMPLES)
    error, truth = rng.gamma(4, 0.1, N_SAMPLES), np.zeros(N_SAMPLES, dtype=bool)
    for start in rng.integers(half, N_SAMPLES - 300, N_ANOMALIES):
        error[start : start + 300] += rng.gamma(3) * np.hanning(300)
        truth[start : start + 300] = True
    return Detection(
        series=TimeSeries(values, truth=truth, n_train=half),
        scores=-error,
        expected=np.sin(t / 50)[:, None],
        offset=-3.0,
    )


def first_picture(browser: Browser, path: Path) -> float:
    """Open the page; return the seconds from the navigation to its chart."""
    browser.driver.get("about:blank")
    browser.open(path)
    mark = "return performance.getEntriesByName('first-picture')[0].startTime"
    return browser.ask(mark) / 1000


def zooms(browser: Browser) -> list[float]:
    """Return the seconds from each click on "Zoom in" to the refined picture."""
    button = "document.querySelector('[data-move=in]').click()"
    return [until_drawn(browser, button) for _ in range(N_TIMES)]


def slider_steps(browser: Browser) -> list[float]:
    """Return the seconds from each step of the slider to the redrawn whole series."""
    until_drawn(browser, "document.querySelector('[data-move=all]').click()")
    step = (
        "const slider = document.getElementById('slider'); slider.stepDown(40);"
        "slider.dispatchEvent(new Event('input'))"
    )
    return [until_drawn(browser, step) for _ in range(N_TIMES)]


def until_drawn(browser: Browser, action: str) -> float:
    browser.settled()
    milliseconds = browser.driver.execute_async_script(
        f"""
        const done = arguments[0];
        const start = performance.now();
        const tell = () => done(performance.now() - start);
        const frame = () => requestAnimationFrame(tell);
        document.getElementById("series").once("plotly_afterplot", frame);
        {action};
        """
    )
    return milliseconds / 1000


def megabytes(path: Path) -> float:
    return path.stat().st_size / 1e6


if __name__ == "__main__":
    main()
