"""Any estimators on any data sets with any seeds, judged by all metrics."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

from joblib import effective_n_jobs

from skanomaly._compat import import_extra
from skanomaly._fingerprint import fingerprint
from skanomaly.evaluation._data import LabelledData
from skanomaly.evaluation._given import as_datasets, as_estimators, as_seeds
from skanomaly.evaluation._keys import data_hash, run_key
from skanomaly.evaluation._metrics import METRICS, check_metrics
from skanomaly.evaluation._mlflow import Tracker, tracking
from skanomaly.evaluation._pool import run_all, silent_replacement
from skanomaly.evaluation._run import Job, trains_networks
from skanomaly.evaluation._store import Record, RunStore, open_store

if TYPE_CHECKING:
    from pandas import DataFrame

Callback = Callable[[Record, int, int], Any]


def evaluate(
    estimators: Mapping[str, Any] | Iterable[str],
    datasets: Any,
    *,
    seeds: Iterable[int] = (0,),
    metrics: str | Sequence[str] = "all",
    n_jobs: int | None = None,
    store: str | PathLike[str] | None = None,
    fresh: bool = False,
    mlflow: str | None = None,
    callback: Callback | None = None,
) -> "DataFrame":
    """Fit and judge each estimator on each data set with each seed.

    A run is fitted on the training part without labels, scores all samples, and is
    judged by all metrics. One that fails is a row with its error, and the others go on.
    With `store`, what is done is kept: a second call with the same estimators, data and
    seeds, after whatever stopped the first, makes only the runs that are missing or
    have failed, and returns the table that an undisturbed call returns.

    Parameters
    ----------
    estimators : mapping of str to estimator, or iterable of str
        Outlier detectors or pipelines by the names that they have in the results; or
        names that `skanomaly.make_detector` knows. Each ``memory`` is set to None in
        their clones, so that all fits are made and timed.
    datasets : mapping, iterable, path or LabelledData
        Names with `LabelledData` or tuples ``(X, y, train_size)``; or an iterable of
        `LabelledData` and of paths, which `load_datasets` reads.
    seeds : iterable of int, default=(0,)
        Given to each ``random_state`` of a clone of the estimator.
    metrics : "all", str or sequence of str, default="all"
        Metrics to return, of `METRICS`. All are computed and kept.
    n_jobs : int, default=None
        Processes that work at once; None for one, -1 for all cores. They share the
        cores, so that times depend on it.
    store : str or path-like, default=None
        Folder of what is done, for one call at a time; None to keep nothing.
    fresh : bool, default=False
        Whether to make all runs, and forget what the store has of them.
    mlflow : str, default=None
        URI of MLflow to log parameters, metrics, picture and model of every run to. A
        run that is in the store but was not logged there is made again. Needs the extra
        ``mlflow``.
    callback : callable, default=None
        Called as ``callback(record, n_done, n_runs)`` with each run that is done, those
        of the store first.

    Returns
    -------
    results : DataFrame
        One row a run, in the order of estimators, data sets and seeds: ``estimator``,
        ``dataset``, ``seed``, ``status`` (``"ok"`` or ``"failed"``), ``error``,
        ``warnings``, ``n_samples``, ``n_channels``, ``train_size``, ``n_anomalous``,
        ``n_events``, ``n_events_found``, ``vus_window``, ``fit_seconds``,
        ``score_seconds``, ``peak_memory_mib``, ``epochs``, and the metrics, of which
        more is always better.

    Raises
    ------
    ValueError
        If estimators, data sets, seeds or metrics are not what is described above, or
        another call works with the store, before anything is trained.
    OSError
        If MLflow takes no more runs. What is in the store is kept.

    See Also
    --------
    load_datasets : Labelled series from files and folders.
    write_results : Results as a file, with a page of charts.

    Notes
    -----
    Each run has a process to itself while it lasts. ``peak_memory_mib`` is by how much
    that grew at most, beyond the libraries that it had loaded; NaN on systems other
    than Linux. A process that dies, for instance because memory ran out, takes runs
    with it that go on beside it; all of them are made once more, one at a time, and
    one that dies again is recorded as failed.

    A run is known by name and parameters of its estimator, content and name of its
    data, its seed, and the versions of this package, NumPy, SciPy, scikit-learn, Keras
    and TensorFlow. A change of any of these makes it another run. Changes within a
    class of your own, or in what a function calls, are not seen: pass ``fresh=True``.

    VUS has the buffer of TSB-AD [1]_ for each series, ``vus_window``: the lag of the
    highest local maximum of the autocorrelation of its first channel, 125 where that is
    not within 3 to 300.

    References
    ----------
    .. [1] Liu, Q. and Paparrizos, J. (2024). The elephant in the room: towards a
       reliable time-series anomaly detection benchmark. NeurIPS 2024 Datasets and
       Benchmarks Track.

    Examples
    --------
    >>> from skanomaly.datasets import make_periodic
    >>> from skanomaly.evaluation import LabelledData, evaluate
    >>> made = make_periodic(800, period=25, random_state=0)
    >>> waves = LabelledData("waves", made.X, made.y, made.train_size)
    >>> results = evaluate(["pca"], [waves], metrics="event_recall")
    >>> results[["estimator", "dataset", "seed", "status", "event_recall"]]
      estimator dataset  seed status  event_recall
    0       pca   waves     0     ok           1.0
    """
    pandas = import_extra("pandas", extra="cli")
    names = check_metrics(metrics)
    held = as_datasets(datasets)
    jobs = _grid(as_estimators(estimators, held), held, as_seeds(seeds))
    with (
        tracking(mlflow) as tracker,
        open_store(store) as opened,
        silent_replacement(),
    ):
        runs = _make_runs(
            jobs,
            effective_n_jobs(n_jobs),
            store=opened,
            fresh=fresh,
            tracker=tracker,
            callback=callback,
        )
    results: DataFrame = pandas.DataFrame([runs[job.key] for job in jobs])
    left_out = [name for name in METRICS if name not in names]
    return results.drop(columns=["key", *left_out])


def _make_runs(
    jobs: list[Job],
    n_jobs: int,
    *,
    store: RunStore | None,
    fresh: bool,
    tracker: Tracker | None,
    callback: Callback | None,
) -> dict[str, Record]:
    """Return the records of all jobs by their keys, made now or before."""
    by_key = {job.key: job for job in jobs}
    if store is not None and fresh:
        store.forget(by_key)
    records = {} if store is None else store.read(by_key)
    done = {key: one for key, one in records.items() if _is_done(one, tracker)}
    missing = [job for key, job in by_key.items() if key not in done]
    if callback is not None:
        for n_done, record in enumerate(done.values(), start=1):
            callback(record, n_done, len(jobs))
    for record in run_all(
        [job if tracker is None else tracker.prepared(job) for job in missing],
        n_jobs,
        networks=trains_networks(job.estimator for job in missing),
    ):
        key = record["key"]
        if tracker is not None:
            tracker.log(by_key[key], record)
        if store is not None:
            store.write(key, record)
        done[key] = record
        if callback is not None:
            callback(record, len(done), len(jobs))
    return done


def _is_done(record: Record, tracker: Tracker | None) -> bool:
    logged = tracker is None or tracker.has(record["key"])
    return logged and bool(record["status"] == "ok")


def _grid(
    estimators: dict[str, Any], datasets: list[LabelledData], seeds: list[int]
) -> list[Job]:
    hashes = {name: fingerprint(one) for name, one in estimators.items()}
    contents = [data_hash(data) for data in datasets]
    return [
        Job(
            key=run_key(name, hashes[name], data.name, content, seed),
            name=name,
            estimator=estimator,
            data=data,
            seed=seed,
        )
        for name, estimator in estimators.items()
        for data, content in zip(datasets, contents, strict=True)
        for seed in seeds
    ]
