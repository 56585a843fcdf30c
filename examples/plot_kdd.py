"""
Records of network traffic
==========================

Not every table is a series. The records of connections are independent: 18 numbers
each, of which normal connections show only some combinations. Six detectors are trained
on normal records and judged on others, some of which are attacks. Does depth help?
"""

import os

# SKANOMALY_DATA names a folder of real data, and "quick" selects smaller settings.
data = os.environ.get("SKANOMALY_DATA")
quick = os.environ.get("SKANOMALY_EXAMPLES") == "quick"

# %%
# The records
# -----------
# Without real records we generate some: three kinds of connections, whose numbers
# depend on three hidden ones. An attack has usual numbers in an unusual combination.

import numpy as np

if data:
    normal, *tests = (
        np.loadtxt(f"{data}/seeds/kdd/{name}.csv", delimiter=",", skiprows=1)
        for name in ("val_inliers", "test_inliers", "test_outliers")
    )
    train, test = normal[:, :-1], np.concatenate(tests)
    test, is_attack = test[:, :-1], test[:, -1] == 1
else:
    rng = np.random.default_rng(0)
    bonds, levels = rng.normal(size=(3, 3, 18)), rng.normal(size=(3, 18))

    def connections(n):
        kind = rng.integers(3, size=n)
        hidden = rng.normal(size=(n, 1, 3))
        noise = rng.normal(scale=0.3, size=(n, 18))
        return (hidden @ bonds[kind])[:, 0] + levels[kind] + noise

    train, test = connections(8000), connections(5000)
    is_attack = np.arange(5000) >= 4000
    # Each number from another record.
    test[is_attack] = rng.permuted(test[is_attack], axis=0)
if quick:
    train, test, is_attack = train[:500], test[::10], is_attack[::10]
print(f"{len(train):,} normal records to learn from, {len(test):,} to judge")
print(f"{is_attack.sum():,} of those are attacks")

# %%
# The detectors
# -------------
# All numbers are scaled to the range 0 to 1 of the training records. The sequence model
# reads a record as a sequence of 18 steps, although it is not one. The last two are not
# networks: a support vector machine, and principal components, which are the best
# linear autoencoder.

from sklearn.svm import OneClassSVM

from skanomaly import (
    AutoencoderDetector,
    BiGANDetector,
    PCADetector,
    Seq2SeqDetector,
    VariationalAutoencoderDetector,
)

few = {"epochs": 1} if quick else {}
detectors = {
    "autoencoder": AutoencoderDetector(random_state=0, **few),
    # Numbers between 0 and 1 have little variance, which calls for a small beta.
    "variational": VariationalAutoencoderDetector(beta=0.03, random_state=0, **few),
    "BiGAN": BiGANDetector(random_state=0, **few),
    "sequence": Seq2SeqDetector(random_state=0, **{"epochs": 10, **few}),
    "one-class SVM": OneClassSVM(nu=0.1),
    "PCA": PCADetector(),
}

# %%
# The table
# ---------
# A threshold turns scores into labels. To compare the detectors, each gets its best
# threshold here, that of the largest F1, which is not known without labels. The last
# two columns, areas under curves, need no threshold.

from time import perf_counter

import pandas as pd
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    fbeta_score,
    precision_recall_curve,
    precision_score,
    recall_score,
    roc_auc_score,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

rows, curves = {}, {}
for name, detector in detectors.items():
    start = perf_counter()
    pipe = make_pipeline(MinMaxScaler(), detector).fit(train)
    seconds = perf_counter() - start
    error = -pipe.score_samples(test)
    precision, recall, thresholds = precision_recall_curve(is_attack, error)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    threshold = thresholds[f1[:-1].argmax()]
    found = error >= threshold
    rows[name] = {
        "fit s": seconds,
        "threshold": threshold,
        "accuracy": accuracy_score(is_attack, found),
        "precision": precision_score(is_attack, found),
        "recall": recall_score(is_attack, found),
        "F1": fbeta_score(is_attack, found, beta=1),
        "F2": fbeta_score(is_attack, found, beta=2),
        "avg. precision": average_precision_score(is_attack, error),
        "ROC AUC": roc_auc_score(is_attack, error),
    }
    curves[name] = recall, precision
table = pd.DataFrame(rows).T
print(table.to_string(float_format="{:.3f}".format))

# %%
# On the real records, the dense autoencoder and the principal components are level, and
# the components are fitted in less than a second: try them before any network.

import matplotlib.pyplot as plt

figure, ax = plt.subplots(figsize=(8, 4), layout="constrained")
for name, (recall, precision) in curves.items():
    label = f"{name}, {rows[name]['avg. precision']:.3f}"
    ax.plot(recall, precision, drawstyle="steps-post", label=label)
ax.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.02))
ax.legend(
    title="average precision", loc="upper left", bbox_to_anchor=(1, 1), frameon=False
)
ax.spines[["top", "right"]].set_visible(False)
