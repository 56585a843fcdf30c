"""How detectors train, stop, go on, and find their offset."""

import pickle
import random

import keras
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

import skanomaly
from skanomaly import ConvFeatureDetector, MADThreshold, SigmaThreshold
from tests.detectors.common import (
    AUTOENCODERS,
    FORECASTERS,
    NETWORKS,
    WINDOW,
    name_of,
    quick,
    records,
    rows_of,
    wave,
)

# One of each is enough for what the base class does, whatever the network is.
FAMILIES = [AUTOENCODERS[0], FORECASTERS[0]]
each_family = pytest.mark.parametrize("detector", FAMILIES, ids=name_of)


def horizon_of(detector, steps):
    """Say which horizon, where there is one: by default the rows decide."""
    return {"horizon": steps} if detector in FORECASTERS else {}


def weights_of(detector):
    return detector.network_.get_weights()


def assert_equal_weights(left, right):
    for one, other in zip(left, right, strict=True):
        np.testing.assert_array_equal(one, other)


def iterations_of(detector):
    return int(detector.network_.optimizer.iterations)


# Going on. One batch holds all rows, so an epoch is one step of the optimizer, its loss
# is the one before that step, and the order of the rows does not matter: epochs in
# several fits have the losses of as many epochs in one. Adam's second step is another
# one if its state is lost, so this shows the weights and the state to go on.


# Whose loss is a matter of chance at each step, and how to do without. (The cell of
# the recurrent autoencoder is one that learns something in six steps.)
NOISY = {"BiGANDetector", "ConvFeatureDetector", "VariationalAutoencoderDetector"}
WITHOUT_NOISE = {
    "ConvAutoencoderDetector": {"dropout": 0.0},
    "RecurrentAutoencoderDetector": {"cell": "rnn"},
    "Seq2SeqDetector": {"teacher_forcing": 1.0},
}
NOISELESS = [detector for detector in NETWORKS if detector.__name__ not in NOISY]


@pytest.fixture(scope="module", params=NOISELESS, ids=name_of)
def in_one_go(request):
    detector = quick(
        request.param,
        epochs=6,
        batch_size=10_000,
        validation_split=0,
        learning_rate=0.01,
        **WITHOUT_NOISE.get(request.param.__name__, {}),
    )
    return detector.fit(rows_of(wave()))


def assert_same_course(detector, in_one_go):
    assert list(detector.history_) == ["loss"]
    course, expected = detector.history_["loss"], in_one_go.history_["loss"]
    np.testing.assert_allclose(course, expected, rtol=1e-4)
    # The losses differ enough for the comparison to mean something.
    assert (np.abs(np.diff(expected)) > 1e-3 * expected[0]).all()
    assert iterations_of(detector) == 6


def test_warm_start_goes_on(in_one_go):
    X = rows_of(wave())
    detector = clone(in_one_go).set_params(warm_start=True, epochs=2)
    for n_fits in range(1, 4):
        assert detector.fit(X) is detector
        assert len(detector.history_["loss"]) == 2 * n_fits
    assert_same_course(detector, in_one_go)


def test_partial_fit_goes_on(in_one_go):
    X = rows_of(wave())
    detector = clone(in_one_go)
    for n_fits in range(1, 7):
        assert detector.partial_fit(X) is detector
        assert len(detector.history_["loss"]) == n_fits
    assert_same_course(detector, in_one_go)


def test_a_stored_detector_goes_on(in_one_go):
    X = rows_of(wave())
    detector = clone(in_one_go).set_params(epochs=3).fit(X)
    stored = pickle.loads(pickle.dumps(detector))
    for _ in range(3):
        stored.partial_fit(X)
    assert_same_course(stored, in_one_go)
    # What is stored has gone its own way.
    assert len(detector.history_["loss"]) == iterations_of(detector) == 3


