import gzip
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from skanomaly.datasets import read_table


@pytest.fixture
def saved(tmp_path):
    def save(content, name="table.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return save


TABLE = {"time": ["2024-01-01", "2024-01-02"], "cpu": [1.5, 2.5]}


@pytest.mark.parametrize(
    "content",
    [
        "time,cpu\n2024-01-01,1.5\n2024-01-02,2.5\n",
        "time,cpu\n2024-01-01,1.5\n2024-01-02,2.5",
        "time,cpu\r\n2024-01-01,1.5\r\n2024-01-02,2.5\r\n",
        "time,cpu\r2024-01-01,1.5\r2024-01-02,2.5\r",
        "\ufefftime,cpu\n2024-01-01,1.5\n2024-01-02,2.5\n",
        "time;cpu\n2024-01-01;1.5\n2024-01-02;2.5\n",
        "time\tcpu\n2024-01-01\t1.5\n2024-01-02\t2.5\n",
        "time, cpu\n2024-01-01, 1.5\n2024-01-02, 2.5\n\n",
        '"time","cpu"\n"2024-01-01",1.5\n\n"2024-01-02",2.5\n',
    ],
    ids=["lf", "no end", "crlf", "cr", "bom", "semicolon", "tab", "spaces", "quotes"],
)
def test_a_table_with_a_header(saved, content):
    assert read_table(saved(content)).to_dict("list") == TABLE


@pytest.mark.parametrize("name", ["table.csv.gz", "misnamed.csv"])
def test_gzip(saved, name):
    content = gzip.compress(b"time,cpu\r\n2024-01-01,1.5\r\n2024-01-02,2.5\r\n")
    assert read_table(saved(content, name)).to_dict("list") == TABLE


@pytest.mark.parametrize("indexed", [False, True])
def test_parquet(tmp_path, indexed):
    table = pd.DataFrame(TABLE)
    path = tmp_path / "table.parquet"
    (table.set_index("time") if indexed else table).to_parquet(path)
    assert read_table(path).to_dict("list") == TABLE


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("1\n2.5\n3e-2\n", {"value": [1, 2.5, 0.03]}),
        ("1,2.5,3e-2", {"value": [1, 2.5, 0.03]}),
        ("1\t2.5\t3e-2\r\n", {"value": [1, 2.5, 0.03]}),
        ("7", {"value": [7]}),
        ("1,2\n3,4\n", {"0": [1, 3], "1": [2, 4]}),
        ("2024-01-01 10:00:00,2\n2024-01-02,4", {"1": [2, 4]}),
        ("a,b,c\n1,2,3", {"a": [1], "b": [2], "c": [3]}),
        ("cpu\n1\n2", {"cpu": [1, 2]}),
        ("timestamp,0,1\nx,2,3", {"0": [2], "1": [3]}),
    ],
)
def test_headers_are_told_from_data(saved, content, expected):
    table = read_table(saved(content))
    found = {name: table[name].tolist() for name in expected}
    assert found == expected


def test_missing_values_stay_missing(saved):
    table = read_table(saved("1,,2\n3,nan,4\n"))
    assert table["1"].isna().all()
    # In a single column an empty line is a sample that was not measured.
    assert read_table(saved("1\n\n3\n"))["value"].isna().tolist() == [0, 1, 0]


@settings(deadline=None, max_examples=50)
@given(
    values=st.lists(st.floats(allow_nan=False, width=32), min_size=1, max_size=20),
    row=st.booleans(),
)
def test_numbers_are_read_as_they_were_written(tmp_path_factory, values, row):
    path = tmp_path_factory.mktemp("numbers") / "series.csv"
    path.write_text(("," if row else "\n").join(map(repr, values)))
    np.testing.assert_allclose(read_table(path)["value"], values, rtol=1e-15)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b" \n\r\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (gzip.compress(b"", mtime=0), "is empty"),
        (b"time,cpu\n", "no row of data"),
        (b"# a pump\n# in a cellar\n", "no row of data, only comments"),
        (b"sep=;\n", "no row of data"),
        ("температура\n1\n".encode("cp1251"), "neither a text file in UTF-8"),
        (b"MATLAB\0\0\x01", "neither a text file in UTF-8"),
        (b"a,b\n1,2\n1,2,3\n", "line 3 has 3 fields and line 1 has 2"),
        (b"a,b\n1,2,3\n1,2,3\n", "line 2 has 3 fields and line 1 has 2"),
        (b"a,b\n1,2\n3\n", "line 3 has 1 fields and line 1 has 2"),
        (b'"a","b"\n1,2\n\n3\n', "line 4 has 1 fields and line 1 has 2"),
        (b"1,2\n1,2,3\n", "ragged"),
        (b'a,b\n1,"2\n', r"could not be read as CSV|ragged"),
        (b"PAR1 but no more", "damaged Parquet"),
        (gzip.compress(b"cpu\n1\n2\n", mtime=0)[:-6], "damaged gzip"),
        (b"\x1f\x8b, not really", "damaged gzip"),
    ],
)
def test_bad_files_are_refused(saved, content, message):
    path = saved(content)
    with pytest.raises(ValueError, match=message) as caught:
        read_table(path)
    assert str(path) in str(caught.value)


def test_what_is_no_file_is_refused(tmp_path):
    with pytest.raises(ValueError, match="is a folder"):
        read_table(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"no file .*nowhere\.csv"):
        read_table(str(tmp_path / "nowhere.csv"))


def test_one_very_long_line(data_dir):
    begin = time.perf_counter()
    table = read_table(data_dir / "seeds/waveform/normal.csv")
    assert table.shape == (320_000, 1)
    assert time.perf_counter() - begin < 5


@pytest.mark.parametrize(
    ("name", "shape", "column"),
    [
        ("workshop/timeseries1.csv", (453, 1), "value"),
        ("workshop/ec2_cpu_utilization_53ea38.csv", (4032, 2), "timestamp"),
        ("vpc-flow-logs/data_example.csv", (500, 18), "ABBytes"),
    ],
)
def test_real_files(data_dir, name, shape, column):
    table = read_table(data_dir / "seeds" / name)
    assert table.shape == shape
    assert column in table
