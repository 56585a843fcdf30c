"""
Flow logs of a network
======================

A firewall writes one record per connection. We aggregate the records to a series of
bytes per minute, train a forecaster that sees 16 minutes and predicts the next one, and
look for the minutes that it did not expect.
"""

import os

# SKANOMALY_DATA names a folder of real data, and "quick" selects smaller settings.
data = os.environ.get("SKANOMALY_DATA")
quick = os.environ.get("SKANOMALY_EXAMPLES") == "quick"

# %%
# The records
# -----------
# They are not sorted, and most minutes have none. Without real records we generate
# some: a job that runs every eight minutes, small connections at any time, and near the
# end a few large connections and a huge one.

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
# Bytes per minute, 0 where nothing was sent. The network is trained on the first 80 %.

from skanomaly import aggregate_series, split_series

series = aggregate_series(records, time="Start", value="ABBytes", every="1min")
train, rest = split_series(series, train_fraction=0.8)
print(f"{len(series):,} minutes, of which {len(train):,} to train on")
print(f"{(series['ABBytes'] > 0).sum()} of them with any bytes")

# %%
# The detector
# ------------
# A row consists of the 16 minutes that the network sees and the one that it predicts.
# Early stopping would restore earlier weights; ``patience=None`` trains all epochs, so
# that the last loss belongs to the final weights.

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
# Continue the training
# ---------------------
# With ``warm_start=True``, the next ``fit`` continues from the weights and the state of
# the optimizer: its first loss is close to the last one before, and far below the first
# loss from scratch.

pipe.set_params(cnnforecastdetector__warm_start=True).fit(train)
losses = detector.history_["loss"]
print(f"first loss from scratch: {losses[0]:.3f}")
print(f"last loss before:        {losses[epochs - 1]:.3f}")
print(f"first loss after:        {losses[epochs]:.3f}")
print(f"last loss after:         {losses[-1]:.3f}")

# %%
# The threshold
# -------------
# We look for the few minutes that stand out in the rest of the series, so the rule is
# fitted on its scores: the mean error and eight standard deviations. A huge error
# raises both and so hides smaller ones, which a rule with three standard deviations
# still finds.

from skanomaly import SigmaThreshold, find_events

scores = pipe.score_samples(series)[len(train) :]
for k in (3, 8):
    rule = SigmaThreshold(k=k).fit(scores)
    events = find_events(scores, offset=rule.offset_, index=rest.index)
    print(f"mean + {k} standard deviations, an error of {-rule.offset_:.1f}:")
    for event in events:
        print(f"    {event.start_time}, severity {event.severity:.1f}")

# %%
# The picture
# -----------
# The last fifth of the series with the event of the last rule in red, and the error of
# every minute.

from skanomaly.plotting import ScoreDisplay, SeriesDisplay

SeriesDisplay.from_predictions(
    rest, scores - rule.offset_, index=rest.index, channel_names=["bytes per minute"]
)
ScoreDisplay.from_predictions(scores, offset=rule.offset_, index=rest.index)

# %%
# A network of your own
# ---------------------
# ``network=`` takes a function of three numbers: the steps that the network sees, the
# channels, and the steps that it predicts. It returns a model that maps ``(batch,
# context, n_channels)`` to ``(batch, n_predicted, n_channels)``. This one has a single
# filter of width 5, a pooling layer, and two dense layers.

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
    print(f"{event.start_time}, severity {event.severity:.1f}")
