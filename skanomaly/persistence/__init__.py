"""One file per model, without code in it."""

from skanomaly.persistence._files import load_model, read_manifest, save_model
from skanomaly.persistence._manifest import Manifest

__all__ = ["Manifest", "load_model", "read_manifest", "save_model"]
