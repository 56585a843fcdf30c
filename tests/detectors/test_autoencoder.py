"""The autoencoder against one sub-window at a time."""

import keras
import numpy as np
import pytest
from sklearn.decomposition import PCA

from skanomaly import AutoencoderDetector
from tests import naive
from tests.detectors.common import WINDOW, quick, records, rows_of, wave

CHANNELS = 2


@pytest.fixture(scope="module", params=[5, 11, None], ids="context_{}".format)
def fitted(request):
    params = {"n_channels": CHANNELS, "channels": "mean"}
    detector = quick(AutoencoderDetector, context=request.param, **params)
    return detector.fit(rows_of(wave(n_channels=CHANNELS)))


@pytest.fixture(scope="module")
def rows():
    return rows_of(wave(60, n_channels=CHANNELS, seed=1))


def naive_results(fitted, rows, function):
    context = fitted.context or WINDOW
    return [
        function(
            fitted.network_,
            row.reshape(WINDOW, CHANNELS),
            context=context,
            center=True,
        )
        for row in rows
    ]


def test_errors_are_those_of_each_sub_window_alone(fitted, rows):
    some = [0, 4, 17, len(rows) - 1]
    errors = naive_results(fitted, rows[some], naive.reconstruction_errors)
    for scored, index in ((rows, some), (rows[some].copy(), slice(None))):
        np.testing.assert_allclose(
            fitted.score_channels(scored)[index], errors, rtol=1e-4
        )


def test_reconstructions_are_means_over_sub_windows(fitted, rows):
    some = [0, 4, 17, len(rows) - 1]
    expected = np.reshape(
        naive_results(fitted, rows[some], naive.reconstruction), (len(some), -1)
    )
    for scored, index in ((rows, some), (rows[some].copy(), slice(None))):
        reconstructed = fitted.reconstruct(scored)
        assert reconstructed.shape == scored.shape
        np.testing.assert_allclose(reconstructed[index], expected, atol=1e-5)


def test_the_score_is_the_mean_error_of_a_whole_row(rows):
    params = {"n_channels": CHANNELS, "channels": "mean"}
    fitted = quick(AutoencoderDetector, **params).fit(rows)
    scores = -naive.size(fitted.reconstruct(rows) - rows).mean(axis=1)
    np.testing.assert_allclose(fitted.score_samples(rows), scores, rtol=1e-4)


def test_codes(fitted, rows):
    network, context = fitted.network_, fitted.context or WINDOW
    encoder = keras.Model(network.input, network.get_layer("code").output)
    some = [0, 17, len(rows) - 1]
    expected = [
        np.mean(
            [
                np.asarray(encoder(np.float32(part - part.mean(axis=0))[None]))[0]
                for part in np.lib.stride_tricks.sliding_window_view(
                    row.reshape(WINDOW, CHANNELS), context, axis=0
                ).transpose(0, 2, 1)
            ],
            axis=0,
        )
        for row in rows[some]
    ]
    codes = fitted.encode(rows)
    assert codes.shape == (len(rows), encoder.output_shape[1])
    np.testing.assert_allclose(codes[some], expected, atol=1e-5)
    np.testing.assert_allclose(fitted.encode(rows[some].copy()), expected, atol=1e-5)


def test_the_size_of_the_code_is_the_users():
    fitted = quick(AutoencoderDetector, latent_units=3, epochs=1).fit(records())
    assert fitted.encode(records(7)).shape == (7, 3)


def linear(context, n_channels):
    inputs = keras.Input((context, n_channels))
    return keras.Model(inputs, keras.layers.Dense(n_channels)(inputs))


def test_a_network_of_ones_own_may_have_no_code():
    fitted = quick(AutoencoderDetector, network=linear, epochs=1).fit(records())
    with pytest.raises(ValueError, match="code"):
        fitted.encode(records())


def change_of_level(center, X, *, by):
    """How much scores change, relatively, when a constant is added to all steps."""
    fitted = quick(AutoencoderDetector, center=center).fit(X)
    scores = fitted.score_samples(X)
    return np.abs(fitted.score_samples(X + by) / scores - 1)


@pytest.mark.parametrize(
    ("center", "of_series", "of_records"),
    [("auto", True, False), ("window", True, True), (None, False, False)],
)
def test_the_level_of_a_window_is_removed(center, of_series, of_records):
    for X, is_removed in ((rows_of(wave()), of_series), (records(), of_records)):
        change = change_of_level(center, X, by=8.0)  # exact in float32
        assert (change < 1e-3).all() == is_removed
        assert (change > 0.1).any() != is_removed


def test_each_channel_has_a_level_of_its_own():
    series = wave(n_channels=CHANNELS)
    params = {"n_channels": CHANNELS, "channels": "mean"}
    fitted = quick(AutoencoderDetector, **params).fit(rows_of(series))
    scores = fitted.score_samples(rows_of(series))
    moved = fitted.score_samples(rows_of(series + np.array([8.0, -16.0])))
    np.testing.assert_allclose(moved, scores, rtol=1e-3)


def test_a_reconstruction_has_the_level_of_its_row():
    X = rows_of(wave())
    fitted = quick(AutoencoderDetector).fit(X)
    np.testing.assert_allclose(
        fitted.reconstruct(X + 64.0), fitted.reconstruct(X) + 64.0, atol=1e-4
    )


