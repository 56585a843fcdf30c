"""Parts of a file are read as the whole is."""

import gzip

import numpy as np
import pandas as pd
import pytest

from skanomaly.datasets import scan_parts
from skanomaly.datasets._source import decode
from skanomaly.reading import Reading, read_parts, read_series

N_ROWS = 1000
VALUES = np.random.default_rng(0).normal(size=(N_ROWS, 2)).round(3) + 5
TIMES = pd.date_range("2024-01-05", periods=N_ROWS, freq="6h", name="at")
FRAME = pd.DataFrame(VALUES, columns=["a", "b"], index=TIMES)

WRITERS = {
    "comma": lambda: FRAME.to_csv(),
    "no header": lambda: FRAME.to_csv(header=False),
    "numbered": lambda: FRAME.to_csv(index=False),
    "semicolon": lambda: FRAME.to_csv(sep=";", decimal=",", date_format="%d.%m.%Y %H"),
    "month first": lambda: FRAME.to_csv(date_format="%m/%d/%Y %H:%M"),
    "epoch": lambda: FRAME.set_index(TIMES.astype("int64") // 10**9).to_csv(),
    "marked": lambda: "\ufeff" + FRAME.to_csv(),
    "quoted": lambda: FRAME.to_csv(quoting=1),
    "empty lines at the end": lambda: FRAME.to_csv() + "\n\n",
    "separator in the first line": lambda: "sep=;\n" + FRAME.to_csv(sep=";"),
    "other columns": lambda: FRAME.assign(host="x", note=" 1,5 m").to_csv(),
}


def check(path, n_rows, **settings):
    expected, whole = read_series(path, **settings)
    report, parts = read_parts(path, Reading(**settings), n_rows=n_rows)
    series = list(parts)
    # The first part may have a row more, and the last one what is left.
    assert 0 <= max(1, N_ROWS // n_rows) - len(series) <= 1
    pd.testing.assert_frame_equal(pd.concat(series), expected, check_freq=False)
    assert report.time == whole.time
    assert report.values == whole.values


@pytest.mark.parametrize("how", WRITERS)
@pytest.mark.parametrize("n_rows", [99, 499])
def test_text(how, n_rows, tmp_path):
    path = tmp_path / "series.csv"
    path.write_text(WRITERS[how](), encoding="utf-8")
    value = ["1", "2"] if how == "no header" else ["a", "b"]
    check(path, n_rows, value=value)


@pytest.mark.parametrize(
    "encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8", "latin-1"]
)
@pytest.mark.parametrize("is_forced", [False, True])
def test_encoding(encoding, is_forced, tmp_path):
    path = tmp_path / "series.csv"
    frame = FRAME.assign(note="größer")
    frame.to_csv(path, encoding=encoding)
    check(path, 300, value=["a"], encoding=encoding if is_forced else None)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "gb18030"])
def test_head_may_end_within_a_character(encoding):
    text = "at,cpu,note\n" + "1,2.5,𝄞ü𝄞\n" * 9
    data = text.encode(encoding)
    for stop in range(40, len(data)):
        found, _ = decode("a.csv", data[:stop], encoding, is_cut=True)
        assert text.startswith(found)
        assert len(found.encode(encoding)) > stop - 4
    with pytest.raises(ValueError, match="neither a text file in UTF-8"):
        decode("a.csv", (text + "ü").encode(encoding)[:-1], encoding)


def test_mark_of_the_encoding_that_is_passed_is_no_part_of_a_name(tmp_path):
    path = tmp_path / "series.csv"
    text = "\ufeff" + FRAME.to_csv(columns=["a"], index=False)
    path.write_bytes(text.encode("utf-16-le"))
    report, _ = read_parts(path, Reading(encoding="utf-16-le"), n_rows=100)
    assert list(report.values) == ["a"]


def test_file_without_rows_is_refused(tmp_path):
    FRAME[:0].to_parquet(tmp_path / "none.parquet")
    (tmp_path / "none.csv").write_text("at,a,b\n")
    for name in ("none.parquet", "none.csv"):
        with pytest.raises(ValueError, match=f"{name} has no row of data, only a head"):
            read_parts(tmp_path / name, Reading(), n_rows=100)


def test_single_column(tmp_path):
    path = tmp_path / "series.txt"
    np.savetxt(path, VALUES[:, 0])
    check(path, 300)


@pytest.mark.parametrize("n_rows", [99, 5000])
@pytest.mark.parametrize("as_index", [True, False])
def test_parquet(n_rows, as_index, tmp_path):
    frame = FRAME if as_index else FRAME.reset_index()
    frame.to_parquet(tmp_path / "series.parquet", row_group_size=170)
    check(tmp_path / "series.parquet", n_rows, value=["b", "a"])


