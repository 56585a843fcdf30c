"""What sets each of the reconstructing detectors apart, and what they share."""

from functools import partial

import keras
import numpy as np
import pytest

from skanomaly import (
    AutoencoderDetector,
    BiGANDetector,
    PCADetector,
    Seq2SeqDetector,
    VariationalAutoencoderDetector,
)
from skanomaly.detectors._autoencoder import dense_autoencoder
from skanomaly.detectors._bigan import bigan_parts
from tests import naive
from tests.detectors.common import (
    NETWORKS,
    WINDOW,
    WITH_CODES,
    name_of,
    quick,
    records,
    rows_of,
    wave,
)


@pytest.mark.parametrize("detector", WITH_CODES, ids=name_of)
def test_the_decoder_alone_gives_what_the_whole_gives_back(detector):
    X = records(30)
    fitted = quick(detector, epochs=1).fit(X)
    codes = fitted.encode(X)
    assert codes.shape[0] == len(X)
    np.testing.assert_allclose(
        fitted.decode(codes), fitted.reconstruct(X), rtol=1e-4, atol=1e-5
    )


# Principal components.


def plane(n_rows=200, *, seed=0):
    """Rows of five values that lie on a plane."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n_rows, 2)) @ rng.normal(size=(2, 5)) + 3


def test_components_give_back_what_lies_on_them():
    fitted = PCADetector(n_components=2).fit(plane())
    assert (fitted.score_samples(plane()) > -1e-9).all()
    off = plane() + np.array([0, 0, 0, 0, 1.0])
    assert (fitted.score_samples(off) < -1e-3).all()


@pytest.mark.parametrize(("asked", "found"), [(1, 1), (3, 3), (0.999, 2), ("auto", 1)])
def test_numbers_of_components(asked, found):
    fitted = PCADetector(n_components=asked).fit(plane())
    assert fitted.pca_.n_components_ == found
    assert fitted.encode(plane()).shape == (200, found)


@pytest.mark.parametrize("trim", [0.0, 0.5])
def test_too_many_components_are_refused(trim):
    detector = PCADetector(n_components=6, contamination_trim=trim, validation_split=0)
    with pytest.raises(ValueError, match=r"n_components=6 is more than .* training"):
        detector.fit(records(9 if trim else 5))


def test_drawing_rows_leaves_the_random_state_of_numpy():
    before = np.random.get_state()[1].copy()
    PCADetector(n_components=1).fit(rows_of(wave(40_000)))
    np.testing.assert_array_equal(np.random.get_state()[1], before)


@pytest.mark.parametrize("detector", [AutoencoderDetector, PCADetector], ids=name_of)
def test_codes_of_another_size_are_refused(detector):
    fitted = quick(detector).fit(records())
    n_codes = fitted.encode(records()).shape[1]
    with pytest.raises(ValueError, match=f"but {n_codes} were expected"):
        fitted.decode(np.zeros((2, n_codes + 1)))


def test_single_steps_are_not_centered():
    X = rows_of(wave())
    fitted = quick(AutoencoderDetector, context=1).fit(X)
    assert (fitted.score_samples(X) < 0).all()
    with pytest.raises(ValueError, match="leaves nothing"):
        fitted.set_params(center="window").fit(X)


# Codes that are distributions.


def test_drawn_errors_tend_to_more_than_that_of_the_mean():
    X = records(60)
    fitted = quick(VariationalAutoencoderDetector, epochs=5).fit(X)
    by_mean = fitted.score_samples(X)
    fitted.set_params(n_draws=50)
    drawn = fitted.score_samples(X)
    assert (drawn < by_mean).mean() > 0.9
    np.testing.assert_array_equal(fitted.score_samples(X), drawn)
    np.testing.assert_array_equal(fitted.score_samples(X[7:8]), drawn[7:8])
    np.testing.assert_allclose(fitted.score_channels(X).sum(axis=1), -drawn)


def test_the_threshold_is_learned_from_drawn_errors():
    X = records(60)
    params = {"validation_split": 0, "threshold": "max:0"}
    by_mean = quick(VariationalAutoencoderDetector, **params).fit(X)
    drawn = quick(VariationalAutoencoderDetector, n_draws=3, **params).fit(X)
    assert by_mean.offset_ == by_mean.score_samples(X).min()
    assert drawn.offset_ == drawn.score_samples(X).min() != by_mean.offset_


def test_what_is_far_beyond_all_training_rows_is_abnormal():
    X = records(60)
    fitted = quick(VariationalAutoencoderDetector, activation="relu", n_draws=3).fit(X)
    far = np.concatenate([X * 10.0**power for power in range(1, 20, 3)])
    assert np.isfinite(fitted.score_samples(far)).all()
    assert (fitted.predict(far[len(X) :]) == -1).all()


@pytest.mark.parametrize("n_samples", [0, -1, 2.5])
def test_a_number_of_samples_is_whole(n_samples):
    fitted = quick(VariationalAutoencoderDetector, epochs=1).fit(records())
    with pytest.raises((TypeError, ValueError), match="n_samples"):
        fitted.sample(n_samples)


def test_drawing_wants_to_know_the_distribution_before_training():
    detector = quick(VariationalAutoencoderDetector, network=dense_autoencoder)
    assert detector.fit(records()).predict(records()).shape == (40,)
    with pytest.raises(ValueError, match="log_variance"):
        detector.set_params(n_draws=2, epochs=10**9).fit(records())


def test_samples_are_decoded_noise():
    fitted = quick(VariationalAutoencoderDetector, epochs=1).fit(records())
    drawn = fitted.sample(5)
    assert drawn.shape == (5, WINDOW)
    np.testing.assert_array_equal(fitted.sample(5), drawn)
    assert len(np.unique(drawn.round(6), axis=0)) == 5


def test_a_heavy_divergence_makes_all_codes_alike():
    spread = [
        quick(VariationalAutoencoderDetector, beta=beta, epochs=40, learning_rate=0.01)
        .fit(records(100))
        .encode(records(100))
        .std()
        for beta in (0.0, 100.0)
    ]
    assert spread[1] < 0.1 * spread[0]


# Networks against each other.


@pytest.mark.parametrize("score", ["features", "cross-entropy"])
def test_the_error_of_an_adversarial_network(score):
    X = records(30)
    fitted = quick(BiGANDetector, alpha=0.7, discriminator_score=score).fit(X)
    network = fitted.network_
    rows = keras.ops.convert_to_tensor(np.float32(X)[..., None])
    code = network.get_layer("code").output
    codes = keras.Model(network.input, code)(rows)
    rebuilt = network.get_layer("decoder")(codes)
    critic = network.get_layer("discriminator")
    (logit, seen), (_, seen_rebuilt) = critic([rows, codes]), critic([rebuilt, codes])
    added = np.abs(np.asarray(seen) - np.asarray(seen_rebuilt)).mean(axis=1)
    if score == "cross-entropy":
        added = np.log1p(np.exp(-np.asarray(logit)[:, 0]))
    distance = np.abs(np.asarray(rows) - np.asarray(rebuilt)).mean(axis=(1, 2))
    np.testing.assert_allclose(
        -fitted.score_samples(X), 0.7 * distance + 0.3 * added, rtol=1e-3
    )


def wrong_parts(kind, context, n_channels):
    encoder, generator, discriminator = parts = bigan_parts(context, n_channels)
    codes = keras.Input(generator.input_shape[1:])
    pair = discriminator.inputs
    return {
        "one model": encoder,
        "no models": (1, 2, 3),
        "the wrong order": parts[::-1],
        "a short row": (
            encoder,
            keras.Model(codes, keras.layers.Dense(context)(codes)),
            discriminator,
        ),
        "no features": (
            encoder,
            generator,
            keras.Model(pair, discriminator(pair)[0]),
        ),
    }[kind]


@pytest.mark.parametrize(
    "kind", ["one model", "no models", "the wrong order", "a short row", "no features"]
)
def test_wrong_parts_of_an_adversarial_network_are_refused(kind):
    detector = quick(BiGANDetector, network=partial(wrong_parts, kind))
    with pytest.raises((TypeError, ValueError), match="an? encoder|the encoder"):
        detector.fit(records())


def test_names_of_parts_do_not_matter():
    def named(context, n_channels):
        encoder, generator, discriminator = bigan_parts(context, n_channels)
        encoder = keras.Model(encoder.input, encoder.output, name="discriminator")
        generator = keras.Model(generator.input, generator.output, name="code")
        return encoder, generator, discriminator

    fitted = quick(BiGANDetector, network=named).fit(records())
    assert np.isfinite(fitted.score_samples(records())).all()


def test_optimizers_of_an_adversarial_network():
    betas = {}
    for name in ("adam", "Adam", "nadam"):
        fitted = quick(BiGANDetector, optimizer=name, epochs=1).fit(records())
        betas[name] = fitted.network_.optimizer.beta_1
    assert betas == {"adam": 0.5, "Adam": 0.5, "nadam": 0.9}
    patient = keras.optimizers.Adam(gradient_accumulation_steps=2)
    with pytest.raises(ValueError, match="gradient_accumulation_steps"):
        quick(BiGANDetector, optimizer=patient).fit(records())


def test_both_losses_are_kept():
    fitted = quick(BiGANDetector, epochs=3).fit(records())
    assert set(fitted.history_) == {"loss", "discriminator_loss"}
    assert all(len(losses) == 3 for losses in fitted.history_.values())


# Sequences.


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_scoring_is_not_told_the_truth(cell):
    fitted = quick(Seq2SeqDetector, cell=cell, encoder_units=3, decoder_units=5)
    fitted.fit(records())
    network, rows = fitted.network_, np.float32(records(4))[..., None]
    told = [np.asarray(network(rows, training=told)) for told in (False, True)]
    assert not np.allclose(*told)
    code = keras.Model(network.input, network.get_layer("code").output)(rows)
    alone = network.get_layer("decoder")(code)
    np.testing.assert_allclose(told[0], np.asarray(alone), rtol=1e-4, atol=1e-6)
    assert code.shape == (4, 5)


# Contaminated training data.


@pytest.mark.parametrize("detector", [AutoencoderDetector, PCADetector], ids=name_of)
def test_trimmed_training_leaves_out_the_worst(detector):
    # Odd each in its own way: what many rows have in common is learned, not trimmed.
    clean, odd = plane(190), 3 + 2 * np.random.default_rng(1).normal(size=(10, 5))
    clean += 0.05 * np.random.default_rng(2).normal(size=clean.shape)
    rows = np.concatenate([odd, clean])
    size = "latent_units" if detector in NETWORKS else "n_components"
    params = {size: 2, "validation_split": 0, "threshold": "max"}
    more = {"epochs": 60, "learning_rate": 0.01} if detector in NETWORKS else {}
    ratio = []
    for trim in (0.0, 0.1):
        fitted = quick(detector, contamination_trim=trim, **params, **more).fit(rows)
        scores = fitted.score_samples(rows)
        ratio.append(np.median(scores[:10]) / np.median(scores[10:]))
        # Without the odd ones the threshold is near what is normal.
        assert (fitted.predict(odd) == -1).mean() >= (0.7 if trim else 0)
        assert trim or (fitted.predict(odd) == 1).all()
    assert ratio[1] > 1.5 * ratio[0]


@pytest.mark.parametrize("size", [10, 300])
def test_extreme_rows_are_not_what_the_first_training_is_about(size):
    """A model that has learned them would leave out normal rows instead."""
    clean = plane(190) + 0.05 * np.random.default_rng(2).normal(size=(190, 5))
    extreme = clean[:10] + size * np.eye(5).repeat(2, axis=0)
    params = {"n_components": 2, "validation_split": 0, "threshold": "max"}
    detector = PCADetector(contamination_trim=0.1, **params)
    detector.fit(np.concatenate([extreme, clean]))
    assert (detector.predict(extreme) == -1).all()
    expected = PCADetector(**params).fit(clean)
    assert (
        -detector.score_samples(clean).mean()
        < 2 * -expected.score_samples(clean).mean()
    )
    assert (
        PCADetector(**params).fit(np.vstack([extreme, clean])).predict(extreme) == 1
    ).any()


@pytest.mark.parametrize("level", [0.0, 3.0, 1000.0])
@pytest.mark.parametrize("sign", [1, -1])
def test_what_is_extreme_does_not_depend_on_the_level(level, sign):
    series = wave()
    series[60] += 5 * sign
    detector = PCADetector(contamination_trim=0.1, validation_split=0.0)
    detector.fit(rows_of(level + series))
    examples = detector._view.training(detector._check_rows(rows_of(level + series)))
    inputs, _ = detector._moderate(examples).take(np.arange(examples.count // 2))
    assert np.abs(inputs).max() < 3


def test_a_series_after_records_is_judged_without_their_components():
    detector = quick(AutoencoderDetector, warm_start=True).fit(records(90))
    assert detector._model.plane is not None
    detector.fit(rows_of(wave(), window=records(90).shape[1]))
    assert detector._model.plane is None


def test_a_second_pass_is_trained_without_the_worst_rows():
    X = rows_of(wave())
    fitted = quick(AutoencoderDetector, contamination_trim=0.2, epochs=3).fit(X)
    assert len(fitted.history_["loss"]) == 6
    examples = fitted._view.training(fitted._check_rows(X))
    kept = fitted._trimmed(fitted._model, examples)
    assert kept.count == examples.count - int(0.2 * examples.count)
    errors = naive.size(fitted.reconstruct(X) - X).mean(axis=1)
    inputs, _ = kept.take(np.arange(kept.count))
    expected, _ = examples.take(np.sort(np.argsort(errors)[: kept.count]))
    np.testing.assert_array_equal(inputs, expected)


def test_rounding_is_no_error():
    X = rows_of(1000 + wave(noise=0.0)[:60], window=4)
    fitted = PCADetector(n_components=2, threshold="auto").fit(X)
    assert (fitted.score_samples(X) == 0).all()
    assert (fitted.predict(X) == 1).all()
    assert (fitted.predict(X + np.array([0, 0.01, 0, 0])) == -1).all()
    with pytest.raises(ValueError, match="n_components=4 reconstructs rows .* exactly"):
        PCADetector(n_components=4).fit(X)
