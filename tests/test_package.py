"""The house keeps its layers: what is public, what is imported, and when."""

import ast
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import skanomaly

PACKAGE = Path(skanomaly.__file__).parent
ROOT = PACKAGE.parent
HEAVY = {"keras", "tensorflow", "scikeras"}
OPTIONAL = {
    *("pandas", "matplotlib", "plotly", "rich", "pyarrow", "h5py", "mlflow", "dask")
}
PUBLIC = [
    (module, name) for module in skanomaly._PUBLIC for name in skanomaly._PUBLIC[module]
]

# What loads Keras when it is imported, and not in a function: the trainer, and layers
# and models that Keras lacks. Nothing imports these at its top but the first of them.
DOORS_TO_KERAS = {
    "skanomaly.engine._keras_loop",
    "skanomaly.engine._outputs",
    "skanomaly.engine._passes",
    "skanomaly.engine._steps",
    "skanomaly.engine._template",
    "skanomaly.networks._adversarial",
    "skanomaly.networks._features",
    "skanomaly.networks._feedback",
    "skanomaly.networks._gaussian_code",
    "skanomaly.networks._lstm",
}


def source_files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def is_type_checking(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Name)
        and node.test.id == "TYPE_CHECKING"
    )


def imports_at_run_time(tree: ast.AST) -> Iterator[str]:
    """Every imported name, dotted, but for those that only type checkers see."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif not is_type_checking(node):
            yield from imports_at_run_time(node)


@pytest.fixture(scope="module")
def imports() -> dict[str, list[str]]:
    return {
        str(path.relative_to(PACKAGE)): list(
            imports_at_run_time(ast.parse(path.read_text(encoding="utf-8")))
        )
        for path in source_files()
    }


def in_fresh_python(code: str) -> Any:
    """Run `code` in a new interpreter and read what it prints as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_import_loads_nothing_heavy():
    loaded = in_fresh_python(
        "import json, sys, skanomaly; print(json.dumps(sorted(sys.modules)))"
    )
    assert "skanomaly" in loaded
    assert not (HEAVY | OPTIONAL) & set(loaded)


def test_a_fit_leaves_determinism_as_it_was():
    assert in_fresh_python(
        """
import json, keras, numpy as np, skanomaly
X = np.random.default_rng(0).normal(size=(40, 3))
skanomaly.AutoencoderDetector(epochs=1).fit(X)
dropout = keras.Sequential([keras.layers.Dropout(0.5), keras.layers.Dense(1)])
dropout.compile("sgd", "mse")
# Its order is drawn without a seed, which TensorFlow refuses where all is determined.
print(json.dumps(len(dropout.fit(X, X[:, :1], verbose=0).history)))
"""
    )


def test_modules_load_nothing_heavy():
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in source_files()
        if path.name != "__main__.py"
    ]
    assert set(names) >= DOORS_TO_KERAS
    names = [name for name in names if name not in DOORS_TO_KERAS]
    assert {"skanomaly.windows", "skanomaly.detectors", "skanomaly.cli"} <= set(names)
    loaded_by = in_fresh_python(
        f"""
import importlib, json, sys
import sklearn.pipeline  # which loads pandas and rich by itself where they are
heavy, loaded_by = {HEAVY | OPTIONAL!r}, {{}}
seen = heavy & set(sys.modules)
for name in {names!r}:
    importlib.import_module(name)
    if new := heavy & set(sys.modules) - seen:
        loaded_by[name] = sorted(new)
        seen |= new
print(json.dumps(loaded_by))
"""
    )
    assert loaded_by == {}


@pytest.mark.parametrize(("module", "name"), PUBLIC)
def test_public_name_resolves_and_is_documented(module, name):
    public = getattr(skanomaly, name)
    assert public is getattr(import_module(f"skanomaly.{module}"), name)
    assert public.__doc__
    assert public.__doc__.strip()


def test_type_checkers_see_the_public_list():
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if is_type_checking(node))
    seen = {
        (node.module, alias.name, alias.asname)
        for node in block.body
        for alias in node.names
    }
    # `name as name` is how a typed package marks a name as exported.
    assert seen == {(f"skanomaly.{module}", name, name) for module, name in PUBLIC}


def test_public_list_is_sorted_and_without_repetition():
    for names in skanomaly._PUBLIC.values():
        assert list(names) == sorted(set(names))
    assert len({name for _, name in PUBLIC}) == len(PUBLIC)


def test_dir_and_all_hold_the_public_names():
    names = {name for _, name in PUBLIC}
    assert names < set(dir(skanomaly))
    assert names | {"__version__"} == set(skanomaly.__all__)


@pytest.mark.parametrize("module", skanomaly._MODULES)
def test_public_module_is_an_attribute(module):
    room = import_module(f"skanomaly.{module}")
    assert getattr(skanomaly, module) is room
    assert room.__doc__, "a folder without __init__.py imports too, but is not shipped"


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'Singler'"):
        skanomaly.Singler  # noqa: B018


def test_one_file_imports_scikeras(imports):
    assert [
        file
        for file, names in imports.items()
        if any(name.split(".")[0] == "scikeras" for name in names)
    ] == ["engine/_keras_loop.py"]


def test_one_file_imports_private_names_of_sklearn(imports):
    assert [
        file
        for file, names in imports.items()
        if any(name.startswith("sklearn.") and "._" in name for name in names)
    ] == ["_compat.py"]


def test_keras_stays_where_the_networks_are(imports):
    rooms = {
        file.split("/")[0]
        for file, names in imports.items()
        if any(name.split(".")[0] in HEAVY for name in names)
    }
    assert rooms == {"detectors", "engine", "networks"}


def test_optional_packages_come_through_import_extra(imports):
    assert {
        file: found
        for file, names in imports.items()
        if (found := [name for name in names if name.split(".")[0] in OPTIONAL])
    } == {}


def test_every_optional_package_has_an_extra():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    for path in source_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "import_extra"
            ):
                module = node.args[0].value.split(".")[0]
                extra = node.keywords[0].value.value
                assert extra in extras, f"{path}: no extra {extra!r}"
                assert any(
                    requirement.startswith(module)
                    for requirement in closure(extra, extras)
                ), f"{path}: extra {extra!r} does not bring {module}"


def closure(extra: str, extras: dict[str, list[str]]) -> Iterator[str]:
    """Requirements of an extra, with those of the extras that it names."""
    for requirement in extras[extra]:
        if requirement.startswith("skanomaly["):
            for inner in requirement[len("skanomaly[") : -1].split(","):
                yield from closure(inner, extras)
        else:
            yield requirement


def test_types_are_shipped():
    assert (PACKAGE / "py.typed").exists()
