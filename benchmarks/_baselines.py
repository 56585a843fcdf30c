"""Simple scores that every detector should beat."""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d
from sklearn.base import BaseEstimator, clone
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skanomaly import NearestWindowDetector, ThresholdDetector
from skanomaly.windows import sliding_view

Floats = NDArray[np.float64]

# Samples in a window of the moving variance, and before a forecast.
WINDOW = 64


class _Baseline(BaseEstimator):
    """Score of a standardized series, the mean over its channels."""

    def fit(self, X: Floats, y: Any = None) -> Self:
        """Learn nothing."""
        self.fitted_ = True
        return self

    def score_samples(self, X: Floats) -> Floats:
        """Return the score of each sample."""
        scores: Floats = -self._errors(np.asarray(X)).mean(axis=1)
        return scores

    def _errors(self, X: Floats) -> Floats:
        raise NotImplementedError


class MovingVariance(_Baseline):
    """Variance in a window around each sample."""

    def _errors(self, X: Floats) -> Floats:
        mean = uniform_filter1d(X, WINDOW, axis=0)
        square = uniform_filter1d(X**2, WINDOW, axis=0)
        variance: Floats = np.maximum(square - mean**2, 0)
        return variance


class AbsoluteDifference(_Baseline):
    """Distance of each sample to the one before."""

    def _errors(self, X: Floats) -> Floats:
        return np.abs(np.diff(X, axis=0, prepend=X[:1]))


class LinearForecast(_Baseline):
    """Squared residual of a ridge regression on the samples before, by channel."""

    def fit(self, X: Floats, y: Any = None) -> Self:
        """Learn the coefficients of each channel."""
        self.n_lags_ = min(WINDOW, max(1, len(X) // 4))
        self.models_ = [
            Ridge().fit(self._lags(x)[self.n_lags_ :], x[self.n_lags_ :])
            for x in np.asarray(X).T
        ]
        return self

    def _lags(self, x: Floats) -> Floats:
        padded = np.concatenate([np.full(self.n_lags_, x[0]), x[:-1]])
        return sliding_view(padded[:, np.newaxis], self.n_lags_)

    def _errors(self, X: Floats) -> Floats:
        predicted = [
            model.predict(self._lags(x))
            for x, model in zip(X.T, self.models_, strict=True)
        ]
        return (X - np.stack(predicted, axis=1)) ** 2


class RandomScores(_Baseline):
    """Scores drawn at random."""

    def __init__(self, random_state: int = 0) -> None:
        self.random_state = random_state

    def _errors(self, X: Floats) -> Floats:
        return np.random.default_rng(self.random_state).random((len(X), 1))


class OneScore(BaseEstimator):
    """Scores of a detector, without those of its channels."""

    def __init__(self, detector: Any) -> None:
        self.detector = detector

    def fit(self, X: Floats, y: Any = None) -> Self:
        """Fit a clone of the detector."""
        self.fitted_ = clone(self.detector).fit(X)
        return self

    def score_samples(self, X: Floats) -> Floats:
        """Return the score of each sample."""
        scores: Floats = self.fitted_.score_samples(X)
        return scores


class TrivialMatches(NearestWindowDetector):
    """Nearest windows, windows of the training part compared with themselves too."""

    def _learn(self, *args: Any, **kwargs: Any) -> Any:
        model = super()._learn(*args, **kwargs)
        model._radius = 0
        return model


def _scaled(baseline: _Baseline) -> ThresholdDetector:
    return ThresholdDetector(make_pipeline(StandardScaler(), baseline))


BASELINES = {
    "moving variance": lambda: _scaled(MovingVariance()),
    "absolute difference": lambda: _scaled(AbsoluteDifference()),
    "linear forecast": lambda: _scaled(LinearForecast()),
    "random scores": lambda: _scaled(RandomScores()),
}
