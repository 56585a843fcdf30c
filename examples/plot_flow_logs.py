"""
Flow logs of a network
======================

A firewall writes one record for each connection. We gather the records into a series,
the bytes of every minute, learn what follows 16 minutes of it, and look for the minutes
that nobody could expect.
"""

import os

# A folder of real data, and smaller settings; without either it runs nevertheless.
data = os.environ.get("SKANOMALY_DATA")
quick = os.environ.get("SKANOMALY_EXAMPLES") == "quick"

# %%
# The records
# -----------
# They come in no order, and most minutes have none. Without real ones we make some: a
# job that runs every eight minutes, small connections at any time, and near the end a
# few large ones and one that is huge.

import numpy as np
import pandas as pd

if data:
    records = pd.read_csv(f"{data}/seeds/vpc-flow-logs/data_example.csv")
else:
    rng = np.random.default_rng(0)
    large = np.array([1620, 1745, 1813, 1901])
    minutes = np.r_[np.arange(0, 1980, 8), rng.integers(1980, size=250), large]
    megabytes = np.r_[rng.normal(1, 0.1, 248), rng.lognormal(-5, 1, 250), 5, 4, 6, 24]
    order = rng.permutation(len(minutes))
    minutes, sizes = minutes[order], (1e6 * megabytes[order]).round()
    starts = pd.Timestamp("2024-05-01 10:00") + pd.to_timedelta(60 * minutes, unit="s")
    records = pd.DataFrame({"Start": starts, "ABBytes": sizes})
print(records[["Start", "ABBytes"]].head(3))

# %%
# The series
# ----------
# Bytes per minute, 0 where nothing was sent. The network learns from the first 80 %.

from skanomaly import aggregate_series, split_series

series = aggregate_series(records, time="Start", value="ABBytes", every="1min")
train, rest = split_series(series, train_fraction=0.8)
print(f"{len(series):,} minutes, of which {len(train):,} to train on")
print(f"{(series['ABBytes'] > 0).sum()} of them with any bytes")

# %%
# The detector
# ------------
# A row holds the 16 minutes that the network sees and the one that it must predict.
# Early stopping would go back to earlier weights; ``patience=None`` trains all epochs,
# so that the last loss is the one of the weights that we keep.

from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skanomaly import CNNForecastDetector, Shingler

seen, horizon = 16, 1
epochs = 3 if quick else 10
detector = CNNForecastDetector(
    horizon=horizon, epochs=epochs, patience=None, random_state=0
)
pipe = make_pipeline(StandardScaler(), Shingler(seen + horizon), detector).fit(train)
print(f"{detector.network_.count_params():,} parameters")

# %%
# Going on
# --------
# With ``warm_start=True`` the next ``fit`` goes on from the weights and the state of
# the optimizer: the first loss after the break is near the last one before, and far
# below that of the start from scratch.

pipe.set_params(cnnforecastdetector__warm_start=True).fit(train)
losses = detector.history_["loss"]
print(f"first loss from scratch: {losses[0]:.3f}")
print(f"last loss before:        {losses[epochs - 1]:.3f}")
print(f"first loss after:        {losses[epochs]:.3f}")
print(f"last loss after:         {losses[-1]:.3f}")

# %%
# The threshold
# -------------
# We want the few minutes that stand out among those of the rest, so the rule sees their
# scores: the mean error and eight standard deviations. A huge error raises both, and so
# hides smaller ones, which three standard deviations still show.

from skanomaly import SigmaThreshold, find_events

scores = pipe.score_samples(series)[len(train) :]
for k in (3, 8):
    rule = SigmaThreshold(k=k).fit(scores)
    events = find_events(scores, offset=rule.offset_, index=rest.index)
    print(f"mean + {k} standard deviations, an error of {-rule.offset_:.1f}:")
    for event in events:
        print(f"    {event.start_time}, {event.severity:.1f} beyond it")

# %%
# The picture
# -----------
# What was sent in the last fifth with the event of the last rule in red, and the error
# of every minute.

from skanomaly.plotting import ScoreDisplay, SeriesDisplay

SeriesDisplay.from_predictions(
    rest, scores - rule.offset_, index=rest.index, channel_names=["bytes a minute"]
)
ScoreDisplay.from_predictions(scores, offset=rule.offset_, index=rest.index)

# %%
# A network of your own
# ---------------------
# ``network=`` takes a function of three numbers: the steps that the network sees, the
# channels, and the steps that it predicts. What it returns maps ``(batch, context,
# n_channels)`` to ``(batch, n_predicted, n_channels)``. This one has a single filter of
# width 5, halves what it gives by pooling, and ends in two dense layers.

import keras
from keras import layers


def small_network(context, n_channels, n_predicted):
    return keras.Sequential(
        [
            keras.Input((context, n_channels)),
            layers.Conv1D(1, 5, padding="same", activation="relu"),
            layers.MaxPooling1D(2),
            layers.Flatten(),
            layers.Dense(4, activation="relu"),
            layers.Dense(n_predicted * n_channels),
            layers.Reshape((n_predicted, n_channels)),
        ]
    )


small = CNNForecastDetector(
    network=small_network,
    horizon=horizon,
    epochs=2 * epochs,
    patience=None,
    random_state=0,
)
pipe = make_pipeline(StandardScaler(), Shingler(seen + horizon), small).fit(train)
scores = pipe.score_samples(series)[len(train) :]
rule = SigmaThreshold(k=8).fit(scores)
print(f"{small.network_.count_params()} parameters")
for event in find_events(scores, offset=rule.offset_, index=rest.index):
    print(f"{event.start_time}, {event.severity:.1f} beyond the threshold")
