"""An autoencoder in plain Keras, written as in tutorials."""

import keras
import numpy as np
from measured_run import Array, measure


class Loop:
    """Sequential autoencoder on windows that a loop copies."""

    def __init__(
        self,
        *,
        window: int,
        units: list[int],
        epochs: int,
        patience: int,
        batch_size: int,
        seed: int,
    ) -> None:
        keras.utils.set_random_seed(seed)
        self._window, self._batch_size = window, batch_size
        self._epochs, self._patience = epochs, patience
        sizes = [*units, *units[-2::-1]]
        self._model = keras.Sequential(
            [
                keras.Input((window,)),
                *(keras.layers.Dense(size, "tanh") for size in sizes),
                keras.layers.Dense(window),
            ]
        )
        self._model.compile("adam", "mse")

    def fit(self, series: Array) -> None:
        """Train on all windows but the last tenth, which decides when to stop."""
        windows = self._windows(series)
        self._history = self._model.fit(
            windows,
            windows,
            epochs=self._epochs,
            batch_size=self._batch_size,
            validation_split=0.1,
            callbacks=[
                keras.callbacks.EarlyStopping(
                    patience=self._patience, restore_best_weights=True
                )
            ],
            verbose=0,
        )

    def score(self, series: Array) -> Array:
        """Return the mean squared error of the window around each sample."""
        errors = self._errors(self._windows(series))
        before = self._window // 2
        return np.pad(errors, (before, self._window - 1 - before), mode="edge")

    def loss(self, windows: Array) -> float:
        """Return the mean squared error of reconstructions."""
        return float(self._errors(windows).mean())

    def epochs(self) -> int:
        """Return the number of epochs after which training stopped."""
        return len(self._history.epoch)

    def _windows(self, series: Array) -> Array:
        n_windows = len(series) - self._window + 1
        return np.array([series[i : i + self._window] for i in range(n_windows)])

    def _errors(self, windows: Array) -> Array:
        predicted = self._model.predict(windows, verbose=0)
        return np.mean((windows - predicted) ** 2, axis=1)


if __name__ == "__main__":
    measure({"loop": Loop})