@pytest.mark.parametrize("detector", NETWORKS, ids=name_of)
def test_noisy_training_goes_on_as_well(detector):
    X = rows_of(wave())
    fitted = quick(detector, epochs=20, validation_split=0, learning_rate=0.01).fit(X)
    n_steps = iterations_of(fitted)
    state = random.getstate()
    stored = pickle.loads(pickle.dumps(fitted))
    assert random.getstate() == state
    fitted.partial_fit(X)
    losses = fitted.history_["loss"]
    assert len(losses) == 21
    assert iterations_of(fitted) == n_steps * 21 // 20
    assert abs(losses[20] - losses[19]) < 0.6 * abs(losses[0] - losses[19])
    # What is drawn from here on is drawn for a stored one as well.
    np.testing.assert_allclose(
        stored.partial_fit(X).history_["loss"], losses, rtol=1e-6
    )
    np.testing.assert_allclose(stored.score_samples(X), fitted.score_samples(X))


@each_family
def test_fit_starts_from_scratch_otherwise(detector):
    X = rows_of(wave())
    once, again = quick(detector).fit(X), quick(detector).fit(rows_of(wave(80)))
    again.fit(X)
    assert again.history_ == once.history_
    assert iterations_of(again) == iterations_of(once)
    assert_equal_weights(weights_of(again), weights_of(once))


@each_family
def test_going_on_keeps_to_the_shape_of_the_rows(detector):
    fitted = quick(detector, epochs=1, warm_start=True).fit(records())
    for call in (fitted.fit, fitted.partial_fit):
        with pytest.raises(ValueError, match="20 features.*expecting 12"):
            call(records(40, 20))


