"""Labelled data: from arrays, files and folders, and what is wrong with them."""

import numpy as np
import pandas as pd
import pytest

from skanomaly.evaluation import LabelledData, evaluate, load_datasets
from skanomaly.evaluation._given import as_datasets


@pytest.fixture
def table():
    return pd.DataFrame(
        {
            "time": pd.date_range("2024-01-01", periods=20, freq="h"),
            "cpu": np.arange(20.0),
            "disk": np.arange(20.0)[::-1],
            "label": [0] * 16 + [1] * 2 + [0] * 2,
        }
    )


def as_lists(data):
    return data.name, data.X.tolist(), data.y.tolist(), data.train_size


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "parquet"])
def test_tables(tmp_path, table, ending):
    path = tmp_path / f"web.one.{ending}"
    table.to_parquet(path) if ending == "parquet" else table.to_csv(path, index=False)
    (data,) = load_datasets([path])
    assert data.name == "web.one"
    np.testing.assert_array_equal(data.X, table[["cpu", "disk"]])
    np.testing.assert_array_equal(data.y, table["label"] == 1)
    assert data.train_size == 10
    (data,) = load_datasets([path], values=["disk"], train_fraction=0.8)
    np.testing.assert_array_equal(data.X, table[["disk"]])
    assert data.train_size == 16


def test_labels_of_either_kind_in_a_column_of_any_name(tmp_path, table):
    table["truth"] = table.pop("label").map({0: 1, 1: -1})
    table.to_csv(tmp_path / "a.csv", index=False)
    (data,) = load_datasets([tmp_path / "a.csv"], label="truth")
    assert np.flatnonzero(data.y).tolist() == [16, 17]


@pytest.mark.parametrize(
    ("values", "names"),
    [
        (["*"], ["cpu", "disk"]),
        (["d*", "[cd]*"], ["disk", "cpu"]),
        (["?pu", "cpu"], ["cpu"]),
    ],
)
def test_patterns_stand_for_columns_of_numbers(tmp_path, table, values, names):
    table.to_csv(tmp_path / "a.csv", index=False)
    (data,) = load_datasets(tmp_path / "a.csv", values=values)
    np.testing.assert_array_equal(data.X, table[names])


def test_arrays(tmp_path):
    X, y = np.arange(12.0).reshape(6, 2), [0, 0, 0, 0, 1, 0]
    np.savez(tmp_path / "with.npz", X=X.astype(np.float32), y=y, train_size=4)
    np.savez(tmp_path / "without.npz", X=X, y=y)
    given, half = load_datasets([tmp_path])
    assert as_lists(given) == ("with", X.tolist(), [False] * 4 + [True, False], 4)
    assert (half.name, half.train_size) == ("without", 3)
    assert given.X.dtype == np.float64


def test_a_folder_with_an_index_counts_for_what_that_names(tmp_path, table):
    for name in "abc":
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    np.savez(tmp_path / "d.npz", X=table["cpu"], y=table["label"], train_size=5)
    index = pd.DataFrame({"series": ["d", "a.csv", "c"], "train_size": [7, 12, 3]})
    index.to_csv(tmp_path / "index.csv", index=False)
    found = [(data.name, data.train_size) for data in load_datasets([tmp_path])]
    assert found == [("d", 7), ("a", 12), ("c", 3)]
    index["train_size"] = [None, 12, None]
    index.to_csv(tmp_path / "index.csv", index=False)
    found = [(data.name, data.train_size) for data in load_datasets(str(tmp_path))]
    assert found == [("d", 5), ("a", 12), ("c", 10)]
    index[["series"]].to_csv(tmp_path / "index.csv", index=False)
    found = [(data.name, data.train_size) for data in load_datasets(tmp_path)]
    assert found == [("d", 5), ("a", 10), ("c", 10)]


