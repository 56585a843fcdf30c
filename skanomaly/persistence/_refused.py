"""Refusal of a file."""


class RefusedError(ValueError):
    """A part of a file that is not read; the message gives the reason."""
