"""Conversion of the parameter ``threshold`` of an estimator to a threshold rule."""

from collections.abc import Mapping
from inspect import signature
from math import isfinite
from numbers import Real
from typing import Any

from sklearn.base import clone

from skanomaly._text import closest
from skanomaly.thresholds._auto import AutoThreshold, is_auto
from skanomaly.thresholds._base import BaseThreshold
from skanomaly.thresholds._fixed import FixedThreshold
from skanomaly.thresholds._gap import GapThreshold
from skanomaly.thresholds._iqr import IQRThreshold
from skanomaly.thresholds._jump import JumpThreshold
from skanomaly.thresholds._mad import MADThreshold
from skanomaly.thresholds._max import MaxThreshold
from skanomaly.thresholds._pot import POTThreshold
from skanomaly.thresholds._quantile import QuantileThreshold
from skanomaly.thresholds._rate import RateThreshold
from skanomaly.thresholds._sigma import SigmaThreshold

_RULES: dict[str, type[BaseThreshold]] = {
    "fixed": FixedThreshold,
    "gap": GapThreshold,
    "iqr": IQRThreshold,
    "jump": JumpThreshold,
    "mad": MADThreshold,
    "max": MaxThreshold,
    "pot": POTThreshold,
    "quantile": QuantileThreshold,
    "rate": RateThreshold,
    "sigma": SigmaThreshold,
}
_NAMES = ("auto", *_RULES)
_KNOWN = (
    f"Pass 'auto', a number (the largest normal error), a rule such as "
    f"SigmaThreshold(k=8), or the name of a rule: {', '.join(_RULES)}, with its "
    "parameters after a colon, such as 'sigma:8', 'pot:1e-4,0.98' or "
    "'rate:1/10000'."
)


def resolve_threshold(spec: Any) -> Any:
    """Return the unfitted threshold rule specified by `spec`.

    Parameters
    ----------
    spec : rule, float or str
        Specification of the rule:

        - a rule, which is cloned;
        - a number, or a string that holds one, for `FixedThreshold` with this value;
        - ``"auto"`` for `AutoThreshold`;
        - the name of a rule with its parameters in positional order, such as
          ``"sigma:8"``, ``"quantile:0.01"``, ``"mad:5"``, ``"iqr:2.5"``,
          ``"max:0.1"``, ``"gap:100"``, ``"pot:1e-4,0.98"``, ``"rate:1/10000"`` or
          ``"fixed:2.0"``.

    Returns
    -------
    rule : estimator
        Unfitted rule with the method ``fit(scores)``, which sets ``offset_``.

    Raises
    ------
    ValueError
        If `spec` does not specify a rule or a parameter of the rule is invalid.

    Examples
    --------
    >>> from skanomaly import resolve_threshold
    >>> resolve_threshold("sigma:8")
    SigmaThreshold(k=8)
    """
    if isinstance(spec, str):
        return _from_text(spec)
    if isinstance(spec, Real) and not isinstance(spec, bool):
        return FixedThreshold(float(spec))
    if hasattr(spec, "fit") and not isinstance(spec, type):
        return _checked(clone(spec))
    raise ValueError(f"threshold={spec!r} is not a threshold rule. {_KNOWN}")


def refuse_nested_params(params: Mapping[str, Any], threshold: Any) -> None:
    """Raise if `params` sets parameters of a threshold that is not a rule.

    Parameters
    ----------
    params : mapping
        Parameters passed to ``set_params`` of an estimator.
    threshold : Any
        Current value of the parameter ``threshold`` of the estimator.

    Raises
    ------
    ValueError
        If `params` has a key ``threshold__<name>`` and the threshold is a string or a
        number, which has no parameters.
    """
    rule = params.get("threshold", threshold)
    nested = [name for name in params if name.startswith("threshold__")]
    if nested and not hasattr(rule, "set_params"):
        raise ValueError(
            f"{nested[0]} cannot be set because threshold={rule!r} is not a rule with "
            "parameters. Pass a rule, such as threshold=SigmaThreshold()."
        )


def _from_text(text: str) -> Any:
    name, _, rest = text.strip().lower().partition(":")
    if is_auto(text):
        return AutoThreshold()
    if name not in _RULES and _is_number(name) and not rest:
        return _checked(FixedThreshold(float(name)))
    if name not in _RULES:
        raise ValueError(
            f"threshold={text!r} is unknown.{closest(name, _NAMES)} {_KNOWN}"
        )
    rule = _RULES[name]
    try:
        values = [_number(value) for value in rest.split(",")] if rest else []
        signature(rule).bind(*values)
    except (TypeError, ValueError, ZeroDivisionError):
        raise ValueError(
            f"threshold={text!r} has invalid parameters for {name!r}, which takes the "
            f"numbers {', '.join(signature(rule).parameters)}. {_KNOWN} Times, as in "
            "'rate:1/week', are for detect(threshold=...), which knows the series."
        ) from None
    return _checked(rule(*values))


def _number(text: str) -> float:
    """Return a number or a fraction, of type int if it is written as one."""
    if text.strip().isdigit():
        return int(text)
    parts, slash, whole = text.partition("/")
    return float(parts) / float(whole if slash else 1)


def _is_number(text: str) -> bool:
    try:
        return isfinite(float(text))
    except ValueError:
        return False


def _checked(rule: Any) -> Any:
    # Validated here because the rule is fitted only after the network is trained.
    if isinstance(rule, BaseThreshold):
        rule._validate_params()
    return rule
