"""Files that are damaged, foreign or malicious are refused, and run no code."""

import io
import json
import os
import pickle
import warnings
import zipfile
from hashlib import sha256

import joblib
import keras
import numpy as np
import pytest
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import LocalOutlierFactor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import OneClassSVM

from skanomaly import (
    AutoencoderDetector,
    PCADetector,
    load_model,
    read_manifest,
    save_model,
)
from skanomaly.report import open_model
from tests.persistence.common import series


class Attack:
    """Pickled, it creates a file when it is loaded."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.fixture
def harm(tmp_path):
    """Path that exists as soon as code of a file has run."""
    path = tmp_path / "harm"
    yield path
    assert not path.exists(), "code has run"


def own(context, n_channels):
    inputs = keras.Input((context, n_channels))
    dense = keras.layers.Dense(
        n_channels, activation="tanh", kernel_regularizer=keras.regularizers.L2(0.01)
    )
    network = keras.Model(inputs, dense(inputs))
    network.compile(keras.optimizers.SGD(0.01), loss=keras.losses.Huber())
    return network


def rows():
    return np.lib.stride_tricks.sliding_window_view(series(100, 1)[:, 0], 6)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """Parts of the files of four models, by name."""
    folder, found = tmp_path_factory.mktemp("stored"), {}
    fast = {"epochs": 1, "patience": None, "random_state": 0}
    models = {
        "own": AutoencoderDetector(network=own, **fast),
        "network": AutoencoderDetector(hidden_units=(4,), **fast),
        "pca": PCADetector(),
        "forest": IsolationForest(n_estimators=2, random_state=np.random.RandomState()),
        "svm": OneClassSVM(nu=0.1),
        "neighbours": LocalOutlierFactor(novelty=True),
        "function": make_pipeline(FunctionTransformer(np.tanh), OneClassSVM()),
    }
    for name, model in models.items():
        path = save_model(model.fit(rows()), folder / name)
        with zipfile.ZipFile(path) as archive:
            found[name] = {part: archive.read(part) for part in archive.namelist()}
    return found


def write(path, parts, *, how=zipfile.ZIP_STORED, repair=True):
    """Write the parts of a file, by default with a hash that is right for them."""
    parts = dict(parts)
    if repair:
        found = sha256()
        for name, content in parts.items():
            if name != "manifest.json":
                found.update(f"{name} {len(content)}\n".encode() + content)
        manifest = json.loads(parts["manifest.json"])
        manifest["sha256"] = found.hexdigest()
        parts["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=how)
    return path


def refused(path, says, **options):
    """Assert that a file is refused, by the message alone and without a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ValueError, match=says) as caught:
            load_model(path, **options)
    assert str(path) in str(caught.value)


def changed(parts, change, tmp_path):
    """Return a file whose objects were changed, with the right hash."""
    objects = json.loads(parts["model.json"])
    change(objects)
    content = json.dumps(objects).encode()
    return write(tmp_path / "changed", parts | {"model.json": content})


def find(node, *keys):
    """Return the first dictionary within a node that has these keys and no other."""
    if isinstance(node, dict) and set(node) == set(keys):
        return node
    within = node.values() if isinstance(node, dict) else node
    if isinstance(node, dict | list):
        for one in within:
            found = find(one, *keys)
            if found is not None:
                return found
    return None


def layer(objects, kind):
    """Return the entry of the first layer of a kind in the network of a user."""
    config = find(objects, "network")["network"]["config"]
    return next(one for one in config["layers"] if one["class_name"] == kind)


SYSTEM = {"module": "os", "class_name": "system", "config": {}, "registered_name": None}
FUNCTION = {
    "module": "os",
    "class_name": "function",
    "config": "system",
    "registered_name": "system",
}


def lambda_layer(objects):
    code = {"class_name": "__lambda__", "config": {"value": ["4wAA", None, None]}}
    config = {"name": "evil", "function": code, "arguments": {}}
    found = layer(objects, "Dense")
    found.update(class_name="Lambda", config=config)


def python_lambda(objects):
    layer(objects, "Dense")["config"]["activation"] = {
        "class_name": "__lambda__",
        "config": {"value": ["4wAA", None, None]},
    }


def set_layer(**fields):
    def change(objects):
        layer(objects, "Dense").update(fields)

    return change


def set_in_layer(**fields):
    def change(objects):
        layer(objects, "Dense")["config"].update(fields)

    return change


def set_compiled(**fields):
    def change(objects):
        find(objects, "network")["network"]["compile_config"].update(fields)

    return change


