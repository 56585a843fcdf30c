import warnings
from dataclasses import replace
from io import BytesIO

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import IsolationForest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skanomaly import EventRule, detect
from skanomaly.report import (
    SavedModel,
    check_folder,
    draw_report,
    open_model,
    write_report,
)
from tests.detection.common import detection_of


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
    return detect(pipe, series, channel_names=["cpu"], n_train=200)


def test_report_leaves_out_what_a_detector_does_not_have(detection):
    plain = draw_report(detection)
    history = {"loss": [2.0, 1.0], "val_loss": [2.5, 1.5]}
    about = replace(detection.about, history=history)
    trained = draw_report(replace(detection, about=about))
    assert len(trained.axes) == len(plain.axes) + 1
    assert "IsolationForest: " in plain.axes[0].get_title(loc="left")


def test_report_of_many_channels_shows_the_blamed_ones():
    errors = np.random.default_rng(0).random((400, 9))
    errors[300, 8] = 50
    many = detection_of(
        -errors.sum(axis=1),
        errors,
        offset=-20,
        channel_names=tuple("abcdefghi"),
        channel_errors=errors,
    )
    labels = [ax.get_ylabel() for ax in draw_report(many).axes]
    assert "i" in labels
    assert "h" not in labels


def test_of_records_nothing_is_drawn_over_time(detection):
    (histogram,) = draw_report(detection, records=True).axes
    assert histogram.get_xlabel() == "error"
    bars = [bar for bar in histogram.patches if hasattr(bar, "get_height")]
    assert sum(bar.get_height() for bar in bars) == 200  # the rest is an outline


def test_report_draws_without_a_warning(detection):
    index = pd.date_range("2024-01-01", periods=400, freq="min")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        series = replace(detection.series, index=index)
        draw_report(replace(detection, series=series)).canvas.draw()


def test_files_hold_what_was_computed(tmp_path, pipe, detection):
    folder = tmp_path / "new" / "out"
    paths = write_report(
        detection,
        folder,
        figure=draw_report(detection),
        model=SavedModel(pipe, channel_names=["cpu"]),
    )
    names = {"events.csv", "model.skanomaly", "report.png", "run.json", "scores.csv"}
    assert {path.name for path in paths} == names
    assert {path.name for path in folder.iterdir()} == names
    scores = pd.read_csv(folder / "scores.csv")
    np.testing.assert_allclose(scores["score"], detection.scores, rtol=1e-14)
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
    for name in ("report.png", "report.html", "model.skanomaly", "notes.txt"):
        (tmp_path / name).write_text("former")
    write_report(detection, tmp_path)
    left = {"scores.csv", "events.csv", "run.json", "model.skanomaly", "notes.txt"}
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
        with pytest.raises(ValueError, match="Cannot write to the folder"):
            check_folder(folder)
    assert check_folder(tmp_path / "new") == tmp_path / "new"
    assert not (tmp_path / "new").exists()


def test_model_comes_back(tmp_path, pipe, series):
    path = tmp_path / "model.skanomaly"
    reading, rule = {"every": "1min"}, EventRule(min_length=2)
    saved = SavedModel(pipe, channel_names=["cpu"], reading=reading, events=rule)
    model = open_model(saved.save(path))
    assert model.channel_names == ("cpu",)
    assert (model.reading, model.events) == (reading, rule)
    np.testing.assert_array_equal(
        model.pipeline.score_samples(series), pipe.score_samples(series)
    )
    model.save(path)  # once more, after it was loaded
    assert open_model(path).pipeline[-1].offset_ == pipe[-1].offset_


def test_a_pickle_is_a_model_if_it_is_trusted(tmp_path, pipe):
    path = tmp_path / "pipe.joblib"
    joblib.dump(pipe, path)
    with pytest.raises(ValueError, match="a pickle, which can run code"):
        open_model(path)
    model = open_model(path, trust_pickle=True)
    assert model.channel_names == ()
    assert model.pipeline[-1].offset_ == pipe[-1].offset_


def test_a_pickle_within_a_pickle_is_read(tmp_path, pipe):
    # As earlier versions wrote it.
    packed = BytesIO()
    joblib.dump(pipe, packed, compress=3)
    model = SavedModel(pipe, channel_names=["cpu"], reading={"every": "1h"})
    model.__dict__.update(_pipeline=None, _packed=packed.getvalue(), version="0.0.1")
    joblib.dump(model, tmp_path / "old.joblib")
    with pytest.warns(UserWarning, match=r"saved by skanomaly 0\.0\.1"):
        again = open_model(tmp_path / "old.joblib", trust_pickle=True)
    assert again.pipeline[-1].offset_ == pipe[-1].offset_
    assert open_model(again.save(tmp_path / "new")).reading == {"every": "1h"}


def test_what_is_no_model_is_refused(tmp_path):
    (tmp_path / "text").write_text("time,value\n1,2\n")
    with pytest.raises(ValueError, match="no model that save_model has written"):
        open_model(tmp_path / "text")
    with pytest.raises(ValueError, match="is not a saved model"):
        open_model(tmp_path / "text", trust_pickle=True)
    joblib.dump([1, 2], tmp_path / "list")
    with pytest.raises(ValueError, match="holds a list"):
        open_model(tmp_path / "list", trust_pickle=True)
