"""Networks without an estimator: what they count, map and see."""

from functools import partial
from itertools import pairwise

import keras
import numpy as np
import pytest

from skanomaly.detectors._autoencoder import dense_autoencoder
from skanomaly.detectors._bigan import bigan, bigan_parts
from skanomaly.detectors._cnn_forecast import cnn_forecaster
from skanomaly.detectors._conv_autoencoder import conv_autoencoder
from skanomaly.detectors._dense_forecast import dense_forecaster
from skanomaly.detectors._recurrent_autoencoder import recurrent_autoencoder
from skanomaly.detectors._recurrent_forecast import recurrent_forecaster
from skanomaly.networks._feedback import FeedbackCell
from skanomaly.networks._gaussian_code import GaussianCode


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


@pytest.mark.parametrize("linear", [True, False])
@pytest.mark.parametrize("n_predicted", [1, 4])
def test_dense_forecaster(n_predicted, linear):
    network = dense_forecaster(9, 2, n_predicted, hidden_units=(7, 5), linear=linear)
    count = dense(18, 7) + dense(7, 5) + dense(5, 2 * n_predicted)
    count += linear * dense(18, 2 * n_predicted)
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
    network = cnn_forecaster(
        context, 2, 1, filters=4, kernel_size=kernel_size, linear=False
    )
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


