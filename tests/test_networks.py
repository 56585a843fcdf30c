"""Networks without an estimator: what they count, map and see."""

from itertools import pairwise

import keras
import numpy as np
import pytest

from skanomaly.detectors._autoencoder import dense_autoencoder
from skanomaly.detectors._cnn_forecast import cnn_forecaster
from skanomaly.detectors._conv_autoencoder import conv_autoencoder
from skanomaly.detectors._dense_forecast import dense_forecaster
from skanomaly.detectors._recurrent_autoencoder import recurrent_autoencoder
from skanomaly.detectors._recurrent_forecast import recurrent_forecaster


def dense(n_inputs, n_outputs):
    return n_inputs * n_outputs + n_outputs


def outputs_of(network, inputs):
    return np.asarray(network(np.float32(inputs)))


def random_inputs(*shape):
    return np.random.default_rng(0).normal(size=shape)


@pytest.mark.parametrize(
    ("window", "channels", "hidden", "latent"),
    [(10, 2, (8,), 3), (6, 1, (5, 4), 2), (1, 7, (), 1)],
)
def test_dense_autoencoder_is_symmetric(window, channels, hidden, latent):
    network = dense_autoencoder(
        window, channels, hidden_units=hidden, latent_units=latent
    )
    size = window * channels
    sizes = [size, *hidden, latent, *hidden[::-1], size]
    count = sum(dense(*pair) for pair in pairwise(sizes))
    assert network.count_params() == count
    assert network.output_shape == network.input_shape == (None, window, channels)
    assert network.get_layer("code").output.shape == (None, latent)


@pytest.mark.parametrize(
    ("window", "channels", "units"), [(1, 1, 1), (3, 1, 1), (20, 2, 10), (400, 3, 16)]
)
def test_an_automatic_code_is_small(window, channels, units):
    network = dense_autoencoder(window, channels)
    assert network.get_layer("code").output.shape == (None, units)


def test_dropout_and_l2_are_for_training_alone():
    plain = dense_autoencoder(6, 1)
    regular = dense_autoencoder(6, 1, dropout=0.5, l2=0.1)
    assert regular.count_params() == plain.count_params()
    assert len(regular.losses) == 2
    assert plain.losses == []
    inputs = np.float32(random_inputs(4, 6, 1))
    once, again = (np.asarray(regular(inputs, training=True)) for _ in range(2))
    assert (once != again).any()
    np.testing.assert_array_equal(regular(inputs), regular(inputs))


@pytest.mark.parametrize("n_predicted", [1, 4])
def test_dense_forecaster(n_predicted):
    network = dense_forecaster(9, 2, n_predicted, hidden_units=(7, 5))
    count = dense(18, 7) + dense(7, 5) + dense(5, 2 * n_predicted)
    assert network.count_params() == count
    assert network.output_shape == (None, n_predicted, 2)


@pytest.mark.parametrize(
    ("cell", "count"),
    [
        ("lstm", lambda n, c: 4 * (n * (n + c) + n)),
        ("gru", lambda n, c: 3 * (n * (n + c) + 2 * n)),
        ("rnn", lambda n, c: n * (n + c) + n),
    ],
)
@pytest.mark.parametrize("n_layers", [1, 2])
def test_recurrent_forecaster(cell, count, n_layers):
    network = recurrent_forecaster(9, 2, 3, cell=cell, units=5, n_layers=n_layers)
    layers = count(5, 2) + (n_layers - 1) * count(5, 5)
    assert network.count_params() == layers + dense(5, 3 * 2)
    for n_steps in (1, 9, 14):
        assert network.compute_output_shape((4, n_steps, 2)) == (4, n_steps, 3, 2)


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_recurrent_forecaster_does_not_look_ahead(cell):
    network = recurrent_forecaster(9, 1, 1, cell=cell, units=4, n_layers=2)
    inputs = random_inputs(1, 9, 1)
    changed = inputs.copy()
    changed[:, 5:] += 10
    before, after = outputs_of(network, inputs), outputs_of(network, changed)
    np.testing.assert_array_equal(after[:, :5], before[:, :5])
    assert (after[:, 5:] != before[:, 5:]).all()


