"""Evaluation of estimators on data sets with several seeds by all metrics."""

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
    """Fit and evaluate each estimator on each data set with each seed.

    Each run fits the estimator on the training part without labels, scores all samples
    and computes all metrics. A run that fails becomes a row with its error, and the
    other runs continue. With `store`, finished runs are kept: if a call is stopped, the
    next call with the same estimators, data and seeds makes only the runs that are
    missing or have failed, and returns the same table as an uninterrupted call.

    Parameters
    ----------
    estimators : mapping of str to estimator, or iterable of str
        Outlier detectors or pipelines by their names in the results, or names of
        `skanomaly.make_detector`. Each parameter ``memory`` is set to None in the
        clones, so that every fit is made and timed.
    datasets : mapping, iterable, path or LabelledData
        Mapping from names to `LabelledData` or tuples ``(X, y, train_size)``, or
        iterable of `LabelledData` and of paths, which are read by `load_datasets`.
    seeds : iterable of int, default=(0,)
        Values for each parameter ``random_state`` of a clone of the estimator.
    metrics : "all", str or sequence of str, default="all"
        Metrics of `METRICS` to return. All are computed and kept in `store`.
    n_jobs : int, default=None
        Number of parallel processes; None means 1 and -1 one per core. They share the
        cores, so that times depend on `n_jobs`.
    store : str or path-like, default=None
        Folder that keeps finished runs, for one call at a time. If None, they are not
        kept.
    fresh : bool, default=False
        Whether to discard the finished runs in `store` and make all of them.
    mlflow : str, default=None
        Tracking URI of MLflow, to which parameters, metrics, picture and model of every
        run are logged. A run that is in the store but was not logged is made again.
        Requires the extra ``mlflow``.
    callback : callable, default=None
        Called as ``callback(record, n_done, n_runs)`` for each finished run, first for
        those of the store.

    Returns
    -------
    results : DataFrame
        One row per run, in the order of estimators, data sets and seeds: ``estimator``,
        ``dataset``, ``seed``, ``status`` (``"ok"`` or ``"failed"``), ``error``,
        ``warnings``, ``n_samples``, ``n_channels``, ``train_size``, ``n_anomalous``,
        ``n_events``, ``n_events_found``, ``vus_window``, ``fit_seconds``,
        ``score_seconds``, ``peak_memory_mib``, ``epochs`` and the metrics, for all of
        which higher is better.

    Raises
    ------
    ValueError
        If estimators, data sets, seeds or metrics are not as described above, or if
        another call uses the store. Raised before any training.
    OSError
        If MLflow no longer accepts runs. The runs in the store are kept.

    See Also
    --------
    load_datasets : Read labelled series from files and folders.
    write_results : Write results to a table and a page of charts.

    Notes
    -----
    Each run has a process of its own. ``peak_memory_mib`` is the peak growth of this
    process in MiB, without the libraries loaded before the run; NaN on systems other
    than Linux. If a process dies, for instance because memory ran out, parallel runs
    are lost as well; all of them are repeated one at a time, and a run whose process
    dies again is recorded as failed.

    A run is identified by the name and parameters of its estimator, the content and
    name of its data, its seed, and the versions of this package, NumPy, SciPy,
    scikit-learn, Keras and TensorFlow. A change of any of these makes it a different
    run. Changes inside a user-defined class, or in functions called by a function that
    is a parameter, are not detected: pass ``fresh=True``.

    The buffer of VUS, ``vus_window``, is set per series as in TSB-AD [1]_: the lag of
    the highest local maximum of the autocorrelation of the first channel, or 125 if
    that lag is not between 3 and 300.

    References
    ----------
    .. [1] Liu, Q. and Paparrizos, J. (2024). The elephant in the room: towards a
       reliable time-series anomaly detection benchmark. Advances in Neural Information
       Processing Systems 37, Datasets and Benchmarks Track.

    Examples
    --------
    >>> from skanomaly.datasets import make_periodic
    >>> from skanomaly.evaluation import LabelledData, evaluate
    >>> made = make_periodic(800, period=25, random_state=0)
    >>> waves = LabelledData("waves", made.X, made.y, made.train_size)
    >>> results = evaluate(["pca"], [waves], metrics="event_recall")
    >>> results[["estimator", "dataset", "seed", "status", "event_recall"]]
      estimator dataset  seed status  event_recall
    0       pca   waves     0     ok           0.6
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
    """Return the records of all jobs by key; make those that are not in the store."""
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