def set_network(value):
    def change(objects):
        find(objects, "network")["network"] = value

    return change


saved_model = {
    "module": "keras.layers",
    "class_name": "TFSMLayer",
    "config": {"filepath": "/tmp/evil"},
}
KERAS = {
    "lambda layer": (lambda_layer, r"a Lambda holds code.*layer 'evil'"),
    "lambda": (python_lambda, "a Lambda holds code"),
    "layer": (set_layer(module="os", class_name="system"), "class os.system is not"),
    "module of keras": (
        set_layer(module="keras.src.saving.saving_lib", class_name="load_model"),
        "saving_lib.load_model is not on the list",
    ),
    "registered name": (
        set_layer(module="evil", registered_name="evil>Dense"),
        r"evil.Dense is not on the list of those that load \(layer 'dense",
    ),
    "layer that loads a file": (
        set_layer(**saved_model),
        "keras.layers.TFSMLayer is not on the list",
    ),
    "name of no text": (set_layer(class_name=["Dense"]), "a class has the name"),
    "activation": (set_in_layer(activation=FUNCTION), "function os.system is not"),
    "activation by name": (
        set_in_layer(activation="os.system"),
        "activation='os.system' is not a name",
    ),
    "activation as a class": (set_in_layer(activation=SYSTEM), "os.system is not"),
    "initializer": (set_in_layer(kernel_initializer=SYSTEM), "os.system is not"),
    "regularizer": (set_in_layer(kernel_regularizer=SYSTEM), "os.system is not"),
    "policy": (set_in_layer(dtype=SYSTEM), "os.system is not"),
    "optimizer": (set_compiled(optimizer=SYSTEM), "os.system is not"),
    "loss": (set_compiled(loss=FUNCTION), "function os.system is not"),
    "metrics": (set_compiled(metrics=[[FUNCTION]]), "function os.system is not"),
    "network": (set_network(SYSTEM), "os.system is not on the list"),
    "HDF5": (set_network("\x89HDF\r\n"), "a network has no configuration"),
}


@pytest.mark.parametrize("kind", KERAS)
def test_a_network_with_foreign_code_is_refused(kind, stored, tmp_path, harm):
    change, says = KERAS[kind]
    refused(changed(stored["own"], change, tmp_path), says)
    # What is trusted by name does not let others in.
    refused(changed(stored["own"], change, tmp_path), says, trusted=[rows])


def state_of(objects, name):
    """Return the state of the first object of a class."""
    if isinstance(objects, dict) and objects.get("object") == name:
        return objects["state"]
    within = objects.values() if isinstance(objects, dict) else objects
    if isinstance(objects, dict | list):
        for one in within:
            found = state_of(one, name)
            if found is not None:
                return found
    return None


def put(name, key, value):
    def change(objects):
        state_of(objects, name)[key] = value

    return change


def rename(name, to):
    def change(objects):
        found = json.dumps(objects).replace(f'"object": "{name}"', f'"object": "{to}"')
        objects.update(json.loads(found))

    return change


def edit(value, key, *others):
    def change(objects):
        find(objects, key, *others)[key] = value

    return change


