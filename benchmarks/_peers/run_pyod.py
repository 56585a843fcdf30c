"""Detectors of PyOD, for the environment that has PyOD."""

import numpy as np
import torch
from measured_run import Array, measure
from pyod.models.auto_encoder import AutoEncoder
from pyod.models.iforest import IForest
from pyod.models.ts_lstm import LSTMAD
from pyod.models.ts_od import TimeSeriesOD


class _PyOD:
    """Detector of PyOD for a series."""

    def __init__(self, detector: LSTMAD | TimeSeriesOD, epochs: int | None) -> None:
        self._detector, self._epochs = detector, epochs

    def fit(self, series: Array) -> None:
        """Fit to a series."""
        self._detector.fit(series)

    def score(self, series: Array) -> Array:
        """Return the error of each sample."""
        return self._detector.decision_function(series)

    def epochs(self) -> int | None:
        """Return the number of epochs, which PyOD does not shorten."""
        return self._epochs

    def loss(self, windows: Array) -> float | None:
        """Return None, for a detector without a loss."""
        return None


class LSTM(_PyOD):
    """LSTMAD with one layer; all that is not given has its default."""

    def __init__(self, *, window: int, units: int, epochs: int, seed: int) -> None:
        torch.manual_seed(seed)  # it has no parameter for the seed
        detector = LSTMAD(
            window_size=window, hidden_size=units, n_layers=1, epochs=epochs
        )
        super().__init__(detector, epochs)

    def loss(self, windows: Array) -> float:
        """Return the mean squared error of forecasts of the last step."""
        inputs = torch.tensor(windows[:, :-1, np.newaxis], dtype=torch.float32)
        with torch.no_grad():
            forecasts = self._detector.model_(inputs).numpy()
        return float(np.mean((forecasts - windows[:, -1:]) ** 2))


class Autoencoder(_PyOD):
    """AutoEncoder in TimeSeriesOD, without batch normalization and the like."""

    def __init__(
        self, *, window: int, units: list[int], epochs: int, batch_size: int, seed: int
    ) -> None:
        network = AutoEncoder(
            hidden_neuron_list=units,
            hidden_activation_name="tanh",
            epoch_num=epochs,
            batch_size=batch_size,
            batch_norm=False,
            dropout_rate=0,
            optimizer_params={},
            preprocessing=False,  # the series is standardized
            random_state=seed,
            verbose=0,
        )
        super().__init__(TimeSeriesOD(network, window_size=window), epochs)

    def loss(self, windows: Array) -> float:
        """Return the mean squared error of reconstructions."""
        # The score of a window is the Euclidean norm of its residual.
        norms = self._detector.detector_.decision_function(windows)
        return float(np.mean(norms**2) / windows.shape[1])


class Forest(_PyOD):
    """IForest in TimeSeriesOD with defaults."""

    def __init__(self, *, window: int, seed: int) -> None:
        forest = IForest(random_state=seed)
        super().__init__(TimeSeriesOD(forest, window_size=window), None)


if __name__ == "__main__":
    torch.set_num_threads(1)
    measure({"lstm": LSTM, "autoencoder": Autoencoder, "forest": Forest})
