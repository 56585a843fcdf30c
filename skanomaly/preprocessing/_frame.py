"""Conversion of series between arrays and frames."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skanomaly._frames import like_native


def to_values(series: Any) -> NDArray[np.float64]:
    """Return a copy of a series as an array of shape (n_samples, n_channels)."""
    try:
        values = np.array(series, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"series must hold numbers only ({error}). Select the numeric columns."
        ) from error
    if values.ndim not in (1, 2) or values.size == 0:
        raise ValueError(
            "series must have shape (n_samples,) or (n_samples, n_channels) with at "
            f"least one sample and one channel, got {values.shape}."
        )
    return values.reshape(len(values), -1)


def like(series: Any, values: NDArray[np.float64]) -> Any:
    """Return values in the shape and type of the series from which they were read."""
    if not hasattr(series, "iloc"):
        native = like_native(series, values)
        return values.reshape(np.shape(series)) if native is None else native
    if series.ndim == 1:
        return type(series)(values[:, 0], index=series.index, name=series.name)
    return type(series)(values, index=series.index, columns=series.columns)
