"""
Judge a detector and tune its threshold
=======================================

Some anomalies are labelled. How good is the detector, by which metric, and which
threshold do the labels suggest? Each metric answers a different question, and one that
many papers report is as high for a random score.
"""

# sphinx_gallery_thumbnail_number = 5

import os

# "quick" selects smaller settings.
quick = os.environ.get("SKANOMALY_EXAMPLES") == "quick"

# %%
# A labelled series
# -----------------
# Two noisy channels with a common period. The first fifth is normal and trains the
# detector. The rest has twenty anomalies: the earlier ones are history, which tunes the
# threshold, and the later ones are the future, which judges it.

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
# It is trained without labels. Both losses fall together, so the network generalizes to
# new data.

from skanomaly import make_detector
from skanomaly.plotting import HistoryDisplay

detector = make_detector(
    "autoencoder", epochs=2 if quick else 30, random_state=0, validation_split=0.2
).fit(series.X[normal])
HistoryDisplay.from_estimator(detector)

# %%
# The events
# ----------
# The whole series is scored, because windows include earlier samples. An event is red
# in the channel to blame, and the truth is the strip below.

from skanomaly.plotting import SeriesDisplay

SeriesDisplay.from_estimator(detector, series.X, series.y)

# %%
# The threshold ``"auto"``, three times the largest error of normal samples, is meant to
# raise few false alarms. On a noisy series it is high: peaks at known anomalies stay
# below it.

from skanomaly.plotting import ScoreDisplay

ScoreDisplay.from_estimator(detector, series.X, series.y)

# %%
# Many errors of anomalous samples are below it as well, and no gap in the histogram
# suggests a better place.

from skanomaly.plotting import ErrorHistogramDisplay

ErrorHistogramDisplay.from_estimator(detector, series.X, series.y)

# %%
# Many metrics
# ------------
# We compare three scores: those of the detector, the same scores half a period late,
# and random numbers. Each gets the threshold that reports as many samples as are
# anomalous.

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
# Event F1 counts the alarms that someone has to look at: random numbers raise hundreds.
# Range F measures how much of each event is covered, and affiliation F how close
# predictions and events are. The delay is that of the events that are found, so random
# numbers have a short one. VUS-PR needs no threshold and tolerates small shifts.
# Point-adjusted F1 counts a whole event as found if one of its samples is: at their
# best threshold, random numbers are level with the detector, so a high value means
# nothing.
#
# Curves and volumes
# ------------------
# The precision and recall of the score at every threshold: the dark line counts
# samples, the fan has buffers of different lengths around the events, and the dot is
# the detector's own threshold. The mean area below the fan is VUS-PR.

from skanomaly.plotting import PrecisionRecallDisplay

threshold = -detector[-1].offset_
PrecisionRecallDisplay.from_predictions(
    truth, error[future], window=series.period, threshold=threshold
)

# %%
# The same with the false positive rate; the mean area is VUS-ROC. An eighth of the
# samples is anomalous here. Where it is a thousandth, all curves are close to the
# corner.

from skanomaly.plotting import RocCurveDisplay

RocCurveDisplay.from_predictions(
    truth, error[future], window=series.period, threshold=threshold
)

# %%
# A search with the right sign
# ----------------------------
# Labelled history can be used to search parameters. scikit-learn's own ``"roc_auc"``
# treats a detector as a classifier whose class 1 has high scores. With truth 1 for
# anomalies it prefers the worst parameters, without a warning. The scorers of this
# package have the right sign. (PCA replaces the network here, because it is fitted in
# milliseconds.)

from sklearn.model_selection import GridSearchCV

from skanomaly.metrics import make_anomaly_scorer

known = slice(history.stop)
split = [(np.arange(normal.stop), np.arange(history.start, history.stop))]
scorers = {
    "scikit-learn": "roc_auc",
    "this package": make_anomaly_scorer("roc_auc"),
    "VUS-PR": make_anomaly_scorer("vus_pr", window=series.period),
}
for name, scoring in scorers.items():
    search = GridSearchCV(
        make_detector("pca", random_state=0),
        {"shingler__window": [10, 50, 200], "pcadetector__n_components": [2, 8]},
        scoring=scoring,
        cv=split,
    ).fit(series.X[known], series.y[known])
    judge = scorers["this package"]
    auc = judge(search.best_estimator_, series.X[future], truth)
    window = search.best_params_["shingler__window"]
    print(f"{name:15} takes windows of {window:3}, later its AUC is {auc:.2f}")

# %%
# A threshold from labels
# -----------------------
# With ``cv="prefit"``, the detector stays as it is and only the threshold is learned:
# among the offsets with the best event F1 on history, the middle of the widest
# interval. A wide plateau, as here, is reliable.

from skanomaly import TunedThresholdDetectorCV
from skanomaly.plotting import ThresholdCurveDisplay

tuned = TunedThresholdDetectorCV(detector, scoring="event_f1", cv="prefit")
tuned.fit(series.X[history], series.y[history])
ThresholdCurveDisplay.from_estimator(tuned)

# %%
# On the future, which was not used to choose it, it is better than the threshold that
# was learned without labels. The curve of the future shows that no threshold is better
# there.

for name, estimator in (("auto", detector), ("tuned", tuned)):
    found = estimator.predict(series.X)[future]
    print(f"{name:6} event F1 {event_f1_score(truth, found):.2f}")
ThresholdCurveDisplay.from_predictions(truth, error[future], threshold=-tuned.offset_)

# %%
# Expected values and blame
# -------------------------
# Observed and expected values around the most severe event.

from skanomaly import find_events
from skanomaly.plotting import ReconstructionDisplay

worst = min(find_events(tuned.decision_function(series.X)), key=lambda e: e.peak_score)
ReconstructionDisplay.from_estimator(tuned, series.X, series.y, event=worst)

# %%
# The error of each channel over time shows which channel has the largest error.

from skanomaly.plotting import BlameDisplay

BlameDisplay.from_estimator(tuned, series.X, series.y)