@pytest.mark.parametrize(("context", "kernel_size"), CONTEXTS)
def test_a_linear_map_sees_the_context_alone(context, kernel_size):
    network = cnn_forecaster(context, 2, 1, filters=4, kernel_size=kernel_size)
    inputs = random_inputs(1, context + 12, 2)
    before = outputs_of(network, inputs)
    assert before.shape == (1, 13, 1, 2)
    for changed_step in (0, context // 2, context + 3):
        changed = inputs.copy()
        changed[0, changed_step] += 10
        after = outputs_of(network, changed)
        seen = np.flatnonzero((after != before).any(axis=(0, 2, 3))) + context - 1
        last = min(changed_step + context, context + 12)
        expected = np.arange(max(changed_step, context - 1), last)
        np.testing.assert_array_equal(seen, expected)


@pytest.mark.parametrize("linear", [True, False])
def test_a_convolution_is_the_same_everywhere_and_for_any_length(linear):
    network = cnn_forecaster(20, 2, 3, filters=4, linear=linear)
    inputs = random_inputs(1, 50, 2)
    whole = outputs_of(network, inputs)
    lost = 50 - whole.shape[1]
    for start, stop in ((0, lost + 1), (11, 40), (29, 50)):
        part = outputs_of(network, inputs[:, start:stop])
        expected = whole[:, start : stop - lost]
        np.testing.assert_allclose(part, expected, rtol=1e-5, atol=1e-6)


def test_parameters_of_a_convolution():
    network = cnn_forecaster(8, 2, 3, filters=5, kernel_size=3, linear=False)
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
    code = 3 * (1 + bidirectional)
    assert network.get_layer("code").output.shape[1] == code
    # Each layer of each direction sees what comes before it and its own 3 states.
    first, second = 3 * (2 + 3 + 1), 3 * (code + 3 + 1)
    decoder = 2 * second * (1 + bidirectional) + dense(code, 2)
    assert network.count_params() == (first + second) * (1 + bidirectional) + decoder


def test_a_convolution_of_larger_strides_has_a_shorter_code():
    shapes = {}
    for strides in (1, 2, 3):
        network = conv_autoencoder(
            18, 1, filters=(3, 2), kernel_size=3, strides=strides
        )
        assert network.output_shape == (None, 18, 1)
        shapes[strides] = network.get_layer("code").output.shape
    assert shapes == {1: (None, 18 * 2), 2: (None, 5 * 2), 3: (None, 2 * 2)}


def test_dropout_of_convolutions_is_for_training_alone():
    inputs = np.float32(random_inputs(4, 12, 1))
    regular, plain = (conv_autoencoder(12, 1, dropout=rate) for rate in (0.5, 0.0))
    assert (regular(inputs, training=True) != regular(inputs)).numpy().any()
    np.testing.assert_array_equal(plain(inputs, training=True), plain(inputs))


# What is drawn, told and held against each other in training.


def test_codes_are_drawn_in_training_and_their_mean_in_scoring():
    layer = GaussianCode(0.5)
    mean, log_variance = np.full((5000, 2), 3.0), np.full((5000, 2), [0.0, 2.0])
    np.testing.assert_array_equal(layer(mean, log_variance), np.float32(mean))
    drawn = np.asarray(layer(mean, log_variance, training=True))
    np.testing.assert_allclose(drawn.mean(axis=0), 3, atol=0.15)
    np.testing.assert_allclose(drawn.std(axis=0), np.exp([0.0, 1.0]), rtol=0.05)
    again = np.asarray(layer(mean, log_variance, training=True))
    assert (again != drawn).mean() > 0.99
    # The divergence of each unit, from its formula.
    divergence = sum(0.5 * (9 + np.exp(v) - v - 1) for v in (0.0, 2.0))
    assert float(layer.losses[-1]) == pytest.approx(0.5 * divergence, rel=1e-5)


def test_an_extreme_variance_stays_a_number():
    layer = GaussianCode(1.0)
    drawn = layer(np.zeros((8, 1)), np.full((8, 1), 1e4), training=True)
    assert np.isfinite(drawn).all()
    assert np.isfinite(float(layer.losses[-1]))


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_training_is_told_the_truth_as_often_as_asked(share):
    cell = FeedbackCell("rnn", 1, 1, share)
    cell.build((None, 1))
    # The next step is what went before, which no other step is: nothing is learned.
    kernel, recurrent, bias = (np.zeros((1, 1)), np.zeros((1, 1)), np.zeros(1))
    cell.cell.set_weights([kernel + 1, recurrent, bias])
    cell.dense.set_weights([np.ones((1, 1)), np.zeros(1)])
    truth, states = np.ones((4000, 1)), [np.zeros((4000, 1)), -np.ones((4000, 1))]
    output, _ = cell(np.float32(truth), list(map(np.float32, states)), training=True)
    assert (np.asarray(output) > 0).mean() == pytest.approx(share, abs=0.03)
    output, _ = cell(np.float32(truth), list(map(np.float32, states)))
    assert (np.asarray(output) < 0).all()


def adversarial(**params):
    return bigan(
        4,
        1,
        parts=partial(bigan_parts, hidden_units=(5,), discriminator_units=(6,)),
        **params,
    )


@pytest.mark.parametrize(("smoothing", "weight"), [(0.0, 0.0), (0.1, 0.0), (0.2, 3.0)])
def test_both_losses_of_an_adversarial_network(smoothing, weight):
    network = adversarial(label_smoothing=smoothing, reconstruction_weight=weight)
    windows, noise = (
        keras.ops.convert_to_tensor(np.float32(random_inputs(*shape)))
        for shape in ((7, 4, 1), (7, 1))
    )
    for _ in range(50):  # until the norms of the discriminator have settled
        losses = network._both_losses(windows, noise)
    critic, decoder = (network.get_layer(n) for n in ("discriminator", "decoder"))
    codes = network.get_layer("encoder")(windows)
    real, fake = (
        1 / (1 + np.exp(-np.float64(critic(pair)[0])))
        for pair in ([windows, codes], [decoder(noise), noise])
    )
    entropy = -(1 - smoothing) * np.log(real) - smoothing * np.log(1 - real)
    rebuilt = np.abs(windows - np.asarray(decoder(codes))).mean()
    expected = (
        entropy.mean() - np.log(1 - fake).mean(),
        -np.log(1 - real).mean() - np.log(fake).mean() + weight * rebuilt,
    )
    np.testing.assert_allclose([float(loss) for loss in losses], expected, rtol=1e-4)


def test_each_side_of_an_adversarial_network_pays_for_its_own_weights():
    network = adversarial(label_smoothing=0.0, reconstruction_weight=0.0)
    windows, noise = (
        keras.ops.convert_to_tensor(np.float32(random_inputs(*shape)))
        for shape in ((7, 4, 1), (7, 1))
    )
    for _ in range(50):
        plain = [float(loss) for loss in network._both_losses(windows, noise)]
    for name, more in (
        ("encoder", [0, 1]),
        ("decoder", [0, 1]),
        ("discriminator", [1, 0]),
    ):
        weights = network.get_layer(name).trainable_variables[0]
        weights.regularizer = lambda weights: keras.ops.ones(())
        dearer = [float(loss) for loss in network._both_losses(windows, noise)]
        np.testing.assert_allclose(np.subtract(dearer, plain), more, atol=1e-4)
        plain = dearer
