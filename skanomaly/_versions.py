"""Versions of this package and of the libraries that scores depend on."""

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from skanomaly import __version__

_PACKAGES = ("keras", "tensorflow", "scikeras", "scikit-learn", "numpy", "scipy")


def software_versions(*, python: bool = False) -> dict[str, str]:
    """Return the version of this package and of each library that scores depend on.

    The libraries are not imported.

    Parameters
    ----------
    python : bool, default=False
        Whether to include the version of Python.

    Returns
    -------
    versions : dict of str to str
        Versions by distribution name; libraries that are not installed are left out.

    Examples
    --------
    >>> from skanomaly._versions import software_versions
    >>> list(software_versions(python=True))[:2]
    ['skanomaly', 'Python']
    """
    versions = {"skanomaly": __version__}
    if python:
        versions["Python"] = platform.python_version()
    return versions | _installed()


@cache  # reading files is slow, and each look-up in `memory` needs the versions
def _installed() -> dict[str, str]:
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
