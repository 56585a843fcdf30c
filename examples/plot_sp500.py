"""
An index and its crashes
========================

Three decades of daily closes, without labels. A recurrent autoencoder is trained on the
first four fifths, 30 days at a time. We look at its reconstruction error, set a
threshold above nearly all of it, and list the dates beyond. Then we do the same with
the returns, where the answer is well known.
"""

# sphinx_gallery_thumbnail_number = 3

import os

# SKANOMALY_DATA names a folder of real data, and "quick" selects smaller settings.
data = os.environ.get("SKANOMALY_DATA")
quick = os.environ.get("SKANOMALY_EXAMPLES") == "quick"

# %%
# The closes
# ----------
# Without real closes we generate some: a random walk that grows, with two months whose
# returns are six times as large as the others.

import numpy as np
import pandas as pd

if data:
    closes = pd.read_csv(f"{data}/seeds/sp500/S_P_500_Index_Data.csv")
    closes.index = pd.to_datetime(closes.pop("date"), format="%d-%b-%y")
else:
    rng = np.random.default_rng(0)
    days = pd.bdate_range("1986-01-02", periods=8192)
    wild = np.ones(len(days))
    for spell in ("1987-10", "2008-10"):
        wild[days.slice_indexer(spell, spell)] = 6
    returns = rng.standard_t(5, len(days)) * 0.007 * wild + 0.0003
    closes = pd.DataFrame({"close": 210 * np.exp(returns.cumsum())}, index=days)
if quick:
    closes = closes.iloc[:1000]
print(
    f"{len(closes):,} days, {closes.index[0]:%Y-%m-%d} to {closes.index[-1]:%Y-%m-%d}"
)

# %%
# Windows of 30 days
# ------------------
# A row is a day with the 29 days before it. The windows of the first days would begin
# before the series, so the first 30 rows of each part are dropped.

from sklearn.preprocessing import StandardScaler

from skanomaly import Shingler, split_series

window = 30
train, test = split_series(closes, train_until=int(0.8 * len(closes)))
scaler = StandardScaler().fit(train)
shingler = Shingler(window).fit(scaler.transform(train))
X_train, X_test = (
    shingler.transform(scaler.transform(part))[window:] for part in (train, test)
)
print(X_train.shape, X_test.shape)

# %%
# Two ways to see a window
# ------------------------
# The network encodes a window with an LSTM, and another LSTM decodes its state. It can
# see a window as it is, at the level of the index (``center=None``), or without its
# mean, which leaves only the shape and is the default for series. The threshold is mean
# plus four standard deviations of the training error, here the mean absolute error.

from skanomaly import RecurrentAutoencoderDetector, SigmaThreshold, find_events

params = {"units": 8, "epochs": 2} if quick else {"units": 128, "epochs": 20}
errors, rules = {}, {}
for center in (None, "window"):
    detector = RecurrentAutoencoderDetector(
        dropout=0.2, center=center, random_state=0, **params
    ).fit(X_train)
    train_error, test_error = (
        np.abs(detector.reconstruct(X) - X).mean(axis=1) for X in (X_train, X_test)
    )
    rule = SigmaThreshold(k=4).fit(-train_error)
    beyond = [(-error < rule.offset_).mean() for error in (train_error, test_error)]
    print(f"center={center!r}: {detector.network_.count_params():,} parameters")
    print(f"    threshold {-rule.offset_:.3f}")
    print(f"    beyond it: {beyond[0]:.1%} of training, {beyond[1]:.1%} of test")
    errors[center], rules[center] = (train_error, test_error), rule

# %%
# The training error
# ------------------
# Most windows are reconstructed well; there is a long tail of larger errors.

from skanomaly.plotting import ErrorHistogramDisplay

train_error, test_error = errors["window"]
offset = rules["window"].offset_
ErrorHistogramDisplay.from_predictions(-train_error, offset=offset)

# %%
# The dates
# ---------
# By the level of the index, most of the last years are an anomaly, because the network
# never saw such levels: correct, but of no use. By shape, few windows are anomalous.

for center, rule in rules.items():
    events = find_events(
        -errors[center][1],
        offset=rule.offset_,
        index=test.index[window:],
        merge_gap=window,
    )
    print(f"center={center!r}:")
    for event in events:
        print(f"    {event.start_time:%Y-%m-%d} to {event.stop_time:%Y-%m-%d}")

# %%
# The picture
# -----------
# The test part with the events by shape.

from skanomaly.plotting import SeriesDisplay

SeriesDisplay.from_predictions(
    test[window:],
    -test_error - offset,
    index=test.index[window:],
    channel_names=["close"],
    merge_gap=window,
)

# %%
# The returns
# -----------
# A crash is not a level but a change, and daily returns have a similar size in every
# decade. The windows of 30 days are now centred on each day, and ``threshold="auto"``
# is three times the largest error of the last tenth of the days.

from sklearn.pipeline import make_pipeline

returns = np.log(closes).diff().dropna()
params = {"epochs": 2} if quick else {}
detector = RecurrentAutoencoderDetector(
    cell="gru", learning_rate=0.01, threshold="auto", random_state=0, **params
)
pipe = make_pipeline(
    StandardScaler(), Shingler(window, align="center", pad="period"), detector
).fit(returns)
decision = pipe.decision_function(returns)
for event in find_events(decision, index=returns.index, merge_gap=window):
    print(f"{event.start_time:%Y-%m-%d} to {event.stop_time:%Y-%m-%d}")

# %%
# On the real series these are October 1987 and the autumn of 2008, and nothing else.

SeriesDisplay.from_predictions(
    returns,
    decision,
    index=returns.index,
    channel_names=["return"],
    merge_gap=window,
)
