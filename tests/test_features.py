"""Layers and the task of the network that tells windows from damaged ones."""

import keras
import numpy as np
import pytest

from skanomaly.networks import (
    DamageClassifier,
    SlidingPool,
    ZeroMean,
    damage_windows,
)

N_STEPS = 40
KINDS = ("shifted", "exchanged", "shrunk", "smoothed", "noisy")


def random_inputs(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


# Pooling and kernels.


@pytest.mark.parametrize("width", [*range(1, 10), 15, 16, 17, 33])
@pytest.mark.parametrize("n_more", [0, 1, 6])
def test_a_sliding_pool_pools_each_stretch(width, n_more):
    inputs = random_inputs(2, width + n_more, 3)
    stretches = [inputs[:, first : first + width] for first in range(n_more + 1)]
    expected = [
        np.concatenate([one.max(axis=1), one.mean(axis=1)], axis=-1)
        for one in stretches
    ]
    found = np.asarray(SlidingPool(width)(inputs))
    np.testing.assert_allclose(found, np.stack(expected, axis=1), atol=1e-6)


def test_a_sliding_pool_in_a_network_takes_any_length():
    inputs = keras.Input((None, 2))
    network = keras.Model(inputs, SlidingPool(5)(inputs))
    assert network.output_shape == (None, None, 4)
    assert SlidingPool(5).compute_output_shape((7, 9, 2)) == (7, 5, 4)
    values = random_inputs(3, 12, 2)
    whole = network.predict(values, verbose=0)
    for first in range(8):
        part = network.predict(values[:, first : first + 5], verbose=0)
        np.testing.assert_allclose(part[:, 0], whole[:, first], atol=1e-6)


def test_a_sliding_pool_is_made_again_from_its_configuration(tmp_path):
    layer = SlidingPool(7, name="pool")
    again = SlidingPool.from_config(layer.get_config())
    assert (again.width, again.name) == (7, "pool")
    inputs = keras.Input((None, 1))
    network = keras.Model(inputs, layer(inputs))
    network.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    values = random_inputs(2, 10, 1)
    np.testing.assert_array_equal(loaded(values), network(values))


def test_kernels_without_a_mean_ignore_the_level():
    kernel = random_inputs(5, 2, 3)
    changed = np.asarray(ZeroMean()(kernel))
    np.testing.assert_allclose(changed, kernel - kernel.mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(changed.sum(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(ZeroMean()(changed), changed, atol=1e-6)


def test_the_constraint_is_made_again_from_its_configuration():
    config = keras.saving.serialize_keras_object(ZeroMean())
    assert isinstance(keras.saving.deserialize_keras_object(config), ZeroMean)


# Damage.


def smoothed(windows, width=9):
    """Average the steps of each window that are within half a width."""
    near = [
        windows[:, max(0, step - width // 2) : step + width // 2 + 1].mean(axis=1)
        for step in range(windows.shape[1])
    ]
    return np.stack(near, axis=1)


def damaged_parts(windows, damaged):
    """Return the first damaged step of each window and the number of them."""
    changed = (damaged != windows).any(axis=2)
    return changed.argmax(axis=1), changed.sum(axis=1)


def kind_of(windows, damaged):
    """Name what happened to each window, from the values of its damaged part."""
    candidates = {
        "exchanged": np.roll(windows, 1, axis=0),
        "shrunk": 0.3 * windows,
        "smoothed": smoothed(windows),
    }
    kinds = []
    for i, (first, length) in enumerate(
        zip(*damaged_parts(windows, damaged), strict=True)
    ):
        part = slice(first, first + length)
        fits = [
            name
            for name, values in candidates.items()
            if np.allclose(damaged[i, part], values[i, part], atol=1e-5)
        ]
        difference = damaged[i, part] - windows[i, part]
        if np.ptp(difference, axis=0).max() < 1e-5:
            fits.append("shifted")
        assert len(fits) <= 1
        kinds.append(fits[0] if fits else "noisy")
    return np.array(kinds)


@pytest.fixture(scope="module")
def pair():
    windows = random_inputs(600, N_STEPS, 2)
    seed = keras.random.SeedGenerator(0)
    return windows, np.asarray(damage_windows(windows, seed))


def test_damage_keeps_the_shape_and_the_numbers_finite(pair):
    windows, damaged = pair
    assert damaged.shape == windows.shape
    assert damaged.dtype == windows.dtype
    assert np.isfinite(damaged).all()


def test_damage_is_one_part_of_four_steps_to_half_of_a_window(pair):
    first, length = damaged_parts(*pair)
    assert length.min() == 4
    assert N_STEPS * 0.4 < length.max() <= N_STEPS / 2
    # Without a gap, each step of the part is changed, and so is each channel of it.
    for channel in range(2):
        changed = (pair[1] != pair[0])[..., channel]
        for mask, start, n in zip(changed, first, length, strict=True):
            np.testing.assert_array_equal(np.flatnonzero(mask), start + np.arange(n))


def test_damage_occurs_everywhere(pair):
    first, length = damaged_parts(*pair)
    covered = [((first <= s) & (s < first + length)).sum() for s in range(N_STEPS)]
    assert min(covered[1:]) > 0
    assert (first + length).max() == N_STEPS


def test_all_kinds_of_damage_are_equally_frequent(pair):
    kinds = kind_of(*pair)
    for kind in KINDS:
        assert (kinds == kind).mean() == pytest.approx(0.2, abs=0.06), kind


def test_noise_has_less_than_half_the_deviation_of_the_windows(pair):
    windows, damaged = pair
    noisy = kind_of(windows, damaged) == "noisy"
    difference = (damaged - windows)[noisy]
    assert difference[difference != 0].std() == pytest.approx(0.4, rel=0.1)


@pytest.mark.parametrize("make", [int, keras.random.SeedGenerator])
def test_equal_seeds_do_equal_damage(make):
    windows = random_inputs(20, N_STEPS, 1)
    one, again, other = (
        np.asarray(damage_windows(windows, make(seed))) for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


def test_a_generator_of_seeds_goes_on():
    windows, seed = random_inputs(20, N_STEPS, 1), keras.random.SeedGenerator(3)
    once, again = (np.asarray(damage_windows(windows, seed)) for _ in range(2))
    assert (once != again).any()


@pytest.mark.parametrize("seed", [3, keras.random.SeedGenerator(3)], ids=type)
def test_the_length_of_damage_does_not_depend_on_its_place(seed):
    windows = random_inputs(1500, N_STEPS, 1)
    first, length = damaged_parts(windows, np.asarray(damage_windows(windows, seed)))
    # Damage that begins later may end with the window.
    fits = first <= N_STEPS / 2
    assert abs(np.corrcoef(first[fits], length[fits])[0, 1]) < 0.15


@pytest.mark.parametrize("n_steps", [1, 2, 3, 4, 5])
def test_short_windows_are_damaged_too(n_steps):
    windows = random_inputs(200, n_steps, 1)
    damaged = np.asarray(damage_windows(windows, keras.random.SeedGenerator(0)))
    assert damaged.shape == windows.shape
    assert np.isfinite(damaged).all()
    assert (damaged != windows).any()


# Training.


def sines(n_windows=640, n_steps=32):
    start = random_inputs(n_windows, 1, 1)
    steps = np.arange(n_steps, dtype=np.float32)[:, np.newaxis]
    noise = random_inputs(n_windows, n_steps, 1, seed=1)
    return np.float32(np.sin(2 * np.pi * steps / 8 + 6 * start) + 0.05 * noise)


@pytest.fixture(scope="module")
def trained():
    keras.utils.set_random_seed(0)
    inputs = keras.Input((None, 1))
    x = keras.layers.Conv1D(8, 5)(inputs)
    x = SlidingPool(28)(keras.layers.LeakyReLU(0.2)(x))
    features = keras.layers.Identity(name="features")(x)
    outputs = {"features": features, "logit": keras.layers.Dense(1)(features)}
    network = DamageClassifier(inputs, outputs)
    network.compile(keras.optimizers.Adam(0.01), jit_compile=False)
    before = network.evaluate(sines(), verbose=0, return_dict=True)["loss"]
    history = network.fit(sines(), epochs=8, batch_size=32, verbose=0).history
    return network, before, history


def test_training_lowers_the_loss(trained):
    network, before, history = trained
    assert history["loss"][-1] < 0.8 * history["loss"][0]
    after = network.evaluate(sines(), verbose=0, return_dict=True)["loss"]
    assert after < 0.8 * before


def test_logits_tell_damaged_windows_from_others(trained):
    network, *_ = trained
    whole = sines()
    damaged = damage_windows(whole, keras.random.SeedGenerator(5))
    logits = [np.asarray(network(x)["logit"]).ravel() for x in (whole, damaged)]
    right = [(logits[0] < 0).mean(), (logits[1] > 0).mean()]
    assert np.mean(right) > 0.7


@pytest.mark.parametrize("logit", [0.0, 2.0])
def test_the_loss_is_the_mean_of_both_cross_entropies(logit):
    inputs = keras.Input((None, 1))
    always = keras.layers.Dense(
        1,
        kernel_initializer="zeros",
        bias_initializer=keras.initializers.Constant(logit),
    )
    network = DamageClassifier(inputs, {"logit": always(SlidingPool(32)(inputs))})
    network.compile()
    loss = network.evaluate(sines(), verbose=0, return_dict=True)["loss"]
    damaged = 1 / (1 + np.exp(-logit))  # probability of it
    expected = -(np.log(damaged) + np.log(1 - damaged)) / 2
    assert loss == pytest.approx(expected, rel=1e-5)


def test_a_trained_network_is_loaded_as_it_was_saved(trained, tmp_path):
    network, *_ = trained
    network.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    assert isinstance(loaded, DamageClassifier)
    for name in ("features", "logit"):
        np.testing.assert_array_equal(
            loaded(sines()[:5])[name], network(sines()[:5])[name]
        )
    history = loaded.fit(sines(), batch_size=32, verbose=0).history
    assert history["loss"][0] < np.log(2)
