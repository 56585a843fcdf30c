"""A stream has the scores of the whole series, whatever its blocks."""

import math
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import IsolationForest
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skanomaly import (
    EnsembleDetector,
    LSTMDetector,
    PCADetector,
    Shingler,
    StreamScorer,
    ThresholdDetector,
    TunedThresholdDetectorCV,
    make_detector,
    save_model,
)
from skanomaly.compose import detector_names
from tests.persistence.common import fitted, series
from tests.streaming.stream_models import split

CLOSE = {"rtol": 1e-6, "atol": 1e-6}


def assert_streamed_as_whole(model, X, blocks):
    """Check all scores of a stream, and return these."""
    stream, whole = StreamScorer(model), model.score_samples(X.copy())
    scores = np.concatenate([stream.update(block) for block in blocks])
    first, delay = stream.window_ - 1, stream.delay_
    assert np.isnan(scores[:first]).all()
    np.testing.assert_allclose(
        scores[first:], whole[first - delay : -delay or None], **CLOSE
    )
    last = stream.flush()
    assert last.first == len(X) - delay
    np.testing.assert_allclose(last.scores, whole[len(X) - delay :], **CLOSE)
    return np.concatenate([scores, last.scores])


@pytest.mark.parametrize("name", detector_names())
def test_scores_of_every_recipe_are_those_of_the_whole(name):
    X = series(140, seed=1)
    X[60:64] += 2
    assert_streamed_as_whole(fitted(name), X, [X[:50], *split(X[50:])])


@pytest.mark.parametrize("name", ["ensemble", "cnn", "autoencoder"])
def test_online_pipelines_have_no_delay(name):
    X, model = series(90, seed=2), fitted(name, online=True)
    assert_streamed_as_whole(model, X, split(X, largest=30))
    assert StreamScorer(model).delay_ == 0
    assert len(StreamScorer(model).flush().scores) == 0


ROWS = make_pipeline(StandardScaler(), IsolationForest(n_estimators=5, random_state=0))
WRAPPED = {
    "threshold": ThresholdDetector(make_detector("pca", window=9)),
    "tuned": TunedThresholdDetectorCV(make_detector("pca", window=9), cv=2),
    "rows": ROWS,
    "no scaler": make_pipeline(
        Shingler(9, align=0.75), PCADetector(n_channels=2, context=4)
    ),
    "members on rows": make_pipeline(
        Shingler(9, pad="reflect"),
        EnsembleDetector([("pca", PCADetector(n_channels=2)), ("forest", ROWS)]),
    ),
    "members that wrap": EnsembleDetector(
        [("pca", ThresholdDetector(make_detector("pca", window=9)))]
    ),
    "samples and windows": EnsembleDetector(
        [("pca", make_detector("pca", window=9)), ("forest", ROWS)]
    ),
    "steps after windows": make_pipeline(Shingler(9), *ROWS),
    "in place": make_pipeline(
        StandardScaler(copy=False), Shingler(9), PCADetector(n_channels=2)
    ),
    "separate": make_detector("pca", window=9, channel_model="separate"),
    "whole rows": make_detector("pca", window=9, context=None),
}


@pytest.mark.parametrize("kind", WRAPPED)
def test_scores_of_other_pipelines_are_those_of_the_whole(kind):
    train, X = series(200), series(60, seed=3)
    model = WRAPPED[kind].fit(train.copy(), train[:, 0] > 1)
    assert_streamed_as_whole(model, X, split(X, largest=4))


def test_scores_do_not_depend_on_the_blocks():
    X, model = series(120, seed=4), fitted("conv_autoencoder")
    by_sample = assert_streamed_as_whole(model, X, [X[[i]] for i in range(len(X))])
    at_once = assert_streamed_as_whole(model, X, [X])
    np.testing.assert_allclose(by_sample, at_once, **CLOSE)


@pytest.mark.parametrize("name", ["autoencoder", "cnn"])
def test_tensorflow_has_the_scores_of_numpy(name):
    X, model = series(60, seed=5), fitted(name)
    by_numpy, by_tensorflow = (
        StreamScorer(model, backend=backend).update(X)
        for backend in ("auto", "tensorflow")
    )
    np.testing.assert_allclose(by_numpy, by_tensorflow, **CLOSE)
    with pytest.raises(ValueError, match="backend must be one of auto, tensorflow"):
        StreamScorer(model, backend="onnx")


