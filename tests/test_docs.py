"""The documentation is true: docstrings, guides, README and links."""

import doctest
import inspect
import re
import warnings
from pathlib import Path
from textwrap import indent

import pytest
from matplotlib import pyplot
from numpydoc.validate import validate

import skanomaly
from skanomaly import detection, evaluation, metrics, plotting
from skanomaly.compose import detector_names

ROOT = Path(skanomaly.__file__).parent.parent
PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")
PUBLIC = sorted(skanomaly._MODULE_OF)

# Codes of numpydoc.validate: parameters that the docstring misses, invents, misorders
# or gives no type; sections unknown or out of order; no summary, return or example.
OF_ALL = {"GL06", "GL07", "GL08", "PR01", "PR02", "PR03", "PR04", "SS01", "SS03"}
OF_PUBLIC_NAMES = OF_ALL | {"EX01", "RT01"}


def code_blocks(language: str, text: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def problems(name: str, codes: set[str]) -> list[str]:
    found = validate(name)["errors"]
    return [f"{code}: {text}" for code, text in found if code in codes]


def own_methods(name: str) -> list[str]:
    """Public methods of a class that this package wrote."""
    return [
        method
        for method, value in inspect.getmembers(getattr(skanomaly, name), callable)
        if not method.startswith("_")
        and not re.fullmatch("set_.*_request", method)
        and (getattr(value, "__module__", None) or "").startswith("skanomaly")
    ]


@pytest.mark.parametrize("name", PUBLIC)
def test_docstring_says_what_the_signature_does(name):
    assert problems(f"skanomaly.{name}", OF_PUBLIC_NAMES) == []
    if inspect.isclass(getattr(skanomaly, name)):
        for method in own_methods(name):
            found = problems(f"skanomaly.{name}.{method}", OF_ALL - {"PR04"})
            assert found == [], method


@pytest.mark.parametrize("name", metrics.__all__)
def test_docstring_of_a_metric_says_what_the_signature_does(name):
    if name != "ANOMALY_SCORERS":
        is_class = inspect.isclass(getattr(metrics, name))
        codes = OF_ALL if is_class else OF_PUBLIC_NAMES
        assert problems(f"skanomaly.metrics.{name}", codes) == []


@pytest.mark.parametrize("name", plotting.__all__)
def test_docstring_of_a_display_says_what_the_signature_does(name):
    codes = OF_ALL - {"PR04"}
    assert problems(f"skanomaly.plotting.{name}", codes | {"EX01"}) == []
    for method in ("from_estimator", "from_detection", "from_predictions", "plot"):
        if hasattr(getattr(plotting, name), method):
            found = problems(f"skanomaly.plotting.{name}.{method}", codes)
            assert found == [], method


@pytest.mark.parametrize("name", detection.__all__)
def test_docstring_about_detections_says_what_the_signature_does(name):
    is_class = inspect.isclass(getattr(detection, name))
    codes = OF_ALL | {"EX01"} if is_class else OF_PUBLIC_NAMES
    assert problems(f"skanomaly.detection.{name}", codes - {"PR04"}) == []


@pytest.mark.parametrize("name", evaluation.__all__)
def test_docstring_of_the_harness_says_what_the_signature_does(name):
    if name != "METRICS":
        is_class = inspect.isclass(getattr(evaluation, name))
        codes = OF_ALL if is_class else OF_PUBLIC_NAMES
        assert problems(f"skanomaly.evaluation.{name}", codes) == []


def test_quickstart_runs():
    result = doctest.testfile(
        str(ROOT / "docs" / "quickstart.rst"),
        module_relative=False,
        optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE,
    )
    assert result.attempted > 10
    assert result.failed == 0


@pytest.mark.parametrize(
    ("guide", "n_examples"),
    [("judging", 20), ("deciding", 20), ("reading", 5), ("production", 30)],
)
def test_guide_shows_what_its_code_returns(guide, n_examples, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")
    name = f"{guide}.md"
    blocks = code_blocks("pycon", (ROOT / "docs" / name).read_text(encoding="utf-8"))
    page = doctest.DocTestParser().get_doctest("".join(blocks), {}, name, name, 0)
    assert len(page.examples) > n_examples
    with warnings.catch_warnings():  # pages may change the filters
        result = doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF).run(page)
    pyplot.close("all")
    assert result.failed == 0


def test_guide_to_metrics_knows_all_displays():
    text = (ROOT / "docs" / "judging.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+Display)`", text, re.MULTILINE)) == set(
        plotting.__all__
    )


def test_readme_examples_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    blocks = code_blocks("python", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(blocks) == 3
    namespace = {"__name__": "readme"}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), namespace)
    pyplot.close("all")
    assert namespace["detection"].events
    assert (tmp_path / "report" / "report.html").exists()


def test_front_page_shows_the_ten_lines_of_the_readme():
    block = code_blocks("python", (ROOT / "README.md").read_text(encoding="utf-8"))[0]
    front = (ROOT / "docs" / "index.rst").read_text(encoding="utf-8")
    assert indent(block, "   ") in front


def test_guide_to_detectors_knows_all_recipes():
    text = (ROOT / "docs" / "choosing.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", " ".join(rows))) == set(detector_names())


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#\s]+)", text) + re.findall(r'src="([^"]+)"', text)
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_make_verbs_exist(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = re.findall(r"`make (?:[A-Z]+=(?:\"[^\"]*\"|\S+) )*([a-z]+)`", text)
    assert set(named) <= targets


def test_change_log_has_the_version():
    release = skanomaly.__version__.split(".dev")[0]
    assert release in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
