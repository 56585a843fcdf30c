"""`skanomaly read` shows how a file is read; nothing unexpected leaves a traceback."""

import shlex

import pandas as pd
import pytest

from skanomaly.cli import _read, main
from skanomaly.reading import Reading, read_parts, read_series

TEXT = "Zeit;Leistung\n" + "".join(f"{day}.2.2024;{day},5\n" for day in range(1, 29))


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file.csv").write_text(TEXT)
    return tmp_path / "file.csv"


def test_report_and_the_command_that_forces_it(file, capsys):
    assert main(["read", "file.csv"]) == 0
    told = capsys.readouterr().out
    first, second, *table, command = told.splitlines()
    assert "separated by semicolon, decimal mark ','" in first
    assert "times 'Zeit' (%d.%m.%Y), oldest first" in second.lower().replace(
        "'zeit' (%d.%m.%y)", "'Zeit' (%d.%m.%Y)"
    )
    assert any("Leistung" in line and "value" in line for line in table)
    words = shlex.split(command)
    assert words[:3] == ["skanomaly", "detect", "file.csv"]
    for pair in (["--sep", ";"], ["--decimal", ","], ["--time-format", "%d.%m.%Y"]):
        assert " ".join(pair) in " ".join(words)
    assert main(["read", *words[2:]]) == 0
    assert capsys.readouterr().out == told
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize(
    "written",
    ["%Y-%m-%d %H:%M:%S %Z", "%d.%m.%Y %H:%M %Z", "%a %b %d %H:%M:%S %Z %Y"],
)
@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC"])
def test_command_for_names_of_time_zones(written, zone, tmp_path, capsys):
    times = pd.date_range("2024-10-26", periods=50, freq="h", tz=zone)
    rows = [f"{time},{i}.5" for i, time in enumerate(times.strftime(written))]
    path = tmp_path / "zones.csv"
    path.write_text("\n".join(["at,cpu", *rows]) + "\n")
    assert main(["read", str(path)]) == 0
    told = capsys.readouterr().out
    command = shlex.split(told.splitlines()[-1])
    assert main(["read", *command[2:]]) == 0
    assert capsys.readouterr().out == told
    form = command[command.index("--time-format") + 1]
    found, _ = read_series(path, time_format=form)
    assert (found.index == times).all()
    _, parts = read_parts(path, Reading(), n_rows=12)
    assert (pd.concat(parts).index == times).all()


def test_refused_file_is_shown_all_the_same(file, capsys):
    file.write_text(TEXT.replace("7,5", "?"))
    assert main(["read", "file.csv"]) == 2
    out, error = capsys.readouterr()
    assert "Leistung" in out
    assert "holds numbers except in row 6: '?'" in error


def test_unexpected_error_is_one_line(file, capsys, monkeypatch):
    def broken(*_):
        raise RuntimeError("something\nbroke")

    monkeypatch.setattr(_read, "check_files", broken)
    assert main(["read", "file.csv"]) == 1
    error = capsys.readouterr().err
    assert error.splitlines() == [
        "skanomaly: unexpected error: RuntimeError: something broke (--debug shows "
        "where)"
    ]
    assert main(["read", "file.csv", "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err