def test_a_short_series_has_scores_only_where_a_window_begins_in_it():
    X, model = series(12), fitted("pca")  # rows of 16 around their sample
    stream = StreamScorer(model)
    assert np.isnan(stream.update(X)).all()
    with pytest.warns(UserWarning, match="shorter than the window"):
        last = stream.flush()
    with pytest.warns(UserWarning, match="shorter than the window"):
        whole = model.score_samples(X)
    assert np.isnan(last.scores).tolist() == [p < 8 for p in last.positions.tolist()]
    np.testing.assert_allclose(last.scores[-4:], whole[-4:], **CLOSE)


def test_one_more_sample_can_be_asked_for():
    X, stream = series(80), StreamScorer(fitted("ensemble"))
    stream.update(X[:-1])
    before = stream.to_bytes()
    asked = [stream.score_one(X[-1]) for _ in range(2)]
    assert stream.to_bytes() == before
    assert np.isfinite(asked[0])
    assert asked == [stream.update(X[-1:])[0]] * 2
    assert np.isnan(StreamScorer(fitted("pca")).score_one(X[0]))


def test_many_series_are_followed_in_one_pass():
    model = fitted("autoencoder")
    stream, apart = StreamScorer(model), {}
    X = {key: series(50, seed=key) for key in range(5)}
    found = {key: [] for key in X}
    for start in range(0, 48, 3):
        some = {k: x[start : start + 3 - k % 2] for k, x in X.items() if start or k}
        for key, update in stream.observe_many(some).items():
            found[key].append(update.scores)
            apart.setdefault(key, StreamScorer(model))
            np.testing.assert_allclose(
                update.scores, apart[key].update(some[key]), **CLOSE
            )
    assert set(stream.keys) == set(X)
    assert np.isfinite(np.concatenate(found[3])[16:]).all()
    stream.reset(3)
    assert 3 not in stream.keys


def test_a_stream_goes_on_from_bytes():
    X, model = series(100), fitted("ensemble")
    first, other = StreamScorer(model), StreamScorer(model)
    first.update(X[:70], "a")
    state = first.to_bytes("a")
    assert len(state) < 4096
    other.from_bytes(state, "b")
    np.testing.assert_allclose(
        other.update(X[70:], "b"), first.update(X[70:], "a"), rtol=1e-9
    )
    assert other.flush("b").first == 100 - other.delay_


def test_foreign_bytes_are_refused():
    stream = StreamScorer(fitted("pca"))
    state = stream.to_bytes()
    for wrong in (b"", b"x" * 99, state[:200], state[:-9]):
        with pytest.raises(ValueError, match="not the state of a stream"):
            stream.from_bytes(wrong)
    with pytest.raises(ValueError, match="state of another model: of channels 2"):
        StreamScorer(fitted("ensemble")).from_bytes(state)


def test_invalid_samples_leave_a_series_as_it_was():
    X, stream = series(30), StreamScorer(fitted("pca"))
    stream.update(X)
    state = stream.to_bytes()
    for wrong, message in (
        (X[:, :1], r"shape \(n, 2\), one column per channel"),
        (X[0], r"shape \(n, 2\)"),
        (np.full((1, 2), np.nan), "block contains NaN"),
        (np.full((1, 2), 1e300), None),
    ):
        if message is None:  # the scaler limits it
            assert np.isfinite(stream.score_one(wrong[0]))
            continue
        with pytest.raises(ValueError, match=message):
            stream.update(wrong)
    with pytest.raises(ValueError, match="NaN"):
        stream.observe_many({None: X, "other": X * np.nan})
    assert stream.to_bytes() == state


class Breaking(IsolationForest):
    """Detector that fails once it has been asked a number of times."""

    left = math.inf

    def score_samples(self, X):
        if Breaking.left <= 0:
            raise RuntimeError("out of memory")
        Breaking.left -= 1
        return super().score_samples(X)


def test_errors_of_the_model_leave_all_series_as_they_were(monkeypatch):
    monkeypatch.setattr(Breaking, "left", math.inf)
    X = {"a": series(60, seed=1), "b": series(60, seed=2)}
    model = make_pipeline(
        Shingler(6, align=0.5), Breaking(n_estimators=2, random_state=0)
    )
    model.fit(series(60))
    # All samples are in an alarm, so that their errors are asked for after the scores.
    whole, stream = (StreamScorer(model, offset=np.inf) for _ in range(2))
    start, rest = ({k: x[part] for k, x in X.items()} for part in np.s_[:30, 30:])
    for one in (whole, stream):
        one.observe_many(start)
    known = {key: stream.to_bytes(key) for key in X}
    Breaking.left = 3  # both scores, and the errors of the first series
    with pytest.raises(RuntimeError, match="out of memory"):
        stream.observe_many(rest)
    assert {key: stream.to_bytes(key) for key in X} == known
    Breaking.left = math.inf
    found, expected = (one.observe_many(rest) for one in (stream, whole))
    for key in X:
        assert found[key].first == expected[key].first == 30 - stream.delay_
        np.testing.assert_array_equal(found[key].scores, expected[key].scores)
    Breaking.left = 0
    with pytest.raises(RuntimeError, match="out of memory"):
        stream.flush("a")
    Breaking.left = math.inf
    ended = stream.flush("a")
    assert ended.closed == whole.flush("a").closed
    assert ended.closed
    assert stream.keys == ("b",)


