"""The page in a real Chromium: what people see, and what they can do."""

import json
import time
from dataclasses import asdict, replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from skanomaly import EventRule, detect, find_events, make_detector
from skanomaly.datasets import make_periodic
from skanomaly.detection import FalseEvents, judge
from skanomaly.events import Gaps
from skanomaly.report import draw_page
from tests.detection.common import detection_of
from tests.naive import decimated_extremes

Keys = pytest.importorskip("selenium.webdriver.common.keys").Keys
N_SAMPLES, N_TRAIN = 3000, 1000
VALUES = "document.getElementById('series').data.find((t) => t.name === 'value')"
HOSTILE = ("</script><b>bold", "<img src=x onerror=alert(1)>", 'say "a, b"\n%{y}')


def make_run(**more):
    rng = np.random.default_rng(0)
    t = np.arange(N_SAMPLES)
    values = np.sin(t / 20) + rng.normal(0, 0.1, N_SAMPLES)
    error, truth = rng.gamma(4, 0.1, N_SAMPLES), np.zeros(N_SAMPLES, bool)
    for start in (300, 1200, 1800, 2500, 2900):
        error[start : start + 30] += start / 1000 * np.hanning(30)
        truth[start : start + 20] = True
    defaults = {
        "values": values[:, None],
        "offset": -1.8,
        "truth": truth,
        "n_train": N_TRAIN,
        "index": pd.date_range("2024-01-01", periods=N_SAMPLES, freq="min"),
        "expected": np.sin(t / 20)[:, None],
        "history": {"loss": [3.0, 2.0, 1.0], "val_loss": [3.0, 2.5, 2.4]},
        "made": {"Run": {"command": "skanomaly detect"}},
        "min_length": 2,
        "merge_gap": 1,
    }
    return detection_of(-error, **{**defaults, **more})


@pytest.fixture(scope="module")
def run():
    return make_run()


@pytest.fixture(scope="module")
def several():
    rng = np.random.default_rng(1)
    errors = rng.gamma(2, 0.05, (N_SAMPLES, 3))
    errors[1500:1530, 1] += 3
    errors[2500:2540, 2] += 2
    return make_run(
        values=rng.normal(size=(N_SAMPLES, 3)),
        expected=None,
        channel_errors=errors,
        channel_names=HOSTILE,
        history=None,
        title=HOSTILE[1],
        truth=None,
    )


@pytest.fixture(scope="module")
def write(tmp_path_factory):
    def write(detection):
        path = tmp_path_factory.mktemp("page") / "report.html"
        path.write_text(draw_page(detection), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="module")
def path(write, run):
    return write(run)


@pytest.fixture
def page(browser, path):
    return browser.open(path)


def events_at(detection, threshold):
    score, rule = detection.scores.copy(), detection.rule
    score[: detection.first] = 0
    rules = {"min_length": rule.min_length, "merge_gap": rule.merge_gap}
    return find_events(score, offset=-threshold, **rules)


def test_opens_without_a_word_and_without_network(browser, path, run):
    browser.open(path)
    said, asked = browser.logs()
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert browser.card("events") == str(len(run.events))
    for chart in ("series", "histogram", "history"):
        assert browser.ask(
            "return document.querySelectorAll(`#${arguments[0]} svg path`).length",
            chart,
        )
        words = browser.find(f"#{chart}").get_attribute("aria-label")
        assert len(words) > 20


def test_slider_recomputes_events_and_metrics(page, run):
    for place in (0, 200, 600, 1000):
        page.ask(
            """
            const slider = document.getElementById("slider");
            slider.value = arguments[0];
            slider.dispatchEvent(new Event("input"));
            """,
            place,
        )
        page.settled()
        threshold = float(page.find("#exact").get_attribute("value"))
        events = events_at(run, threshold)
        assert page.card("events") == f"{len(events):,}"
        assert page.card("samples") == f"{sum(e.length for e in events):,}"
        judged = replace(run, offset=-threshold)
        for kind, f1 in (("event", "event_f1"), ("sample", "sample_f1")):
            score = page.ask("return number(arguments[0])", judge(judged)[f1])
            assert page.card(f"{kind}F1") == score
        wrong = judged.false_events
        rounded = page.ask("return ROUNDED.format(arguments[0])", wrong.per_10000)
        about = "<" if wrong.is_bound else "≈"
        note = page.text("#cards [data-card=events] .note")
        assert f"expect {about} {rounded} false ones per 10,000 samples (" in note
        rows = page.ask("return document.querySelectorAll('#events tbody tr').length")
        assert rows == min(100, len(events))
        spoken = page.find("#slider").get_attribute("aria-valuetext")
        assert (f"{len(events):,} event" if events else "no event") in spoken
        assert page.text("#status") == spoken
    page.find("#learned").click()
    page.settled()
    assert page.card("events") == str(len(run.events))