@pytest.mark.parametrize(("context", "steps"), [(0.5, 6), (0.01, 2), (5, 5)])
def test_a_context_is_a_number_of_steps_or_a_part_of_the_row(context, steps):
    fitted = quick(AutoencoderDetector, context=context, epochs=1).fit(records())
    assert fitted.network_.input_shape == (None, steps, 1)


def test_records_of_one_row_each():
    X = records(200, 5)
    X[:, 3] = X[:, 0] + X[:, 1]
    X[:, 4] = X[:, 2]
    fitted = quick(
        AutoencoderDetector, latent_units=3, epochs=40, learning_rate=0.01
    ).fit(X)
    odd = X[:20].copy()
    odd[:, 4] *= -1  # no value is unusual by itself
    normal = np.median(fitted.score_samples(X))
    assert np.median(fitted.score_samples(odd)) < 3 * normal


def component_errors(train, X, n_components):
    components = PCA(n_components).fit(train)
    return naive.size(components.inverse_transform(components.transform(X)) - X)


def network_errors(fitted, X):
    return naive.size(fitted.reconstruct(X) - X)


def bent(n_rows=400, *, seed=0):
    """Records whose first three columns are curved along the fourth."""
    t = np.random.default_rng(seed).uniform(-1, 1, (n_rows, 1))
    return np.hstack([np.cos(3 * t), np.sin(3 * t), t**2, t])


def test_the_error_of_a_record_is_the_larger_of_network_and_components():
    train = bent()
    fitted = quick(
        AutoencoderDetector,
        latent_units=2,
        epochs=40,
        learning_rate=0.01,
        validation_split=0.0,
    ).fit(train)
    X = bent(seed=1)
    networks = network_errors(fitted, X).mean(axis=1)
    scale = np.median(network_errors(fitted, train).mean(axis=1))
    scale /= np.median(component_errors(train, train, 2).mean(axis=1))
    components = scale * component_errors(train, X, 2).mean(axis=1)
    assert 20 < (components > networks).sum() < 380
    np.testing.assert_allclose(
        -fitted.score_samples(X), np.maximum(networks, components), rtol=1e-3
    )


@pytest.mark.parametrize("model", ["joint", "shared", "separate"])
def test_steps_and_channels_of_a_record_have_the_errors_that_its_score_has(model):
    X = records(90)
    params = {"n_channels": 3, "channel_model": model, "channels": "mean"}
    fitted = quick(AutoencoderDetector, **params).fit(X)
    by_step = [fitted.assess(X, step=step).own_errors for step in range(WINDOW // 3)]
    np.testing.assert_allclose(
        np.mean(by_step, axis=0), fitted.score_channels(X), rtol=1e-4
    )


@pytest.mark.parametrize(
    "X", [records(2, 5), records(40, 1), np.ones((40, 5)), rows_of(wave())]
)
def test_the_network_alone_judges_what_has_no_components(X):
    fitted = quick(AutoencoderDetector, center=None, network=linear).fit(X)
    networks = network_errors(fitted, X).mean(axis=1)
    np.testing.assert_allclose(-fitted.score_samples(X), networks, rtol=1e-3, atol=1e-9)


def test_rows_on_a_plane_have_no_errors_of_rounding():
    X = np.random.default_rng(0).normal(size=(200, 2)) @ np.ones((2, 6))
    fitted = quick(AutoencoderDetector, latent_units=2).fit(X)
    networks = network_errors(fitted, X).mean(axis=1)
    np.testing.assert_allclose(-fitted.score_samples(X), networks, rtol=1e-3)
    assert (fitted.score_samples(X + np.eye(6)[0]) < -10 * networks.max()).all()


def test_more_training_keeps_the_components_and_starts_without():
    X = bent()
    fitted = quick(AutoencoderDetector, latent_units=1).fit(X)
    far = 100 * records(50, 4)
    errors = component_errors(X[:360], far, 1).mean(axis=1)

    def ratio():
        """Error, relative to that of the components, where theirs is the larger."""
        scores = -fitted.score_samples(far)
        is_larger = scores > 1.01 * network_errors(fitted, far).mean(axis=1)
        assert is_larger.any()
        return (scores / errors)[is_larger]

    before = np.median(ratio())
    fitted.partial_fit(X[:30])
    np.testing.assert_allclose(ratio(), before, rtol=1e-3)
    fresh = quick(AutoencoderDetector, latent_units=1).partial_fit(X)
    networks = network_errors(fresh, far).mean(axis=1)
    np.testing.assert_allclose(-fresh.score_samples(far), networks, rtol=1e-3)


@pytest.mark.parametrize("context", [WINDOW + 1, 400])
def test_a_context_longer_than_the_rows_is_refused(context):
    with pytest.raises(ValueError, match=rf"context={context} is longer.*12 steps"):
        quick(AutoencoderDetector, context=context).fit(records())


def test_an_unknown_center_is_refused():
    with pytest.raises(ValueError, match="'center' parameter of AutoencoderDetector"):
        quick(AutoencoderDetector, center="median").fit(records())


def test_a_part_of_a_short_row_is_more_than_its_level():
    fitted = quick(AutoencoderDetector, context=0.5).fit(rows_of(wave(), 2))
    assert (fitted.score_samples(rows_of(wave(), 2)) < 0).any()
