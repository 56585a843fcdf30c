"""Figures of the structure of the package, read from its source alone.

``python tests/house.py [FOLDER ...]`` prints them as JSON for each checkout, this one
by default.
"""

import ast
import copy
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import median, quantiles
from typing import Any

NAME = "skanomaly"
Function = ast.FunctionDef | ast.AsyncFunctionDef

# What the code of a rule looks like, without docstrings.
RULES = {
    "closest name": r"\bget_close_matches\(",
    "versions of software": r"\b(python_)?version\(|importlib\.metadata",
    "decision on a score": r"< (self\.)?(offset|limit)_?\b|\bscores?\w* < "
    r"|decision_function\(\w+\) >= 0",
    "values of labels": r"must hold (labels|0 and 1)",
    "SciKeras": r"^(from|import) scikeras",
}


@dataclass(frozen=True)
class House:
    """The source of the package in a checkout."""

    package: Path

    def source(self, name: str) -> str:
        """Return the text of a file."""
        return (self.package / name).read_text(encoding="utf-8")

    @cached_property
    def trees(self) -> dict[str, ast.Module]:
        """Syntax tree of each file, by its path within the package."""
        return {
            str(path.relative_to(self.package)): ast.parse(path.read_text("utf-8"))
            for path in sorted(self.package.rglob("*.py"))
        }

    @cached_property
    def file_lengths(self) -> dict[str, int]:
        """Lines of each file."""
        return {
            name: len((self.package / name).read_text("utf-8").splitlines())
            for name in self.trees
        }

    @cached_property
    def function_lengths(self) -> dict[str, int]:
        """Lines of each function without its docstring, by file and name."""
        return {
            f"{name}:{node.name}:{node.lineno}": _length(node)
            for name, tree in self.trees.items()
            for node in _functions(tree)
        }

    @cached_property
    def parameter_counts(self) -> dict[str, int]:
        """Parameters of each function without ``self``, by file and name."""
        return {
            f"{name}:{node.name}:{node.lineno}": _n_parameters(node)
            for name, tree in self.trees.items()
            for node in _functions(tree)
        }

    @cached_property
    def bases(self) -> dict[str, list[str]]:
        """Names of the bases of each class of the package."""
        return {
            node.name: [_last_name(base) for base in node.bases]
            for tree in self.trees.values()
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
        }

    def depth(self, name: str) -> int:
        """Return the number of classes of the package on the longest chain of bases."""
        if name not in self.bases:
            return 0
        return 1 + max(map(self.depth, self.bases[name]), default=0)

    @cached_property
    def private_imports(self) -> list[str]:
        """Imports of a private file of another room, as ``file: module``."""
        return [
            f"{name}: {module}"
            for name, tree in self.trees.items()
            for module in _imported(tree)
            if _is_private(module) and module.split(".")[1] != name.split("/")[0]
        ]

    @cached_property
    def stems(self) -> dict[str, list[str]]:
        """Files by the stem of their name."""
        found: dict[str, list[str]] = {}
        for name in self.trees:
            found.setdefault(Path(name).stem, []).append(name)
        return found

    def places(self, rule: str) -> list[str]:
        """Return the files that hold the code of a rule."""
        return [
            name
            for name, tree in self.trees.items()
            if re.search(RULES[rule], _code(tree), re.MULTILINE)
        ]

    def figures(self) -> dict[str, Any]:
        """Return the figures that the house rules are about."""
        files, functions = self.file_lengths, self.function_lengths
        room = [n for name, n in files.items() if name.startswith("detectors/")]
        return {
            "depth": max(map(self.depth, self.bases)),
            "deepest": sorted(
                name for name in self.bases if self.depth(name) == self._deepest
            ),
            "lines of a file": _spread(list(files.values())),
            "lines of a function": _spread(list(functions.values())),
            "files over 400 lines": sum(n > 400 for n in files.values()),
            "functions over 50 lines": sum(n > 50 for n in functions.values()),
            "most parameters of a function": max(self.parameter_counts.values()),
            "lines in detectors": sum(room),
            "lines in all": sum(files.values()),
            "private imports across rooms": len(self.private_imports),
            "places of rules": {rule: len(self.places(rule)) for rule in RULES},
        }

    @property
    def _deepest(self) -> int:
        return max(map(self.depth, self.bases))


def _spread(lengths: list[int]) -> dict[str, float]:
    return {
        "median": median(lengths),
        "90th percentile": round(quantiles(lengths, n=10)[-1]),
        "longest": max(lengths),
    }


class _WithoutStrings(ast.NodeTransformer):
    """Drop docstrings, which may mention a rule."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        is_text = isinstance(node.value, ast.Constant)
        return ast.Pass() if is_text else node


def _code(tree: ast.Module) -> str:
    return ast.unparse(_WithoutStrings().visit(copy.deepcopy(tree)))


def _functions(tree: ast.AST) -> Iterator[Function]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return (node for node in ast.walk(tree) if isinstance(node, kinds))


def _n_parameters(function: Function) -> int:
    taken = function.args
    named = [*taken.posonlyargs, *taken.args, *taken.kwonlyargs]
    return sum(one.arg not in ("self", "cls") for one in named)


def _length(function: Function) -> int:
    """Return the lines of a function from its signature to its end."""
    assert function.end_lineno is not None
    lines = function.end_lineno - function.lineno + 1
    if ast.get_docstring(function) is None:
        return lines
    text = function.body[0]
    assert text.end_lineno is not None
    return lines - (text.end_lineno - text.lineno + 1)


def _last_name(base: ast.expr) -> str:
    if isinstance(base, ast.Subscript):
        base = base.value
    return base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def _is_private(module: str) -> bool:
    """Return whether a module is a private file within a room."""
    package, *parts = module.split(".")
    # Modules below all rooms, such as skanomaly._text, are of all rooms.
    in_a_room = package == NAME and len(parts) > 1 and not parts[0].startswith("_")
    return in_a_room and any(
        part.startswith("_") and not part.startswith("__") for part in parts[1:]
    )


def main() -> None:
    """Print the figures of checkouts."""
    here = Path(__file__).parent.parent
    for folder in map(Path, sys.argv[1:] or [str(here)]):
        print(json.dumps(House(folder / NAME).figures(), indent=1))


if __name__ == "__main__":
    main()