def test_false_events_to_expect_are_those_of_python(page, run):
    tail = run.tail
    levels = [*tail.errors, 0.0, 1.5 * tail.errors[-1], 3 * tail.errors[-1]]
    levels += [(a + b) / 2 for a, b in pairwise(tail.errors)]
    found = page.ask(
        "return arguments[1].map((one) => falseEvents({ tail: arguments[0] }, one))",
        asdict(tail),
        levels,
    )
    assert {one["isBound"] for one in found} == {True, False}
    for level, one in zip(levels, found, strict=True):
        expected = FalseEvents.at(level, tail, run.series)
        assert one["isBound"] == expected.is_bound
        assert 10_000 * one["rate"] == pytest.approx(expected.per_10000)
    assert page.ask("return falseEvents({ tail: null }, 1)") is None


def test_events_and_metrics_are_those_of_python(page):
    rng = np.random.default_rng(0)
    rules_of = ((1, 0, 0), (2, 0, 100), (1, 3, 50), (3, 2, 0), (5, 9, 10))
    for min_length, merge_gap, first in 3 * rules_of:
        error = np.round(rng.random(400), 2)  # with scores at the threshold
        truth = rng.random(400) < 0.15
        rules = {"minLength": min_length, "mergeGap": merge_gap, "first": first}
        events, judged = page.ask(
            """
            const [error, truth, threshold, rules] = arguments;
            const events = findEvents(Float64Array.from(error), threshold, rules);
            const judged = judge(events, truth, trueEvents(truth, rules.first));
            return [events.map((e) => [e.start, e.stop, e.peak]), judged];
            """,
            *(error.tolist(), truth.astype(int).tolist(), 0.8, rules),
        )
        found = detection_of(
            -error,
            values=np.zeros((400, 1)),
            offset=-0.8,
            truth=truth,
            n_train=first,
            min_length=min_length,
            merge_gap=merge_gap,
        )
        assert events == [[e.start, e.stop, e.peak] for e in found.events]
        metrics = judge(found)
        for kind in ("event", "sample"):
            for metric in ("precision", "recall", "f1"):
                ours = judged[f"{kind}{metric.capitalize()}"]
                assert ours == pytest.approx(metrics[f"{kind}_{metric}"], abs=1e-12)
        assert judged["found"] == metrics["n_true_events_found"]


@pytest.mark.parametrize("merge_gap", [0, 40])
def test_events_have_the_extents_of_python_at_any_threshold(browser, write, merge_gap):
    made = make_periodic(1500, period=25, n_anomalies=5, random_state=2)
    pipe = make_detector("pca", window=50).fit(made.X[:750])
    found = detect(
        pipe, made.X, n_train=750, events=EventRule(merge_gap=merge_gap, min_length=2)
    )
    assert any(e.start > e.span_start and e.stop < e.span_stop for e in found.events)
    page = browser.open(write(found))
    for quantile in (0, 0.1, 0.5, 0.9, 0.99):
        offset = float(np.quantile(found.scores[750:], quantile))
        events = page.ask(
            """
            const threshold = arguments[0];
            return readRun().then((run) => findEvents(run.error, threshold, run))
              .then((events) => events.map((e) => [
                e.start, e.stop, e.peak, e.spanStart, e.spanStop,
              ]));
            """,
            -offset,
        )
        assert events == [
            [e.start, e.stop, e.peak, e.span_start, e.span_stop]
            for e in replace(found, offset=offset).events
        ]


def ends(events):
    return [[e.start, e.stop, e.peak, e.span_start, e.span_stop] for e in events]