EVIL_OPTIMIZER = {
    "dict": [["class_name", "system"], ["module", "os"], ["config", {"dict": []}]]
}
OBJECTS = {
    "foreign class": ("pca", rename("PCADetector", "os.system"), "class os.system is"),
    "foreign part": ("pca", rename("LinearModel", "subprocess.Popen"), "subprocess"),
    "our class that is no part": (
        "pca",
        rename("LinearModel", "skanomaly.report._model.SavedModel"),
        "SavedModel is not on the list",
    ),
    "kind": (
        "pca",
        lambda one: one["state"].update(n_channels={"pickle": "gASV"}),
        "kind of value named 'pickle'",
    ),
    "attribute": ("pca", put("PCADetector", "__class__", 1), "attribute '__class__'"),
    "callbacks": (
        "network",
        put("AutoencoderDetector", "callbacks", [1]),
        "callbacks, which is never",
    ),
    "cache of pickles": (
        "pca",
        put("PCADetector", "memory", "/tmp/x"),
        "memory, which is never read",
    ),
    "cache of a pipeline": (
        "function",
        put("Pipeline", "memory", "/tmp/x"),
        "memory, which is never",
    ),
    "optimizer for a fit": (
        "network",
        put("AutoencoderDetector", "optimizer", EVIL_OPTIMIZER),
        "os.system is not",
    ),
    "optimizer by name": (
        "network",
        put("Blueprint", "optimizer", "os.system"),
        "'os.system' is not one of Keras",
    ),
    "settings of an optimizer": (
        "network",
        put(
            "Blueprint",
            "optimizer_config",
            {"dict": [["learning_rate", EVIL_OPTIMIZER]]},
        ),
        "os.system is not",
    ),
    "builder": (
        "network",
        edit("system", "builder", "params"),
        "no function of this package",
    ),
    "builder as a function": (
        "network",
        put("Blueprint", "builder", {"function": "os.system"}),
        "is built by NamedFunction",
    ),
    "builder of a dictionary": (
        "network",
        edit({"activation": EVIL_OPTIMIZER}, "params", "builder"),
        "os.system is not",
    ),
    "arguments": (
        "network",
        put("Blueprint", "args", {"tuple": ["a", 1]}),
        "inputs of the shape",
    ),
    "precision": (
        "network",
        put("Blueprint", "precision", {"tuple": [1, 2]}),
        "precision",
    ),
    "array": ("pca", edit(9999, "array"), "there is no array 9999"),
    "reference": (
        "pca",
        put("PCADetector", "threshold", {"same": 0}),
        "there is no object 0",
    ),
    "tree that is a circle": (
        "forest",
        lambda one: state_of(one, "Tree").update(max_depth=0),
        "do not form one",
    ),
    "tree of other columns": (
        "forest",
        put("Tree", "n_features", 10**6),
        "trees of a forest do not fit",
    ),
    "machine": (
        "svm",
        put("OneClassSVM", "support_", {"texts": []}),
        "OneClassSVM do not fit",
    ),
    "generator": ("forest", put("RandomState", "pos", 10**9), "out of its range"),
    "no model": ("pca", lambda one: (one.clear(), one.update(dict=[])), "holds a dict"),
}


@pytest.mark.parametrize("kind", OBJECTS)
def test_objects_from_outside_the_list_are_refused(kind, stored, tmp_path, harm):
    name, change, says = OBJECTS[kind]
    refused(changed(stored[name], change, tmp_path), says)


IMPORTED = "imported_by_name"
NAMED = {
    "function": ("function", edit(f"{IMPORTED}.run", "function")),
    "class": ("pca", rename("LinearModel", f"{IMPORTED}.Evil")),
    "layer": ("own", set_layer(module=IMPORTED, class_name="Evil")),
    "activation": ("own", set_in_layer(activation={**FUNCTION, "module": IMPORTED})),
    "loss": ("own", set_compiled(loss={**FUNCTION, "module": IMPORTED})),
    "optimizer": ("network", put("Blueprint", "optimizer", f"{IMPORTED}>Evil")),
}


@pytest.mark.parametrize("kind", NAMED)
def test_no_module_is_imported_because_a_file_names_it(
    kind, stored, tmp_path, harm, monkeypatch
):
    (tmp_path / f"{IMPORTED}.py").write_text(f"import os; os.mkdir({str(harm)!r})")
    monkeypatch.syspath_prepend(tmp_path)
    name, change = NAMED[kind]
    path = changed(stored[name], change, tmp_path)
    if kind != "function":
        refused(path, "is not on the list|is not one of Keras")
        return
    model = load_model(path)
    with pytest.raises(ValueError, match=r"imported_by_name\.run is needed here"):
        model.score_samples(rows())


def test_code_within_a_layer_does_not_run(stored, tmp_path, harm):
    code = eval(f"lambda x: __import__('os').mkdir({str(harm)!r}) or x")
    config = keras.layers.Lambda(code, name="evil").get_config()
    assert "__lambda__" in json.dumps(config)
    change = set_layer(class_name="Lambda", config=config)
    refused(changed(stored["own"], change, tmp_path), "a Lambda holds code.*'evil'")


def test_what_is_registered_does_not_take_the_place_of_a_class(stored, tmp_path, harm):
    @keras.saving.register_keras_serializable("tests_of_refusal")
    class Evil(keras.optimizers.SGD):
        def __init__(self, **kwargs):
            os.mkdir(harm)

    name = "tests_of_refusal>Evil"
    entry = {"class_name": "SGD", "module": "keras.optimizers", "config": {"dict": []}}
    pairs = [*entry.items(), ("registered_name", name)]
    change = put("AutoencoderDetector", "optimizer", {"dict": pairs})
    model = load_model(changed(stored["network"], change, tmp_path)).fit(rows())
    assert type(model.network_.optimizer) is keras.optimizers.SGD
    change = set_compiled(
        optimizer={**entry, "config": {"learning_rate": 0.1}, "registered_name": name}
    )
    path = changed(stored["own"], change, tmp_path)
    load_model(path).score_samples(rows())


