"""A model of evenly drawn blocks knows the whole series."""

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import IsolationForest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler, StandardScaler

from skanomaly import (
    PCADetector,
    SeriesScaler,
    Shingler,
    fit_blocks,
    make_detector,
    score_blocks,
)


@pytest.fixture(scope="module")
def series():
    """Return waves whose level rises, so that no part is like the whole."""
    steps = np.arange(40_000)
    noise = np.random.default_rng(0).normal(size=(40_000, 2))
    wave = np.sin(2 * np.pi * steps[:, np.newaxis] / 24 + [0, 1])
    return wave * [1, 5] + 0.1 * noise + steps[:, np.newaxis] / 10_000


def test_short_series_is_used_as_a_whole(series):
    X = series[:3000]
    fitted = fit_blocks(make_detector("pca", window=24), X, n_samples=3000)
    whole = make_detector("pca", window=24).fit(X)
    np.testing.assert_array_equal(fitted.score_samples(X), whole.score_samples(X))
    assert fitted[-1].offset_ == whole[-1].offset_


def test_model_of_blocks_scores_nearly_as_that_of_the_whole(series):
    part = fit_blocks(make_detector("pca"), series, n_samples=8000, random_state=0)
    whole = make_detector("pca").fit(series)
    assert part["shingler"].window_ == whole["shingler"].window_
    X = series[-3000:].copy()
    X[1000:1020] += 2
    scores = [model.score_samples(X) for model in (part, whole)]
    np.testing.assert_allclose(*(each.min() for each in scores), rtol=0.3)
    assert [abs(each.argmin() - 1010) < 24 for each in scores] == [True, True]
    assert part[-1].offset_ == pytest.approx(whole[-1].offset_, rel=0.5)


@pytest.mark.parametrize("copy", [True, False])
def test_standard_scaler_learns_from_all_samples(copy, series):
    scaler = StandardScaler(copy=copy)
    model = make_pipeline(scaler, Shingler(24, flatten=False), PCADetector())
    fit_blocks(model, series, n_samples=2000, random_state=0)
    scaler = StandardScaler().fit(series)
    assert model[0].n_samples_seen_ == 40_000
    np.testing.assert_allclose(model[0].mean_, scaler.mean_)
    np.testing.assert_allclose(model[0].scale_, scaler.scale_)


def test_scalers_that_work_in_place(series):
    def scores(copy):
        scalers = StandardScaler(copy=copy), RobustScaler(copy=copy), SeriesScaler()
        model = make_pipeline(*scalers, Shingler(24, flatten=False), PCADetector())
        fit_blocks(model, series, n_samples=2000, random_state=0)
        return model.score_samples(series[:500].copy())

    np.testing.assert_array_equal(scores(copy=False), scores(copy=True))


@pytest.mark.parametrize("scaler", [SeriesScaler(), RobustScaler()])
def test_quantiles_come_from_all_parts(scaler, series):
    model = make_pipeline(scaler, Shingler(24, flatten=False), PCADetector())
    fit_blocks(model, series, n_samples=4000, n_blocks=2, random_state=0)
    whole = type(scaler)().fit(series)
    np.testing.assert_allclose(scaler.scale_, whole.scale_, rtol=0.1)


def test_each_part_has_its_block_and_no_window_lies_across_two(series):
    class Seen(PCADetector):
        def fit(self, X, y=None, *, ignore=None):
            self.rows, self.ignored = np.array(X), ignore
            return super().fit(X, ignore=ignore)

    X = np.arange(10_000.0).reshape(-1, 1)
    model = make_pipeline(StandardScaler(), Shingler(16, flatten=False), Seen())
    fit_blocks(model, X, n_samples=1000, n_blocks=5, random_state=0)
    rows = model[0].inverse_transform(model[-1].rows.reshape(-1, 16))
    known = rows[~np.isnan(rows).any(axis=1)]
    steps = np.diff(known[known[:, 0] != known[:, 1]], axis=1)  # not padded
    np.testing.assert_allclose(steps, 1, rtol=1e-6)
    n_per_part = np.bincount((known[:, -1] // 2000).astype(int))
    assert len(n_per_part) == 5
    assert n_per_part.min() >= 200 - 16


def test_same_seed_draws_the_same_blocks(series):
    def offset(seed):
        model = make_detector("pca", window=24)
        return fit_blocks(model, series, n_samples=2000, random_state=seed)[-1].offset_

    assert offset(0) == offset(0) != offset(1)


def test_nothing_is_learned_from_glitches(series):
    bad = series.copy()
    bad[::400] = -9999
    models = [make_detector("pca", window=24) for _ in range(2)]
    fit_blocks(models[0], series, n_samples=8000, random_state=0)
    with pytest.warns(UserWarning, match="more than 100 times"):
        fit_blocks(models[1], bad, n_samples=8000, random_state=0)
    scores = [model.score_samples(series[:900]) for model in models]
    assert np.corrcoef(*scores)[0, 1] > 0.9
    assert models[1][-1].offset_ == pytest.approx(models[0][-1].offset_, rel=0.5)


@pytest.mark.parametrize("name", ["ensemble", "isolation_forest"])
def test_other_detectors(name, series):
    model = make_detector(name, window=16, random_state=0)
    fit_blocks(model, series, n_samples=2000, n_blocks=4, random_state=0)
    assert np.isfinite(score_blocks(model, series[:500])).all()


def test_detector_without_a_pipeline(series):
    forest = fit_blocks(IsolationForest(random_state=0), series, n_samples=500)
    assert forest.n_features_in_ == 2
    assert forest.max_samples_ <= 500


def test_file_of_columns(tmp_path, series):
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame(series, columns=["cpu", "memory"])
    frame.assign(host="a", n=1).to_parquet(tmp_path / "series.parquet")
    params = {"n_samples": 2000, "random_state": 0}
    models = [
        fit_blocks(make_detector("pca", window=24), source, **params)
        for source in (frame, series)
    ]
    models.append(
        fit_blocks(
            make_detector("pca", window=24),
            tmp_path / "series.parquet",
            columns=["cpu", "memory"],
            **params,
        )
    )
    assert models[0].feature_names_in_.tolist() == ["cpu", "memory"]
    assert len({model[-1].offset_ for model in models}) == 1


def test_unusable_sources_and_numbers_are_refused(series):
    model = make_detector("pca")
    with pytest.raises(ValueError, match="source is an iterator, which is read only"):
        fit_blocks(model, iter([series]))
    for empty in (series[:0], pd.DataFrame(series[:0])):
        with pytest.raises(ValueError, match="source has no samples. Pass a training"):
            fit_blocks(model, empty)
    with pytest.raises(ValueError, match="n_samples=9 are fewer than n_blocks=16"):
        fit_blocks(model, series, n_samples=9)
    with pytest.raises(ValueError, match="n_samples must be an integer"):
        fit_blocks(model, series, n_samples=0.1)
    series = series.copy()
    series[33_000] = np.nan
    with pytest.raises(ValueError, match="source contains NaN.* at row 33000"):
        fit_blocks(model, series)