@pytest.mark.parametrize(
    ("n_channels", "rule"),
    [
        (1, {"direction": "up"}),
        (1, {"direction": "up", "ignore": [(760, 960), (1100, 1110)]}),
        (1, {"min_deviation": "5%", "min_length": 2}),
        (1, {"k_of_n": (20, 60), "merge_gap": "5min", "min_length": "3min"}),
        (2, {"direction": "down", "merge_gap": 30}),
        (2, {"min_deviation": 0.2, "k_of_n": (3, 5), "localize": False}),
    ],
)
def test_events_are_those_of_python_by_any_rule(browser, write, n_channels, rule):
    made = make_periodic(
        1500, n_channels=n_channels, period=25, n_anomalies=5, random_state=2
    )
    pipe = make_detector("pca", window=50).fit(made.X[:750])
    index = pd.date_range("2024-01-01", periods=1500, freq="min")
    plain = detect(pipe, made.X, index=index, n_train=750)
    found = replace(plain, rule=EventRule(**rule))
    page, seen = browser.open(write(found)), []
    for quantile in (0.01, 0.1, 0.5, 0.9, 0.99):
        offset = float(np.quantile(found.scores[750:], quantile))
        events = page.ask(
            """
            const threshold = arguments[0];
            return readRun().then((run) => findEvents(run.error, threshold, run))
              .then((events) => events.map((e) => [
                e.start, e.stop, e.peak, e.spanStart, e.spanStop,
              ]));
            """,
            -offset,
        )
        assert events == ends(replace(found, offset=offset).events)
        seen.append((events, ends(replace(plain, offset=offset).events)))
    assert any(events for events, _ in seen)
    assert any(events != without for events, without in seen)


def test_errors_that_the_largest_dwarfs_are_no_part_of_their_own(browser, write):
    scores, own = np.full(100, -1.0), np.full((100, 1), 0.1)
    scores[20:70] = -9
    own[30], own[50:55, 0], own[60] = 4, [3, 200, 200, 9, 4], 20
    found = detection_of(
        scores, np.zeros(100), offset=-5.0, own_errors=own, gaps=Gaps(1, 25)
    )
    events = browser.open(write(found)).ask(
        """
        return readRun().then((run) => findEvents(run.error, 5, run))
          .then((events) => events.map((event) => [event.start, event.stop]));
        """
    )
    assert events == [[e.start, e.stop] for e in found.events] == [[51, 61]]


@pytest.mark.parametrize(
    ("level", "least"), [(1e6, 5), (1e6, "0.0005%"), (0.1, 5), (0.1, "5000%")]
)
def test_the_rounding_of_values_is_no_deviation(browser, write, level, least):
    expected, values = np.full(60, level), np.full(60, level)
    values[[9, 30]] += 5, 4.9999
    expected[9] = np.nextafter(level, np.inf)
    scores = np.where(values == level, -1.0, -9.0)
    rule = {"offset": -5.0, "min_deviation": least}
    page = browser.open(write(detection_of(scores, values, expected=expected, **rule)))
    assert page.card("events") == "1"
    events = page.ask(
        """
        return readRun().then((run) => findEvents(run.error, 5, run))
          .then((events) => events.map((event) => event.start));
        """
    )
    assert events == [9]


def set_rule(page, name, value):
    page.ask(
        """
        const control = document.getElementById(`rule-${arguments[0]}`);
        control.value = arguments[1];
        control.dispatchEvent(new Event("change", { bubbles: true }));
        """,
        *(name, str(value)),
    )
    page.settled()


def test_controls_change_the_rules_of_events(browser, write):
    made = make_periodic(1500, period=25, n_anomalies=5, random_state=2)
    pipe = make_detector("pca", window=50).fit(made.X[:750])
    found = detect(pipe, made.X, n_train=750, events=EventRule(merge_gap=5))
    page = browser.open(write(found))
    assert not page.find("#rule-learned").is_enabled()
    rule = {"merge_gap": 5}
    for name, value, more in (
        ("direction", "up", {"direction": "up"}),
        ("direction", "down", {"direction": "down"}),
        ("deviation", 0.05, {"min_deviation": 0.05}),
        ("unit", "percent", {"min_deviation": "0.05%"}),
        ("deviation", 20, {"min_deviation": "20%"}),
        ("n", 9, {"k_of_n": (1, 9)}),
        ("k", 6, {"k_of_n": (6, 9)}),
        ("n", 4, {"k_of_n": (4, 4)}),
        ("gap", 100, {"merge_gap": 100}),
        ("length", 7, {"min_length": 7}),
    ):
        set_rule(page, name, value)
        rule |= more
        events = replace(found, rule=EventRule(**rule)).events
        assert page.card("events") == str(len(events))
        assert page.card("samples") == str(sum(event.length for event in events))
    set_rule(page, "gap", "")  # no number: the rule remains
    assert page.find("#rule-gap").get_attribute("value") == "100"
    page.find("#rules summary").click()
    page.find("#rule-learned").click()
    page.settled()
    assert page.card("events") == str(len(found.events))
    assert page.find("#rule-gap").get_attribute("value") == "5"
    page.find("#rule-gap").send_keys(Keys.ESCAPE)
    assert not page.find("#rule-gap").is_displayed()
    assert page.console() == []


