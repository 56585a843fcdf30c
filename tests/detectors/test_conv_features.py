"""Features of convolutions, of a trained network and of random kernels."""

import pickle
import subprocess
import sys

import keras
import numpy as np
import pytest

from skanomaly import ConvFeatureDetector
from skanomaly.detectors._kernels import RandomKernels
from skanomaly.windows import Examples, Windows
from tests.detectors.common import records, rows_of, wave

CONTEXT, WINDOW = 16, 20
SMALL = {"context": CONTEXT, "n_filters": 4, "random_state": 0}
TRAININGS = [None, "damaged"]

each_training = pytest.mark.parametrize("training", TRAININGS)


def small(**params):
    """Make a detector that takes 20 steps of the optimizer, if it is trained."""
    params = {"channels": "mean", "batch_size": 1280, **params}
    return ConvFeatureDetector(**{**SMALL, **params})


def rows(n_samples=400, window=WINDOW, **params):
    return rows_of(wave(n_samples, **params), window)


def in_disorder(X):
    """Order of rows in which they are no windows of a series."""
    order = np.random.default_rng(0).permutation(len(X))
    return order, X[order]


@pytest.fixture(scope="module", params=TRAININGS, ids=str)
def fitted(request):
    return small(training=request.param).fit(rows())


@pytest.fixture(scope="module")
def damaged():
    """A trained one, whose usual windows are all of `rows()`."""
    return small(validation_split=0.0).fit(rows())


# Scores.