def test_paths_and_data_go_together(tmp_path, table):
    table.to_csv(tmp_path / "a.csv", index=False)
    held = LabelledData("b", [1.0, 2.0, 3.0], [0, 0, 0], 2)
    assert [data.name for data in as_datasets([tmp_path, held])] == ["a", "b"]
    assert [data.name for data in as_datasets(str(tmp_path))] == ["a"]


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (
            {},
            {"label": "labels"},
            r"no column of labels 'labels'. Did you mean 'label'",
        ),
        ({}, {"label": "truth"}, r"Its columns are: time, cpu, disk, label\."),
        ({}, {"values": ["cpo"]}, r"named 'cpo'. Did you mean 'cpu'"),
        ({}, {"values": ["gpu*"]}, r"named 'gpu\*'"),
        (
            {},
            {"values": ["label"]},
            r"no column other than 'label' named 'label'",
        ),
        ({"cpu": "x", "disk": "y"}, {}, "no numeric column other than 'label'"),
        ({"cpu": np.nan}, {}, "'a': X contains NaN or infinity: 20 of 40 values"),
        ({"label": 2}, {}, "'a': y must hold 0 and 1 "),
        ({"label": 0.5}, {}, "'a': y must hold 0 and 1 "),
        ({"label": "no"}, {}, "'a': y must hold 0 and 1 .* it holds .*no"),
        ({}, {"train_fraction": 0.0}, "train_fraction must be above 0"),
        ({}, {"train_fraction": 0.01}, "train_size must be .* from 2 to 20, .* got 0"),
    ],
)
def test_what_is_wrong_with_a_table(tmp_path, table, change, options, message):
    table.assign(**change).to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(ValueError, match=message):
        load_datasets([tmp_path / "a.csv"], **options)


def write(folder, name, content):
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)


def test_what_is_wrong_with_files_and_folders(tmp_path):
    with pytest.raises(ValueError, match="There is no file .*/a.csv"):
        load_datasets([tmp_path / "a.csv"])
    with pytest.raises(ValueError, match="holds no data: none of its files ends with"):
        load_datasets([tmp_path])
    write(tmp_path / "one", "a.npz", b"nonsense")
    with pytest.raises(ValueError, match="a.npz is not an .npz file of plain arrays"):
        load_datasets([tmp_path / "one"])
    np.savez(tmp_path / "one" / "a.npz", X=[1.0, 2.0])
    with pytest.raises(ValueError, match="has no array 'y'.* but has X"):
        load_datasets([tmp_path / "one"])
    write(tmp_path / "two", "index.csv", b"series\nb\n")
    with pytest.raises(ValueError, match="names 'b', but there is no such file"):
        load_datasets([tmp_path / "two"])
    write(tmp_path / "two", "index.csv", b"what\nb\n")
    with pytest.raises(ValueError, match="needs a column 'file', but has what"):
        load_datasets([tmp_path / "two"])


@pytest.mark.parametrize(
    ("X", "y", "train_size", "message"),
    [
        ([1, 2, 3], [0, 0, 1], 1, "train_size must be a whole number .* from 2 to 3"),
        ([1, 2, 3], [0, 0, 1], 4, "train_size must be a whole number .* from 2 to 3"),
        ([1, 2, 3], [0, 0, 1], 2.5, "train_size must be a whole number"),
        ([1, 2, 3], [0, 0, 1], "two", "train_size must be a whole number"),
        ([1, 2, 3], [0, 0, 1], np.nan, "train_size must be a whole number"),
        ([1, 2, 3], [0, 0, 1], np.inf, "train_size must be a whole number"),
        ([1, 2, 3], [0, 0, 1], np.array([2]), "train_size must be a whole number"),
        ([1, 2, 3], [0, 1], 2, "X has 3 samples and y has 2 labels"),
        ([[[1]], [[2]]], [0, 1], 2, "X must have the shape"),
        (["a", "b"], [0, 1], 2, "X must hold numbers"),
    ],
)
def test_what_is_wrong_with_arrays(X, y, train_size, message):
    with pytest.raises(ValueError, match=f"Data set 'a': {message}"):
        LabelledData("a", X, y, train_size)


def test_two_files_of_one_name_are_refused(tmp_path, table):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        table.to_csv(tmp_path / folder / "a.csv", index=False)
    with pytest.raises(ValueError, match="'a' is used by 2 data sets"):
        evaluate(["pca"], [tmp_path / "one", tmp_path / "two"])