def test_day_of_the_first_part_holds_for_the_others(tmp_path):
    """In parts with days up to 12 only, both readings are possible."""
    path = tmp_path / "series.csv"
    text = FRAME[["a"]].to_csv(date_format="%d/%m/%Y %H:%M")
    path.write_text(text)
    _, parts = read_parts(path, Reading(), n_rows=40)
    assert pd.concat(list(parts)).index.equals(FRAME.index)


def test_file_in_another_order_is_refused(tmp_path):
    FRAME[["a"]][::-1].to_csv(tmp_path / "back.csv")
    _, parts = read_parts(tmp_path / "back.csv", Reading(), n_rows=300)
    with pytest.raises(ValueError, match="times go back .*Sort the file"):
        list(parts)


def test_rows_of_an_error_are_named(tmp_path):
    FRAME[["a"]].replace(VALUES[700, 0], None).to_csv(tmp_path / "gap.csv")
    _, parts = read_parts(tmp_path / "gap.csv", Reading(), n_rows=250)
    assert len(next(parts)) == 250
    with pytest.raises(ValueError, match=r"In rows (250|500) to (499|749): "):
        list(parts)


@pytest.mark.parametrize("header", ["cpu\n", ""])
@pytest.mark.parametrize("row", [29, 59, 60, 90, *[slice(30, 60)]])
def test_missing_value_where_parts_meet_is_not_dropped(header, row, tmp_path):
    lines = np.array([f"{value}" for value in VALUES[:120, 0]], dtype=object)
    lines[row] = ""
    path = tmp_path / "single.csv"
    path.write_text("\n\n" + header + "\n".join(lines) + "\n" * 70)
    parts = scan_parts(path, 30, header=bool(header))
    found = np.concatenate([table.iloc[:, 0] for table, _ in parts])
    expected = VALUES[:120, 0].copy()
    expected[row] = np.nan
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("900", "1.159", "two readings.*--decimal"),
        ("1.159", "900", "two readings.*--decimal"),
        ("1234", "0,5", "decimal marks differ.*'.' before, ',' here.*--decimal"),
        ("5%", "7", "signs at numbers differ.*percent signs.* before, none here"),
        ("$5", "€5", r"signs at numbers differ.*sign \$.* before, the sign €"),
        ("-5.5", "(7.5)", "less than 0 differ.*in front.* before, by parentheses"),
    ],
)
def test_later_part_that_differs_is_refused(before, after, said, tmp_path):
    path = tmp_path / "series.csv"
    rows = [f"{i};{before if i < 60 else after}" for i in range(120)]
    path.write_text("\n".join(["no;cpu", *rows]), encoding="utf-8")
    _, parts = read_parts(path, Reading(value=["cpu"]), n_rows=30)
    with pytest.raises(ValueError, match=said):
        list(parts)


@pytest.mark.parametrize(
    ("before", "after", "numbers"),
    [
        ("900", "0.5", (900, 0.5)),
        ("1234", "1.159", (1234, 1.159)),
        ("900,5", "0,5", (900.5, 0.5)),
        ("(5.5)", "7.5", (-5.5, 7.5)),
        ("5%", "7.5%", (5, 7.5)),
    ],
)
def test_later_part_may_hold_other_numbers(before, after, numbers, tmp_path):
    path = tmp_path / "series.csv"
    rows = [f"{i};{before if i < 60 else after}" for i in range(120)]
    path.write_text("\n".join(["no;cpu", *rows]))
    _, parts = read_parts(path, Reading(value=["cpu"]), n_rows=30)
    found = pd.concat(list(parts))["cpu"].tolist()
    assert found == np.repeat(numbers, 60).tolist()


def test_times_in_another_unit_are_refused(tmp_path):
    factor = np.where(np.arange(N_ROWS) < 500, 1, 1000)
    seconds = TIMES.as_unit("s").astype("int64") * factor
    FRAME[["a"]].set_index(seconds).to_csv(tmp_path / "epoch.csv")
    _, parts = read_parts(tmp_path / "epoch.csv", Reading(), n_rows=100)
    with pytest.raises(ValueError, match="times differ.*seconds.* before, milli"):
        list(parts)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ((699, 699), "In rows 700 to .*1 time .*equal to the previous"),
        ((150, 150), "In rows 100 to .*1 time .*equal to the previous"),
        ((799, 860), "In rows 800 to .*1 step .*longer than the median"),
    ],
)
def test_uneven_times_of_later_parts_are_warned_of_once(rows, said, tmp_path):
    before, after = rows
    moved = TIMES + (TIMES[after] - TIMES[before + 1])
    times = TIMES[: before + 1].append(moved[before + 1 :])
    FRAME[["a"]].set_index(times).to_csv(tmp_path / "uneven.csv")
    report, parts = read_parts(tmp_path / "uneven.csv", Reading(), n_rows=100)
    assert report.warnings == []
    with pytest.warns(UserWarning, match=said) as warned:
        list(parts)
    assert len(warned) == 1


