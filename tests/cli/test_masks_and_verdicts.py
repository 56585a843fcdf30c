"""What is ignored, and what people say of events, on the command line."""

import json
from argparse import Namespace

import numpy as np
import pandas as pd
import pytest

from skanomaly import load_model
from skanomaly.cli import main
from skanomaly.cli._errors import InputError
from skanomaly.cli._masks import ignored_intervals
from skanomaly.cli._reading import Reading, read_series
from skanomaly.cli._verdicts import read_feedback
from skanomaly.report import read_run
from tests.detectors.common import wave

N_SAMPLES, HOLIDAY, LATER = 1200, slice(200, 260), slice(1000, 1030)
HOURS = pd.date_range("2024-01-01", periods=N_SAMPLES, freq="h", name="time")
SERIES = pd.DataFrame({"v": 0.0}, index=HOURS)
NUMBERED = SERIES.reset_index(drop=True)
DETECT = ["detect", "series.csv", "--value", "v", "--detector", "pca"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A series with a holiday before an anomaly, and one after it."""
    folder = tmp_path_factory.mktemp("series")
    X = wave(N_SAMPLES, noise=0.05)[:, 0]
    X[HOLIDAY] = 6 + wave(60, noise=1.0, seed=2)[:, 0]
    X[900:910] += 1
    X[LATER] = 6 + wave(30, noise=1.0, seed=3)[:, 0]
    frame = pd.DataFrame({"v": X, "holiday": ""}, index=HOURS)
    frame.iloc[HOLIDAY, 1], frame.iloc[LATER, 1] = "Christmas", "Easter"
    frame.to_csv(folder / "series.csv")
    frame[:600].to_csv(folder / "past.csv")
    numbers = pd.DataFrame({"start": [200, 1000], "stop": [260, 1030]})
    numbers.to_csv(folder / "numbers.csv", index=False)
    times = numbers.map(lambda place: HOURS[place]).assign(why=["Christmas", "Easter"])
    times.to_csv(folder / "times.csv", index=False)
    return folder


@pytest.fixture
def run(folder, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(folder)

    def run(*arguments):
        assert main([*arguments, "--json", "--out", str(tmp_path)]) == 0
        answer = json.loads(capsys.readouterr().out)
        return [(event["start"], event["stop"]) for event in answer["events"]]

    return run


def has(places, sample):
    return any(start <= sample < stop for start, stop in places)


def test_a_holiday_hides_an_anomaly_unless_it_is_ignored(run):
    assert not has(run(*DETECT, "--threshold", "max:1"), 905)


@pytest.mark.parametrize(
    "how",
    [
        ("--ignore", "times.csv", "--threshold", "max:1", "--threshold-on", "train"),
        ("--ignore-column", "holiday", "--train", "past.csv"),
    ],
)
def test_ignored_samples_are_neither_learned_nor_reported(run, tmp_path, how):
    places = run(*DETECT, *how)
    assert len(places) == 1
    assert has(places, 905)
    found = read_run(tmp_path)
    assert found.ignored == ((200, 260), (1000, 1030))
    assert (found.labels[LATER] == 1).all()
    scaler = load_model(tmp_path / "model.skanomaly")[0]
    assert abs(scaler.mean_[0]) < 0.1


def test_a_score_ignores_and_follows_verdicts(run, tmp_path):
    run(*DETECT, "--ignore", "times.csv")
    model = str(tmp_path / "model.skanomaly")
    score = ["score", model, "series.csv", "--value", "v"]
    places = run(*score)
    assert has(places, 1005)
    events = pd.read_csv(tmp_path / "events.csv")
    ignoring = run(*score, "--ignore-column", "holiday")
    assert has(ignoring, 905)
    assert not has(ignoring, 1005)
    # All is dismissed but the event that the others would hide.
    weak = [start <= 905 < stop for start, stop in places]
    events["verdict"] = np.where(weak, "confirm", "Dismiss ")
    file = tmp_path / "verdicts.csv"
    events.to_csv(file, index=False)
    assert run(*score, "--feedback", str(file)) == [places[weak.index(True)]]
    detection = read_run(tmp_path)
    assert detection.threshold_source == "feedback"
    assert detection.about.made["Threshold"]["rule"] == f"by the feedback in {file}"


def test_a_column_is_true_by_numbers_and_by_texts(tmp_path):
    file = str(tmp_path / "flags.csv")
    flags = [0, 1, "", "no", "Easter", "False", " ", 2.5]
    table = pd.DataFrame({"v": range(8), "flag": flags})
    table.to_csv(file, index=False)
    expected = [0, 1, 0, 0, 1, 0, 0, 1]
    assert read_series(file, Reading(), ignore="flag")["flag"].tolist() == expected
    table["flag"] = [0, 1, 0, 0, 2, 0, 0, 1]
    table.to_csv(file, index=False)
    assert read_series(file, Reading(), ignore="flag")["flag"].tolist() == expected


def test_a_record_that_is_ignored_ignores_its_step(tmp_path):
    file = tmp_path / "records.csv"
    file.write_text(
        "t,v,off\n2024-01-01 00:10,1,0\n2024-01-01 00:40,2,1\n2024-01-02,3,0\n"
    )
    reading = Reading(value=["v"], every="12h", agg="sum", incomplete=True)
    series = read_series(str(file), reading, ignore="off")
    assert series["off"].tolist() == [1, 0, 0]
    assert series["v"].tolist() == [3, 0, 3]


# Files of intervals.


def intervals(tmp_path, text, series=SERIES, **more):
    file = tmp_path / "ignored.csv"
    file.write_text(text)
    options = Namespace(ignore=str(file), day_first=more.pop("day_first", None))
    return ignored_intervals(options, series, more.pop("flags", None), **more)


def test_intervals_are_times_or_numbers(tmp_path):
    times = "start,stop\n2024-01-02,2024-01-03 12:00\n"
    assert intervals(tmp_path, times) == ((24, 60),)
    assert intervals(tmp_path, "Start, Stop\n24,60\n") == ((24, 60),)
    assert intervals(tmp_path, "start,stop\n24,60\n", NUMBERED) == ((24, 60),)
    seconds = NUMBERED.set_index(pd.Index(np.arange(N_SAMPLES) / 2, name="t"))
    assert intervals(tmp_path, "start,stop\n12,30.5\n", seconds) == ((24, 61),)
    ambiguous = "start,stop\n02/01/2024,03/01/2024\n"
    assert intervals(tmp_path, ambiguous, day_first=True) == ((24, 48),)
    flags = np.arange(N_SAMPLES) < 3
    assert intervals(tmp_path, times, flags=flags) == ((0, 3), (24, 60))
    later = SERIES.set_index(HOURS + pd.Timedelta("1000D"))
    assert intervals(tmp_path, times, later, other=SERIES) == ()


BAD = {
    "start,stop\n260,200\n": "row 0: ignore holds the interval from 260 to 200",
    "start,stop\n1,2\n1200,1300\n": "row 1: no sample lies from 1200 to 1300",
    "start,stop\n2024-01-03,2024-01-02\n": "row 0: .* ends before it starts",
    "start,stop\n2020-01-01,2020-01-02\n": "row 0: no sample lies from 2020-01-01",
    "start,stop\n2024-01-02,2024-01-03\nsoon,2024-01-03\n": "in row 1: 'soon'",
    "start,stop\n2024-01-02,\n": "'stop' holds 1 values that are not times",
    "start,stop\n1,2\n3.5,9\n": "row 1: start 3.5 is not the number of a sample",
    "begin,stop\n1,2\n": "no column 'start'. It has: begin, stop",
}


@pytest.mark.parametrize("text", BAD)
def test_bad_intervals_are_refused(tmp_path, text):
    with pytest.raises(InputError, match=BAD[text]):
        intervals(tmp_path, text)


def test_times_say_nothing_of_a_series_without_them(tmp_path):
    with pytest.raises(InputError, match="samples are only numbered"):
        intervals(tmp_path, "start,stop\n2024-01-02,2024-01-03\n", NUMBERED)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--ignore", "tmes.csv"], "Did you mean 'times.csv'?"),
        (["--ignore-column", "holidays"], "Did you mean 'holiday'?"),
        (["--ignore", "numbers.csv", "--train", "past.csv"], "row 0, holds numbers"),
        (["--labels", "holiday", "--ignore-column", "holiday"], "holiday"),
    ],
)
def test_mistakes_are_named_before_training(
    folder, tmp_path, capsys, monkeypatch, arguments, words
):
    monkeypatch.chdir(folder)
    assert main([*DETECT, *arguments, "--out", str(tmp_path)]) == 2
    assert words in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


# Files of verdicts.


def verdicts(tmp_path, series=SERIES, **changes):
    events = {
        "start": [10, 50, 90],
        "stop": [12, 60, 91],
        "start_time": [str(HOURS[place]) for place in (10, 50, 90)],
        "verdict": ["confirm", "", " Dismiss"],
    }
    file = tmp_path / "events.csv"
    pd.DataFrame({**events, **changes}).to_csv(file, index=False)
    found = read_feedback(str(file), series)
    return [(verdict, event.start, event.stop) for verdict, event in found]


def test_events_are_found_by_times_or_else_by_numbers(tmp_path):
    expected = [("confirm", 10, 12), ("dismiss", 90, 91)]
    assert verdicts(tmp_path) == expected
    untimed = verdicts(tmp_path, NUMBERED, start_time=[None] * 3)
    assert untimed == expected
    assert verdicts(tmp_path, SERIES[5:]) == [("confirm", 5, 7), ("dismiss", 85, 86)]
    zoned = SERIES.tz_localize("UTC")
    times = [f"{HOURS[place]}+00:00" for place in (10, 50, 90)]
    assert verdicts(tmp_path, zoned, start_time=times) == expected
    assert verdicts(tmp_path, verdict=["", None, " "]) == []
    assert read_feedback(None, SERIES) == []


def test_verdicts_of_a_file_know_the_run_of_an_event(tmp_path):
    spans = {"span_start": [8, None, 90], "span_stop": [15, None, 92]}
    verdicts(tmp_path, **spans)
    found = read_feedback(str(tmp_path / "events.csv"), SERIES[5:])
    runs = [(event.span_start, event.span_stop) for _, event in found]
    assert runs == [(3, 10), (85, 87)]


def test_times_without_a_zone_are_those_of_the_series(tmp_path):
    zoned = SERIES.tz_localize("Europe/Berlin")
    expected = [("confirm", 10, 12), ("dismiss", 90, 91)]
    assert verdicts(tmp_path, zoned) == expected
    utc = [f"{zoned.index[place].tz_convert(None)}Z" for place in (10, 50, 90)]
    assert verdicts(tmp_path, zoned, start_time=utc) == expected


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"verdict": ["", "", "confirmed"]},
            "row 2: the verdict 'confirmed' is unknown",
        ),
        ({"start_time": ["2024-01-01 10:30"] * 3}, "row 0: the event is not in the"),
        ({"stop": [12, 60, 9000]}, "row 2: the event is not in the series"),
        ({"start_time": ["soon"] * 3}, "holds 3 values that are not times"),
        ({"start": [0.5, 50, 90]}, "start and stop must be whole numbers"),
        ({"series": NUMBERED}, "holds times of events, but the samples"),
    ],
)
def test_verdicts_that_do_not_fit_are_refused(tmp_path, changes, words):
    with pytest.raises(InputError, match=words):
        verdicts(tmp_path, **changes)


@pytest.mark.parametrize("missing", ["verdict", "start", "stop"])
def test_verdicts_need_their_columns(tmp_path, missing):
    file = tmp_path / "events.csv"
    table = pd.DataFrame({"start": [1], "stop": [2], "verdict": ["confirm"]})
    table.drop(columns=missing).to_csv(file, index=False)
    with pytest.raises(InputError, match=f"no column '{missing}'"):
        read_feedback(str(file), SERIES)
