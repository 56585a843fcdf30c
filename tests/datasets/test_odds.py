import h5py
import numpy as np
import pytest
from scipy.io import savemat
from scipy.sparse import csc_matrix

import skanomaly.datasets._odds as odds
from skanomaly.datasets import read_odds

HEADER = b"MATLAB 7.3 MAT-file, Platform: GLNXA64, HDF5 schema 1.00 .".ljust(124)
RECORDS = np.random.RandomState(0).normal(size=(6, 3))
LABELS = np.array([0, 0, 1, 0, 1, 0])


def save_v5(path, variables):
    savemat(path, variables)


def save_v5_compressed(path, variables):
    savemat(path, variables, do_compression=True)


def save_hdf5(path, variables, userblock_size=0):
    """Each matrix transposed, as MATLAB has it."""
    with h5py.File(path, "w", userblock_size=userblock_size) as file:
        for name, values in variables.items():
            values = np.asarray(values)
            if values.dtype.kind == "U":
                codes = [[ord(letter)] for letter in str(values)]
                file[name] = np.array(codes, dtype=np.uint16)
                file[name].attrs["MATLAB_class"] = np.bytes_("char")
            else:
                file[name] = values.T
                file[name].attrs["MATLAB_class"] = np.bytes_("double")


def save_v73(path, variables):
    save_hdf5(path, variables, userblock_size=512)
    with path.open("r+b") as file:
        file.write(HEADER + b"\x00\x02IM")


FORMATS = [save_v5, save_v5_compressed, save_v73, save_hdf5]
in_all_formats = pytest.mark.parametrize("save", FORMATS)


def refuses(path, *messages):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        read_odds(path)
    for message in (str(path), *messages):
        assert message in str(caught.value)


@in_all_formats
@pytest.mark.parametrize("dtype", [np.float64, np.uint8, np.int64, bool])
def test_all_formats_give_the_same(tmp_path, save, dtype):
    path = tmp_path / "table.mat"
    save(path, {"y": LABELS[:, None].astype(dtype), "Z": [[1.0]], "X": RECORDS})
    X, y = read_odds(path)
    np.testing.assert_array_equal(X, RECORDS, strict=True)
    np.testing.assert_array_equal(y, LABELS.astype(np.int64), strict=True)
    # A layout of its own would be the format showing through.
    assert X.flags.c_contiguous
    assert X.flags.writeable


@in_all_formats
@pytest.mark.parametrize("shape", [(6,), (6, 1), (1, 6)])
def test_labels_are_one_column_or_row(tmp_path, save, shape):
    path = tmp_path / "table.mat"
    save(path, {"X": RECORDS, "y": LABELS.reshape(shape)})
    assert read_odds(path)[1].tolist() == LABELS.tolist()


@in_all_formats
def test_the_name_does_not_matter(tmp_path, save):
    for name in ("table", "table.csv", "table.h5"):
        save_as = tmp_path / "saved.mat"
        save(save_as, {"X": RECORDS, "y": LABELS[:, None]})
        path = save_as.rename(tmp_path / name)
        np.testing.assert_array_equal(read_odds(str(path))[0], RECORDS)


@in_all_formats
def test_whole_numbers_and_missing_values(tmp_path, save):
    path = tmp_path / "table.mat"
    save(path, {"X": np.arange(18).reshape(6, 3), "y": LABELS[:, None]})
    np.testing.assert_array_equal(
        read_odds(path)[0], np.arange(18.0).reshape(6, 3), strict=True
    )
    save(path, {"X": np.full((6, 1), np.nan), "y": LABELS[:, None]})
    assert np.isnan(read_odds(path)[0]).all()


def test_version_5_does_without_h5py(tmp_path, monkeypatch):
    def refuse(module, *, extra):
        raise ImportError(f"{module} from {extra}")

    monkeypatch.setattr(odds, "import_extra", refuse)
    path = tmp_path / "table.mat"
    save_v5(path, {"X": RECORDS, "y": LABELS[:, None]})
    read_odds(path)
    save_v73(path, {"X": RECORDS, "y": LABELS[:, None]})
    with pytest.raises(ImportError, match="h5py from mat"):
        read_odds(path)


