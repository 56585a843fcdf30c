"""
When there are labels
=====================

A detector learns what is normal, without labels. Where every record has a label, a
classifier learns what separates the classes, which is a different question. The
classifier of this example is a Keras network as well, wrapped by SciKeras, in a
pipeline with samplers of imbalanced-learn.
"""

import os

# SKANOMALY_DATA names a folder of real data, and "quick" selects smaller settings.
data = os.environ.get("SKANOMALY_DATA")
quick = os.environ.get("SKANOMALY_EXAMPLES") == "quick"

# %%
# The records
# -----------
# 303 patients with 13 numbers each, in two classes, or a generated table of that shape.

import pandas as pd
from sklearn.datasets import make_classification

if data:
    file = f"{data}/seeds/workshop/datasets_33180_43520_heart.csv"
    table = pd.read_csv(file, encoding="utf-8-sig")
    X, y = table.drop(columns="target").to_numpy(float), table["target"].to_numpy()
else:
    X, y = make_classification(
        n_samples=303,
        n_features=13,
        n_informative=6,
        weights=[0.45],
        flip_y=0.1,
        random_state=0,
    )
print(f"{len(X)} records of {X.shape[1]} numbers; {(y == 1).sum()} are of class 1")

# %%
# The network
# -----------
# From 13 numbers, through 64 and 32 units, to the probabilities of two classes.

import keras
from keras import layers


def network():
    return keras.Sequential(
        [
            keras.Input((13,)),
            layers.Dense(64, activation="relu"),
            layers.Dense(32, activation="relu"),
            layers.Dense(2, activation="softmax"),
        ]
    )


print(f"{network().count_params():,} parameters")

# %%
# One pipeline
# ------------
# Records of the smaller class are repeated until there are nine tenths as many as of
# the larger class, which is then reduced to the same number. Repeated records are real
# ones, while interpolation would invent codes between those of two categories. In a
# pipeline of imbalanced-learn, samplers act in ``fit`` only, so the records that judge
# the network remain unchanged.

from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import make_pipeline
from imblearn.under_sampling import RandomUnderSampler
from scikeras.wrappers import KerasClassifier
from sklearn.preprocessing import StandardScaler


def make_classifier(seed):
    return make_pipeline(
        StandardScaler(),
        RandomOverSampler(sampling_strategy=0.9, random_state=seed),
        RandomUnderSampler(random_state=seed),
        KerasClassifier(
            network,
            loss="sparse_categorical_crossentropy",
            epochs=5 if quick else 20,
            verbose=0,
            random_state=seed,
        ),
    )


# %%
# The accuracy
# ------------
# With so few records, the accuracy depends on which ones are held out. Each of five
# seeds therefore stands for a split, a sampling and initial weights.

import numpy as np
from sklearn.metrics import classification_report
from sklearn.model_selection import train_test_split

seeds = range(2 if quick else 5)
accuracies = []
for seed in seeds:
    X_train, X_test, y_train, y_test = train_test_split(
        X, y, test_size=0.2, stratify=y, random_state=seed
    )
    classifier = make_classifier(seed).fit(X_train, y_train)
    predicted = classifier.predict(X_test)
    accuracies.append(np.mean(predicted == y_test))
print("accuracy:", ", ".join(f"{accuracy:.2f}" for accuracy in accuracies))
print(f"mean of {len(seeds)} seeds: {np.mean(accuracies):.3f}")

# %%
# The last split in detail:

print(classification_report(y_test, predicted))

# %%
# Compared with a detector
# ------------------------
# A detector can be used on the same table in two ways. Trained on all records, it needs
# no labels; but neither class is rare here, and unusual records need not belong to the
# class that we look for. Trained on the records of one class, it uses labels as well,
# to select the records. We compare the areas under the ROC curve on the last split;
# chance is 0.5.

from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline as make_plain_pipeline

from skanomaly import AutoencoderDetector


def score_with_detector(records):
    detector = AutoencoderDetector(epochs=5 if quick else 30, random_state=0)
    pipe = make_plain_pipeline(StandardScaler(), detector).fit(records)
    return pipe.score_samples(X_test)


scores = {
    "classifier": classifier.predict_proba(X_test)[:, 1],
    "detector, class 1 only": score_with_detector(X_train[y_train == 1]),
    "detector, all records": score_with_detector(X_train),
}
for name, score in scores.items():
    print(f"{name:24} {roc_auc_score(y_test, score):.2f}")

# %%
# Labels are valuable where both classes are frequent and known. A detector is for
# anomalies that are rare, or of a kind not seen before, from which a classifier cannot
# learn.

import matplotlib.pyplot as plt
from sklearn.metrics import RocCurveDisplay

figure, ax = plt.subplots(figsize=(5, 5), layout="constrained")
ax.plot([0, 1], [0, 1], color="0.6", linestyle="--")
for name, score in scores.items():
    RocCurveDisplay.from_predictions(y_test, score, name=name, ax=ax)
