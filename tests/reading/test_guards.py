"""Guards around what is read: order, zones, repeated rows, history, names."""

import warnings

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from skanomaly import EventRule, detect, find_events, make_detector, select_dates
from skanomaly.cli import main
from skanomaly.compose import fit_ignoring
from skanomaly.reading import read_series
from skanomaly.report._legible import make_legible

HOURS = pd.date_range("2024-01-01", periods=300, freq="h")
WAVE = pd.DataFrame({"cpu": np.sin(np.arange(300) / 5)}, index=HOURS)


@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_index_that_is_not_in_order_is_told(zone):
    pipe = make_detector("pca", window=10).fit(WAVE)
    series = WAVE.tz_localize(zone)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        detect(pipe, series)
    order = np.arange(300)
    order[[100, 200]] = 200, 100
    with pytest.warns(UserWarning, match="goes back from .* in row 101"):
        detect(pipe, series.iloc[order])


def test_no_event_stops_before_it_starts():
    labels = [1, -1, -1, 1, 1, -1]
    with pytest.warns(UserWarning, match="not in order"):
        events = find_events(labels, index=HOURS[:6][::-1])
    assert all(event.start_time < event.stop_time for event in events)


@pytest.mark.parametrize("time", ["2024-10-27 02:30", "2024-03-31 02:30"])
def test_repeated_and_missing_hours_are_told(time):
    days = pd.date_range("2024-03-01", "2024-11-30", freq="D", tz="Europe/Berlin")
    series = pd.DataFrame({"cpu": 1.0}, index=days)
    with pytest.raises(ValueError, match="repeated or missing in the time zone"):
        select_dates(series, time)


BERLIN = pd.date_range("2024-10-25", periods=400, freq="15min", tz="Europe/Berlin")
NIGHT = "2024-10-27 02:30"


def test_hours_that_are_repeated_are_told_wherever_times_are_read(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    values = np.sin(np.arange(400) / 5)
    values[350:353] += 4
    frame = pd.DataFrame({"t": BERLIN, "v": values})
    pipe = make_detector("pca", window=10).fit(frame[["v"]])
    rule = EventRule(ignore=[(NIGHT, "2024-10-27 05:00")])
    with pytest.raises(ValueError, match="ignore: '2024-10-27 02:30:00' is repeated"):
        detect(pipe, frame[["v"]], index=frame["t"], events=rule)
    frame.to_parquet("a.parquet")
    (tmp_path / "ignore.csv").write_text(f"start,stop\n{NIGHT},2024-10-27 05:00\n")
    command = ["detect", "a.parquet", "--detector", "pca"]
    assert main([*command, "--quiet"]) == 0
    events = pd.read_csv("skanomaly-out/events.csv").assign(verdict="confirm")
    events["start_time"] = NIGHT
    events.to_csv("events.csv")
    score = ["score", "skanomaly-out", "a.parquet", "--feedback", "events.csv"]
    for words in (
        [*command, "--ignore", "ignore.csv"],
        [*command, "--from", NIGHT],
        [*command, "--train-until", NIGHT],
        score,
    ):
        capsys.readouterr()
        assert main(words) == 2
        told = capsys.readouterr().err
        assert "repeated or missing in the time zone Europe/Berlin" in told


@pytest.mark.parametrize("every", ["30min", "1h", "6h", "1D"])
def test_steps_over_a_repeated_hour(tmp_path, every):
    pd.DataFrame({"t": BERLIN, "v": 1.0}).to_parquet(tmp_path / "a.parquet")
    found, _ = read_series(tmp_path / "a.parquet", every=every, agg="sum")
    assert (found["v"].iloc[:-1] > 0).all()
    assert found.index.is_monotonic_increasing


def test_repeated_rows_get_more_neighbors():
    series = np.zeros((300, 1))
    series[::50] = 1
    with pytest.warns(UserWarning, match=r"n_neighbors=\d+ is taken"):
        pipe = make_detector("local_outlier_factor", window=8).fit(series)
    assert np.abs(pipe.score_samples(series)).max() < 1e3


def test_repeated_rows_that_are_left_out_do_not_count():
    series = WAVE.to_numpy().copy()
    series[100:180] = 0
    ignored = series[:, 0] == 0
    pipe = make_detector("local_outlier_factor", window=8)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit_ignoring(pipe, series, ignored)
    with pytest.warns(UserWarning, match=r"n_neighbors=\d+ is taken"):
        pipe.fit(series)


def test_little_history_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    values = np.random.default_rng(0).normal(100, 2, 100)
    values[80] += 24
    pd.DataFrame({"v": values}).to_csv("short.csv", index=False)
    assert main(["detect", "short.csv", "--detector", "pca"]) == 0
    out, error = capsys.readouterr()
    assert "50 samples to train on are little history" in error
    assert "1 event" in out


def test_names_in_other_scripts_are_legible():
    figure = Figure()
    ax = figure.add_subplot()
    ax.set_ylabel("温度 かな x")
    ax.set_title("cpu")
    make_legible(figure)
    assert ax.get_title() == "cpu"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.canvas.draw()