def test_a_band_is_drawn_where_there_is_one(browser, write, path):
    made = make_periodic(600, period=25, random_state=2)
    found = detect(make_detector("pca", window=50).fit(made.X[:300]), made.X)
    bands = """
        const traces = document.getElementById("series").data;
        return traces.filter((t) => t.name === "band").map((t) => Array.from(t.y));
        """
    lower, upper = browser.open(write(found)).ask(bands)
    invisible = 1e-3 * np.ptp(found.series.values)
    np.testing.assert_allclose(lower, found.expected_lower[:, 0], atol=invisible)
    np.testing.assert_allclose(upper, found.expected_upper[:, 0], atol=invisible)
    assert browser.find("[data-part=band]").is_displayed()
    assert browser.open(path).ask(bands) == []
    assert not browser.find("[data-part=band]").is_displayed()


def test_deviations_have_no_controls_without_expected_values(browser, write):
    browser.open(write(detection_of(-np.arange(9.0), values=np.ones(9), offset=-6)))
    browser.find("#rules summary").click()
    assert browser.find("#rule-gap").is_displayed()
    assert not browser.find("#rule-direction").is_displayed()
    assert not browser.find("#rule-deviation").is_displayed()


@pytest.mark.parametrize("merge_gap", [0, 9])
def test_ignored_intervals_are_those_of_python(browser, write, merge_gap):
    rng = np.random.default_rng(3)
    error, own = rng.gamma(2, 1, 600), rng.gamma(1, 0.3, (600, 1))
    own[rng.random(600) < 0.1] = 40
    ignore = [(150, 152), (200, 260), (255, 300), (420, 421), (590, 600)]
    found = detection_of(
        -np.convolve(error, np.ones(9) / 9, "same"),
        values=np.zeros((600, 1)),
        offset=-2.0,
        own_errors=own,
        gaps=Gaps(1, 2),
        n_train=100,
        merge_gap=merge_gap,
        min_length=2,
        ignore=ignore,
    )
    page = browser.open(write(found))
    n_cut = 0
    for threshold in (1.0, 1.5, 2.0, 2.5, 3.0):
        there = page.ask(
            """
            const threshold = arguments[0];
            return readRun().then((run) => findEvents(run.error, threshold, run))
              .then((events) => events.map((e) => [
                e.start, e.stop, e.peak, e.spanStart, e.spanStop,
              ]));
            """,
            threshold,
        )
        ours = replace(found, offset=-threshold)
        assert there == ends(ours.events)
        whole = replace(ours, rule=replace(found.rule, ignore=()))
        n_cut += len({e.start for e in whole.events} - {e.start for e in ours.events})
        n_cut += len({e.start for e in ours.events} - {e.start for e in whole.events})
    assert n_cut > 10


def test_samples_without_a_score_are_in_no_event(page):
    rng = np.random.default_rng(1)
    for merge_gap in (0, 2, 9):
        error = rng.random(400)
        error[rng.random(400) < 0.2] = np.nan
        events = page.ask(
            """
            const [error, rules] = arguments;
            const known = Float64Array.from(error, (e) => (e === null ? NaN : e));
            return findEvents(known, 0.6, rules).map((e) => [e.start, e.stop, e.peak]);
            """,
            [None if np.isnan(one) else one for one in error.tolist()],
            {"mergeGap": merge_gap},
        )
        found = find_events(-error, offset=-0.6, merge_gap=merge_gap)
        assert events == [[e.start, e.stop, e.peak] for e in found]
        assert len(found) > 10


