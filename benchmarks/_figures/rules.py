"""Two threshold rules on real measurements, with counts known by hand."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from _figures._figure import Figure
from skanomaly import IQRThreshold, SigmaThreshold


def figures(data: Path) -> Iterator[Figure]:
    file = data / "seeds/workshop/ec2_cpu_utilization_53ea38.csv"
    scores = -np.loadtxt(file, delimiter=",", skiprows=1, usecols=1)
    for what, rule, expected in (
        ("mean + 3 standard deviations (ddof 1)", SigmaThreshold(3), 32),
        ("the third quartile by 2.5 interquartile ranges", IQRThreshold(2.5), 40),
    ):
        n_beyond = int(np.sum(rule.fit(scores).predict(scores) == -1))
        yield Figure(
            f"{file.name}: {expected} values beyond {what}",
            {"beyond": n_beyond},
            met=n_beyond == expected,
        )
