"""Scores of blocks are those of the whole, and the memory does not grow."""

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import IsolationForest
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skanomaly import (
    CNNForecastDetector,
    EnsembleDetector,
    LSTMDetector,
    PCADetector,
    SeriesScaler,
    Shingler,
    ThresholdDetector,
    make_detector,
    score_blocks,
)
from skanomaly.compose import detector_names
from skanomaly.detection import ends_of, reach_of, window_of
from skanomaly.streaming import iter_scores

PERIOD = 6
N_TRAIN = 500
# Other networks differ from these in their layers, which do not know of blocks.
QUICK = {"autoencoder", "cnn", "dense", "lstm"}
NETWORKS = {*detector_names()} - {
    *("pca", "nearest_window", "kernel_features", "ensemble"),
    *("isolation_forest", "one_class_svm", "local_outlier_factor"),
}


def waves(n, n_channels=2):
    """Return noisy waves that are higher in one period of seven."""
    steps = np.arange(n)[:, np.newaxis]
    noise = np.random.default_rng(0).normal(size=(n, n_channels))
    size = 1 + (steps // PERIOD % 7 == 2)
    phases = np.arange(n_channels)
    return size * np.sin(2 * np.pi * steps / PERIOD + phases) + 0.1 * noise


@pytest.fixture(scope="module")
def series():
    return waves(1500)


@pytest.fixture(scope="module")
def pca(series):
    return make_detector("pca", window=16).fit(series[:N_TRAIN])


def fitted(name, X, **params):
    model = make_detector(name, window=16, random_state=0, **params)
    if "epochs" in model[-1].get_params():
        model[-1].set_params(epochs=1, patience=None, batch_size=512)
    return model.fit(X)


def same(scores, expected):
    np.testing.assert_allclose(scores, expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] * (name in NETWORKS - QUICK))
        for name in detector_names()
    ],
)
def test_scores_of_every_detector_are_those_of_the_whole(name, series):
    model = fitted(name, series[:N_TRAIN])
    same(score_blocks(model, series, block=400), model.score_samples(series))


@pytest.mark.parametrize("as_pieces", [False, True])
def test_transformer_that_works_in_place(as_pieces, series):
    scaler = StandardScaler(copy=False)
    model = make_pipeline(scaler, Shingler(16, flatten=False), PCADetector())
    model.fit(series[:N_TRAIN].copy())
    expected, given = model.score_samples(series.copy()), series.copy()
    source = iter([given]) if as_pieces else given
    same(score_blocks(model, source, block=400), expected)
    np.testing.assert_array_equal(given, series)


def test_default_ensemble(series):
    model = make_detector("ensemble", random_state=0).fit(series[:N_TRAIN])
    assert len(series) > 2 * ends_of(model)
    same(score_blocks(model, series, block=256), model.score_samples(series))


PIPE = make_pipeline(Shingler(16, align=0.5, flatten=False), PCADetector())


@pytest.mark.parametrize(
    "member",
    [
        ThresholdDetector(PIPE),
        EnsembleDetector([("pipe", PIPE)]),
        ThresholdDetector(EnsembleDetector([("pipe", ThresholdDetector(PIPE))])),
    ],
)
def test_members_may_wrap_a_pipeline(member, series):
    forest = IsolationForest(n_estimators=5, random_state=0)
    model = EnsembleDetector([("wrapped", member), ("forest", forest)])
    model.fit(series[:N_TRAIN])
    assert (reach_of(model), ends_of(model), window_of(model)) == ((8, 7), 16, 16)
    same(score_blocks(model, series, block=50), model.score_samples(series))


@pytest.mark.parametrize("online", [False, True])
@pytest.mark.parametrize("block", [7, 15, 16, 17, 1499, 1500, 1501, np.int64(10**6)])
def test_any_length_of_block(online, block, series):
    model = fitted("pca", series[:N_TRAIN], online=online)
    same(score_blocks(model, series, block=block), model.score_samples(series))


@pytest.mark.parametrize("pad", ["edge", "reflect", "period"])
@pytest.mark.parametrize("n", [1, 3, 15, 40, 100, 251, 252, 253, 600])
def test_ends_are_padded_as_those_of_the_whole(pad, n, series):
    shingler = Shingler(16, align="center", pad=pad, flatten=False)
    detector = make_detector("pca", window=16)[-1]
    model = make_pipeline(SeriesScaler(), shingler, detector).fit(series[:N_TRAIN])
    X = series[-n:]
    if n < 16:
        with pytest.warns(UserWarning, match="window"):
            expected = model.score_samples(X)
        with pytest.warns(UserWarning, match="window"):
            scores = score_blocks(model, X, block=10)
    else:
        expected, scores = model.score_samples(X), score_blocks(model, X, block=10)
    same(scores, expected)


def test_what_lies_far_from_an_end_does_not_change_its_padding(series):
    shingler = Shingler(16, align="center", pad="period").fit(series)
    assert shingler.period_ == PERIOD
    far = np.concatenate([series, series])
    far[shingler.n_compared_ : -shingler.n_compared_] = 9
    near = [shingler.transform(one) for one in (np.concatenate([series] * 2), far)]
    np.testing.assert_array_equal(near[0][:8], near[1][:8])
    np.testing.assert_array_equal(near[0][-8:], near[1][-8:])


