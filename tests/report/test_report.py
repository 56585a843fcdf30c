import warnings
from dataclasses import replace

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import KernelDensity
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import OneClassSVM

from skanomaly import (
    PCADetector,
    ThresholdDetector,
    TunedThresholdDetectorCV,
    make_detector,
)
from skanomaly.plotting import SeriesDisplay
from skanomaly.report import (
    Detection,
    SavedModel,
    check_folder,
    collect,
    draw_page,
    draw_report,
    events_frame,
    load_model,
    score_series,
    scores_frame,
    truth_metrics,
    write_report,
)


@pytest.fixture
def series():
    X = np.random.default_rng(0).normal(size=(400, 1))
    X[[50, 300]] = 15
    return X


@pytest.fixture
def pipe(series):
    forest = IsolationForest(contamination=0.02, random_state=0)
    return make_pipeline(StandardScaler(), forest).fit(series[:200])


@pytest.fixture
def detection(pipe, series):
    return collect(pipe, series, channel_names=["cpu"], n_train=200)


def test_labels_are_those_of_predict(pipe, series, detection):
    np.testing.assert_array_equal(detection.label, pipe.predict(series))


def test_events_leave_out_what_was_trained_on(pipe, series, detection):
    assert detection.events
    assert all(event.start >= 200 for event in detection.events)
    everything = collect(pipe, series, n_train=200, everything=True)
    peaks = [event.peak for event in everything.events]
    assert {50, 300} <= set(peaks)
    assert [event.peak for event in detection.events] == [p for p in peaks if p >= 200]


def test_another_offset_is_taken(pipe, series):
    none = collect(pipe, series, offset=-np.inf)
    assert none.events == ()
    assert (none.label == 1).all()


def test_scores_frame_has_a_row_a_sample(series, detection):
    frame = scores_frame(detection)
    assert list(frame) == ["sample", "cpu", "score", "label"]
    np.testing.assert_array_equal(frame["cpu"], series[:, 0])
    index = pd.date_range("2024-01-01", periods=400, freq="min", tz="UTC")
    expected = np.zeros((400, 1))
    frame = scores_frame(replace(detection, index=index, expected=expected))
    assert list(frame) == ["time", "cpu", "expected_cpu", "score", "label"]
    assert (frame["time"] == index).all()


def test_no_channel_is_lost_to_a_column_of_ours(detection):
    names = ("time", "score", "label", "x", "expected_x", "score_value")
    values = np.random.default_rng(0).normal(size=(400, len(names)))
    index = pd.date_range("2024-01-01", periods=400, freq="min")
    clashing = replace(
        detection, values=values, channel_names=names, expected=values + 1, index=index
    )
    frame = scores_frame(clashing)
    assert frame.shape == (400, 3 + 2 * len(names))
    channels = ["time_value", "score_value", "label_value", "x", "expected_x_value"]
    np.testing.assert_array_equal(frame[channels], values[:, :5])
    np.testing.assert_array_equal(frame["score_value_value"], values[:, 5])
    np.testing.assert_array_equal(frame["expected_score"], values[:, 1] + 1)
    np.testing.assert_array_equal(frame["score"], clashing.score)
    assert (frame["time"] == index).all()


class Blaming:
    """A detector that tells the error of each channel, and counts its work."""

    n_passes, offset_ = 0, -1.0

    def score_channels(self, X):
        self.n_passes += 1
        return np.abs(X)

    def score_samples(self, X):
        return -self.score_channels(X).sum(axis=1)


def test_channels_and_scores_come_from_one_pass():
    detector, X = Blaming(), np.zeros((50, 3))
    X[20, 1] = 9
    found = collect(detector, X, channel_names=["a", "b", "c"])
    assert detector.n_passes == 1
    np.testing.assert_array_equal(found.score, detector.score_samples(X))
    assert [event.channel for event in found.events] == ["b"]
    score, errors = score_series(make_pipeline(detector), X)
    np.testing.assert_array_equal(score, found.score)
    np.testing.assert_array_equal(errors, np.abs(X))


@pytest.mark.parametrize("wrap", ["tuned", "rule"])
def test_a_threshold_hides_neither_window_nor_history_nor_blame(wrap):
    X = np.sin(np.arange(200) / 3)[:, None] + np.zeros(2)
    X[150:155, 1] += 3
    y = np.isin(np.arange(200), range(150, 155))
    pipe = make_detector("dense", window=10, epochs=2, random_state=0).fit(X[:100])
    if wrap == "tuned":
        detector = TunedThresholdDetectorCV(pipe, cv="prefit").fit(X, y)
    else:
        detector = ThresholdDetector(clone(pipe), threshold="max").fit(X[:100])
        pipe = detector.estimator_
    plain, found = (collect(one, X, truth=y) for one in (pipe, detector))
    assert found.window == plain.window == 10
    assert found.history == plain.history == pipe[-1].history_
    assert found.offset == detector.offset_
    assert truth_metrics(found)["vus_pr"] == truth_metrics(plain)["vus_pr"]
    np.testing.assert_array_equal(found.channel_errors, plain.channel_errors)


