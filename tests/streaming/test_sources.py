"""Every kind of source has the same samples."""

from pathlib import Path

import numpy as np
import pytest

from skanomaly import make_detector, score_blocks


@pytest.fixture(scope="module")
def series():
    steps = np.arange(1000)[:, np.newaxis]
    noise = np.random.default_rng(0).normal(size=(1000, 2))
    return np.sin(steps / 4 + [0, 1]) + 0.1 * noise


@pytest.fixture(scope="module")
def model(series):
    return make_detector("pca", window=16).fit(series[:500])


@pytest.fixture(scope="module")
def expected(series, model):
    return score_blocks(model, series, block=300)


def check(model, source, expected, **params):
    scores = score_blocks(model, source, block=300, **params)
    np.testing.assert_array_equal(scores[:], expected)


def test_memory_map(tmp_path, series, model, expected):
    np.save(tmp_path / "series.npy", series)
    check(model, np.load(tmp_path / "series.npy", mmap_mode="r"), expected)
    check(model, tmp_path / "series.npy", expected)
    check(model, str(tmp_path / "series.npy"), expected)


def test_changes_of_a_private_memory_map_are_kept(tmp_path, series, model):
    np.save(tmp_path / "series.npy", series)
    source = np.load(tmp_path / "series.npy", mmap_mode="c")
    source[100:110] = 5
    changed = series.copy()
    changed[100:110] = 5
    check(model, source, score_blocks(model, changed, block=300))


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="needs Linux")
def test_memory_maps_do_not_stay_in_memory(tmp_path, series, model):
    shape = 100_000, 2
    maps = [
        np.lib.format.open_memmap(tmp_path / name, "w+", np.float64, one)
        for name, one in (("series.npy", shape), ("scores.npy", shape[:1]))
    ]
    maps[0][:] = np.tile(series, (100, 1))
    assert resident(tmp_path) > 1_000
    score_blocks(model, maps[0], block=2000, out=maps[1])
    assert resident(tmp_path) < 200
    np.testing.assert_allclose(maps[1][500:700], maps[1][1500:1700], rtol=1e-9)


def resident(folder):
    """Return how much of the files in a folder this process holds, in kB."""
    lines = Path("/proc/self/smaps").read_text().splitlines()
    starts = [i for i, line in enumerate(lines) if f"{folder}/" in line]
    held = (next(line for line in lines[i:] if line.startswith("Rss:")) for i in starts)
    return sum(int(line.split()[1]) for line in held)


@pytest.mark.parametrize("length", [1, 7, 299, 300, 301, 999, 1000])
def test_iterator_of_pieces_of_any_length(length, series, model, expected):
    pieces = (series[at : at + length] for at in range(0, 1000, length))
    check(model, pieces, expected)


def test_iterator_with_empty_and_uneven_pieces(series, model, expected):
    places = [0, 3, 3, 650, 651, 1000]
    check(model, np.split(series, places), expected)


def test_zarr(series, model, expected):
    zarr = pytest.importorskip("zarr")
    source = zarr.create_array({}, shape=(1000, 2), chunks=(128, 1), dtype="f8")
    out = zarr.create_array({}, shape=(1000,), chunks=(64,), dtype="f8")
    source[:] = series
    check(model, source, expected, out=out)


def test_hdf5(tmp_path, series, model, expected):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "series.h5", "w") as file:
        source = file.create_dataset("series", data=series, chunks=(100, 2))
        out = file.create_dataset("scores", (1000,), dtype="f8")
        check(model, source, expected, out=out)


@pytest.fixture(scope="module")
def parquet_file(tmp_path_factory, series):
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    columns = {"b": series[:, 0], "a": series[:, 1], "host": ["x"] * 1000}
    path = tmp_path_factory.mktemp("parquet") / "series.parquet"
    parquet.write_table(pa.table(columns), path, row_group_size=170)
    return path


def test_parquet_file(parquet_file, model, expected):
    parquet = pytest.importorskip("pyarrow.parquet")
    check(model, parquet_file, expected)
    with parquet.ParquetFile(parquet_file) as file:
        check(model, file, expected)


def test_batches_of_records(parquet_file, model, expected):
    parquet = pytest.importorskip("pyarrow.parquet")
    with parquet.ParquetFile(parquet_file) as file:
        check(model, file.iter_batches(90, columns=["b", "a"]), expected)
        check(model, [file.read(["b", "a"])], expected)


def test_columns_are_those_of_the_model(parquet_file, series, expected):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(series[:, ::-1], columns=["a", "b"])
    model = make_detector("pca", window=16).fit(frame[:500])
    scores = score_blocks(model, parquet_file, block=300)
    np.testing.assert_allclose(scores, expected, rtol=1e-6)
    other = make_detector("pca", window=16).fit(frame.rename(columns={"a": "c"}))
    with pytest.raises(ValueError, match="no column 'c'.*columns are: b, a, host"):
        score_blocks(other, parquet_file)


def test_text_in_a_table_is_refused(parquet_file, model):
    parquet = pytest.importorskip("pyarrow.parquet")
    with (
        parquet.ParquetFile(parquet_file) as file,
        pytest.raises(ValueError, match="type object.*consists of numbers"),
    ):
        score_blocks(model, file.iter_batches(90))


def test_columns_of_later_frames_are_taken_in_the_order_of_the_first():
    pd = pytest.importorskip("pandas")
    X = np.random.default_rng(0).normal(size=(200, 2))
    pipe = make_detector("pca", window=10).fit(X)
    first, last = (pd.DataFrame(part, columns=["a", "b"]) for part in (X[:90], X[90:]))
    whole = pipe.score_samples(X)
    scores = score_blocks(pipe, iter([first, last[["b", "a"]]]), block=50)
    np.testing.assert_allclose(scores, whole, rtol=1e-9)
    with pytest.raises(ValueError, match="'a'"):
        score_blocks(pipe, iter([first, last.rename(columns={"a": "q"})]), block=50)