@in_all_formats
@pytest.mark.parametrize(
    ("variables", "messages"),
    [
        ({"x": [[1.0]], "label": [[0]]}, ["no variable X and no y", "'label'", "'x'"]),
        ({"X": RECORDS, "Y": [[0]]}, ["no variable y,", "'X'", "'Y'"]),
        ({"y": [[0]]}, ["no variable X,", "['y']"]),
        ({"X": RECORDS, "y": [[0], [1]]}, ["6 records of 3 features", "2 labels"]),
        ({"X": RECORDS.T, "y": LABELS[:, None]}, ["3 records", "X transposed"]),
        ({"X": RECORDS, "y": LABELS[:, None] * 2 - 1}, ["y in", "holds -1.0"]),
        ({"X": RECORDS, "y": np.full((6, 1), np.nan)}, ["holds nan"]),
        ({"X": RECORDS, "y": np.full((6, 1), 0.5)}, ["holds 0.5"]),
        (
            {"X": RECORDS, "y": np.arange(2, 8)[:, None]},
            ["2.0, 3.0, 4.0, 5.0, 6.0 and more"],
        ),
        ({"X": RECORDS, "y": np.zeros((6, 2))}, ["y in", "(6, 2)", "one column"]),
        ({"X": np.zeros((6, 3, 2)), "y": LABELS[:, None]}, ["X in", "(6, 3, 2)"]),
        ({"X": np.zeros((0, 3)), "y": np.zeros((0, 1))}, ["X in", "(0, 3)"]),
        ({"X": RECORDS * 1j, "y": LABELS[:, None]}, ["X in", "complex numbers"]),
        ({"X": RECORDS, "y": "normal"}, ["y in", "text"]),
    ],
)
def test_bad_tables_are_refused(tmp_path, save, variables, messages):
    path = tmp_path / "table.mat"
    save(path, variables)
    refuses(path, *messages)


@pytest.mark.parametrize(
    "X",
    [csc_matrix(RECORDS), {"a": 1.0}, np.array([["a", 1.0]], dtype=object)],
    ids=["sparse", "struct", "cells"],
)
def test_what_is_no_matrix_is_refused(tmp_path, X):
    path = tmp_path / "table.mat"
    save_v5(path, {"X": X, "y": LABELS[:, None]})
    refuses(path, "X in", "a struct", "full matrix")


def test_what_is_no_matrix_is_refused_in_hdf5(tmp_path):
    path = tmp_path / "table.mat"
    save_v73(path, {"y": LABELS[:, None]})
    with h5py.File(path, "r+") as file:
        file["#refs#/a"] = RECORDS
        file["X/data"] = RECORDS
    refuses(path, "X in", "a struct or a sparse matrix", "full matrix")
    with h5py.File(path, "r+") as file:
        del file["y"]
    refuses(path, "no variable y", "['X']")


def test_the_shape_of_an_empty_matrix_is_no_matrix(tmp_path):
    path = tmp_path / "table.mat"
    save_v73(path, {"X": RECORDS[:2], "y": np.array([0, 1], dtype=np.uint64)})
    assert read_odds(path)[1].tolist() == [0, 1]
    with h5py.File(path, "r+") as file:
        file["y"].attrs["MATLAB_empty"] = np.uint8(1)
    refuses(path, "y in", "(0, 1)")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"a,b\n1,2\n", "not a MATLAB file of version 5 or 7.3, as it begins with b'a"),
        (b"MATLAB 5.0 MAT-file", "not a MATLAB file"),
        (HEADER + b"\x00\x02IM", "not a MATLAB file"),
        (HEADER + b"\x00\x01IM" + bytes(7), "damaged MATLAB file"),
        (b"\x89HDF\r\n\x1a\n and no more", "damaged MATLAB file"),
    ],
)
def test_other_files_are_refused(tmp_path, content, message):
    path = tmp_path / "table.mat"
    path.write_bytes(content)
    refuses(path, message)


@in_all_formats
def test_a_file_that_breaks_off_is_refused(tmp_path, save):
    path = tmp_path / "table.mat"
    save(path, {"X": RECORDS, "y": LABELS[:, None]})
    whole = path.read_bytes()
    for part in (0.95, 0.75, 0.5):
        path.write_bytes(whole[: int(part * len(whole))])
        refuses(path)


def test_what_is_no_file_is_refused(tmp_path):
    refuses(tmp_path, "is a folder")
    with pytest.raises(FileNotFoundError, match=r"no file .*nowhere\.mat"):
        read_odds(str(tmp_path / "nowhere.mat"))
    # SciPy would take the file whose name has the ending.
    save_v5(tmp_path / "table.mat", {"X": RECORDS, "y": LABELS[:, None]})
    with pytest.raises(FileNotFoundError):
        read_odds(tmp_path / "table")


@pytest.mark.parametrize(
    ("name", "shape", "n_anomalies"),
    [
        ("letter", (1600, 32), 100),
        ("cardio", (1831, 21), 176),
        ("mnist", (7603, 100), 700),
        ("http", (567_498, 3), 2211),
        ("smtp", (95_156, 3), 30),
    ],
)
def test_real_files(data_dir, name, shape, n_anomalies):
    X, y = read_odds(data_dir / "seeds" / "workshop" / f"{name}.mat")
    assert X.shape == shape
    assert np.isfinite(X).all()
    assert y.shape == shape[:1]
    assert y.sum() == n_anomalies