def test_volumes_of_detectors_with_other_windows_have_one_buffer():
    X = np.sin(2 * np.pi * np.arange(600)[:, None] / 40)
    y = np.isin(np.arange(600), range(450, 470))
    X[y] += 1
    for window in (10, 40):
        pipe = make_detector("pca", window=window, random_state=0).fit(X[:300])
        assert truth_metrics(collect(pipe, X, truth=y))["vus_window"] == 40


def test_records_with_one_error_for_all_columns_blame_none():
    X = np.random.default_rng(0).normal(size=(100, 3))
    X[50] = 9
    detector = PCADetector(n_components=2).fit(X[:40])
    found = collect(detector, X)
    np.testing.assert_allclose(found.score, detector.score_samples(X))
    assert found.channel_errors is None
    assert 50 in [event.peak for event in found.events]
    assert {event.channel for event in found.events} == {None}


def test_threshold_of_any_kind_is_a_number_or_asked_for():
    X = np.random.default_rng(0).normal(size=(60, 2))
    svm = OneClassSVM().fit(X)  # whose offset_ is an array of one
    assert collect(svm, X).offset == svm.offset_[0]
    density = KernelDensity().fit(X)
    with pytest.raises(ValueError, match="KernelDensity has no offset_: pass offset"):
        collect(density, X)
    assert collect(density, X, offset=-9.0).offset == -9.0


@pytest.mark.parametrize("names", [["cpu", "disk"], [3, 7]])
def test_a_frame_is_collected_as_it_is_drawn(names):
    X = np.sin(np.arange(200) / 3)[:, None] + np.zeros(2)
    X[150:155, 1] += 3
    index = pd.date_range("2024-01-01", periods=200, freq="min")
    frame = pd.DataFrame(X, index=index, columns=names)
    pipe = make_detector("pca", window=10).fit(frame[:100])
    found = collect(pipe, frame)
    shown = SeriesDisplay.from_estimator(pipe, frame)
    assert found.channel_names == tuple(map(str, names))
    assert found.channel_names == tuple(ax.get_ylabel() for ax in shown.axes_)
    assert found.index is shown.index is index
    blamed = [(event.start, event.channel) for event in found.events]
    assert blamed == [(event.start, event.channel) for event in shown.events]
    assert str(names[1]) in {name for _, name in blamed}
    named = collect(pipe, frame, channel_names=frame.columns, index=index)
    assert named.events == found.events
    assert f"on {names[0]}, {names[1]}</title>" in draw_page(found)


def test_rows_that_are_only_numbered_are_samples(pipe, series):
    assert collect(pipe, pd.DataFrame(series)).index is None
    later = pd.DataFrame(series)[200:]
    assert collect(pipe, later).index is later.index


FOUR = {"score": -np.ones(4), "values": np.ones((4, 2)), "offset": -2.0}
WRONG = {
    "short scores": ({"score": -np.ones(3)}, "score has 3 values for 4 samples"),
    "names": ({"channel_names": ["a"]}, "1 channel_names for 2 channels: pass one a"),
    "n_train": ({"n_train": 5}, "n_train=5 of 4 samples"),
    "before": ({"n_train": -1}, "n_train=-1 of 4 samples"),
    "values": ({"values": np.ones((4, 2, 1))}, r"n_channels\), not \(4, 2, 1\)"),
    "expected": ({"expected": np.ones((4, 1))}, r"expected has shape \(4, 1\)"),
    "index": ({"index": range(3)}, "index has 3 entries for 4 samples"),
}


@pytest.mark.parametrize(("wrong", "says"), WRONG.values(), ids=WRONG)
def test_what_does_not_fit_is_refused(wrong, says):
    with pytest.raises(ValueError, match=says):
        Detection.from_scores(**{**FOUR, **wrong})


def test_plain_values_are_one_channel():
    found = Detection.from_scores(-np.ones(4), values=np.arange(4), offset=-2.0)
    np.testing.assert_array_equal(found.values, np.arange(4.0)[:, None])
    assert found.channel_names == ("x0",)


def test_events_frame_has_its_columns_without_events(detection):
    full = events_frame(detection)
    empty = events_frame(replace(detection, events=()))
    assert list(full) == list(empty)
    assert len(full) == len(detection.events)
    assert empty.empty


def test_report_leaves_out_what_a_detector_does_not_have(detection):
    plain = draw_report(detection)
    history = {"loss": [2.0, 1.0], "val_loss": [2.5, 1.5]}
    trained = draw_report(replace(detection, history=history))
    assert len(trained.axes) == len(plain.axes) + 1
    assert "IsolationForest: " in plain.axes[0].get_title(loc="left")


