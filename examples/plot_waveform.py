"""
A wave that doubles
===================

A noisy sine runs for hundreds of periods, and then its amplitude doubles. Four
detectors are trained on the normal wave. How soon does each one detect the change, and
what does it cost to train and to score?
"""

import os

# SKANOMALY_DATA names a folder of real data, and "quick" selects smaller settings.
data = os.environ.get("SKANOMALY_DATA")
quick = os.environ.get("SKANOMALY_EXAMPLES") == "quick"

# %%
# The series
# ----------
# One series for training, which is normal throughout, and one that changes halfway.

import numpy as np

if data:
    period = 400
    normal, abnormal = (
        np.loadtxt(f"{data}/seeds/waveform/{name}.csv", delimiter=",")
        for name in ("normal", "abn")
    )
else:
    period = 100
    rng = np.random.default_rng(0)
    time = np.arange(10_000)
    normal = np.sin(2 * np.pi * time / period) + rng.normal(scale=0.1, size=len(time))
    abnormal = np.where(time < len(time) // 2, 1, 2) * normal
change = len(abnormal) // 2
if quick:
    length = 10 * period
    normal = normal[: 2 * length]
    abnormal = abnormal[change - length : change + length]
    change = length
normal, abnormal = normal[:, None], abnormal[:, None]
print(f"{len(abnormal):,} samples, a period of {period}, the change is at {change:,}")

# %%
# The detectors
# -------------
# The forecasters predict the next samples; the autoencoder compresses windows and
# reconstructs them. ``make_detector`` adds a scaler and a ``Shingler``. A window is one
# period. The threshold, ``"auto"``, is three times the largest error in the last tenth
# of the normal series.

from time import perf_counter

import keras

from skanomaly import find_events, make_detector

# Keras takes seconds to load, which is not part of any fit.
print(f"on Keras {keras.__version__}")
params = {"epochs": 2} if quick else {}
names = ("dense", "lstm", "gru", "autoencoder")
rows, errors = [], {}
for name in names:
    pipe = make_detector(name, window=period, random_state=0, **params)
    start = perf_counter()
    pipe.fit(normal)
    fitted = perf_counter()
    scores = pipe.score_samples(abnormal)
    scored = perf_counter()
    offset = pipe[-1].offset_
    events = find_events(scores, offset=offset, merge_gap=period - 1)
    rows.append((name, fitted - start, scored - fitted, events))
    errors[name] = scores / offset  # 1 is the threshold

# %%
# The delay
# ---------
# It is the number of samples from the change to the beginning of the first event.
# Events with less than a period between them are merged.

print(f"{'detector':12} {'fit':>7} {'score':>7}   events  delay")
for name, fit_seconds, score_seconds, events in rows:
    delay = f"{events[0].start - change:+d}" if events else "-"
    seconds = f"{fit_seconds:5.1f} s {score_seconds:5.1f} s"
    print(f"{name:12} {seconds} {len(events):8} {delay:>6}")

# %%
# The windows of the autoencoder are centred on their samples, so its error rises before
# the change: it needs the samples that follow. The forecasters use the past only, so
# they detect the change after it. All of them do so within half a period.

import matplotlib.pyplot as plt

part = np.arange(change - period, change + 3 * period)
figure, (upper, lower) = plt.subplots(
    2, sharex=True, figsize=(10, 5), layout="constrained"
)
upper.plot(part, abnormal[part], color="0.25", linewidth=0.8)
upper.set_ylabel("series")
for name in names:
    lower.plot(part, errors[name][part], label=name)
lower.axhline(1, color="0.25", linestyle="--", label="threshold")
lower.set(yscale="log", xlabel="sample", ylabel="error / threshold")
lower.xaxis.set_major_formatter("{x:,.0f}")
lower.legend(ncols=5, loc="lower right", bbox_to_anchor=(1, 1), frameon=False)
for ax in (upper, lower):
    ax.axvline(change, color="0.7", zorder=0)
    ax.spines[["top", "right"]].set_visible(False)
