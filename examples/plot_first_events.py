"""
From a series to its events
===========================

A series is periodic, with a few exceptions. An autoencoder that was trained on the
first part cannot reconstruct what it has never seen, so a large error indicates an
event.
"""

# %%
# The series
# ----------
# It is generated, with five known anomalies in its second half. We train on the first
# half.

from skanomaly.datasets import make_periodic

series = make_periodic(n_samples=6000, random_state=0)
train = series.X[: series.train_size]
for kind, start, stop, _ in series.anomalies:
    print(f"{kind}: {start} to {stop}")

# %%
# The detector
# ------------
# It is a pipeline that scales the series, cuts it into windows and reconstructs them.
# With ``align="center"``, a window lies around its sample, which locates events best
# when the whole series is available. With ``pad="period"``, the series is continued
# periodically at its ends, so that the first and last windows are like all others. The
# network sees half a window at once, which is one period, and its error is averaged
# over the window. The threshold ``"auto"`` is three times the largest error in the last
# part of the training data, on which the network was not trained.

from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skanomaly import AutoencoderDetector, Shingler

pipe = make_pipeline(
    StandardScaler(),
    Shingler(window="auto", periods=2, align="center", pad="period"),
    AutoencoderDetector(context=0.5, threshold="auto", random_state=0),
).fit(train)
window = pipe["shingler"].window_
print(f"windows of {window} samples")

# %%
# The events
# ----------
# ``detect`` scores the series once. Every window that includes a part of an anomaly may
# respond to it, so a run of anomalous samples is wider than the anomaly. The events are
# the samples in it whose own errors are large.

from skanomaly import detect

detection = detect(pipe, series.X, series.y, n_train=series.train_size)
for event in detection.events:
    print(f"{event.start} to {event.stop}, severity {event.severity:.1f}")

# %%
# The pictures
# ------------
# The series with its events in red, the expected values, and the truth as a strip
# below.

detection.plot()

# %%
# The error of each sample with the threshold.

from skanomaly.plotting import ScoreDisplay

ScoreDisplay.from_detection(detection)

# %%
# ``detection.write("report")`` writes the tables of samples and events, a picture, and
# a page to explore.