@each_family
def test_going_on_after_an_interrupted_start(detector):
    class Interrupt(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise KeyboardInterrupt

    for go_on in ("fit", "partial_fit"):
        fitted = quick(detector, warm_start=True, callbacks=[Interrupt()])
        with pytest.raises(KeyboardInterrupt):
            fitted.fit(records())
        getattr(fitted.set_params(callbacks=None), go_on)(records())
        assert len(fitted.predict(records())) == len(records())


@each_family
def test_an_interrupted_refit_passes_for_no_fit(detector):
    class Interrupt(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise KeyboardInterrupt

    fitted = quick(detector).fit(records())
    with pytest.raises(KeyboardInterrupt):
        fitted.set_params(callbacks=[Interrupt()]).fit(records(40, 20))
    with pytest.raises(NotFittedError):
        fitted.predict(records(40, 20))


def test_each_part_of_the_training_draws_other_examples():
    fitted = quick(NETWORKS[0], epochs=1).fit(rows_of(wave()))
    examples = fitted._view.training(fitted._check_rows(rows_of(wave())))
    streams = [(0, len(fitted.history_["loss"]))]
    fitted.partial_fit(rows_of(wave()))
    streams.append((0, len(fitted.history_["loss"])))
    order, other = (fitted._draws(examples, one).next_epoch() for one in streams)
    assert (other != order).any()


# The validation part and what it decides.


@pytest.mark.parametrize(
    ("detector", "series"),
    [*((detector, True) for detector in NETWORKS), *((one, False) for one in FAMILIES)],
    ids=lambda value: getattr(value, "__name__", ["records", "series"][value is True]),
)
def test_the_last_rows_are_held_out(detector, series):
    X, gap = (rows_of(wave(131)), WINDOW - 1) if series else (records(120), 0)
    n_held_out = len(X) // 5
    n_training = len(X) - n_held_out - gap
    rule = SigmaThreshold(k=2)
    params = {"patience": None, "epochs": 1, **horizon_of(detector, 2)}
    fitted = quick(detector, validation_split=0.2, threshold=rule, **params).fit(X)
    if detector is not ConvFeatureDetector:  # whose loss is a matter of chance
        assert len(fitted.history_["val_loss"]) == 1
    # The network has learnt from the others alone, and none of those shares a step
    # with them.
    alone = quick(detector, validation_split=0, **params).fit(X[:n_training])
    assert_equal_weights(weights_of(fitted), weights_of(alone))
    held_out = fitted.score_samples(X)[-n_held_out:]
    expected = clone(rule).fit(held_out).offset_
    assert fitted.offset_ == pytest.approx(expected, rel=1e-5)
    assert not hasattr(rule, "offset_")


@each_family
@pytest.mark.parametrize(("n_rows", "fraction"), [(90, 0.1), (24, 0.45)])
def test_few_rows_are_all_trained_on(detector, n_rows, fraction):
    X = rows_of(wave(n_rows + WINDOW - 1))
    params = {"epochs": 1, "threshold": "sigma:2", **horizon_of(detector, 2)}
    fitted = quick(detector, validation_split=fraction, **params).fit(X)
    assert list(fitted.history_) == ["loss"]
    all_rows = quick(detector, validation_split=0, **params).fit(X)
    assert_equal_weights(weights_of(fitted), weights_of(all_rows))
    expected = SigmaThreshold(k=2).fit(fitted.score_samples(X)).offset_
    assert fitted.offset_ == pytest.approx(expected, rel=1e-5)


@each_family
def test_partial_fit_learns_the_offset_from_its_rows(detector):
    rule = SigmaThreshold(k=2)
    fitted = quick(detector, threshold=rule).fit(rows_of(wave()))
    before = fitted.offset_
    X = rows_of(wave(noise=2, seed=7))
    fitted.partial_fit(X)
    expected = clone(rule).fit(fitted.score_samples(X)).offset_
    assert fitted.offset_ == pytest.approx(expected, rel=1e-5)
    assert fitted.offset_ < 2 * before
    assert len(fitted.history_["loss"]) == 3
    assert len(fitted.history_["val_loss"]) == 2


class KeepWeights(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.weights = []

    def on_epoch_end(self, epoch, logs=None):
        self.weights.append(self.model.get_weights())


@each_family
def test_early_stopping_gives_the_best_weights_back(detector):
    # From noise there is nothing to learn that helps with other noise.
    params = {"epochs": 60, "learning_rate": 0.03, "validation_split": 0.4}
    X, kept = records(100), KeepWeights()
    fitted = quick(detector, patience=2, callbacks=[kept], **params).fit(X)
    losses, best = fitted.history_["val_loss"], 0
    for epoch, loss in enumerate(losses):
        if loss < 0.99 * losses[best]:
            best = epoch
    assert len(losses) == len(kept.weights) == best + 3 < 60
    assert_equal_weights(weights_of(fitted), kept.weights[best])


@each_family
def test_without_patience_all_epochs_are_trained(detector):
    params = {"epochs": 12, "learning_rate": 0.03, "validation_split": 0.4}
    X, kept = records(100), KeepWeights()
    fitted = quick(detector, patience=None, callbacks=[kept], **params).fit(X)
    assert len(fitted.history_["val_loss"]) == len(kept.weights) == 12
    assert_equal_weights(weights_of(fitted), kept.weights[-1])


# Callbacks, optimizers and networks are the user's.


@each_family
def test_callbacks_are_called_and_not_stored(detector):
    epochs = []
    callback = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: epochs.append((epoch, sorted(logs)))
    )
    X = records(120)
    fitted = quick(detector, callbacks=[callback]).fit(X)
    assert epochs == [(0, ["loss", "val_loss"]), (1, ["loss", "val_loss"])]
    fitted.partial_fit(X)
    assert epochs[2:] == [(2, ["loss"])]
    # The callback itself can't be pickled.
    stored = pickle.loads(pickle.dumps(fitted.set_params(callbacks=None)))
    np.testing.assert_array_equal(stored.score_samples(X), fitted.score_samples(X))
    stored.partial_fit(X)
    assert len(epochs) == 3


@each_family
def test_an_optimizer_serves_many_detectors(detector):
    optimizer = keras.optimizers.SGD(learning_rate=0.02, momentum=0.9)
    fitted = [quick(detector, optimizer=optimizer).fit(records()) for _ in range(2)]
    own = [one.network_.optimizer for one in fitted]
    assert own[0] is not own[1]
    assert optimizer not in own
    for one in own:
        assert one.get_config() == optimizer.get_config()
    assert_equal_weights(weights_of(fitted[0]), weights_of(fitted[1]))


@each_family
def test_learning_rate_and_optimizer_by_name(detector):
    fitted = quick(detector, optimizer="sgd", learning_rate=0.05, epochs=1)
    optimizer = fitted.fit(records()).network_.optimizer
    assert isinstance(optimizer, keras.optimizers.SGD)
    assert float(optimizer.learning_rate) == pytest.approx(0.05)


@each_family
@pytest.mark.parametrize(
    "params",
    [
        {"epochs": 0},
        {"batch_size": 0},
        {"learning_rate": 0.0},
        {"validation_split": 1.0},
        {"patience": -1},
        {"n_channels": 0},
        {"network": "lstm"},
        {"warm_start": "yes"},
        {"callbacks": 3},
    ],
    ids=repr,
)
def test_parameters_out_of_range_are_refused(detector, params):
    name = next(iter(params))
    with pytest.raises(ValueError, match=f"'{name}' parameter of {name_of(detector)}"):
        quick(detector, **params).fit(records())


@pytest.mark.parametrize("sizes", [[0], [8, 2.5], ["8"], [True], [-3]], ids=repr)
@pytest.mark.parametrize(
    ("detector", "name"),
    [
        (skanomaly.AutoencoderDetector, "hidden_units"),
        (skanomaly.AutoencoderDetector, "decoder_units"),
        (skanomaly.BiGANDetector, "hidden_units"),
        (skanomaly.BiGANDetector, "discriminator_units"),
        (skanomaly.ConvAutoencoderDetector, "filters"),
        (skanomaly.DenseForecastDetector, "hidden_units"),
        (skanomaly.VariationalAutoencoderDetector, "hidden_units"),
    ],
)
def test_sizes_of_layers_are_whole_numbers(detector, name, sizes):
    with pytest.raises(
        ValueError, match=f"'{name}' parameter of .* must be a sequence"
    ):
        detector(**{name: sizes}).fit(records())


# Thresholds.


@each_family
def test_a_threshold_is_a_rule_a_number_or_a_text(detector):
    X = rows_of(wave(200))
    fitted = {
        spec: quick(detector, threshold=threshold, epochs=1).fit(X)
        for spec, threshold in {
            "number": 0.25,
            "text": "mad:4",
            "rule": MADThreshold(k=4),
        }.items()
    }
    assert fitted["number"].offset_ == -0.25
    assert fitted["text"].offset_ == fitted["rule"].offset_ != -0.25
    scores = [one.score_samples(X) for one in fitted.values()]
    np.testing.assert_array_equal(scores[1:], [scores[0]] * 2)


@each_family
def test_parameters_of_a_rule_can_be_set(detector):
    X = rows_of(wave(200))
    fitted = quick(detector, epochs=1, threshold=SigmaThreshold(k=1)).fit(X)
    assert fitted.get_params()["threshold__k"] == 1
    loose = clone(fitted).set_params(threshold__k=9)
    assert loose.fit(X).offset_ < fitted.offset_
    at_once = quick(detector).set_params(threshold=SigmaThreshold(), threshold__k=9)
    assert at_once.threshold.k == 9


@pytest.mark.parametrize("threshold", ["sigma:8", 3.0, "auto"])
@each_family
def test_a_text_has_no_parameters_to_set(detector, threshold):
    unfitted = quick(detector, threshold=threshold)
    with pytest.raises(ValueError, match=r"threshold__k.*Pass a rule.*SigmaThreshold"):
        unfitted.set_params(threshold__k=3)
    with pytest.raises(ValueError, match=r"threshold__k.*Pass a rule"):
        quick(detector, threshold=SigmaThreshold()).set_params(
            threshold="sigma:3", threshold__k=3
        )


@each_family
@pytest.mark.parametrize(
    "threshold",
    ["sgma:3", "sigma:-1", "sigma:a", -1.0, True, SigmaThreshold(k=-1), SigmaThreshold],
    ids=repr,
)
def test_a_wrong_threshold_is_refused_before_training(detector, threshold):
    kept = KeepWeights()
    with pytest.raises(ValueError, match="threshold|Threshold"):
        quick(detector, threshold=threshold, callbacks=[kept]).fit(records())
    assert kept.weights == []
