"""What sets each of the reconstructing detectors apart, and what they share."""

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
from tests import naive
from tests.detectors.common import (
    AUTOENCODERS,
    NETWORKS,
    WINDOW,
    name_of,
    quick,
    records,
    rows_of,
    wave,
)


@pytest.mark.parametrize("detector", AUTOENCODERS, ids=name_of)
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


def test_a_second_pass_is_trained_without_the_worst_rows():
    X = rows_of(wave())
    fitted = quick(AutoencoderDetector, contamination_trim=0.2, epochs=3).fit(X)
    assert len(fitted.history_["loss"]) == 6
    examples = fitted._training_examples(fitted._check_rows(X))
    kept = fitted._trimmed(examples)
    assert kept.count == examples.count - int(0.2 * examples.count)
    errors = naive.size(fitted.reconstruct(X) - X).mean(axis=1)
    inputs, _ = kept.take(np.arange(kept.count))
    expected, _ = examples.take(np.sort(np.argsort(errors)[: kept.count]))
    np.testing.assert_array_equal(inputs, expected)