@pytest.mark.parametrize("n_windows", [6, 1023, 1024, 1025, 2300])
def test_chunks_of_a_series_and_single_windows_have_equal_features(fitted, n_windows):
    X = rows(n_windows + CONTEXT - 1, seed=1)
    assert len(X) == n_windows - (WINDOW - CONTEXT)
    scores = fitted.score_samples(X)
    order, disordered = in_disorder(X)
    alone = fitted.score_samples(disordered)
    np.testing.assert_allclose(scores[order], alone, rtol=1e-4)
    for i in (0, len(X) // 2, len(X) - 1):
        row = X[i : i + 1].copy()
        np.testing.assert_allclose(fitted.score_samples(row), scores[i], rtol=1e-4)


def test_a_copy_of_windows_is_scored_like_a_view(fitted):
    X = rows(seed=1)
    np.testing.assert_array_equal(
        fitted.score_samples(X.copy()), fitted.score_samples(X)
    )


def test_a_score_does_not_depend_on_what_follows_the_row(fitted):
    X = rows(1300, seed=1)
    before = fitted.score_samples(X[:500])
    np.testing.assert_allclose(fitted.score_samples(X)[:500], before, rtol=1e-5)


@pytest.mark.parametrize("level", [-3.0, 20.0])
def test_the_level_of_a_window_does_not_count(fitted, level):
    X = rows(seed=1)
    raised = fitted.score_samples(X + level)
    np.testing.assert_allclose(raised, fitted.score_samples(X), rtol=1e-4, atol=1e-4)


def test_an_unusual_part_scores_lowest(fitted):
    series = wave(600, seed=1)
    series[300:312] = series[300]
    scores = fitted.score_samples(rows_of(series, WINDOW))
    assert 300 - WINDOW < scores.argmin() < 312
    usual = np.delete(scores, np.arange(300 - WINDOW, 312))
    assert scores.min() < usual.min()


@each_training
def test_equal_random_states_have_equal_scores(training):
    X = rows(seed=1)
    one, again, other = (
        small(training=training, random_state=seed).fit(rows()).score_samples(X)
        for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


def test_a_pickled_detector_has_identical_scores(fitted):
    X = rows(seed=1)
    loaded = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(loaded.score_samples(X), fitted.score_samples(X))


# The distance from usual features.


def features_of(network, X, context=CONTEXT):
    """Return the features of all windows of each row, of shape (n_rows, n, n_f)."""
    windows = [
        X[:, first : first + context] for first in range(X.shape[1] - context + 1)
    ]
    found = [network(np.float32(one)[..., np.newaxis])["features"] for one in windows]
    return np.stack([np.reshape(one, (len(X), -1)) for one in found], axis=1)


def distances(features, usual):
    """Return the Mahalanobis distances by the inverse of the covariance."""
    deviation = np.sqrt(usual.var(axis=0) + 0.05**2)
    values = (usual - usual.mean(axis=0)) / deviation
    n, d = values.shape
    shrunk = (n * np.cov(values.T, bias=True) + d * np.eye(d)) / (n + d)
    inverse = np.linalg.inv(shrunk)
    away = (features - usual.mean(axis=0)) / deviation
    squares = np.einsum("...i,ij,...j->...", away, inverse, away)
    return np.sqrt(squares / len(values.T))


def windows_of(n_samples=400, **params):
    """All windows of the context of the series that `rows` is cut from."""
    return rows_of(wave(n_samples, **params), CONTEXT)


def test_the_error_is_the_mean_distance_of_the_windows_of_a_row(damaged):
    usual = np.float64(features_of(damaged.network_, windows_of())[:, 0])
    assert usual.shape[1] == 2 * 4 * 2  # two layers fit into the context
    X = rows(seed=1)[:30]
    expected = distances(np.float64(features_of(damaged.network_, X)), usual)
    errors = -damaged.score_samples(X)
    np.testing.assert_allclose(errors, expected.mean(axis=1), rtol=1e-3)


def test_windows_that_were_learned_have_a_distance_of_about_one(fitted):
    scores = fitted.score_samples(rows())
    assert 0.5 < -scores.mean() < 1.1


@each_training
def test_a_channel_that_is_constant_in_training_has_no_error(training):
    series = wave(400, n_channels=2)
    series[:, 1] = 3.0
    fitted = small(training=training, n_channels=2).fit(rows_of(series, WINDOW))
    errors = fitted.score_channels(rows_of(wave(100, n_channels=2, seed=1), WINDOW))
    np.testing.assert_array_equal(errors[:, 1], 0)
    assert (errors[:, 0] > 0).all()


@each_training
def test_a_constant_series_has_no_error(training):
    fitted = small(training=training).fit(np.full((60, WINDOW), 1 / 3))
    np.testing.assert_array_equal(fitted.score_samples(rows()), 0)


# Random kernels.


def examples_of(series, n_steps):
    values = series.astype(np.float32)[np.newaxis]
    return Examples(Windows(values, n_steps), n_steps)


def naive_features(kernels, window):
    """Return the features of one window, kernel by kernel and place by place."""
    features = []
    for dilation, columns, thresholds in kernels._groups:
        size = len(columns) // window.shape[1]
        activations = [
            [
                sum(
                    columns[i * window.shape[1] + c, k]
                    * window[first + i * dilation, c]
                    for i in range(size)
                    for c in range(window.shape[1])
                )
                for first in range(len(window) - (size - 1) * dilation)
            ]
            for k in range(columns.shape[1])
        ]
        features += [max(one) for one in activations]
        features += [
            np.mean([value > threshold for value in one])
            for one, threshold in zip(activations, thresholds, strict=True)
        ]
    return features


@pytest.mark.parametrize("context", [1, 2, 9, 17, 40])
@pytest.mark.parametrize("n_channels", [1, 2])
def test_features_of_random_kernels(context, n_channels):
    series = wave(120, n_channels=n_channels, noise=0.5)
    kernels = RandomKernels(examples_of(series, context), n_kernels=6, seed=0)
    # Of another series: a threshold may be equal to an activation in training.
    series = wave(context + 6, n_channels=n_channels, noise=0.5, seed=1)
    some = examples_of(series, context + 3)  # four windows each
    (_, _, features), *rest = kernels.outputs(some, names=("features",))
    assert rest == []
    assert features.shape == (4, 4, 12)
    for i in range(4):
        for j in range(4):
            window = np.float64(series[i + j : i + j + context])
            expected = naive_features(kernels, window)
            np.testing.assert_allclose(features[i, j], expected, atol=1e-5)


def test_a_random_kernel_spans_at_most_half_of_a_window():
    series = wave(200)
    kernels = RandomKernels(examples_of(series, 64), n_kernels=50, seed=0)
    dilations = [dilation for dilation, *_ in kernels._groups]
    assert dilations == [1, 2, 4]
    for _, columns, _ in kernels._groups:
        np.testing.assert_allclose(columns.sum(axis=0), 0, atol=1e-6)
        np.testing.assert_allclose(np.linalg.norm(columns, axis=0), 1, rtol=1e-5)


def test_a_threshold_is_exceeded_in_a_part_of_the_training():
    examples = examples_of(wave(500, noise=0.5), 40)
    kernels = RandomKernels(examples, n_kernels=30, seed=0)
    features = np.concatenate([found for *_, found in kernels.outputs(examples)])
    sizes = [columns.shape[1] for _, columns, _ in kernels._groups]
    ends = np.cumsum([2 * size for size in sizes])
    shares = np.concatenate(
        [
            features[:, 0, end - size : end].mean(axis=0)
            for end, size in zip(ends, sizes, strict=True)
        ]
    )
    assert len(shares) == 30
    assert 0.05 < shares.min() < 0.3
    assert 0.7 < shares.max() < 0.95


WITHOUT_TRAINING = """
import pickle, sys
import numpy as np
from skanomaly import ConvFeatureDetector
rows = np.random.default_rng(0).normal(size=(60, 20))
fitted = ConvFeatureDetector(training=None, context=16, random_state=0).fit(rows)
loaded = pickle.loads(pickle.dumps(fitted.partial_fit(rows)))
loaded.predict(rows)
print({"keras", "tensorflow", "scikeras"} & set(sys.modules))
"""


def test_random_kernels_load_no_network_library():
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TRAINING], capture_output=True, text=True
    )
    assert done.stdout.strip() == "set()", done.stderr


