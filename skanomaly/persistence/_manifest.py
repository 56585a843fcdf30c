"""Facts about a stored model that are read without making it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from skanomaly._versions import software_versions
from skanomaly.detection import (
    EventRule,
    detector_name,
    offset_of,
    reach_of,
    window_of,
)
from skanomaly.persistence._refused import RefusedError

# Number of the way in which models are stored. It increases when older versions of this
# package cannot read a file.
FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """Facts about a stored model, which are read without making it.

    Parameters
    ----------
    detector : str
        Class of the detector.
    has_network : bool, default=False
        Whether the model holds a neural network, so that scoring imports Keras.
    window : int or None, default=None
        Number of samples in the largest window; None if the model makes no windows.
    delay : int, default=0
        Number of samples after a sample that its score depends on.
    offset : float or None, default=None
        Score below which a sample is anomalous.
    channel_names : tuple of str, default=()
        Channels that the model was fitted on, in their order; empty if not known.
    reading : mapping of str to object, default={}
        Options with which the training file was read.
    events : EventRule or None, default=None
        Definition of an event for this model.
    versions : mapping of str to str, default={}
        Software that stored the model.
    format : int
        Number of the format of the file.

    Examples
    --------
    >>> from skanomaly.persistence import Manifest
    >>> Manifest(detector="PCADetector", window=64).delay
    0
    """

    detector: str
    has_network: bool = False
    window: int | None = None
    delay: int = 0
    offset: float | None = None
    channel_names: tuple[str, ...] = ()
    reading: Mapping[str, Any] = field(default_factory=dict)
    events: EventRule | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    format: int = FORMAT

    @classmethod
    def of(cls, model: Any, **facts: Any) -> Self:
        """Return the facts of a fitted model, with further ones.

        Parameters
        ----------
        model : estimator
            Fitted pipeline or outlier detector.
        **facts : dict
            What the model does not know: channels, options and events.

        Returns
        -------
        manifest : Manifest
            Facts.
        """
        return cls(
            detector=detector_name(model),
            window=window_of(model),
            delay=reach_of(model)[1],
            offset=offset_of(model),
            versions=software_versions(python=True),
            **facts,
        )

    def to_json(self, sha256: str) -> str:
        """Return the text of a manifest.

        Parameters
        ----------
        sha256 : str
            Hash of the other parts of the file.

        Returns
        -------
        text : str
            JSON.
        """
        # JSON has no infinity.
        offset = None if self.offset is None else repr(float(self.offset))
        facts = asdict(self) | {"offset": offset, "sha256": sha256}
        return json.dumps({"skanomaly": "model", **facts}, indent=1)

    @classmethod
    def from_json(cls, text: bytes) -> tuple[Self, str]:
        """Return a manifest and the hash of the other parts of the file.

        Parameters
        ----------
        text : bytes
            JSON.

        Returns
        -------
        manifest : Manifest
            Facts.
        sha256 : str
            Hash.

        Raises
        ------
        ValueError
            If this is not a manifest, or one that a newer version wrote.
        """
        facts = json.loads(text)
        if not isinstance(facts, dict) or facts.pop("skanomaly", None) != "model":
            raise RefusedError("its manifest is not one of skanomaly")
        number = facts.get("format")
        if not isinstance(number, int) or number < 1:
            raise RefusedError(f"its format is {number!r}")
        if number > FORMAT:
            version = dict(facts.get("versions") or {}).get("skanomaly", "unknown")
            raise RefusedError(
                f"it was written in format {number} by skanomaly {version}, and this "
                f"version reads formats up to {FORMAT}. Install that version"
            )
        sha256 = str(facts.pop("sha256", ""))
        events, offset = facts.get("events"), facts.get("offset")
        facts["events"] = None if events is None else EventRule(**events)
        facts["offset"] = None if offset is None else float(offset)
        facts["channel_names"] = tuple(map(str, facts.get("channel_names") or ()))
        # A newer version may say more.
        made = cls(**{one.name: facts[one.name] for one in fields(cls)})
        for name in ("reading", "versions"):
            if not isinstance(getattr(made, name), dict):
                raise RefusedError(f"its manifest has no {name}")
        return made, sha256
