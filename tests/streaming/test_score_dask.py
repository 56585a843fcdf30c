"""A Dask array of a series becomes one of scores."""

import sys

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skanomaly import PCADetector, Shingler, make_detector, score_dask


@pytest.fixture(scope="module")
def series():
    steps = np.arange(1200)[:, np.newaxis]
    noise = np.random.default_rng(0).normal(size=(1200, 2))
    return np.sin(2 * np.pi * steps / 8 + [0, 1]) + 0.1 * noise


@pytest.fixture(scope="module")
def model(series):
    return make_detector("pca", window=16).fit(series[:500])


@pytest.mark.parametrize("name", ["pca", "cnn", "isolation_forest"])
@pytest.mark.parametrize("scheduler", ["synchronous", "threads"])
def test_scores_are_those_of_the_whole(name, scheduler, series):
    da = pytest.importorskip("dask.array")
    model = make_detector(name, window=16, random_state=0)
    if name == "cnn":
        model[-1].set_params(epochs=1)
    model.fit(series[:500])
    scores = score_dask(model, da.from_array(series, chunks=(250, 1)))
    assert scores.shape == (1200,)
    found = scores.compute(scheduler=scheduler, num_workers=2)
    np.testing.assert_allclose(found, model.score_samples(series), rtol=1e-6)


def test_transformer_that_works_in_place(series):
    da = pytest.importorskip("dask.array")
    scaler = StandardScaler(copy=False)
    model = make_pipeline(scaler, Shingler(16, flatten=False), PCADetector())
    model.fit(series[:500].copy())
    array = da.from_array(series.copy(), chunks=(200, 2))
    found = score_dask(model, array).compute(scheduler="synchronous")
    expected = model.score_samples(series.copy())
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_chunks_of_any_length(series, model):
    da = pytest.importorskip("dask.array")
    chunks = (1, 9, 340, 400, 447, 3)
    scores = score_dask(model, da.from_array(series, chunks=(chunks, 2)))
    assert scores.chunks == (chunks,)
    expected = model.score_samples(series)
    np.testing.assert_allclose(scores.compute(), expected, rtol=1e-6)
    np.testing.assert_allclose(scores[345:350].compute(), expected[345:350], rtol=1e-6)


def test_nothing_is_computed_before_it_is_needed(series, model):
    da = pytest.importorskip("dask.array")
    seen = []

    def look(block):
        seen.append(len(block))
        return block

    lazy = da.from_array(series, chunks=(200, 2)).map_blocks(look, dtype=float)
    seen.clear()
    scores = score_dask(model, lazy)
    assert seen == []
    scores[600:700].compute()
    assert len(seen) <= 3  # the chunk and those next to it


def test_other_arrays_are_refused(series, model):
    da = pytest.importorskip("dask.array")
    with pytest.raises(ValueError, match=r"got ndarray of shape \(1200, 2\)"):
        score_dask(model, series)
    array = da.from_array(series, chunks=(200, 2))
    with pytest.raises(ValueError, match=r"got Array of shape \(1200,\)"):
        score_dask(model, array[:, 0])
    with pytest.raises(ValueError, match="compute_chunk_sizes"):
        score_dask(model, array[array[:, 0] > 0])
    with pytest.raises(ValueError, match="array has no samples. Pass a series"):
        score_dask(model, array[:0])


def test_names_are_those_of_the_model(series):
    da = pytest.importorskip("dask.array")
    pd = pytest.importorskip("pandas")
    frames = pytest.importorskip("dask.dataframe")
    frame = pd.DataFrame(series, columns=["a", "b"])
    model = make_detector("pca", window=16).fit(frame)
    expected = model.score_samples(frame)
    others = frame.assign(c=1.0)[["b", "c", "a"]]
    for given in (
        da.from_array(series, chunks=(250, 1)),
        frames.from_pandas(others, npartitions=5),
    ):
        found = score_dask(model, given).compute(scheduler="synchronous")
        np.testing.assert_allclose(found, expected, rtol=1e-6)
    with pytest.raises(ValueError, match="no column 'b', to which the model was"):
        score_dask(model, frames.from_pandas(frame[["a"]], npartitions=5))
    with pytest.raises(ValueError, match="3 channels, but .* fitted to 2: a, b"):
        score_dask(model, da.from_array(others.to_numpy(), chunks=(250, 1)))


def test_frame_for_a_model_without_names(series, model):
    pd = pytest.importorskip("pandas")
    frames = pytest.importorskip("dask.dataframe")
    given = frames.from_pandas(pd.DataFrame(series), npartitions=5)
    found = score_dask(model, given).compute(scheduler="synchronous")
    np.testing.assert_allclose(found, model.score_samples(series), rtol=1e-6)


def test_frame_without_rows_is_refused(series, model):
    pd = pytest.importorskip("pandas")
    frames = pytest.importorskip("dask.dataframe")
    given = frames.from_pandas(pd.DataFrame(series), npartitions=5)
    with pytest.raises(ValueError, match="array has no samples. Pass a series"):
        score_dask(model, given[given[0] > 99])


def test_single_column_of_a_frame_is_refused(series, model):
    frames = pytest.importorskip("dask.dataframe")
    pd = pytest.importorskip("pandas")
    frame = frames.from_pandas(pd.DataFrame(series), npartitions=2)
    with pytest.raises(ValueError, match=r"single column.*frame of one column"):
        score_dask(model, frame[0])


def test_extra_is_named(series, model, monkeypatch):
    monkeypatch.setitem(sys.modules, "dask.array", None)
    with pytest.raises(ImportError, match=r"skanomaly\[dask\]"):
        score_dask(model, series)
