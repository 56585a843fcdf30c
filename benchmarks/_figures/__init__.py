"""Claimed figures: one module per section, which yields its figures."""

from _figures._figure import Figure

__all__ = ["SECTIONS", "Figure"]

# In order of execution, fast sections first.
SECTIONS = (
    "rules",
    "imports",
    "written",
    "bad_input",
    "memory",
    "ensemble",
    "heart",
    "one_hot",
    "kdd",
    "default_detector",
    "located",
    "rate",
    "odds",
    "digits",
    "sp500",
    "trim",
    "tuned",
    "vpc",
    "continued",
    "contract",
    "workshop",
    "mlflow_server",
    "soak",
    "harness",
    "waveform",
    "threshold",
    "estimator_checks",
)
