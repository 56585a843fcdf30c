"""Sphinx configuration; the API pages are made from the public list."""

import os
import re
from importlib import import_module
from pathlib import Path

import skanomaly

project = "skanomaly"
author = "the skanomaly developers"
copyright = author
version = release = skanomaly.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "myst_parser",
    "numpydoc",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
]
templates_path = ["_templates"]
exclude_patterns = ["_build"]
html_theme = "pydata_sphinx_theme"
html_title = f"skanomaly {release}"
html_css_files = ["skanomaly.css"]
html_static_path = ["_static"]
# These have no pages below them that a sidebar could list.
html_sidebars = {
    page: [] for page in ("index", "quickstart", "benchmarks", "performance")
}
html_theme_options = {
    "logo": {"text": "skanomaly"},
    "navbar_persistent": ["search-button"],  # the wide field breaks a narrow bar
    "show_prev_next": False,
    "secondary_sidebar_items": {"**": ["page-toc"], "index": []},
}

autodoc_typehints = "none"
autosummary_generate = True
numpydoc_show_class_members = False

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "capture_repr": ("_repr_html_",),  # a display needs no text next to its figure
    "within_subsection_order": "FileNameSortKey",
    "min_reported_time": 10,
    "remove_config_comments": True,
    "show_memory": False,
}

# An inventory that cannot be reached is a warning, and warnings are errors: a build
# without network omits the links to other projects.
INVENTORIES = {
    "numpy": "https://numpy.org/doc/stable",
    "pandas": "https://pandas.pydata.org/docs",
    "python": "https://docs.python.org/3",
    "sklearn": "https://scikit-learn.org/stable",
}
if os.environ.get("SKANOMALY_DOCS_ONLINE"):
    extensions.append("sphinx.ext.intersphinx")
    intersphinx_mapping = {name: (url, None) for name, url in INVENTORIES.items()}
    nitpick_ignore_regex = [("py:.*", r"keras\..*")]
else:
    nitpick_ignore_regex = [("py:.*", r"(keras|numpy|pandas|python|sklearn)\..*")]


# In the order in which a user looks for them; modules that are not named come last.
API_TITLES = {
    "detectors": "Detectors",
    "compose": "Pipelines and tuned thresholds",
    "detection": "Detection",
    "windows": "Windows",
    "thresholds": "Threshold rules",
    "persistence": "Models in files",
    "persistence.mlflow": "Models in MLflow",
    "streaming": "Streams and blocks",
    "events": "Events",
    "metrics": "Metrics",
    "plotting": "Displays",
    "report": "Report",
    "evaluation": "Comparing detectors",
    "preprocessing": "Preprocessing",
    "datasets": "Data sets",
}


def api_modules() -> list[str]:
    """Return the public modules in the order of the API page."""
    order = list(API_TITLES)
    return sorted(
        (*skanomaly._MODULES, "persistence.mlflow"),
        key=lambda name: order.index(name) if name in order else len(order),
    )


def write_api(folder: Path) -> None:
    """Write a page per module, and one that lists the public names of all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    index, pages = ["API reference", "=============", ""], []
    for module_name in api_modules():
        module = import_module(f"skanomaly.{module_name}")
        public = skanomaly._PUBLIC.get(module_name, ())
        others = [name for name in getattr(module, "__all__", ()) if name not in public]
        tables = []
        # Names of the public list are imported from the top, others from their module.
        for home, names in (("skanomaly", public), (module.__name__, others)):
            if names:
                tables += [f"From ``{home}``:", "", f".. currentmodule:: {home}", ""]
                tables += [".. autosummary::"]
                tables += ["   :toctree: .", "   :nosignatures:", ""]
                tables += [*(f"   {name}" for name in names), ""]
        if not tables:
            continue
        title = API_TITLES.get(module_name, module_name.capitalize())
        summary = module.__doc__.strip().partition("\n\n")[0]
        page = [title, "=" * len(title), "", summary, "", *tables]
        (folder / f"{module_name}.rst").write_text("\n".join(page), encoding="utf-8")
        # The pages of names belong to the page of their module, not to the index.
        listed = [line for line in tables if ":toctree:" not in line]
        index += [title, "-" * len(title), "", summary, "", *listed]
        pages.append(module_name)
    index += [".. toctree::", "   :hidden:", "", *(f"   {page}" for page in pages), ""]
    (folder / "index.rst").write_text("\n".join(index), encoding="utf-8")


write_api(Path(__file__).parent / "api" / "generated")


def skip_foreign_member(app, what, name, obj, skip, options):
    """Skip members that a class inherits from scikit-learn or Python."""
    home = getattr(obj, "__module__", "skanomaly") or "builtins"
    metadata_request = name.startswith("set_") and name.endswith("_request")
    return True if metadata_request or not home.startswith("skanomaly") else None


def escape_fitted_names(app, what, name, obj, options, lines):
    """Escape names such as ``window_`` in parameter types, which are no links."""
    for i, line in enumerate(lines):
        head, colon, kind = line.partition(" : ")
        escaped = re.sub(r"(`+.*?`+)|(?<=\w)_(?!\w)", lambda m: m[1] or r"\_", kind)
        lines[i] = head + colon + escaped


def setup(app):
    app.connect("autodoc-skip-member", skip_foreign_member)
    # Before numpydoc, which connects with the default priority of 500.
    app.connect("autodoc-process-docstring", escape_fitted_names, priority=400)