@pytest.mark.parametrize("column", ["left_child", "feature"])
def test_a_tree_that_leads_out_of_its_arrays_is_refused(column, stored, tmp_path):
    columns = dict(state_of(json.loads(stored["forest"]["model.json"]), "Tree"))
    number = dict(columns["nodes"]["dict"])[column]["array"]
    part = f"arrays/{number}.npy"
    values = np.load(io.BytesIO(stored["forest"][part]))
    values[0] = 2**40
    content = io.BytesIO()
    np.lib.format.write_array(content, values, version=(1, 0))
    path = write(tmp_path / "m", stored["forest"] | {part: content.getvalue()})
    refused(path, "the nodes of a tree do not form one")


MACHINES = {
    "kernel": ("kernel", "precomputed", "has the kernel 'precomputed'"),
    "sparse": ("_sparse", True, "is sparse"),
    "algorithm": ("_impl", "c_svc", "another algorithm"),
    "numbers": ("shape_fit_", (2, 2), "OneClassSVM do not fit"),
}


@pytest.mark.parametrize("kind", MACHINES)
def test_a_machine_that_leads_out_of_its_arrays_is_refused(kind, tmp_path):
    key, value, says = MACHINES[kind]
    model = OneClassSVM(nu=0.1).fit(rows())
    setattr(model, key, value)
    if kind != "kernel":
        refused(save_model(model, tmp_path / "machine"), says)
        return
    with pytest.raises(TypeError, match="kernel 'precomputed' is not stored"):
        save_model(model, tmp_path / "machine")
    model.kernel = "rbf"
    path = save_model(model, tmp_path / "machine")
    with zipfile.ZipFile(path) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    refused(changed(parts, put("OneClassSVM", key, value), tmp_path), says)


@pytest.mark.parametrize("part", ["manifest.json", "model.json", "arrays/0.npy"])
@pytest.mark.parametrize("kind", ["pickle", "array of objects", "HDF5", "nothing"])
def test_a_pickle_or_else_in_the_place_of_a_part_is_refused(
    part, kind, stored, tmp_path, harm
):
    array = io.BytesIO()
    np.save(array, np.array([Attack(harm)], dtype=object), allow_pickle=True)
    content = {
        "pickle": pickle.dumps(Attack(harm)),
        "array of objects": array.getvalue(),
        "HDF5": b"\x89HDF\r\n\x1a\n" + bytes(50),
        "nothing": b"",
    }[kind]
    repair = part != "manifest.json"
    for name in ("pca", "own"):
        path = write(tmp_path / name, stored[name] | {part: content}, repair=repair)
        refused(path, "is damaged|no array|may be a pickle")


def test_a_pickle_of_any_kind_is_refused(tmp_path, harm):
    for compress in (0, 3):
        path = tmp_path / f"model{compress}"
        joblib.dump(Attack(harm), path, compress=compress)
        refused(path, "pickle, which can run code")


ARRAYS = {
    "size that is promised": ("shape': (10000000000000,)", "another size than it"),
    "negative size": ("shape': (-1,)", "another size than it|no array|is damaged"),
    "objects": ("'descr': '|O'", "may be a pickle"),
}


@pytest.mark.parametrize("kind", ARRAYS)
def test_an_array_is_no_larger_than_its_part(kind, stored, tmp_path, harm):
    text, says = ARRAYS[kind]
    head = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }"
    key, value = text.split(": ", 1)
    key = key.strip("'")
    old = {"shape": "'shape': (2,)", "descr": "'descr': '<f8'"}[key]
    head = head.replace(old, f"'{key}': {value}").ljust(117) + "\n"
    content = b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head.encode()
    parts = stored["pca"] | {"arrays/0.npy": content + bytes(16)}
    refused(write(tmp_path / "model", parts), says)


