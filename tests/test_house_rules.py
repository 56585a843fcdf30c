"""The house rules that a machine can check; `tests/house.py` reads the source."""

import ast
import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest

import skanomaly
from tests.house import RULES, House

HOUSE = House(Path(skanomaly.__file__).parent)
DEEPEST, LONGEST_FILE, LONGEST_FUNCTION, MOST_PARAMETERS = 4, 400, 50, 11

# Files of one name are about one thing. These are about the same thing in two rooms, or
# stand for a whole room.
SHARED_STEMS = {
    "__init__": "each room has one",
    "_base": "the base class of a room",
    "_detect": "the function, and the verb of the command line",
    "_reconstruction": "the family of detectors, and the picture of what one expects",
    "_threshold_curve": "the curve of a metric, and its picture",
}

# A rule has one place: its code is in this file alone.
ONE_PLACE = {
    "closest name": "_text.py",
    "versions of software": "_versions.py",
    "decision on a score": "events/_decide.py",
    "values of labels": "events/_decide.py",
    "SciKeras": "engine/_keras_loop.py",
}


def test_inheritance_is_at_most_four_deep():
    deep = {name: HOUSE.depth(name) for name in HOUSE.bases}
    assert {name: n for name, n in deep.items() if n > DEEPEST} == {}
    assert max(deep.values()) > 1, "no class was found"


def test_files_are_short():
    lengths = HOUSE.file_lengths
    assert {name: n for name, n in lengths.items() if n > LONGEST_FILE} == {}


def test_functions_are_short():
    lengths = HOUSE.function_lengths
    assert {name: n for name, n in lengths.items() if n > LONGEST_FUNCTION} == {}


def test_functions_have_few_parameters():
    counts = HOUSE.parameter_counts
    assert {name: n for name, n in counts.items() if n > MOST_PARAMETERS} == {}


def test_no_room_imports_a_private_file_of_another_room():
    assert HOUSE.private_imports == []


def test_functions_are_annotated():
    bare = [
        f"{name}:{node.name}"
        for name, tree in HOUSE.trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and not _is_annotated(node)
    ]
    assert bare == []


def _is_annotated(function: ast.FunctionDef) -> bool:
    taken = function.args
    named = [*taken.posonlyargs, *taken.args, *taken.kwonlyargs]
    rest = [one for one in (taken.vararg, taken.kwarg) if one is not None]
    told = [one for one in named if one.arg not in ("self", "cls", "mcs")]
    return function.returns is not None and all(
        one.annotation is not None for one in [*told, *rest]
    )


@pytest.mark.parametrize("module", skanomaly._MODULES)
def test_public_names_of_a_room_are_documented(module):
    room = import_module(f"skanomaly.{module}")
    for name in room.__all__:
        value = getattr(room, name)
        if inspect.isclass(value) or callable(value):
            text = inspect.getdoc(value)
            assert text, f"skanomaly.{module}.{name}"
            assert text != inspect.getdoc(type(value)), f"skanomaly.{module}.{name}"


def test_a_stem_stands_for_one_thing():
    repeated = {
        stem: files
        for stem, files in HOUSE.stems.items()
        if len(files) > 1 and stem not in SHARED_STEMS
    }
    assert repeated == {}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_has_one_place(rule):
    assert HOUSE.places(rule) == [ONE_PLACE[rule]]


# Words that a docstring does not begin with, and words that none of our texts uses.
NO_SUMMARY = {"Give", "How", "Let", "Say", "Tell", "What", "Which"}
ARCHAIC = re.compile(
    r"\b(anew|beside|hopefully|lest|mend(ed)?|whoever)\b", re.IGNORECASE
)


def docstrings() -> list[tuple[str, str]]:
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    return [
        (f"{name}:{getattr(node, 'name', 'module')}", text)
        for name, tree in HOUSE.trees.items()
        for node in ast.walk(tree)
        if isinstance(node, kinds) and (text := ast.get_docstring(node))
    ]


def test_summaries_begin_with_a_verb_or_a_noun():
    found = docstrings()
    assert len(found) > 500
    assert [name for name, text in found if text.split()[0] in NO_SUMMARY] == []


def test_texts_are_plain_english():
    lines = [
        f"{name}:{number}: {line.strip()}"
        for name in HOUSE.trees
        for number, line in enumerate(HOUSE.source(name).splitlines(), 1)
        if ARCHAIC.search(line)
    ]
    assert lines == []
