"""Frames and columns of other libraries than pandas, such as polars and pyarrow."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from skanomaly._compat import import_extra


def as_pandas(data: Any) -> Any:
    """Return a frame or column of any library as that of pandas.

    Parameters
    ----------
    data : object
        Frame or column of a library that narwhals knows, or anything else.

    Returns
    -------
    data : DataFrame, Series or object
        What is no frame or column of another library than pandas is returned as it is.

    Raises
    ------
    ImportError
        If pandas is not installed.
    ValueError
        If a frame is lazy.
    """
    if data is None or hasattr(data, "iloc"):
        return data
    if type(data).__module__.startswith("pyarrow.") and hasattr(data, "to_pandas"):
        # narwhals knows no arrays that are one piece, and drops the zones of times.
        import_extra("pandas", extra="cli")
        return data.to_pandas()
    frame = _wrapped(data)
    if frame is data:
        return data
    if not hasattr(frame, "to_pandas"):
        raise ValueError(
            f"{type(data).__name__} is a lazy frame. Pass its collect() instead."
        )
    import_extra("pandas", extra="cli")
    return frame.to_pandas()


def as_frame(series: Any) -> Any:
    """Return a series of any library as a frame of pandas, a column as one channel.

    Parameters
    ----------
    series : array-like of shape (n_samples,) or (n_samples, n_channels)
        What has no names, such as an array, is returned as it is.

    Returns
    -------
    series : DataFrame or array-like
    """
    series = as_pandas(series)
    if not hasattr(series, "to_frame") or getattr(series, "ndim", 2) != 1:
        return series
    # A column of pyarrow has no name.
    return series.rename(series.name or None).to_frame()


def like_native(series: Any, values: Any) -> Any:
    """Return values in the library and with the names of a series, None if it has none.

    Parameters
    ----------
    series : object
        Frame or column of another library than pandas, or anything else.
    values : ndarray of shape (n_samples, n_channels)
        Values of its columns.
    """
    frame = _wrapped(series)
    if frame is series:
        return None
    if hasattr(frame, "columns"):
        made = type(frame).from_numpy(
            values, schema=frame.columns, backend=frame.implementation
        )
    else:
        made = type(frame).from_numpy(
            frame.name, values[:, 0], backend=frame.implementation
        )
    return made.to_native()


def columns_of(model: Any) -> list[str] | None:
    """Return the names of the channels that a model was fitted to, if it has some."""
    check_is_fitted(model)
    names = getattr(model, "feature_names_in_", None)
    return None if names is None else list(names)


def named(values: NDArray[Any], columns: Sequence[str] | None) -> Any:
    """Return values as a data frame if their columns have names."""
    if columns is None:
        return values
    pd = import_extra("pandas", extra="cli")
    return pd.DataFrame(values, columns=list(columns))


def refuse_column(X: Any) -> None:
    """Raise, with what to do, if a column is passed where a frame is needed."""
    if hasattr(X, "to_frame") and len(getattr(X, "shape", ())) == 1:
        raise ValueError(
            f"X is a {type(X).__name__}, which has no channels. Pass a frame with one "
            "column per channel, such as X.to_frame()."
        )


def _wrapped(data: Any) -> Any:
    """Return a frame or column in a form that all libraries share, else `data`."""
    if isinstance(data, np.ndarray | np.generic | list | tuple | str | int | float):
        return data
    # scikit-learn brings it along, and has imported it where there are frames.
    from narwhals.stable import v1 as narwhals

    return narwhals.from_native(data, pass_through=True, allow_series=True)
