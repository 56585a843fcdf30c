"""Compare the scores of all recipes with those of another checkout, bit for bit.

``python benchmarks/same_scores.py OTHER`` fits every recipe of `make_detector` on three
series, in one process per checkout, and writes the differences to
``results/same_scores.json``: scores, labels, errors of channels and offsets must be
equal, expected values may differ by 1e-6. Run it with the same environment variables
for threads as the tests (see the Makefile), since the number of threads changes
convolutions in the last bits.
"""

import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent.parent
EPOCHS = 3
TOLERANCE = 1e-6  # of expected values

Arrays = dict[str, NDArray[Any]]


def series() -> Iterator[tuple[str, NDArray[np.float64], int]]:
    """Yield name, values and size of the training part of each series."""
    from skanomaly.datasets import make_periodic

    made = make_periodic(1200, period=40, random_state=0)
    yield "periodic", made.X, made.train_size
    rng = np.random.default_rng(1)
    t = np.arange(900)[:, np.newaxis]
    scale = 10.0 ** np.arange(3)
    X = scale * (
        np.sin(2 * np.pi * t / 30 + np.arange(3)) + rng.normal(0, 0.1, (900, 3))
    )
    X[600:606, 1] += 30
    yield "three channels", X, 500
    walk = rng.normal(size=(1000, 1)).cumsum(axis=0)
    walk[700:703] += 20
    yield "random walk", walk, 500


def expected_of(pipeline: Any, X: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return expected values with the function of the imported checkout."""
    try:
        from skanomaly import detect
    except ImportError:
        from skanomaly.compose import expected_values

        return expected_values(pipeline, X)
    return detect(pipeline, X).expected


def dump(path: Path) -> None:
    """Fit all recipes of the imported package and write their results."""
    from skanomaly import make_detector
    from skanomaly.compose import detector_names

    warnings.simplefilter("ignore")
    found: Arrays = {}
    for name, X, train_size in series():
        for recipe in detector_names():
            pipeline = make_detector(recipe, random_state=0)
            detector = pipeline[-1]
            if "epochs" in detector.get_params(deep=False):
                detector.set_params(epochs=EPOCHS)
            pipeline.fit(X[:train_size])
            answers = {
                "scores": pipeline.score_samples(X),
                "labels": pipeline.predict(X),
                "offset": np.asarray(detector.offset_),
                "expected": expected_of(pipeline, X),
            }
            if hasattr(detector, "score_channels"):
                rows = pipeline[:-1].transform(X)
                answers["channels"] = detector.score_channels(rows)
            found |= {
                f"{name}/{recipe}/{kind}": value
                for kind, value in answers.items()
                if value is not None
            }
    np.savez(path, **found)


def compare(ours: Arrays, theirs: Arrays) -> dict[str, float]:
    """Return the largest difference of each result that is not equal."""
    different = {}
    for name in sorted({*ours, *theirs}):
        if name not in ours or name not in theirs:
            different[name] = float("inf")
            continue
        gap = np.abs(ours[name] - theirs[name]).max()
        if name.endswith("/expected"):
            size = 1 + np.abs(theirs[name]).max()
            if gap > TOLERANCE * size:
                different[name] = float(gap / size)
        elif not np.array_equal(ours[name], theirs[name]):
            different[name] = float(gap)
    return different


def main() -> None:
    """Compare this checkout with another one, and record the outcome."""
    from _results import RESULTS, origin, write_json

    if len(sys.argv) != 2:
        sys.exit(__doc__)
    other = Path(sys.argv[1]).resolve()
    answers = []
    with TemporaryDirectory() as folder:
        for number, checkout in enumerate((HERE, other)):
            path = Path(folder, f"{number}.npz")
            code = f"import same_scores; same_scores.dump({str(path)!r})"
            paths = os.pathsep.join([str(checkout), str(HERE / "benchmarks")])
            environment = os.environ | {"PYTHONPATH": paths}
            command = [sys.executable, "-c", code]
            subprocess.run(command, check=True, env=environment, cwd=folder)
            with np.load(path) as held:
                answers.append(dict(held))
    different = compare(*answers)
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=other, capture_output=True, text=True
    ).stdout.strip()
    record = {
        "origin": origin(),
        "other_commit": commit,
        "n_compared": len(answers[0]),
        "different": different,
    }
    write_json(RESULTS / "same_scores.json", record)
    print(f"{len(answers[0])} answers compared, {len(different)} differ")
    sys.exit(bool(different))


if __name__ == "__main__":
    main()
