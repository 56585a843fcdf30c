"""Bad input on the command line: a clear error within seconds."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from _figures._command import skanomaly
from _figures._figure import Figure

MOST_SECONDS = 3
_DAYS = [f"2024-01-{day:02}" for day in range(1, 29)]
FILES = {
    "good.csv": "time,cpu\n"
    + "".join(f"{day},{i % 7}\n" for i, day in enumerate(_DAYS)),
    "constant.csv": "cpu\n" + "5\n" * 200,
    "short.csv": "cpu\n1\n2\n3\n",
    "empty.csv": "",
    "text.csv": "a,b\n1,x\n2,y\n",
    "nan.csv": "cpu\n1\nnan\n3\n",
    "infinite.csv": "cpu\n1\n2\ninf\n4\n",
    "times.csv": "time,cpu\n2024-01-01,1\nnever,2\n2024-01-03,3\n",
    "one.csv": "cpu\n5\n",
    "three.csv": "a,b,c\n1,2,3\n4,5,6\n7,8,9\n",
}
TRAINING = "detect good.csv --window 10 --epochs 1 --json --out model"
BAD = {
    "missing file": "detect no.csv",
    "empty file": "detect empty.csv",
    "unknown column": "detect good.csv --value cup",
    "non-numeric column": "detect text.csv --value b",
    "NaN": "detect nan.csv",
    "infinity": "detect infinite.csv",
    "times that are none": "detect times.csv --time time",
    "window longer than the training series": "detect good.csv --window 15",
    "one sample": "detect one.csv",
    "wrong number of channels": "score model/model.skanomaly three.csv --value a b c",
    "unknown detector": "detect good.csv --detector lsmt",
    "unknown threshold": "detect good.csv --threshold sgma:3",
    # A file in place of the folder stops the superuser, too.
    "folder that cannot be written": "detect good.csv --out good.csv/out",
}


def figures(data: Path) -> Iterator[Figure]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in FILES.items():
            (folder / file).write_text(text)
        trained = skanomaly(*TRAINING.split(), folder=folder)
        yield Figure(
            "the model that the cases below need is trained",
            {"code": trained.code},
            met=trained.code == 0,
        )
        for what, arguments in BAD.items():
            done = skanomaly(*arguments.split(), folder=folder)
            yield Figure(
                f"{what}: exit code 2 in less than {MOST_SECONDS} s",
                {"code": done.code, "seconds": done.seconds, "says": done.message},
                met=done.code == 2 and done.seconds < MOST_SECONDS,
            )
        yield from _accepted(folder)


def _accepted(folder: Path) -> Iterator[Figure]:
    for what, arguments in (
        ("a constant series trains and reports nothing", "detect constant.csv --all"),
        (
            "a series shorter than the window is scored",
            "score model/model.skanomaly short.csv",
        ),
    ):
        done = skanomaly(*arguments.split(), "--json", folder=folder)
        measured = {"code": done.code}
        if done.code == 0:
            measured |= {key: done.answer[key] for key in ("window", "n_events")}
        met = done.code == 0 and (measured["n_events"] == 0 or "constant" not in what)
        yield Figure(what, measured, met=met)