def test_a_bomb_is_refused(stored, tmp_path):
    parts = stored["pca"] | {"arrays/0.npy": bytes(2**24)}
    path = write(tmp_path / "bomb", parts, how=zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 2**20
    refused(path, "is compressed")


def test_parts_that_share_their_content_are_refused(stored, tmp_path):
    path = write(tmp_path / "model", stored["pca"] | {"arrays/0.npy": bytes(2**20)})
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        start = archive.start_dir
    # Each entry of the directory promises the size of the largest one.
    for place in [
        i for i in range(start, len(content)) if content[i : i + 4] == b"PK\1\2"
    ]:
        content[place + 20 : place + 28] = (2**20).to_bytes(4, "little") * 2
    path.write_bytes(content)
    refused(path, "promises|damaged")


@pytest.mark.parametrize(
    "name",
    ["../evil", "/tmp/evil", "arrays/../../evil.npy", "arrays\\0.npy", "evil.py"],
)
def test_names_that_are_no_parts_are_refused(name, stored, tmp_path, harm):
    refused(write(tmp_path / "m", stored["pca"] | {name: b""}), "no part of a model")


def test_a_part_twice_is_refused(stored, tmp_path):
    path = write(tmp_path / "model", stored["pca"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("model.json", b"null")
    refused(path, "a part twice")


def test_a_change_is_noticed(stored, tmp_path):
    parts = stored["pca"] | {"model.json": stored["pca"]["model.json"] + b" "}
    refused(write(tmp_path / "m", parts, repair=False), "its hash differs")
    parts = {k: v for k, v in stored["pca"].items() if k != "arrays/0.npy"}
    refused(write(tmp_path / "m", parts), "it lacks a part")


@pytest.mark.parametrize("kept", [0, 3, 30, 0.3, 0.9, -1])
def test_a_truncated_file_is_refused(kept, stored, tmp_path):
    path = write(tmp_path / "model", stored["pca"])
    content = path.read_bytes()
    n_kept = int(kept * len(content)) if isinstance(kept, float) else kept
    path.write_bytes(content[:n_kept])
    for read in (load_model, read_manifest):
        with pytest.raises(ValueError, match="damaged or incomplete|no model"):
            read(path)


def scores_or_error(path):
    """Return the scores of a stored model, or the message of its refusal."""
    try:
        return load_model(path).score_samples(rows())
    except ValueError as error:
        return str(error)


def test_a_changed_byte_is_noticed_or_harmless(stored, tmp_path):
    path = write(tmp_path / "model", stored["pca"])
    content = path.read_bytes()
    expected = load_model(path).score_samples(rows())
    refusals = 0
    for place in np.random.default_rng(0).integers(len(content), size=60):
        damaged = bytearray(content)
        damaged[place] ^= 0xFF
        path.write_bytes(damaged)
        found = scores_or_error(path)
        if isinstance(found, str):
            assert str(path) in found
            refusals += 1
        else:
            np.testing.assert_array_equal(found, expected)
    assert refusals > 40


def manifest(stored, **fields):
    facts = json.loads(stored["pca"]["manifest.json"]) | fields
    return stored["pca"] | {"manifest.json": json.dumps(facts).encode()}


def test_a_newer_or_foreign_file_is_refused(stored, tmp_path):
    versions = {"skanomaly": "9.9"}
    parts = manifest(stored, format=99, versions=versions)
    refused(write(tmp_path / "newer", parts), "format 99 by skanomaly 9.9")
    refused(write(tmp_path / "f", manifest(stored, format="1")), "its format is '1'")
    parts = manifest(stored, skanomaly="report")
    refused(write(tmp_path / "foreign", parts), "not one of skanomaly")
    refused(write(tmp_path / "m", manifest(stored, reading=3)), "has no reading")
    refused(write(tmp_path / "e", manifest(stored, events={"min_length": 0})), "min_l")
    (tmp_path / "text").write_text("time,value\n1,2\n")
    refused(tmp_path / "text", "no model that save_model has written")
    with zipfile.ZipFile(tmp_path / "zip", "w") as archive:
        archive.writestr("metadata.json", "{}")
    refused(tmp_path / "zip", "an archive without a manifest")
    with pytest.raises(FileNotFoundError):
        load_model(tmp_path / "none")


def test_another_version_is_told(stored, tmp_path):
    versions = json.loads(stored["pca"]["manifest.json"])["versions"]
    parts = manifest(stored, versions=versions | {"skanomaly": "0.0.1"})
    path = write(tmp_path / "old", parts)
    with pytest.warns(UserWarning, match=r"saved by skanomaly 0\.0\.1 \(here"):
        load_model(path)


def test_deeply_nested_objects_are_refused(stored, tmp_path):
    content = b"[" * 100_000 + b"]" * 100_000
    refused(write(tmp_path / "m", stored["pca"] | {"model.json": content}), "damaged")


def test_folder_in_place_of_a_file_is_refused(tmp_path):
    model = make_pipeline(PCADetector()).fit(series())
    said = r"is a folder\. Pass the path of a file, such as .*model\.skanomaly"
    for use in (
        load_model,
        read_manifest,
        open_model,
        lambda path: open_model(path, trust_pickle=True),
        lambda path: save_model(model, path),
    ):
        with pytest.raises(ValueError, match=said):
            use(tmp_path)
    assert list(tmp_path.iterdir()) == []
