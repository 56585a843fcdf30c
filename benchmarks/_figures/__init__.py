"""The figures that are claimed: a file a section, each yields its figures."""

from _figures._figure import Figure

__all__ = ["SECTIONS", "Figure"]

# In the order of running: what takes seconds comes first.
SECTIONS = (
    "rules",
    "imports",
    "bad_input",
    "memory",
    "heart",
    "one_hot",
    "kdd",
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
    "harness",
    "waveform",
    "threshold",
    "estimator_checks",
)
