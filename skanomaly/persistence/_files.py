"""Models in files: `save_model`, `load_model` and `read_manifest`."""

import json
import os
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sklearn.utils.validation import check_is_fitted

from skanomaly._versions import software_versions
from skanomaly.detection import EventRule
from skanomaly.persistence._archive import (
    check_no_folder,
    opened,
    read_manifest_of,
    read_parts,
    refusals,
    write_archive,
)
from skanomaly.persistence._decode import Decoder
from skanomaly.persistence._encode import Encoder
from skanomaly.persistence._manifest import Manifest
from skanomaly.persistence._trust import Trust

# Packages whose objects have other attributes in other versions.
_OF_ONE_VERSION = ("skanomaly", "scikit-learn")


def save_model(
    model: Any,
    path: str | os.PathLike[str],
    *,
    channel_names: Sequence[str] = (),
    reading: Mapping[str, Any] | None = None,
    events: EventRule | None = None,
) -> Path:
    """Write a fitted model to one file, without any code in it.

    The file is first written under another name in the same folder and then moved, so
    that an earlier file is unchanged if this fails or is interrupted.

    Parameters
    ----------
    model : estimator
        Fitted pipeline or outlier detector: detectors of this package and of
        scikit-learn that :func:`skanomaly.make_detector` knows, ensembles and threshold
        wrappers of these, behind scalers of scikit-learn. Estimators of your own are
        written too, but load only if they are trusted.
    path : str or path
        File to write, usually with the ending ``.skanomaly``.
    channel_names : sequence of str, default=()
        Channels that the model was fitted on, in their order.
    reading : mapping of str to object or None, default=None
        Options with which the training file was read, as values that JSON knows.
    events : EventRule or None, default=None
        Definition of an event for this model.

    Returns
    -------
    path : Path
        The file.

    Raises
    ------
    TypeError
        If the model holds something that cannot be written without code.
    ValueError
        If a network of your own cannot be built from its Keras configuration, or
        `channel_names` are not one for each channel, or other names than those that
        the model was fitted to, or if `path` is a folder.
    NotFittedError
        If the model is not fitted.

    Warns
    -----
    UserWarning
        If the model has ``callbacks`` or ``memory``, which are left out.

    See Also
    --------
    skanomaly.load_model : Load such a file.

    Notes
    -----
    The file is a ZIP archive of a manifest, the objects as JSON and the arrays as
    ``.npy``. A network is a builder of this package with its parameters, or, if it is
    your own, its Keras configuration. Functions are written by their names alone.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from skanomaly import load_model, make_detector, save_model
    >>> X = np.sin(np.arange(300) / 5).reshape(-1, 1)
    >>> pipe = make_detector("pca", window=30).fit(X)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save_model(pipe, folder + "/pca.skanomaly")
    ...     again = load_model(path)
    >>> bool((again.score_samples(X) == pipe.score_samples(X)).all())
    True
    """
    check_is_fitted(model)
    if hasattr(model, "best_estimator_"):
        raise TypeError(
            f"A {type(model).__name__} is not stored, as it holds the results of all "
            "its fits. Pass its best_estimator_."
        )
    _check_names(model, channel_names)
    path, encoder = Path(path), Encoder()
    check_no_folder(path)
    objects = json.dumps(encoder.encode(model, type(model).__name__), allow_nan=False)
    manifest = Manifest.of(
        model,
        has_network=encoder.has_network,
        channel_names=tuple(map(str, channel_names)),
        reading=dict(reading or {}),
        events=events,
    )
    with TemporaryDirectory(prefix=".skanomaly-", dir=path.parent) as hidden:
        staged = Path(hidden, "model")
        write_archive(staged, manifest, objects, encoder.arrays)
        os.replace(staged, path)
    return path


