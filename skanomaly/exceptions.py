"""Errors that a caller may want to tell from others."""

__all__ = ["TwoReadingsError"]


class TwoReadingsError(ValueError):
    """Raised where a file has several readings and nothing decides between them.

    Parameters
    ----------
    message : str
        What the readings are, and which setting decides.
    setting : str
        Name of that setting of `skanomaly.reading.Reading`.

    Examples
    --------
    >>> from skanomaly.exceptions import TwoReadingsError
    >>> TwoReadingsError("1,234 is 1234 or 1.234.", setting="decimal").setting
    'decimal'
    """

    def __init__(self, message: str, *, setting: str) -> None:
        super().__init__(message)
        self.setting = setting
