"""The software that a run was made with."""

import platform
from importlib.metadata import PackageNotFoundError, version

from skanomaly import __version__

_PACKAGES = ("keras", "tensorflow", "scikeras", "scikit-learn", "numpy", "scipy")


def software_versions() -> dict[str, str]:
    """Return the versions of Python, of this package and of what it rests on.

    Nothing is imported to find them out.

    Returns
    -------
    versions : dict of str to str
        By the names of the packages; those that are missing are left out.

    Examples
    --------
    >>> from skanomaly.report import software_versions
    >>> list(software_versions())[:2]
    ['skanomaly', 'Python']
    """
    versions = {"skanomaly": __version__, "Python": platform.python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions
