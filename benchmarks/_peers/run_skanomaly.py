"""Detectors of skanomaly with the same windows and networks as those of the peers."""

from typing import Any

import keras  # noqa: F401  so that no fit includes the import
import numpy as np
from measured_run import Array, measure
from sklearn.pipeline import Pipeline, make_pipeline

from skanomaly import AutoencoderDetector, LSTMDetector, Shingler, make_detector


class _Skanomaly:
    """Pipeline of skanomaly for a series."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    def fit(self, series: Array) -> None:
        """Fit to a series."""
        self._pipeline.fit(series[:, np.newaxis])

    def score(self, series: Array) -> Array:
        """Return the error of each sample."""
        return -self._pipeline.score_samples(series[:, np.newaxis])

    def epochs(self) -> int | None:
        """Return the number of epochs after which training stopped."""
        return len(self._pipeline[-1].history_["loss"])


class LSTM(_Skanomaly):
    """LSTMDetector that forecasts one step from a window."""

    def __init__(self, *, window: int, seed: int, **params: Any) -> None:
        # A row is the window and the step that follows.
        shingler = Shingler(window + 1, pad="period", flatten=False)
        detector = LSTMDetector(horizon=1, random_state=seed, **params)
        super().__init__(make_pipeline(shingler, detector))

    def loss(self, windows: Array) -> float:
        """Return the mean squared error of forecasts of the last step.

        The windows do not follow each other, so that no state can be carried.
        """
        detector = self._pipeline[-1].set_params(stateful=False)
        forecasts = detector.forecast(windows[:, :, np.newaxis])
        return float(np.mean((forecasts - windows[:, -1:]) ** 2))


class Autoencoder(_Skanomaly):
    """AutoencoderDetector that reconstructs the window around a sample."""

    def __init__(
        self, *, window: int, units: list[int], seed: int, **params: Any
    ) -> None:
        shingler = Shingler(window, align="center", pad="period", flatten=False)
        detector = AutoencoderDetector(
            hidden_units=units[:-1],
            latent_units=units[-1],
            latent_activation="tanh",
            center=None,
            random_state=seed,
            **params,
        )
        super().__init__(make_pipeline(shingler, detector))

    def loss(self, windows: Array) -> float:
        """Return the mean squared error of reconstructions."""
        rebuilt = self._pipeline[-1].reconstruct(windows[:, :, np.newaxis])
        return float(np.mean((rebuilt - windows) ** 2))


class Forest(_Skanomaly):
    """The recipe with the isolation forest of scikit-learn."""

    def __init__(self, *, window: int, seed: int) -> None:
        super().__init__(
            make_detector("isolation_forest", window=window, random_state=seed)
        )

    def epochs(self) -> None:
        """Return None, since a forest has no epochs."""

    def loss(self, windows: Array) -> None:
        """Return None, since a forest has no loss."""


if __name__ == "__main__":
    measure({"lstm": LSTM, "autoencoder": Autoencoder, "forest": Forest})
