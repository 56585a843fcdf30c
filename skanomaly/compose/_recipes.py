"""Recommended parameters of each detector, as used in all benchmarks."""

from dataclasses import dataclass, field
from typing import Any

from sklearn.ensemble import IsolationForest
from sklearn.neighbors import LocalOutlierFactor
from sklearn.svm import OneClassSVM

from skanomaly import detectors


@dataclass(frozen=True)
class Recipe:
    """Detector with the windows, threshold and parameters that suit it.

    A detector with a `context` sees windows that are shorter than a row.
    """

    detector: type[Any]
    periods: float = 1  # in an automatic window of the model
    window: int | str = "auto"  # window of the model that "auto" stands for
    align: float | str = "end"  # position of the sample in its window
    threshold: str = "auto"  # rule that "auto" stands for
    params: dict[str, Any] = field(default_factory=dict)
    online: dict[str, Any] = field(default_factory=dict)  # instead, if online
    # As a member of an ensemble: further parameters, the windows around a sample that
    # the model sees, if they are not those of all members, and whether it sees all
    # channels together in the shortest one.
    member: dict[str, Any] = field(default_factory=dict)
    member_windows: tuple[int, ...] = ()
    may_join: bool = False


# What one channel says of another is lost if each is seen by itself. A forecaster knows
# more from the past of each, and an autoencoder several windows of each.
_SHARED = {"channel_model": "shared"}
# A model per channel costs no more than one of all channels, if it is not trained.
_APART = {"channel_model": "separate", "validation_split": 0.0}
# Single errors of a forecaster say little: they are averaged over the half of a row
# around its sample, and over less if online, as an average of the past comes late.
_AHEAD: dict[str, Any] = {"window": 128, "align": 0.75, "online": {"horizon": 0.25}}
_FORECAST: dict[str, Any] = {"horizon": 0.5}
# Members of the recommended ensemble, and the windows that they see. Anomalies have
# lengths of their own: those of a few samples are invisible in windows of a day. In
# benchmarks/accuracy.py, no network as a further member ranks better on all kinds.
MEMBERS = ("pca", "nearest_window", "kernel_features")
WINDOWS = (16, 64, "2 periods")
# Windows that end at their sample still hold an anomaly when that has long ended, if
# they are long. In short ones, each new state of a switch is abnormal.
ONLINE_WINDOWS = (16, 32, 64, 128)

# In windows of two periods, a network sees one period at a time and its errors are
# averaged over one: the best of several choices in benchmarks/horizon.py. Detectors
# that reconstruct a window step by step from a recurrent state get half a period, as
# they did not learn a whole one with every seed on the load curves of
# benchmarks/_figures/workshop.py. For each of scikit-learn's detectors, which score
# whole windows, two periods were better than one and half a period. The number of
# deviations of a threshold depends on the tail of the scores.
RECIPES = {
    "autoencoder": Recipe(
        detectors.AutoencoderDetector,
        align="center",
        params={"context": 0.5},
        member=_SHARED,
    ),
    "recurrent_autoencoder": Recipe(
        detectors.RecurrentAutoencoderDetector,
        periods=0.25,
        align="center",
        params={
            "context": 0.5,
            "cell": "gru",
            "learning_rate": 0.01,
            "epochs": 60,
            "patience": 10,
        },
    ),
    "conv_autoencoder": Recipe(
        detectors.ConvAutoencoderDetector, align="center", params={"context": 0.5}
    ),
    "vae": Recipe(
        detectors.VariationalAutoencoderDetector,
        align="center",
        # A lower weight than for records: the code has to hold the phase of a wave.
        params={"context": 0.5, "beta": 0.01, "epochs": 100, "patience": 10},
    ),
    "bigan": Recipe(detectors.BiGANDetector, align="center", params={"context": 0.5}),
    "seq2seq": Recipe(
        detectors.Seq2SeqDetector,
        periods=0.25,
        align="center",
        params={"context": 0.5, "cell": "gru", "learning_rate": 0.01},
    ),
    "pca": Recipe(
        detectors.PCADetector,
        align="center",
        params={"context": 0.5},
        member=_APART,
        may_join=True,
    ),
    "nearest_window": Recipe(
        detectors.NearestWindowDetector,
        align="center",
        params={"context": 0.5},
        member={**_APART, "max_windows": 500},
        may_join=True,
    ),
    "kernel_features": Recipe(
        detectors.ConvFeatureDetector,
        align="center",
        window=64,
        params={"context": 64, "training": None},
        member={"validation_split": 0.0},
        member_windows=(64,),
    ),
    "conv_features": Recipe(
        detectors.ConvFeatureDetector,
        align="center",
        window=64,
        params={"context": 64},
        member={"validation_split": 0.0},
        member_windows=(64,),
    ),
    "dense": Recipe(
        detectors.DenseForecastDetector, **_AHEAD, params={**_FORECAST, **_SHARED}
    ),
    "cnn": Recipe(detectors.CNNForecastDetector, **_AHEAD, params=_FORECAST),
    "lstm": Recipe(detectors.LSTMDetector, **_AHEAD, params=_FORECAST),
    "gru": Recipe(detectors.GRUDetector, **_AHEAD, params=_FORECAST),
    "isolation_forest": Recipe(
        IsolationForest, periods=2, align="center", threshold="sigma:4"
    ),
    "one_class_svm": Recipe(
        OneClassSVM,
        periods=2,
        align="center",
        threshold="sigma:5",
        # With the defaults of scikit-learn, half of the training rows are outliers, and
        # gamma, 1 on the scale of `_shapes`, is so smooth that a flat line, the mean of
        # all phases of a wave, is the most normal window of all.
        params={"nu": 0.05, "gamma": 3.0},
    ),
    "local_outlier_factor": Recipe(
        LocalOutlierFactor,
        periods=2,
        align="center",
        threshold="sigma:8",
        params={"novelty": True},
    ),
}