CONTEXTS = [(1, 3), (2, 2), (2, 3), (3, 3), (7, 3), (8, 2), (20, 3), (31, 5), (4, 9)]


@pytest.mark.parametrize(("context", "kernel_size"), CONTEXTS)
def test_a_convolution_sees_a_step_and_the_context_before_it(context, kernel_size):
    network = cnn_forecaster(context, 2, 1, filters=4, kernel_size=kernel_size)
    n_steps = context + 12
    inputs = random_inputs(1, n_steps, 2)
    before = outputs_of(network, inputs)
    lost = n_steps - before.shape[1]  # steps that nothing is predicted after
    assert before.shape == (1, n_steps - lost, 1, 2)
    assert 0 <= lost < context
    # It sees more than half of the context, as another convolution would not fit.
    assert lost + 1 > (context - 1) / 2
    for changed_step in (0, context // 2, context + 3, n_steps - 1):
        changed = inputs.copy()
        changed[0, changed_step] += 10
        after = outputs_of(network, changed)
        seen = np.flatnonzero((after != before).any(axis=(0, 2, 3))) + lost
        # An output belongs to the last step that it sees.
        assert seen.min(initial=n_steps) == max(changed_step, lost)
        assert seen.max(initial=-1) <= changed_step + context - 1


def test_a_convolution_is_the_same_everywhere_and_for_any_length():
    network = cnn_forecaster(20, 2, 3, filters=4)
    inputs = random_inputs(1, 50, 2)
    whole = outputs_of(network, inputs)
    lost = 50 - whole.shape[1]
    for start, stop in ((0, lost + 1), (11, 40), (29, 50)):
        part = outputs_of(network, inputs[:, start:stop])
        expected = whole[:, start : stop - lost]
        np.testing.assert_allclose(part, expected, rtol=1e-5, atol=1e-6)


def test_parameters_of_a_convolution():
    network = cnn_forecaster(8, 2, 3, filters=5, kernel_size=3)
    kinds = [
        layer for layer in network.layers if isinstance(layer, keras.layers.Conv1D)
    ]
    assert [layer.dilation_rate for layer in kinds] == [(1,), (2,), (1,), (1,)]
    count = dense(3 * 2, 5) + dense(3 * 5, 5) + dense(5, 5) + dense(5, 3 * 2)
    assert network.count_params() == count


@pytest.mark.parametrize(
    ("network", "count"),
    [
        (dense_autoencoder(4, 1, hidden_units=(), latent_units=2), 22),
        (dense_autoencoder(8, 1, hidden_units=(), latent_units=3), 59),
        (dense_autoencoder(18, 1, hidden_units=(15, 7), latent_units=2), 842),
        (
            dense_autoencoder(
                400,
                1,
                hidden_units=(252, 152, 152),
                latent_units=52,
                decoder_units=(152, 252, 352),
            ),
            447_588,
        ),
        (recurrent_autoencoder(30, 1, units=128), 198_273),
        (recurrent_autoencoder(5, 1, cell="gru", units=50), 23_301),
        (conv_autoencoder(288, 1), 9_505),
    ],
)
def test_sizes_of_well_known_networks(network, count):
    assert network.count_params() == count


@pytest.mark.parametrize("window", [1, 2, 5, 8, 13])
def test_convolutions_give_back_windows_of_any_length(window):
    network = conv_autoencoder(window, 2, filters=(3, 2), kernel_size=3)
    assert network.output_shape == network.input_shape == (None, window, 2)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_layers_of_a_recurrent_autoencoder(bidirectional):
    network = recurrent_autoencoder(
        6, 2, cell="rnn", units=3, n_layers=2, bidirectional=bidirectional
    )
    assert network.output_shape == (None, 6, 2)
    assert network.get_layer("code").output.shape[1] == 3 * (1 + bidirectional)