def _check_names(model: Any, names: Sequence[str]) -> None:
    """Raise unless there are no names, or a different and right one per channel."""
    # A detector of windows knows its channels, too.
    counts = [getattr(model, one, None) for one in ("n_features_in_", "n_channels_")]
    is_text, known = isinstance(names, str), [one for one in counts if one is not None]
    right = not known or len(names) in known
    if is_text or (len(names) and not (right and len(names) == len(set(names)))):
        raise ValueError(
            f"channel_names must hold a different name for each of the {known[0]} "
            f"channels of the model, got {names!r}."
        )
    # The columns of windows are steps of channels, with names of their own.
    of_windows = hasattr(model, "n_channels_")
    own = [] if of_windows else list(getattr(model, "feature_names_in_", ()))
    if len(names) == len(own) and list(map(str, names)) != own:
        raise ValueError(
            f"channel_names are {list(names)!r}, but the model was fitted to {own!r}. "
            "Leave out channel_names, or fit to these."
        )


def load_model(path: str | os.PathLike[str], *, trusted: Iterable[Any] = ()) -> Any:
    """Load a model that `save_model` has written, without running code from the file.

    Parameters
    ----------
    path : str or path
        File.
    trusted : iterable of class, function or str, default=()
        Your own layers, functions and estimators that the model uses, or their names
        with the module, such as ``"package.module.MyLayer"``, whose module is then
        imported. All other classes have to be on the list of this package.

    Returns
    -------
    model : estimator
        Fitted model with the same scores, whose training can be continued.

    Raises
    ------
    ValueError
        If the file is damaged, foreign, newer than this version or a folder, or if it
        names a class that neither is on the list nor trusted. Nothing of it has been
        used then.

    Warns
    -----
    UserWarning
        If another version of skanomaly or scikit-learn wrote the file.

    See Also
    --------
    skanomaly.save_model : Write such a file.
    skanomaly.read_manifest : Read what the file says of itself.

    Notes
    -----
    A file is safe to load, but not proven authentic: all who can write to it can change
    the scores of its model. A function that is neither of this package nor trusted is
    replaced by one that raises when it is called.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from skanomaly import load_model, make_detector, save_model
    >>> X = np.sin(np.arange(300) / 5).reshape(-1, 1)
    >>> pipe = make_detector("nearest_window", window=30).fit(X)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save_model(pipe, folder + "/model.skanomaly")
    ...     load_model(path)[-1].offset_ == pipe[-1].offset_
    True
    """
    path, trust = Path(path), Trust.of(trusted)
    check_no_folder(path)
    with refusals(path), opened(path) as archive:
        manifest, expected = read_manifest_of(archive)
        objects, arrays = read_parts(archive, expected)
        model = Decoder(arrays, trust).decode(json.loads(objects))
    if not hasattr(model, "score_samples"):
        raise ValueError(f"{path} holds a {type(model).__name__}, which is no model.")
    _warn_of_other_versions(path, manifest)
    return model


def read_manifest(path: str | os.PathLike[str]) -> Manifest:
    """Return what the file of a model says of itself, without loading the model.

    Parameters
    ----------
    path : str or path
        File that `save_model` has written.

    Returns
    -------
    manifest : Manifest
        Detector, channels, window, offset, versions and more.

    Raises
    ------
    ValueError
        If the file is a folder, not a model, incomplete, or newer than this version.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from skanomaly import make_detector, read_manifest, save_model
    >>> X = np.sin(np.arange(300) / 5).reshape(-1, 1)
    >>> pipe = make_detector("pca", window=30).fit(X)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save_model(pipe, folder + "/m.skanomaly", channel_names=["cpu"])
    ...     manifest = read_manifest(path)
    >>> manifest.detector, manifest.window, manifest.channel_names
    ('PCADetector', 30, ('cpu',))
    """
    path = Path(path)
    check_no_folder(path)
    with refusals(path), opened(path) as archive:
        return read_manifest_of(archive)[0]


def _warn_of_other_versions(path: Path, manifest: Manifest) -> None:
    here = software_versions()
    differing = [
        f"{name} {manifest.versions[name]} (here {here.get(name, 'none')})"
        for name in _OF_ONE_VERSION
        if name in manifest.versions and manifest.versions[name] != here.get(name)
    ]
    if differing:
        warnings.warn(
            f"{path} was saved by {' and '.join(differing)}. Train the model again if "
            "its scores look wrong.",
            stacklevel=3,
        )