@pytest.mark.parametrize("name", ["network_", "history_", "training_loop_"])
def test_random_kernels_have_nothing_of_a_training(name):
    fitted = small(training=None).fit(rows())
    with pytest.raises(AttributeError, match="training=None"):
        getattr(fitted, name)


# Networks.


def test_a_trained_network_is_loaded_as_it_was_saved(damaged, tmp_path):
    damaged.network_.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    windows = np.float32(windows_of(60))[..., np.newaxis]
    for name in ("features", "logit"):
        np.testing.assert_array_equal(
            loaded(windows)[name], damaged.network_(windows)[name]
        )


def test_more_epochs_lower_the_loss():
    losses = small(epochs=6).fit(rows()).history_["loss"]
    assert len(losses) == 6
    assert losses[-1] < losses[0]


def test_there_is_neither_a_validation_loss_nor_early_stopping(damaged):
    assert set(damaged.history_) == {"loss"}
    assert set(small(patience=0, epochs=3).fit(rows()).history_) == {"loss"}


def fixed_encoder(context, n_channels):
    """Features of a window, as an encoder of that many steps alone."""
    inputs = keras.Input((context, n_channels))
    x = keras.layers.Dense(5, activation="tanh")(keras.layers.Flatten()(inputs))
    return keras.Model(inputs, x)


def sliding_encoder(context, n_channels):
    """Features of all windows of an input."""
    inputs = keras.Input((None, n_channels))
    x = keras.layers.Conv1D(5, context, activation="tanh")(inputs)
    return keras.Model(inputs, x)


@pytest.mark.parametrize("network", [fixed_encoder, sliding_encoder])
def test_an_encoder_of_ones_own(network):
    fitted = small(network=network, validation_split=0.0).fit(rows())
    assert fitted.network_.output["features"].shape[-1] == 5
    usual = np.float64(features_of(fitted.network_, windows_of())[:, 0])
    X = rows(1200, seed=1)
    features = np.float64(features_of(fitted.network_, X[:30]))
    expected = distances(features, usual).mean(axis=1)
    scores = fitted.score_samples(X)
    np.testing.assert_allclose(-scores[:30], expected, rtol=1e-3)
    order, disordered = in_disorder(X)
    alone = fitted.score_samples(disordered)
    np.testing.assert_allclose(scores[order], alone, rtol=1e-4)


def every_step(context, n_channels):
    """Features of steps, of a window alone."""
    inputs = keras.Input((context, n_channels))
    return keras.Model(inputs, keras.layers.Dense(3)(inputs))


def one_for_any_length(context, n_channels):
    """Features of an input of any number of steps as a whole."""
    inputs = keras.Input((None, n_channels))
    x = keras.layers.Conv1D(3, 3)(inputs)
    return keras.Model(inputs, keras.layers.GlobalMaxPooling1D()(x))


