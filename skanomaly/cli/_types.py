"""Values that options take, from text."""

from argparse import ArgumentTypeError
from collections.abc import Callable
from pathlib import Path


def _number(least: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise ArgumentTypeError(f"{text!r} is no whole number") from None
        if number < least:
            raise ArgumentTypeError(f"{number} is less than {least}")
        return number

    return parse


positive, natural = _number(1), _number(0)


def window_size(text: str) -> int | str:
    """Read a number of samples, or "auto"."""
    return text if text == "auto" else positive(text)


def model_path(text: str) -> str:
    """Take the folder of a run for the model in it."""
    within = Path(text, "model.joblib")
    return str(within) if within.is_file() else text


def fraction(text: str) -> float:
    """Read a number between 0 and 1."""
    try:
        value = float(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no number") from None
    if not 0 < value < 1:
        raise ArgumentTypeError(f"{text} is not between 0 and 1")
    return value
