"""Daily closes of the S&P 500, 1986 to 2018: no labels, but well-known crashes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from _figures._figure import Figure
from skanomaly import (
    AutoencoderDetector,
    PCADetector,
    RecurrentAutoencoderDetector,
    Shingler,
    SigmaThreshold,
    find_events,
    split_series,
)

WINDOW = 30
SHAPES = ((6523, WINDOW), (1609, WINDOW))
PARAMETERS = 198_273
CRASHES = {"October 1987": ("1987-10",), "autumn 2008": ("2008-10", "2008-11")}
RETURNS = {
    "recurrent_autoencoder": lambda: RecurrentAutoencoderDetector(
        cell="gru", learning_rate=0.01, threshold="auto", random_state=0
    ),
    "autoencoder": lambda: AutoencoderDetector(threshold="auto", random_state=0),
    "pca": lambda: PCADetector(threshold="auto"),
}


def figures(data: Path) -> Iterator[Figure]:
    closes = pd.read_csv(data / "seeds/sp500/S_P_500_Index_Data.csv")
    closes.index = pd.to_datetime(closes.pop("date"), format="%d-%b-%y")
    train, test = split_series(closes, train_until=int(0.8 * len(closes)))
    scaler = StandardScaler().fit(train)
    # Windows without padding, except the first of them.
    windows = [
        Shingler(WINDOW).fit_transform(scaler.transform(part))[WINDOW:]
        for part in (train, test)
    ]
    shapes = tuple(part.shape for part in windows)
    yield Figure(
        f"closes, windows of {WINDOW}: shapes {SHAPES}",
        {"shapes": shapes},
        met=shapes == SHAPES,
    )
    for center in (None, "auto"):
        yield _closes(windows, center, dates=test.index[WINDOW:])
    returns = np.log(closes).diff().dropna()
    for name, make in RETURNS.items():
        yield _returns(returns, name, make())


def _closes(
    windows: list[NDArray[Any]], center: str | None, *, dates: pd.DatetimeIndex
) -> Figure:
    detector = RecurrentAutoencoderDetector(
        units=128, dropout=0.2, center=center, epochs=20, random_state=0
    ).fit(windows[0])
    train, test = (
        np.abs(detector.reconstruct(part) - part).mean(axis=1) for part in windows
    )
    rule = SigmaThreshold(k=4).fit(-train)
    beyond = float((-train < rule.offset_).mean())
    n_parameters = detector.network_.count_params()
    events = find_events(-test, offset=rule.offset_, index=dates, merge_gap=WINDOW)
    return Figure(
        f"closes, LSTM autoencoder of {PARAMETERS:,} parameters, center={center}: "
        "less than 1 % of the training windows beyond mean + 4 sigma",
        {
            "beyond": beyond,
            "threshold": float(-rule.offset_),
            "beyond_of_test": float((-test < rule.offset_).mean()),
            "events_of_test": [_dates(event) for event in events],
            "parameters": n_parameters,
        },
        met=beyond < 0.01 and n_parameters == PARAMETERS,
    )


def _returns(returns: pd.DataFrame, name: str, detector: Any) -> Figure:
    shingler = Shingler(WINDOW, align="center", pad="period")
    pipeline = make_pipeline(StandardScaler(), shingler, detector).fit(returns)
    events = find_events(pipeline.decision_function(returns), index=returns.index)
    hit = {
        crash: any(
            event.start_time <= pd.Period(month).end_time
            and event.stop_time > pd.Period(month).start_time
            for event in events
            for month in months
        )
        for crash, months in CRASHES.items()
    }
    return Figure(
        f"daily returns, {name}: {' and '.join(CRASHES)} are among the events",
        {"hit": hit, "events": [_dates(event) for event in events]},
        met=all(hit.values()),
    )


def _dates(event: Any) -> str:
    return f"{event.start_time:%Y-%m-%d} to {event.stop_time:%Y-%m-%d}"
