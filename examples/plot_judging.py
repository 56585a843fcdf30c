"""
Judge a detector and tune its threshold
=======================================

Some anomalies are labelled. How good is the detector, by which measure, and what do the
labels say about its threshold? Every metric answers another question, and one that many
papers report is as high for a score that knows nothing.
"""

import os

# Smaller settings.
quick = os.environ.get("SKANOMALY_EXAMPLES") == "quick"

# %%
# A labelled series
# -----------------
# Two noisy channels with a common period. The first fifth is normal and trains the
# detector; of the twenty anomalies in the rest, those in the middle are history, by
# which we learn, and the later ones are the future, by which we judge.

from skanomaly.datasets import make_periodic

series = make_periodic(
    15_000, n_channels=2, noise=0.2, n_anomalies=20, train_fraction=0.2, random_state=0
)
normal = slice(series.train_size)
history = slice(series.train_size, 9000)
future = slice(9000, None)
print(f"{series.y[history].sum()} anomalous samples in history")
print(f"{series.y[future].sum()} anomalous samples in the future")

# %%
# The detector
# ------------
# It is trained without labels. Both losses fall together, so what it learns holds for
# new data too.

from skanomaly import make_detector
from skanomaly.plotting import HistoryDisplay

detector = make_detector(
    "autoencoder", epochs=2 if quick else 30, random_state=0, validation_split=0.2
).fit(series.X[normal])
HistoryDisplay.from_estimator(detector)

# %%
# What it finds
# -------------
# The whole series is scored, since windows reach back, and the part that is asked for
# is cut out. An event is red in the channel to blame; the truth is the strip below.

from skanomaly.plotting import SeriesDisplay

SeriesDisplay.from_estimator(detector, series.X, series.y)

# %%
# Its threshold ``"auto"``, three times the largest error of normal samples, is meant to
# give few false alarms, and on a noisy series it is high: peaks above truth stay below
# it.

from skanomaly.plotting import ScoreDisplay

ScoreDisplay.from_estimator(detector, series.X, series.y)

# %%
# So do many of the errors of anomalous samples, and no gap shows where it could stand
# instead.

from skanomaly.plotting import ErrorHistogramDisplay

ErrorHistogramDisplay.from_estimator(detector, series.X, series.y)

# %%
# Many metrics
# ------------
# We compare three: the detector, the same half a period late, and random numbers,
# each at the threshold that calls as many samples anomalous as there are.

import warnings

import numpy as np
import pandas as pd

from skanomaly.metrics import (
    affiliation_f_score,
    detection_delay_score,
    event_f1_score,
    point_adjusted_f1_score,
    random_point_adjusted_f1,
    range_f_score,
    vus_pr_score,
)

error = -detector.score_samples(series.X)
truth = series.y[future]
candidates = {
    "detector": error[future],
    "late": np.roll(error, 50)[future],
    "random": np.random.default_rng(0).random(len(truth)),
}
rows = {}
for name, score in candidates.items():
    found = score > np.quantile(score, 1 - truth.mean())
    with warnings.catch_warnings():
        # Point-adjusted F1 warns each time, as it should.
        warnings.simplefilter("ignore")
        rows[name] = {
            "event F1": event_f1_score(truth, found),
            "range F": range_f_score(truth, found),
            "affiliation F": affiliation_f_score(truth, found),
            "delay": detection_delay_score(truth, found),
            "VUS-PR": vus_pr_score(truth, score, window=series.period),
            "point-adj. F1": point_adjusted_f1_score(truth, found),
        }
print(pd.DataFrame(rows).T.to_string(float_format="{:.2f}".format))
print(f"random score, best point-adjusted F1: {random_point_adjusted_f1(truth):.2f}")

# %%
# Event F1 counts alarms that someone has to look at: random numbers raise hundreds.
# Range F asks how much of each event is covered, affiliation how near predictions and
# events are. The delay is that of the events which are found, so random numbers have a
# short one. VUS-PR needs no threshold, and forgives what is near. Point-adjusted F1
# takes a whole event for found where one sample of it is: at their best threshold
# random numbers are level with the detector, so a high value says nothing.
#
# Curves and volumes
# ------------------
# What the score can reach at any threshold: the dark line counts samples, the fan
# forgives what is near, and the dot is where the detector's own threshold stands. The
# mean area below the fan is VUS-PR.

from skanomaly.plotting import PrecisionRecallDisplay

threshold = -detector[-1].offset_
PrecisionRecallDisplay.from_predictions(
    truth, error[future], window=series.period, threshold=threshold
)

# %%
# The same with false positives, whose mean area is VUS-ROC. An eighth of the samples is
# anomalous here; where it is a thousandth, all curves stick to the corner.

from skanomaly.plotting import RocCurveDisplay

RocCurveDisplay.from_predictions(
    truth, error[future], window=series.period, threshold=threshold
)

# %%
# A search with the right sign
# ----------------------------
# Parameters are searched by labelled history. scikit-learn's own ``"roc_auc"`` takes a
# detector for a classifier whose class 1 has high scores. Truth with 1 for anomalies is
# upside down for it: it prefers what is worst, without a word, here what tells nothing
# apart. A scorer of this package knows. (PCA takes the place of the network, as it is
# fitted in no time.)

from sklearn.model_selection import GridSearchCV

from skanomaly.metrics import make_anomaly_scorer

known = slice(history.stop)
split = [(np.arange(normal.stop), np.arange(history.start, history.stop))]
scorers = {
    "of scikit-learn": "roc_auc",
    "of this package": make_anomaly_scorer("roc_auc"),
    "by volume": make_anomaly_scorer("vus_pr", window=series.period),
}
for name, scoring in scorers.items():
    search = GridSearchCV(
        make_detector("pca", random_state=0),
        {"shingler__window": [10, 50, 200], "pcadetector__n_components": [2, 8]},
        scoring=scoring,
        cv=split,
    ).fit(series.X[known], series.y[known])
    judge = scorers["of this package"]
    auc = judge(search.best_estimator_, series.X[future], truth)
    window = search.best_params_["shingler__window"]
    print(f"{name:15} takes windows of {window:3}, later its AUC is {auc:.2f}")

# %%
# A threshold from labels
# -----------------------
# ``cv="prefit"`` takes the detector as it is trained, and learns the threshold alone:
# of the offsets with the best event F1 on history, the middle one of the widest row. A
# wide plateau, as here, is one to rely on.

from skanomaly import TunedThresholdDetectorCV
from skanomaly.plotting import ThresholdCurveDisplay

tuned = TunedThresholdDetectorCV(detector, scoring="event_f1", cv="prefit")
tuned.fit(series.X[history], series.y[history])
ThresholdCurveDisplay.from_estimator(tuned)

# %%
# On the future, which had no say in it, it is better than the one that was learned
# without labels, and nothing is better there, as the curve of the future says.

for name, estimator in (("auto", detector), ("tuned", tuned)):
    found = estimator.predict(series.X)[future]
    print(f"{name:6} event F1 {event_f1_score(truth, found):.2f}")
ThresholdCurveDisplay.from_predictions(truth, error[future], threshold=-tuned.offset_)

# %%
# Why, and who
# ------------
# What should have been there, around the worst event.

from skanomaly import find_events
from skanomaly.plotting import ReconstructionDisplay

worst = min(find_events(tuned.decision_function(series.X)), key=lambda e: e.peak_score)
ReconstructionDisplay.from_estimator(tuned, series.X, series.y, event=worst)

# %%
# The error of each channel over time tells who is to blame.

from skanomaly.plotting import BlameDisplay

BlameDisplay.from_estimator(tuned, series.X, series.y)
