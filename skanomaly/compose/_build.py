"""Pipelines and members of ensembles, from recipes."""

from collections.abc import Sequence
from inspect import signature
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skanomaly._text import closest
from skanomaly.compose._ensemble import EnsembleDetector
from skanomaly.compose._recipes import (
    MEMBERS,
    ONLINE_WINDOWS,
    RECIPES,
    WINDOWS,
    Recipe,
)
from skanomaly.compose._threshold_detector import ThresholdDetector
from skanomaly.thresholds import is_auto
from skanomaly.windows import Shingler

# Maximum number of rows to fit scikit-learn's detectors on: the time of some grows with
# its square, and each copies the rows. Neighbouring windows are nearly equal anyway.
MAX_ROWS = 10_000
# The training series should hold four windows of periods that a model of an ensemble
# sees, and the time of comparisons with references grows with their length. Of a number
# of samples that nobody asked for, it should hold eight.
MIN_WINDOWS, MAX_WINDOW = 4, 512
MIN_FIXED = 8
# Longest window, the shortest of an ensemble, in which some members see all channels
# together: what these have in common shows within a few samples, and longer windows of
# all channels have too many values.
MAX_JOINT = 32


def build_single(
    recipe: Recipe,
    window: int | str,
    threshold: Any,
    online: bool,
    params: dict[str, Any],
) -> list[Any]:
    """Return windows and a detector."""
    if is_auto(threshold):
        threshold = recipe.threshold
    if window == "auto":
        row, periods, own = _row(recipe, recipe.window, recipe.periods, online)
    else:
        row, periods, own = window, recipe.periods, _whole(recipe) if online else {}
    is_ours = window == "auto" and row != "auto"  # a number that nobody asked for
    least = MIN_WINDOWS if is_ours else None
    shingler = _shingler(recipe, row, online, periods=periods, min_windows=least)
    return [shingler, _detector(recipe, threshold, {**own, **params})]


def build_ensemble(
    *,
    threshold: Any,
    online: bool,
    members: Sequence[str] | str = MEMBERS,
    windows: Sequence[int | str] | int | str | None = None,
    random_state: Any = None,
    **params: Any,
) -> EnsembleDetector:
    """Return an ensemble of some detectors over some windows."""
    if windows is None:
        windows = ONLINE_WINDOWS if online else WINDOWS
    members, seen = _several("members", members), _several("windows", windows)
    # A list is no name either, and cannot be looked up in a dict.
    unknown = [name for name in members if name not in list(RECIPES)]
    if unknown:
        raise ValueError(
            f"The member {unknown[0]!r} is unknown.{closest(str(unknown[0]), RECIPES)} "
            f"Valid names are: {', '.join(RECIPES)}."
        )
    known = signature(EnsembleDetector).parameters.keys() - {"estimators"}
    for name in params.keys() - known:
        raise TypeError(
            f"EnsembleDetector has no parameter {name!r}."
            f"{closest(name, [*known, 'members', 'windows'])} Parameters of members "
            "are set by name: set_params(ensembledetector__pca_64__pcadetector__"
            "n_components=4)."
        )
    numbers = [window for window in seen if isinstance(window, Integral)]
    shortest = min(numbers, default=MAX_JOINT + 1)
    seeing: dict[str, Any] = {
        "joint": shortest if shortest <= MAX_JOINT else None,
        "random_state": random_state,
    }
    named = [
        (
            f"{name}_{str(window).replace(' ', '_')}",
            _member(RECIPES[name], window, online, **seeing),
        )
        for name in members
        for window in _windows_of(RECIPES[name], seen, online)
    ]
    return EnsembleDetector(named, threshold=threshold, **params)


def _several(name: str, given: Any) -> Sequence[Any]:
    """Return one or several values as a sequence of at least one."""
    is_one = isinstance(given, str | Integral) and not isinstance(given, bool)
    several = [given] if is_one else given
    if isinstance(several, np.ndarray):
        several = several.tolist()
    if not isinstance(several, list | tuple) or not several:
        raise ValueError(
            f"{name} must be one value or a list of at least one, but is {given!r}."
        )
    distinct = [one for i, one in enumerate(several) if one not in several[:i]]
    return distinct


