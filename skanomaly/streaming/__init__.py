"""The same model, sample by sample and block by block."""

from skanomaly.streaming._stream import StreamScorer
from skanomaly.streaming._stream_update import StreamUpdate

__all__ = ["StreamScorer", "StreamUpdate"]