def test_only_fitted_models_are_followed():
    with pytest.raises(NotFittedError):
        StreamScorer(make_detector("pca"))
    search = GridSearchCV(
        make_detector("pca", window=8),
        {"pcadetector__n_components": [2]},
        scoring=lambda *_: 0.0,
        cv=2,
    )
    X = series(60)
    assert_streamed_as_whole(search.fit(X), X, [X[:30], [], X[30:]])


def test_columns_are_taken_by_their_names(tmp_path):
    pl, pa = map(pytest.importorskip, ("polars", "pyarrow"))
    frame = pd.DataFrame(series(120), columns=["cpu", "load"])
    model = make_detector("pca", window=8).fit(frame)
    stream = StreamScorer(model)
    assert stream.channel_names_ == ("cpu", "load")
    stream.update(frame[:20])
    stream.update(frame[20:40].to_numpy())  # no warning of lacking names
    np.testing.assert_allclose(
        stream.update(frame[40:]), model.score_samples(frame)[37:-3], **CLOSE
    )
    by_file = save_model(fitted("pca"), tmp_path / "m", channel_names=["cpu", "load"])
    for source in (model, by_file):
        scores = StreamScorer(source).update(frame)
        for other in (
            frame[["load", "cpu"]],
            pl.DataFrame({"load": frame["load"], "cpu": frame["cpu"]}),
            pa.table({"load": frame["load"], "cpu": frame["cpu"]}),
        ):
            np.testing.assert_array_equal(StreamScorer(source).update(other), scores)
        stream = StreamScorer(source)
        stream.update(frame[:-1])
        row = frame[["load", "cpu"]].iloc[-1]
        assert stream.score_one(row) == pytest.approx(scores[-1])
        for names in (["cpu", "cpu"], ["cpu", "other"], [0, 1], ["cpu"]):
            columns = np.ones((2, len(names)))
            with pytest.raises(ValueError, match=r"of the model are \['cpu', 'load'\]"):
                StreamScorer(source).update(pd.DataFrame(columns, columns=names))


def test_names_for_events_are_not_those_of_columns():
    frame = pd.DataFrame(series(60), columns=["cpu", "load"])
    model = make_detector("pca", window=8).fit(frame)
    stream = StreamScorer(model, channel_names=["CPU (%)", "Load"])
    stream.update(frame)
    assert stream.channel_names_ == ("CPU (%)", "Load")
    unnamed = StreamScorer(fitted("pca"))
    np.testing.assert_array_equal(
        unnamed.update(frame, "frame"), unnamed.update(frame.to_numpy(), "array")
    )


def test_a_model_is_read_from_its_file(tmp_path):
    X = series(60)
    path = save_model(fitted("dense"), tmp_path / "m", channel_names=["cpu", "load"])
    stream = StreamScorer(path, step=timedelta(seconds=10))
    assert stream.channel_names_ == ("cpu", "load")
    assert stream.delay_time_ == timedelta(seconds=10 * stream.delay_)
    again = StreamScorer(fitted("dense")).update(X)
    np.testing.assert_array_equal(stream.update(X), again)


def test_a_state_that_is_carried_along_is_refused():
    model = make_pipeline(
        Shingler(6, flatten=False), LSTMDetector(stateful=True, epochs=1, units=1)
    ).fit(series(40))
    with pytest.raises(ValueError, match="stateful=False"):
        StreamScorer(model)


BAD = {
    "usual_error": [np.nan, -1, 0, "x", [1, 2]],
    "offset": [np.nan, "low"],
    "events": [{"min_length": 3}],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name in BAD for value in BAD[name]], ids=str
)
def test_wrong_options_are_refused_before_the_first_sample(name, value):
    pipe = make_detector("pca", window=20).fit(series())
    with pytest.raises(ValueError, match=f"{name} must be"):
        StreamScorer(pipe, **{name: value})