def test_fewer_points_keep_the_extremes_and_the_gaps(page):
    rng = np.random.default_rng(0)
    x, y = np.sort(rng.random(5000)), rng.normal(size=5000)
    y[2000:2100] = np.nan
    kept = page.ask(
        """
        const [x, y] = arguments;
        return decimate(x, y.map((v) => v ?? NaN), 100, 4900, 50);
        """,
        *(x.tolist(), [None if np.isnan(value) else value for value in y]),
    )
    assert kept == sorted(set(kept))
    assert {100, 4899} <= set(kept)
    assert len(kept) <= 5 * 50
    assert decimated_extremes(x, y, 100, 4900, 50) <= set(kept)
    assert np.isnan(y[kept]).any()


def test_typed_threshold_is_taken_exactly(page, run):
    error = float(-run.scores[run.events[0].peak])
    page.set_threshold(error)  # at the peak, which is then normal
    assert page.card("events") == str(len(events_at(run, error)))
    assert page.card("found").startswith(f"{len(events_at(run, error))} of 4")


def test_threshold_below_zero_hides_no_error_of_a_logarithmic_axis(browser, write):
    score = -np.linspace(0.1, 1, 50)
    score[20] = -1000
    browser.open(write(detection_of(score, values=np.ones(50), offset=-2.0)))
    axis = "document.getElementById('series').layout.yaxis4"
    for threshold in (-1, 0):
        browser.set_threshold(threshold)
        assert browser.ask(f"return {axis}.type") == "log"
        low, high = browser.ask(f"return {axis}.range")
        assert low < np.log10(0.1) < np.log10(1000) < high
        assert high - low < 6
    assert browser.console() == []


def test_click_and_enter_show_an_event(page, run):
    whole = page.range()
    event = run.events[-1]
    page.find("#events tbody tr:last-child td").click()
    left, right = page.wait(
        """
        const range = document.getElementById("series").layout.xaxis.range;
        return range[0] > arguments[0] && range;
        """,
        whole[0],
    )
    peak = run.series.index[event.peak].value / 1e6
    assert left < peak < right
    assert right - left < 0.1 * (whole[1] - whole[0])
    row = page.find("#events tbody tr[aria-current]")
    assert row.text.startswith(str(len(run.events)))
    page.find("#events tbody tr:first-child button").send_keys(Keys.ENTER)
    first = run.series.index[run.events[0].peak].value / 1e6
    page.wait(
        """
        const [left, right] = document.getElementById("series").layout.xaxis.range;
        return left < arguments[0] && arguments[0] < right;
        """,
        first,
    )


def test_zoom_draws_what_is_there(browser, write):
    n_samples = 200_000
    values = np.sin(np.arange(n_samples) / 7)[:, None]
    score = -np.abs(values[:, 0])
    browser.open(write(detection_of(score, values=values, offset=-2)))
    drawn = f"return {VALUES}"
    n_whole = len(browser.ask(drawn)["x"])
    assert n_whole < 20_000
    browser.ask("Plotly.relayout('series', {'xaxis.range': [50000, 50400]})")
    x = browser.wait(
        f"""
        const trace = {VALUES};
        const inView = trace.x.filter((x) => x >= 50000 && x <= 50400);
        return inView.length === 401 && inView;
        """
    )
    assert x == list(range(50_000, 50_401))
    browser.find("[data-move=all]").click()
    browser.wait(f"return {VALUES}.x.length === {n_whole}")


def test_dragging_zooms_and_a_double_click_shows_all(page):
    whole = page.range()
    page.ask("document.getElementById('series').scrollIntoView()")
    box = page.ask(
        """
        const box = document.getElementById("series").getBoundingClientRect();
        return [box.left, box.top, box.width, box.height];
        """
    )
    across, down = box[0] + 0.5 * box[2], box[1] + 0.3 * box[3]
    for kind, x in (("mousePressed", 0), ("mouseMoved", 60), ("mouseReleased", 120)):
        mouse(page, kind, across + x, down)
    page.wait(
        "return document.getElementById('series').layout.xaxis.range[0] > arguments[0]",
        whole[0],
    )
    time.sleep(0.4)  # or else it would be part of the double click
    for n_clicks in (1, 2):
        mouse(page, "mousePressed", across, down, n_clicks)
        mouse(page, "mouseReleased", across, down, n_clicks)
    page.wait(
        """
        const [left] = document.getElementById("series").layout.xaxis.range;
        return left === arguments[0];
        """,
        whole[0],
    )


def mouse(page, kind, x, y, n_clicks=1):
    what = {"type": kind, "x": x, "y": y, "button": "left", "clickCount": n_clicks}
    page.driver.execute_cdp_cmd("Input.dispatchMouseEvent", what)


