"""Conversion of texts to the values of options."""

from argparse import ArgumentTypeError
from collections.abc import Callable
from pathlib import Path

# Files of a model in the folder of a run, today's and that of earlier versions.
MODEL_NAMES = ("model.skanomaly", "model.joblib")


def _number(least: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise ArgumentTypeError(f"{text!r} is not a whole number") from None
        if number < least:
            raise ArgumentTypeError(f"{number} is less than {least}")
        return number

    return parse


positive, natural = _number(1), _number(0)

_SEPARATORS = {
    "\\t": "\t",
    "tab": "\t",
    "space": " ",
    "spaces": " ",
    "comma": ",",
    "semicolon": ";",
    "bar": "|",
    "pipe": "|",
}


def separator(text: str) -> str:
    """Convert text to the separator of fields: a sign, or its name."""
    sign = _SEPARATORS.get(text.lower(), text)
    if len(sign) != 1:
        raise ArgumentTypeError(
            f"{text!r} is not one sign, or one of {', '.join(sorted(_SEPARATORS))}"
        )
    return sign


def yes_or_no(text: str) -> bool:
    """Convert yes and no to a truth value."""
    if text.lower() not in ("yes", "no"):
        raise ArgumentTypeError(f"{text!r} is neither yes nor no")
    return text.lower() == "yes"


def samples_or_duration(text: str) -> int | str:
    """Convert text to a number of samples; keep a duration such as "10min"."""
    return text if text[-1:].isalpha() else natural(text)


def deviation(text: str) -> float | str:
    """Convert text to a number; keep a percentage."""
    if text.endswith("%"):
        return text
    try:
        return float(text)
    except ValueError:
        said = f"{text!r} is neither a number nor a percentage"
        raise ArgumentTypeError(said) from None


def k_of_n(text: str) -> tuple[int, int]:
    """Convert text such as "3/5" to two numbers."""
    k, slash, n = text.partition("/")
    if not slash:
        raise ArgumentTypeError(f"{text!r} is not two numbers such as 3/5")
    return positive(k), positive(n)


def window_size(text: str) -> int | str:
    """Convert text to a number of samples; keep "auto"."""
    return text if text == "auto" else positive(text)


def model_path(text: str) -> str:
    """Return the path of a model, which may be given by the folder of its run."""
    within = [Path(text, name) for name in MODEL_NAMES]
    return next((str(path) for path in within if path.is_file()), text)


def fraction(text: str) -> float:
    """Convert text to a number between 0 and 1, both excluded."""
    try:
        value = float(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a number") from None
    if not 0 < value < 1:
        raise ArgumentTypeError(f"{text} is not between 0 and 1")
    return value
