"""The same model, sample by sample and block by block."""

from skanomaly.streaming._fit_blocks import fit_blocks
from skanomaly.streaming._score_blocks import iter_scores, score_blocks
from skanomaly.streaming._score_dask import score_dask
from skanomaly.streaming._stream import StreamScorer
from skanomaly.streaming._stream_update import StreamUpdate

__all__ = [
    "StreamScorer",
    "StreamUpdate",
    "fit_blocks",
    "iter_scores",
    "score_blocks",
    "score_dask",
]