def test_keyboard_alone_will_do(page, run):
    whole = page.range()
    chart = page.find("#series")
    for key in ("+", "+", Keys.ARROW_LEFT):
        chart.send_keys(key)
    page.settled()
    left, right = page.range()
    assert right - left == pytest.approx((whole[1] - whole[0]) / 4)
    chart.send_keys("0")
    page.settled()
    assert page.range() == pytest.approx(whole)
    slider = page.find("#slider")
    before = float(page.find("#exact").get_attribute("value"))
    slider.send_keys(Keys.ARROW_RIGHT * 20)
    page.settled()
    after = float(page.find("#exact").get_attribute("value"))
    assert after > before
    assert page.card("events") == str(len(events_at(run, after)))
    page.find("#learned").send_keys(Keys.ENTER)
    page.settled()
    assert page.card("events") == str(len(run.events))
    page.find("#theme").send_keys(Keys.SPACE)
    assert page.ask("return document.documentElement.dataset.theme") == "dark"


def test_table_is_sorted_by_its_headings(page, run):
    column = "return [...document.querySelectorAll('#events tbody td:nth-child(6)')]"
    page.find("#events thead th:nth-child(6) button").click()
    errors = page.ask(f"{column}.map((cell) => Number(cell.textContent))")
    assert errors == sorted(errors)
    assert len(errors) == len(run.events)
    page.find("#events thead th:nth-child(6) button").click()
    assert page.ask(f"{column}.map((cell) => Number(cell.textContent))") == errors[::-1]
    heading = page.find("#events thead th:nth-child(6)")
    assert heading.get_attribute("aria-sort") == "descending"
    assert page.ask("return document.activeElement.textContent") == "Largest error"


def downloaded(browser, path):
    """Return the table of events that a page writes."""
    browser.open(path)
    target = browser.downloads / "events.csv"
    target.unlink(missing_ok=True)
    browser.find("#download").click()
    end = time.monotonic() + 10
    while not target.exists() and time.monotonic() < end:
        time.sleep(0.02)
    return pd.read_csv(target)


def test_downloaded_times_are_those_of_the_series(browser, write):
    for start in ("2024-01-01", "2024-10-26"):  # without and with a change of hour
        index = pd.date_range(start, periods=N_SAMPLES, freq="min", tz="Europe/Berlin")
        ours = make_run(index=index)
        times = pd.DatetimeIndex(downloaded(browser, write(ours))["start_time"])
        times = times.tz_localize(index.tz) if times.tz is None else times
        assert (times == ours.events_to_frame()["start_time"]).all()
        assert len(times)


def test_downloaded_table_is_that_of_python(browser, write, several):
    read = downloaded(browser, write(several))
    ours = several.events_to_frame()
    assert list(read) == list(ours)
    assert len(ours) > 1
    for name in ("start", "stop", "length", "peak", "channel"):
        assert read[name].tolist() == ours[name].tolist()
    for name in ("peak_score", "severity"):
        np.testing.assert_allclose(read[name], ours[name], rtol=1e-12)
    for name in ("start_time", "stop_time", "peak_time"):
        assert (pd.to_datetime(read[name]) == ours[name]).all()


def test_hostile_names_are_but_names(browser, write, several):
    browser.open(write(several))
    assert browser.console() == []
    assert browser.text("h1") == HOSTILE[1]
    assert browser.ask("return document.querySelectorAll('img, b').length") == 0
    blamed = browser.text("#events tbody td.channel")
    assert any(name in blamed for name in HOSTILE)
    labels = browser.ask(
        "return [...document.querySelectorAll('#channels label')].map(l => l.innerText)"
    )
    assert len(labels) == 3
    browser.find("#channels summary").click()
    browser.find("#channels input").click()
    browser.settled()
    assert not browser.ask("return document.getElementById('blame-panel').hidden")
    assert browser.console() == []


def test_light_and_dark_and_on_paper(page):
    paper = "return document.getElementById('series').layout.paper_bgcolor"
    light = page.ask(paper)
    page.find("#theme").click()
    dark = page.ask(paper)
    assert light != dark
    page.ask("window.dispatchEvent(new Event('beforeprint'))")
    assert page.ask(paper) == light
    page.ask("window.dispatchEvent(new Event('afterprint'))")
    assert page.ask(paper) == dark
    whole_table = {"printBackground": False, "preferCSSPageSize": True}
    pdf = page.driver.execute_cdp_cmd("Page.printToPDF", whole_table)
    assert len(pdf["data"]) > 10_000