class NoTraining(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        raise AssertionError("the training began")


@pytest.mark.parametrize("network", [every_step, one_for_any_length])
def test_features_of_a_wrong_shape_are_refused_before_training(network):
    with pytest.raises(ValueError, match="The network maps inputs of shape"):
        small(network=network, callbacks=[NoTraining()]).fit(rows())


# Channels.


def test_separate_channels_are_detectors_of_one_channel_each():
    series, other = (wave(300, n_channels=2, seed=seed) for seed in (0, 1))
    both = small(training=None, n_channels=2, channel_model="separate")
    errors = both.fit(rows_of(series, WINDOW)).score_channels(rows_of(other, WINDOW))
    for c in range(2):
        single = small(training=None).fit(rows_of(series[:, [c]], WINDOW))
        scores = single.score_samples(rows_of(other[:, [c]], WINDOW))
        np.testing.assert_allclose(2 * errors[:, c], -scores, rtol=1e-4)


def test_shared_channels_have_one_network_and_usual_features_each():
    series, other = (wave(300, n_channels=2, seed=seed) for seed in (0, 1))
    series[:, 1] *= 3
    X = rows_of(other, WINDOW)
    fitted = small(n_channels=2, validation_split=0.0).fit(rows_of(series, WINDOW))
    assert fitted.network_.input_shape == (None, None, 1)
    errors = fitted.score_channels(X)
    for c in range(2):
        windows = rows_of(series[:, [c]], CONTEXT)
        usual = np.float64(features_of(fitted.network_, windows)[:, 0])
        features = np.float64(features_of(fitted.network_, X[:20, c::2]))
        expected = distances(features, usual).mean(axis=1) / 2
        np.testing.assert_allclose(errors[:20, c], expected, rtol=1e-3)


@each_training
def test_joint_channels_have_one_error(training):
    series = wave(1200, n_channels=2)
    joint = small(training=training, n_channels=2, channel_model="joint")
    fitted = joint.fit(rows_of(series[:400], WINDOW))
    X = rows_of(series, WINDOW)
    errors = fitted.score_channels(X)
    np.testing.assert_array_equal(errors[:, 0], errors[:, 1])
    np.testing.assert_allclose(errors.sum(axis=1), -fitted.score_samples(X))
    order, disordered = in_disorder(X)
    alone = fitted.score_samples(disordered)
    np.testing.assert_allclose(fitted.score_samples(X)[order], alone, rtol=1e-4)


# Rows of all kinds.


def test_a_row_shorter_than_the_context_is_one_window():
    X, other = rows(window=10), rows(window=10, seed=1)
    short, exact = (
        small(training=None, context=n).fit(X).score_samples(other) for n in (64, 10)
    )
    np.testing.assert_array_equal(short, exact)


@each_training
@pytest.mark.parametrize("window", [1, 2, 5])
def test_windows_of_a_few_steps(training, window):
    X = rows(80, window=window)
    scores = small(training=training).fit(X).score_samples(X)
    assert scores.shape == (len(X),)
    assert np.isfinite(scores).all()
    assert (scores <= 0).all()


@pytest.mark.parametrize("window", [3, 4])
def test_random_kernels_see_windows_of_a_few_steps(window):
    X = rows(80, window=window)
    scores = small(training=None).fit(X).score_samples(X)
    assert np.isfinite(scores).all()
    assert np.ptp(scores) > 0


def test_records_are_scored_on_all_of_their_windows():
    fitted = small(validation_split=0.0).fit(records(60, WINDOW))
    windows = np.concatenate(
        [records(60, WINDOW)[:, first : first + CONTEXT] for first in range(5)]
    )
    usual = np.float64(features_of(fitted.network_, windows)[:, 0])
    X = records(20, WINDOW, seed=2)
    expected = distances(np.float64(features_of(fitted.network_, X)), usual)
    np.testing.assert_allclose(
        -fitted.score_samples(X), expected.mean(axis=1), rtol=1e-3
    )


@each_training
def test_an_unusual_record_scores_lowest(training):
    fitted = small(training=training).fit(records(200, WINDOW))
    X = records(50, WINDOW, seed=2)
    X[7] *= 6
    assert fitted.score_samples(X).argmin() == 7


# Fits that go on.


def test_a_trained_encoder_is_trained_further():
    X, other = rows(), rows(seed=1)
    fitted = small(warm_start=True, validation_split=0.0).fit(X)
    first = fitted.score_samples(other)
    second = fitted.fit(X).score_samples(other)
    assert len(fitted.history_["loss"]) == 2
    third = fitted.partial_fit(X).score_samples(other)
    assert len(fitted.history_["loss"]) == 3
    assert (first != second).any()
    assert (second != third).any()
    # The usual features are those of the network as it is now.
    usual = np.float64(features_of(fitted.network_, windows_of())[:, 0])
    features = np.float64(features_of(fitted.network_, other[:20]))
    expected = distances(features, usual).mean(axis=1)
    np.testing.assert_allclose(-third[:20], expected, rtol=1e-3)


def test_random_kernels_stay_in_a_fit_that_goes_on():
    X, other = rows(), rows(seed=1)
    fitted = small(training=None, warm_start=True, validation_split=0.0).fit(X)
    scores = fitted.score_samples(other)
    np.testing.assert_array_equal(fitted.fit(X).score_samples(other), scores)
    np.testing.assert_array_equal(fitted.partial_fit(X).score_samples(other), scores)
    # What is usual is learned from the rows of the last fit.
    louder = fitted.partial_fit(3 * X).score_samples(3 * other)
    assert louder.mean() > 1.5 * scores.mean()
    assert (fitted.score_samples(other) != scores).any()


@pytest.mark.parametrize(("before", "after"), [TRAININGS, TRAININGS[::-1]])
def test_another_training_starts_from_scratch(before, after):
    fitted = small(training=before, warm_start=True).fit(rows())
    fitted.set_params(training=after).fit(rows())
    assert hasattr(fitted, "history_") == (after is not None)


@each_training
def test_a_part_of_the_training_can_be_left_out(training):
    fitted = small(training=training, contamination_trim=0.1).fit(rows())
    assert np.isfinite(fitted.score_samples(rows(seed=1))).all()