def test_report_of_many_channels_shows_the_blamed_ones(detection):
    values = np.random.default_rng(0).normal(size=(400, 9))
    names = tuple("abcdefghi")
    blamed = replace(detection.events[0], channel="i")
    many = replace(detection, values=values, channel_names=names, events=(blamed,))
    labels = [ax.get_ylabel() for ax in draw_report(many).axes]
    assert "i" in labels
    assert "h" not in labels


def test_report_draws_without_a_warning(detection):
    index = pd.date_range("2024-01-01", periods=400, freq="min")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        draw_report(replace(detection, index=index)).canvas.draw()


def test_files_hold_what_was_computed(tmp_path, pipe, detection):
    folder = tmp_path / "new" / "out"
    paths = write_report(
        detection,
        folder,
        figure=draw_report(detection),
        model=SavedModel(pipe, channel_names=["cpu"]),
    )
    names = {"events.csv", "model.joblib", "report.png", "run.json", "scores.csv"}
    assert {path.name for path in paths} == names
    assert {path.name for path in folder.iterdir()} == names
    scores = pd.read_csv(folder / "scores.csv")
    np.testing.assert_allclose(scores["score"], detection.score, rtol=1e-14)
    assert len(pd.read_csv(folder / "events.csv")) == len(detection.events)
    assert (folder / "report.png").read_bytes().startswith(b"\x89PNG")


class Unwritable:
    """A figure whose last stroke fails."""

    def savefig(self, path, **options):
        path.write_bytes(b"half")
        raise KeyboardInterrupt


def test_a_run_that_fails_leaves_nothing(tmp_path, detection):
    with pytest.raises(KeyboardInterrupt):
        write_report(detection, tmp_path / "new" / "out", figure=Unwritable())
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_fails_leaves_the_former_one(tmp_path, detection):
    (tmp_path / "scores.csv").write_text("former")
    with pytest.raises(KeyboardInterrupt):
        write_report(detection, tmp_path, figure=Unwritable())
    assert [path.name for path in tmp_path.iterdir()] == ["scores.csv"]
    assert (tmp_path / "scores.csv").read_text() == "former"


def test_picture_of_a_former_run_goes_and_its_model_stays(tmp_path, detection):
    for name in ("report.png", "report.html", "model.joblib", "notes.txt"):
        (tmp_path / name).write_text("former")
    write_report(detection, tmp_path)
    left = {"scores.csv", "events.csv", "run.json", "model.joblib", "notes.txt"}
    assert {path.name for path in tmp_path.iterdir()} == left


def test_folder_in_the_place_of_a_file_is_refused_before_any_is_written(
    tmp_path, detection
):
    (tmp_path / "events.csv").mkdir()
    with pytest.raises(ValueError, match="its events.csv is a folder"):
        write_report(detection, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["events.csv"]


def test_folder_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "below" / "it"):
        with pytest.raises(ValueError, match="cannot write to the folder"):
            check_folder(folder)
    assert check_folder(tmp_path / "new") == tmp_path / "new"
    assert not (tmp_path / "new").exists()


def test_model_comes_back(tmp_path, pipe, series):
    path = tmp_path / "model.joblib"
    reading = {"every": "1min"}
    joblib.dump(SavedModel(pipe, channel_names=["cpu"], reading=reading), path)
    model = load_model(path)
    assert model.channel_names == ("cpu",)
    assert model.reading == reading
    np.testing.assert_array_equal(
        model.pipeline.score_samples(series), pipe.score_samples(series)
    )
    joblib.dump(model, path)  # once more, after it was unpacked
    assert load_model(path).pipeline[-1].offset_ == pipe[-1].offset_


def test_model_of_another_version_is_told(tmp_path, pipe):
    model = SavedModel(pipe, channel_names=["cpu"])
    model.version = "0.0.1"
    joblib.dump(model, tmp_path / "old.joblib")
    with pytest.warns(UserWarning, match=r"saved by skanomaly 0\.0\.1"):
        load_model(tmp_path / "old.joblib")


def test_bare_pipeline_is_a_model(tmp_path, pipe):
    joblib.dump(pipe, tmp_path / "pipe.joblib")
    model = load_model(tmp_path / "pipe.joblib")
    assert model.channel_names == ()
    assert hasattr(model.pipeline, "score_samples")


def test_what_is_no_model_is_refused(tmp_path):
    (tmp_path / "text").write_text("time,value\n1,2\n")
    with pytest.raises(ValueError, match="is no saved model"):
        load_model(tmp_path / "text")
    joblib.dump([1, 2], tmp_path / "list")
    with pytest.raises(ValueError, match="holds a list"):
        load_model(tmp_path / "list")
