"""From what a user may pass as ``threshold=`` to a rule."""

from collections.abc import Mapping
from inspect import signature
from math import isfinite
from numbers import Real
from typing import Any

from sklearn.base import clone

from skanomaly._text import closest
from skanomaly.thresholds._auto import auto_threshold
from skanomaly.thresholds._base import BaseThreshold
from skanomaly.thresholds._fixed import FixedThreshold
from skanomaly.thresholds._iqr import IQRThreshold
from skanomaly.thresholds._mad import MADThreshold
from skanomaly.thresholds._max import MaxThreshold
from skanomaly.thresholds._pot import POTThreshold
from skanomaly.thresholds._quantile import QuantileThreshold
from skanomaly.thresholds._sigma import SigmaThreshold

_RULES: dict[str, type[BaseThreshold]] = {
    "fixed": FixedThreshold,
    "iqr": IQRThreshold,
    "mad": MADThreshold,
    "max": MaxThreshold,
    "pot": POTThreshold,
    "quantile": QuantileThreshold,
    "sigma": SigmaThreshold,
}
_NAMES = ("auto", *_RULES)
_KNOWN = (
    f"Known are 'auto', a number (largest normal error), a rule such as "
    f"SigmaThreshold(k=8), or a text: {', '.join(_RULES)}, with parameters after a "
    "colon, such as 'sigma:8' or 'pot:1e-4,0.98'."
)


def resolve_threshold(spec: Any) -> Any:
    """Return the threshold rule that `spec` stands for, not fitted.

    Parameters
    ----------
    spec : rule, float or str
        A rule (returned as a clone), a number (`FixedThreshold`), ``"auto"``
        (`auto_threshold`), or a text: the short name of a rule with its parameters, in
        their order, such as ``"sigma:8"``, ``"quantile:0.01"``, ``"mad:5"``,
        ``"iqr:2.5"``, ``"max:0.1"``, ``"pot:1e-4,0.98"`` or ``"fixed:2.0"``, or a
        number.

    Returns
    -------
    rule : estimator
        A rule with ``fit(scores)`` and, once fitted, ``offset_``.

    Raises
    ------
    ValueError
        If `spec` stands for no rule.

    Examples
    --------
    >>> from skanomaly import resolve_threshold
    >>> resolve_threshold("sigma:8")
    SigmaThreshold(k=8.0)
    """
    if isinstance(spec, str):
        return _from_text(spec)
    if isinstance(spec, Real) and not isinstance(spec, bool):
        return FixedThreshold(float(spec))
    if hasattr(spec, "fit") and not isinstance(spec, type):
        return _checked(clone(spec))
    raise ValueError(f"threshold={spec!r} is no threshold rule. {_KNOWN}")


def refuse_nested_params(params: Mapping[str, Any], threshold: Any) -> None:
    """Raise if parameters of a rule are to be set where no rule is.

    Parameters
    ----------
    params : mapping
        What an estimator's ``set_params`` got.
    threshold : Any
        The estimator's ``threshold`` so far.

    Raises
    ------
    ValueError
        If `params` names a parameter of a threshold that is given as a text or a
        number and so has none.
    """
    rule = params.get("threshold", threshold)
    nested = [name for name in params if name.startswith("threshold__")]
    if nested and not hasattr(rule, "set_params"):
        raise ValueError(
            f"{nested[0]} cannot be set: threshold={rule!r} is no rule with "
            "parameters. Pass a rule, such as threshold=SigmaThreshold()."
        )


def _from_text(text: str) -> Any:
    name, _, rest = text.strip().lower().partition(":")
    if name == "auto" and not rest:
        return auto_threshold()
    if name not in _RULES and _is_number(name) and not rest:
        return _checked(FixedThreshold(float(name)))
    if name not in _RULES:
        raise ValueError(
            f"threshold={text!r} is unknown.{closest(name, _NAMES)} {_KNOWN}"
        )
    rule = _RULES[name]
    try:
        values = [float(value) for value in rest.split(",")] if rest else []
        signature(rule).bind(*values)
    except (TypeError, ValueError):
        raise ValueError(
            f"threshold={text!r} does not fit {name!r}, whose parameters are numbers: "
            f"{', '.join(signature(rule).parameters)}. {_KNOWN}"
        ) from None
    return _checked(rule(*values))


def _is_number(text: str) -> bool:
    try:
        return isfinite(float(text))
    except ValueError:
        return False


def _checked(rule: Any) -> Any:
    # At once rather than in fit, which comes after the training of a network.
    if isinstance(rule, BaseThreshold):
        rule._validate_params()
    return rule