@pytest.mark.parametrize(
    "dark", [pytest.param(True, id="dark"), pytest.param(False, id="light")]
)
def test_theme_follows_the_system(browser, path, dark):
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    driver = browser.driver
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
    browser.open(path)
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    theme = browser.ask("return document.documentElement.dataset.theme")
    assert theme == ("dark" if dark else "light")
    # WCAG AA for text of this size.
    for selector in ("#summary", "h2", "#cards dt", "#theme", "td", "figcaption"):
        assert browser.ask(CONTRAST, selector) >= 4.5, selector


CONTRAST = """
const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => {
  const linear = [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
};
const text = document.querySelector(arguments[0]);
let behind = text;
while (numbers(getComputedStyle(behind).backgroundColor)[3] === 0) {
  behind = behind.parentElement;
}
const [a, b] = [getComputedStyle(text).color, getComputedStyle(behind).backgroundColor]
  .map((colour) => light(numbers(colour)));
return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
"""


def test_every_control_has_a_name(page):
    unnamed = page.ask(
        """
        return [...document.querySelectorAll("button, input, summary, [role=img]")]
          .filter((e) => !e.closest("[hidden]"))
          .filter((e) => !e.textContent.trim() && !e.ariaLabel && !e.labels?.length)
          .map((e) => e.outerHTML);
        """
    )
    assert unnamed == []
    levels = page.ask("return [...document.querySelectorAll('h1, h2')].map(h => h.id)")
    assert levels[0] == ""
    assert len(levels) == len(set(levels))
    assert page.ask("return document.querySelectorAll('main, header').length") == 2


def test_charts_fit_their_panels(browser, path):
    browser.open(path)
    sizes = """return [...document.querySelectorAll('.js-plotly-plot')].map((chart) =>
        [chart.id, chart.layout.width, chart.clientWidth])"""
    charts = browser.ask(sizes)
    assert {name for name, *_ in charts} == {"series", "histogram", "history"}
    assert all(wide <= room for _, wide, room in charts), charts


def test_phone_shows_it_without_scrolling_sideways(browser, path):
    size = {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        browser.open(path)
        wide = browser.ask("return document.documentElement.scrollWidth")
        assert wide <= 390
    finally:
        browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


FLAT = np.full(50, -0.5)
PLAIN = {
    "no event": (-np.linspace(0.1, 1, 50), {"offset": -9.0}),
    "constant": (FLAT, {"offset": -0.5}),
    "all zero": (np.zeros(50), {"offset": 0.0}),
    "negative errors": (np.linspace(0.1, 1, 50), {"offset": 0.2}),
    "everything": (FLAT, {"offset": 0.0}),
    "no threshold": (FLAT, {"offset": -np.inf}),
    "one sample": (np.array([-1.0]), {"offset": -0.5}),
    "numbers": (FLAT, {"offset": 0.0, "index": np.arange(50) ** 2}),
    "all trained on": (FLAT, {"offset": -0.5, "n_train": 50}),
}


@pytest.mark.parametrize(("score", "more"), PLAIN.values(), ids=PLAIN)
def test_poor_runs_make_a_page_too(browser, write, score, more):
    found = detection_of(score, values=np.ones((len(score), 1)), **more)
    browser.open(write(found))
    assert browser.console() == []
    assert browser.card("events") == str(len(found.events))
    assert browser.find("#none").is_displayed() == (not found.events)
    assert "NaN" not in browser.text("main")
    assert ("∞" in browser.text("main")) == np.isinf(found.offset)
    for panel in ("history", "blame", "missed", "made"):
        assert not browser.find(f"#{panel}-panel").is_displayed()
    browser.find("[data-move=in]").click()
    browser.set_threshold(0.3)
    assert browser.console() == []


def test_gaps_in_the_values_are_gaps(browser, write):
    values = np.sin(np.arange(500) / 9)[:, None]
    values[200:220] = np.nan
    found = detection_of(np.zeros(500), values=values, offset=-1)
    browser.open(write(found))
    drawn = browser.ask(f"return JSON.stringify({VALUES}.y)")
    assert [y is None for y in json.loads(drawn)] == np.isnan(values[:, 0]).tolist()