def test_rows_of_messages_are_those_of_the_file(tmp_path):
    values = FRAME["a"].astype(str)
    values.iloc[777] = "bad"
    values.to_csv(tmp_path / "bad.csv")
    _, parts = read_parts(tmp_path / "bad.csv", Reading(), n_rows=100)
    with pytest.raises(ValueError, match="In rows 700 to 799: .* row 777: 'bad'"):
        list(parts)


def test_offsets_over_a_change_of_clocks(tmp_path):
    times = pd.date_range("2024-03-30", periods=90, freq="h", tz="Europe/Berlin")
    text = [time.isoformat() for time in times]
    path = tmp_path / "berlin.csv"
    pd.DataFrame({"at": text, "a": VALUES[:90, 0]}).to_csv(path, index=False)
    expected, _ = read_series(path)
    _, parts = read_parts(path, Reading(), n_rows=30)
    found = list(parts)
    assert [str(part.index.tz) for part in found] == ["UTC"] * 3
    pd.testing.assert_frame_equal(pd.concat(found), expected, check_freq=False)


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "series.csv.gz"
    path.write_bytes(gzip.compress(FRAME.to_csv().encode()))
    with pytest.raises(ValueError, match="compressed.*gzip.*Decompress"):
        read_parts(path, Reading(), n_rows=100)
    path = tmp_path / "noted.csv"
    path.write_text("# from a pump\n" + FRAME[["a"]].to_csv())
    with pytest.raises(ValueError, match="comments.*only plain tables"):
        read_parts(path, Reading(), n_rows=100)
    path.write_bytes(b"\x00\x01\x02" * 99)
    with pytest.raises(ValueError, match="neither a text file"):
        read_parts(path, Reading(), n_rows=100)
    with pytest.raises(FileNotFoundError, match="no file"):
        read_parts(tmp_path / "none.csv", Reading(), n_rows=100)


@pytest.mark.parametrize(
    ("notes", "said"),
    [
        ("# from a pump\n# in a cellar\n# (old)\n# (red)\n", "4 lines of comments"),
        ("from a pump\nin a cellar\n(old)\n", "3 lines before the table"),
        ("from a pump\n\n\n", "1 lines before the table"),
    ],
)
@pytest.mark.parametrize("n_rows", [1, 2, 3, 100])
def test_notes_are_refused_as_such_however_short_parts_are(
    notes, said, n_rows, tmp_path
):
    path = tmp_path / "noted.csv"
    path.write_text(notes + FRAME.to_csv())
    with pytest.raises(ValueError, match=f"{said}.*only plain tables"):
        read_parts(path, Reading(), n_rows=n_rows)


def test_file_of_a_separator_alone_is_refused(tmp_path):
    path = tmp_path / "series.csv"
    path.write_text("sep=;\n")
    with pytest.raises(ValueError, match="no row of data"):
        read_parts(path, Reading(), n_rows=3)


@pytest.mark.parametrize("settings", [{"every": "1h"}, {"interpolate": True}])
def test_what_needs_the_whole_series_is_refused(settings, tmp_path):
    FRAME.to_csv(tmp_path / "series.csv")
    with pytest.raises(ValueError, match="needs the whole series"):
        read_parts(tmp_path / "series.csv", Reading(**settings), n_rows=100)


@pytest.mark.parametrize("row", [50, 700])
def test_advice_that_needs_the_whole_file_says_so(row, tmp_path):
    path = tmp_path / "series.csv"
    frame = FRAME[["a"]].copy()
    frame.drop(frame.index[row : row + 30]).to_csv(path)
    said = "In blocks: for --every, --agg, --interpolate, read the whole"
    report, parts = read_parts(path, Reading(), n_rows=200)
    if row < 200:
        assert said in report.warnings[0]
        list(parts)
    else:
        with pytest.warns(UserWarning, match=said):
            list(parts)
    for value in (None, 1e300, [-9999.0] * 5):
        frame.iloc[row : row + np.size(value), 0] = value
        frame.to_csv(path)
        with pytest.raises(
            ValueError, match="In blocks: for --interpolate, read the whole"
        ):
            list(read_parts(path, Reading(), n_rows=200)[1])