def test_detector_without_windows_sees_each_sample_by_itself(series):
    model = IsolationForest(random_state=0).fit(series)
    np.testing.assert_array_equal(
        score_blocks(model, series, block=99), model.score_samples(series)
    )


def test_no_more_is_read_than_a_block_needs(series, pca):
    read = 0

    def pieces():
        nonlocal read
        for start in range(0, 5000, 10):
            read += 10
            yield series[start % 1000 : start % 1000 + 10]

    needed = 100 + max(reach_of(pca)[1], ends_of(pca)) + 10
    n_scored = 0
    for scores in iter_scores(pca, pieces(), block=100):
        assert read - n_scored <= needed
        n_scored += len(scores)
    assert n_scored == read == 5000


def test_precision_stays(series, pca):
    single = series.astype(np.float32)
    same(score_blocks(pca, single, block=300), pca.score_samples(single))


def test_names_of_channels(series):
    frame = pd.DataFrame(series, columns=["cpu", "memory"])
    model = make_detector("pca", window=16).fit(frame[:N_TRAIN])
    expected = model.score_samples(frame)
    turned = frame[["memory", "cpu"]].assign(note="")
    same(score_blocks(model, turned, block=400), expected)
    same(score_blocks(model, iter([turned[:700], turned[700:]])), expected)
    with pytest.raises(ValueError, match="no column 'cpu'.*columns are: memory, note"):
        score_blocks(model, turned.drop(columns="cpu"))


def test_out_is_written(tmp_path, series, pca):
    out = np.lib.format.open_memmap(
        tmp_path / "scores.npy", mode="w+", dtype=np.float32, shape=(1500,)
    )
    assert score_blocks(pca, series, block=400, out=out) is out
    np.testing.assert_array_equal(out, pca.score_samples(series).astype(np.float32))


@pytest.mark.parametrize(
    "out", [np.zeros(1500, int), np.zeros((1500, 1)), [0] * 1500], ids=str
)
def test_only_floats_take_scores(pca, series, out):
    with pytest.raises(ValueError, match=r"out must be an array of floats of shape"):
        score_blocks(pca, series, out=out)


def test_out_of_another_length(series, pca):
    with pytest.raises(ValueError, match="out holds 9 scores.*has 1500 samples"):
        score_blocks(pca, series, out=np.empty(9))
    with pytest.raises(ValueError, match="holds 1400.*more samples.*up to sample 1200"):
        score_blocks(pca, iter([series]), block=400, out=np.empty(1400))
    out = np.empty(1600)
    with pytest.raises(ValueError, match="holds 1600.*only 1500 samples"):
        score_blocks(pca, iter([series]), block=400, out=out)
    same(out[:1500], pca.score_samples(series))


def test_bad_source_is_refused(series, pca, tmp_path):
    gap = series.copy()
    gap[1234, 1] = np.nan
    with pytest.raises(ValueError, match=r"source contains NaN.*\(NaN\) at row 1234"):
        score_blocks(pca, gap, block=100)
    with pytest.raises(ValueError, match="no samples"):
        score_blocks(pca, iter([]))
    with pytest.raises(ValueError, match="no samples"):
        score_blocks(pca, series[:0])
    with pytest.raises(ValueError, match=r"source has shape \(1500,\)"):
        score_blocks(pca, series[:, 0])
    with pytest.raises(ValueError, match=r"piece of source has shape \(2,\)"):
        score_blocks(pca, iter(series))
    with pytest.raises(ValueError, match="from sample 700 on has 1 channels.* have 2"):
        score_blocks(pca, iter([series[:700], series[700:, :1]]))
    with pytest.raises(ValueError, match="is of type int"):
        score_blocks(pca, 7)
    with pytest.raises(ValueError, match=r"a\.csv.*chunksize"):
        score_blocks(pca, tmp_path / "a.csv")
    with pytest.raises(ValueError, match="type <U1"):
        score_blocks(pca, np.array([["a", "b"]]))
    with pytest.raises(ValueError, match="3 features"):
        score_blocks(pca, np.zeros((90, 3)))


def test_bad_arguments_are_refused(series, pca):
    with pytest.raises(ValueError, match="block must be an integer of at least 1"):
        score_blocks(pca, series, block=0)
    with pytest.raises(NotFittedError):
        score_blocks(make_detector("pca"), series)


def test_state_along_the_series_is_refused(series):
    lstm = LSTMDetector(stateful=True, epochs=1, units=2, random_state=0)
    model = make_pipeline(Shingler(16), lstm).fit(series[:N_TRAIN, :1])
    with pytest.raises(ValueError, match="stateful=True.*whole series"):
        score_blocks(model, series[:, :1])


def test_convolution_does_not_see_where_a_block_begins():
    X = waves(9000, 1)
    cnn = CNNForecastDetector(epochs=1, horizon=0.5, random_state=0)
    model = make_pipeline(Shingler(32), cnn).fit(X[:N_TRAIN])
    same(score_blocks(model, X, block=3001), model.score_samples(X))
