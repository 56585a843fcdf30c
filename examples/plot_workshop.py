"""
Codes, curves and tables
========================

Three small lessons on autoencoders. Eight rows are encoded by three numbers, and the
network discovers the binary system. A recurrent autoencoder is trained on the load of
nine days and finds the hours that are anomalous. On tables of records, we compare
networks with detectors that need none.
"""

import os

# SKANOMALY_DATA names a folder of real data, and "quick" selects smaller settings.
data = os.environ.get("SKANOMALY_DATA")
quick = os.environ.get("SKANOMALY_EXAMPLES") == "quick"

# %%
# Eight rows, three numbers
# -------------------------
# Row i is 1 at position i and 0 elsewhere. The network has no hidden layer except the
# code, and sigmoids keep the code and the reconstruction between 0 and 1.

import numpy as np

from skanomaly import AutoencoderDetector

rows = np.eye(8)
detector = AutoencoderDetector(
    hidden_units=(),
    latent_units=3,
    latent_activation="sigmoid",
    output_activation="sigmoid",
    validation_split=0.0,
    optimizer="rmsprop",
    learning_rate=0.05,
    epochs=20 if quick else 1000,
    random_state=0,
).fit(rows)
print(f"{detector.network_.count_params()} parameters")
print(f"{(detector.reconstruct(rows).round() == rows).all(axis=1).sum()} rows rebuilt")

# %%
# Three bits are enough to distinguish eight rows, and that is the result: rounded, the
# codes are the numbers from 0 to 7, in an arbitrary order. Not every seed gets this
# far: with some, one number stays at one half. The decoder can be used alone, and
# returns the row of each code of bits.

codes = detector.encode(rows)
bits = codes.round()
for code, bit, decoded in zip(codes, bits, detector.decode(bits), strict=True):
    print(np.array2string(code, precision=2), bit.astype(int), decoded.argmax())

# %%
# Load curves
# -----------
# One value per half hour, 48 per day, for a little more than nine days, all normal.
# Without the real curves we generate some: two peaks per day and some noise, and in
# another series three single values that are wrong.

if data:

    def read(name):
        return np.loadtxt(f"{data}/seeds/workshop/{name}.csv")[:, None]

    normal, faulty = read("timeseries1"), read("timeseries5_anomaly")
else:

    def load(seed):
        time = 2 * np.pi * np.arange(453) / 48
        noise = np.random.default_rng(seed).normal(scale=0.05, size=453)
        return (np.sin(time) - 0.5 * np.cos(2 * time) + noise)[:, None]

    normal, faulty = load(0), load(1)
    faulty[[104, 204, 422]] += np.array([[1.5], [-1.5], [1.5]])

# %%
# The recurrent autoencoder sees five values at a time: a GRU encodes them, and its last
# state is the input of another GRU at each step. The threshold is learned from the last
# tenth of the normal curve, without labels.

from skanomaly import find_events, make_detector

params = {"epochs": 10} if quick else {}
pipe = make_detector(
    "recurrent_autoencoder",
    window=5,
    context=None,
    units=50,
    random_state=0,
    **params,
).fit(normal)
print(f"{pipe[-1].network_.count_params():,} parameters")
for event in find_events(pipe.decision_function(faulty)):
    print(f"samples {event.start} to {event.stop - 1}, peak {event.peak}")

# %%
# The expected values lie on the series, except where it is anomalous.

from skanomaly.plotting import SeriesDisplay

SeriesDisplay.from_estimator(pipe, faulty, channel_names=["load"])

# %%
# Tables
# ------
# The tables of the ODDS collection have records with labels. We train on half of the
# normal records, 10,000 at most, and rank the others. Without real tables we generate
# one: 20 numbers that are nonlinear functions of four hidden ones, and anomalies that
# are not.

from skanomaly.datasets import read_odds

if data:
    names = ("letter", "cardio", "mnist", "http", "smtp")
    tables = {
        name: read_odds(f"{data}/seeds/workshop/{name}.mat")
        for name in (names[:1] if quick else names)
    }
else:
    rng = np.random.default_rng(0)
    X = np.sin(rng.normal(size=(2000, 4)) @ rng.normal(size=(4, 20)))
    X += rng.normal(scale=0.2, size=X.shape)
    y = np.arange(2000) >= 1900
    X[y] = rng.permuted(X[y], axis=0)
    tables = {"generated": (X, y)}

# %%
# The metric is the area under the ROC curve: how often an anomaly has a larger error
# than a normal record.

import pandas as pd
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import OneClassSVM

from skanomaly import BiGANDetector, PCADetector, VariationalAutoencoderDetector

params = {"epochs": 2} if quick else {}
detectors = {
    "autoencoder": AutoencoderDetector(random_state=0, **params),
    "variational": VariationalAutoencoderDetector(random_state=0, **params),
    "BiGAN": BiGANDetector(random_state=0, **params),
    "PCA": PCADetector(),
    "isolation forest": IsolationForest(random_state=0),
    "one-class SVM": OneClassSVM(nu=0.1),
}
areas = pd.DataFrame(index=list(detectors), columns=list(tables), dtype=float)
for table, (X, y) in tables.items():
    normal_rows = np.random.default_rng(0).permutation(np.flatnonzero(y == 0))
    learned = normal_rows[: len(normal_rows) // 2]
    judged = np.setdiff1d(np.arange(len(y)), learned)
    for name, detector in detectors.items():
        pipe = make_pipeline(StandardScaler(), detector).fit(X[learned[:10_000]])
        error = -pipe.score_samples(X[judged])
        areas.loc[name, table] = roc_auc_score(y[judged], error)
print(areas.to_string(float_format="{:.3f}".format))

# %%
# No detector is the best on all tables. On ``letter`` the networks are ahead, since its
# numbers depend on each other in nonlinear ways. On ``http`` the anomalies are far
# away, and every detector finds them.

import matplotlib.pyplot as plt

figure, ax = plt.subplots(figsize=(9, 4), layout="constrained")
areas.T.plot.bar(ax=ax, width=0.8, rot=0)
ax.set(ylabel="ROC AUC", ylim=(0.5, 1.02))
ax.legend(ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1), frameon=False)
ax.spines[["top", "right"]].set_visible(False)
