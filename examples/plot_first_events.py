"""
From a series to its events
===========================

A series repeats itself, and now and then it does not. An autoencoder that was trained
on the first part cannot give back what it has never seen, so its error tells where
the events are.
"""

# %%
# The series
# ----------
# It is generated, with five known anomalies in its second half. We train on the first.

from skanomaly.datasets import make_periodic

series = make_periodic(n_samples=6000, random_state=0)
train = series.X[: series.train_size]
for kind, start, stop, _ in series.anomalies:
    print(f"{kind}: {start} to {stop}")

# %%
# The detector
# ------------
# An ordinary pipeline: scale, cut into windows, learn. With ``align="center"`` a window
# lies around its sample, which places events best when the whole series is at hand, and
# ``pad="period"`` continues the series at its ends, so that the first and last windows
# are like all others. The network sees half a window at once, which is one period, and
# its error is averaged over the other half.
# The threshold ``"auto"`` is three times the largest error in the last part of the
# training data, on which the network was not trained.

from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skanomaly import AutoencoderDetector, Shingler, find_events

pipe = make_pipeline(
    StandardScaler(),
    Shingler(window="auto", periods=2, align="center", pad="period"),
    AutoencoderDetector(context=0.5, threshold="auto", random_state=0),
).fit(train)
window = pipe["shingler"].window_
print(f"windows of {window} samples")

# %%
# Its events
# ----------
# One label for each sample, and one event for each run of anomalous ones. Every window
# that holds a part of an anomaly may notice it, so an event begins up to half a window
# early.

scores = pipe.score_samples(series.X)
for event in find_events(scores, offset=pipe[-1].offset_):
    print(f"{event.start} to {event.stop}, {event.severity:.2f} beyond the threshold")

# %%
# Their picture
# -------------
# The series with its events in red and the truth as a strip below, and the error with
# its threshold.

from skanomaly.plotting import ScoreDisplay, SeriesDisplay

SeriesDisplay.from_estimator(pipe, series.X, series.y)
ScoreDisplay.from_estimator(pipe, series.X)
