"""Deep anomaly detection for time series that behaves exactly like scikit-learn.

Public names are imported on first use, so that ``import skanomaly`` is fast and loads
no dependency.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0.dev0"

if TYPE_CHECKING:
    from skanomaly.compose import (
        EnsembleDetector as EnsembleDetector,
        ThresholdDetector as ThresholdDetector,
        TunedThresholdDetectorCV as TunedThresholdDetectorCV,
        make_detector as make_detector,
    )
    from skanomaly.detection import (
        Detection as Detection,
        EventRule as EventRule,
        detect as detect,
    )
    from skanomaly.detectors import (
        AutoencoderDetector as AutoencoderDetector,
        BiGANDetector as BiGANDetector,
        CNNForecastDetector as CNNForecastDetector,
        ConvAutoencoderDetector as ConvAutoencoderDetector,
        ConvFeatureDetector as ConvFeatureDetector,
        DenseForecastDetector as DenseForecastDetector,
        GRUDetector as GRUDetector,
        LSTMDetector as LSTMDetector,
        NearestWindowDetector as NearestWindowDetector,
        PCADetector as PCADetector,
        RecurrentAutoencoderDetector as RecurrentAutoencoderDetector,
        RecurrentForecastDetector as RecurrentForecastDetector,
        Seq2SeqDetector as Seq2SeqDetector,
        VariationalAutoencoderDetector as VariationalAutoencoderDetector,
    )
    from skanomaly.events import (
        Event as Event,
        events_to_labels as events_to_labels,
        find_events as find_events,
    )
    from skanomaly.persistence import (
        Manifest as Manifest,
        load_model as load_model,
        read_manifest as read_manifest,
        save_model as save_model,
    )
    from skanomaly.preprocessing import (
        SeriesScaler as SeriesScaler,
        aggregate_series as aggregate_series,
        interpolate_series as interpolate_series,
        select_dates as select_dates,
        smooth_series as smooth_series,
        split_series as split_series,
    )
    from skanomaly.streaming import (
        StreamScorer as StreamScorer,
        fit_blocks as fit_blocks,
        score_blocks as score_blocks,
        score_dask as score_dask,
    )
    from skanomaly.thresholds import (
        FixedThreshold as FixedThreshold,
        GapThreshold as GapThreshold,
        IQRThreshold as IQRThreshold,
        JumpThreshold as JumpThreshold,
        MADThreshold as MADThreshold,
        MaxThreshold as MaxThreshold,
        POTThreshold as POTThreshold,
        QuantileThreshold as QuantileThreshold,
        RateThreshold as RateThreshold,
        SigmaThreshold as SigmaThreshold,
        resolve_threshold as resolve_threshold,
    )
    from skanomaly.windows import Shingler as Shingler, overlap_mean as overlap_mean

# Tests, API pages and the command line follow this list.
_PUBLIC = {
    "windows": ("Shingler", "overlap_mean"),
    "detectors": (
        "AutoencoderDetector",
        "BiGANDetector",
        "CNNForecastDetector",
        "ConvAutoencoderDetector",
        "ConvFeatureDetector",
        "DenseForecastDetector",
        "GRUDetector",
        "LSTMDetector",
        "NearestWindowDetector",
        "PCADetector",
        "RecurrentAutoencoderDetector",
        "RecurrentForecastDetector",
        "Seq2SeqDetector",
        "VariationalAutoencoderDetector",
    ),
    "detection": ("Detection", "EventRule", "detect"),
    "thresholds": (
        "FixedThreshold",
        "GapThreshold",
        "IQRThreshold",
        "JumpThreshold",
        "MADThreshold",
        "MaxThreshold",
        "POTThreshold",
        "QuantileThreshold",
        "RateThreshold",
        "SigmaThreshold",
        "resolve_threshold",
    ),
    "events": ("Event", "events_to_labels", "find_events"),
    "preprocessing": (
        "SeriesScaler",
        "aggregate_series",
        "interpolate_series",
        "select_dates",
        "smooth_series",
        "split_series",
    ),
    "compose": (
        "EnsembleDetector",
        "ThresholdDetector",
        "TunedThresholdDetectorCV",
        "make_detector",
    ),
    "persistence": ("Manifest", "load_model", "read_manifest", "save_model"),
    "streaming": ("StreamScorer", "fit_blocks", "score_blocks", "score_dask"),
}
_MODULE_OF = {name: module for module, names in _PUBLIC.items() for name in names}
_MODULES = (
    *_PUBLIC,
    "datasets",
    "evaluation",
    "exceptions",
    "metrics",
    "plotting",
    "reading",
    "report",
)

__all__ = [*_MODULE_OF, "__version__"]


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF:
        return getattr(import_module(f"skanomaly.{_MODULE_OF[name]}"), name)
    if name in _MODULES:
        return import_module(f"skanomaly.{name}")
    raise AttributeError(f"module 'skanomaly' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_MODULES})