def _shingler(
    recipe: Recipe, window: int | str, online: bool, **params: Any
) -> Shingler:
    """Return the windows of a recipe, with the sample of a row at its end if online."""
    return Shingler(
        window,
        align="end" if online else recipe.align,
        # Padding by the last period resembles normal data, any other padding resembles
        # an anomaly, but needs later samples.
        pad="edge" if online else "period",
        # The shape of unflattened rows holds the number of channels.
        flatten=False,
        **params,
    )


def _windows_of(
    recipe: Recipe, windows: Sequence[int | str], online: bool
) -> Sequence[int | str]:
    return windows if online else recipe.member_windows or windows


def _member(
    recipe: Recipe, window: int | str, online: bool, *, joint: Any, random_state: Any
) -> Pipeline:
    """Return a member whose model sees a window, averaged over those with a sample.

    It sees all channels together in the window that is equal to `joint`.
    """
    length, periods = _length_of(window)
    row, periods_of_row, seen = _row(recipe, length, periods, online)
    together = recipe.may_join and length == joint
    channels = {"channel_model": "joint"} if together else {}
    n_held = periods_of_row / periods
    shingler = _shingler(
        recipe,
        row,
        online,
        periods=periods_of_row,
        min_windows=round((MIN_FIXED if row != "auto" else MIN_WINDOWS) / n_held),
        max_window=round(MAX_WINDOW * n_held),
    )
    params = {**recipe.member, **seen, **channels, "random_state": random_state}
    return make_pipeline(shingler, _detector(recipe, recipe.threshold, params))


def _row(
    recipe: Recipe, window: int | str, periods: float, online: bool
) -> tuple[int | str, float, dict[str, Any]]:
    """Return the length of a row for the window of a model, and the model's parameters.

    A row holds all windows that cover its sample, which is two of them side by side. If
    online, it is the window that ends at the sample.
    """
    if online:
        return window, periods, _whole(recipe)
    if "context" not in recipe.params:
        return window, periods, {}
    row = 2 * window - 1 if isinstance(window, int) else window
    return row, 2 * periods, {"context": 0.5}


def _whole(recipe: Recipe) -> dict[str, Any]:
    """Return the parameters of a model of rows that end at their sample."""
    return recipe.online | ({"context": None} if "context" in recipe.params else {})


def _length_of(window: int | str) -> tuple[int | str, float]:
    """Return the arguments of a Shingler for a window such as 64 or "2 periods"."""
    if isinstance(window, Integral) and window >= 1:
        return int(window), 1
    number, _, unit = str(window).partition(" ")
    try:
        periods = float(number)
    except ValueError:
        periods = 0
    if unit not in ("period", "periods") or not 0 < periods < np.inf:
        raise ValueError(
            f"The window {window!r} is neither a number of samples nor of periods. "
            "Pass windows such as 64 or '2 periods'."
        )
    return "auto", periods


def _detector(recipe: Recipe, threshold: Any, params: dict[str, Any]) -> Any:
    """Return the last step: a detector of ours, or another in a ThresholdDetector."""
    known = signature(recipe.detector).parameters
    params = {**recipe.params, **params}
    of_all = {"memory", "random_state"}
    for name in params.keys() - known.keys() - of_all:
        raise TypeError(
            f"{recipe.detector.__name__} has no parameter {name!r}."
            f"{closest(name, [*known, *of_all])}"
        )
    if "random_state" not in known:
        params.pop("random_state", None)
    if "threshold" in known:
        return recipe.detector(threshold=threshold, **params)
    memory = params.pop("memory", None)
    return ThresholdDetector(
        make_pipeline(FunctionTransformer(_shapes), recipe.detector(**params)),
        threshold=threshold,
        max_rows=MAX_ROWS,
        memory=memory,
    )


def _shapes(windows: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return flat windows of shape (n_rows, window * n_channels) without their means.

    The mean of each channel of each window is subtracted. The distance of two rows is
    their root mean square difference, for any window and number of channels.
    """
    centered = windows - windows.mean(axis=1, keepdims=True)
    rows: NDArray[np.floating] = centered.reshape(len(centered), -1)
    rows /= np.sqrt(rows.shape[1])
    return rows


# Functions within recommended pipelines, by the names that stored ones have for them.
FUNCTIONS = {"centered_windows": _shapes}
