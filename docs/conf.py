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
    "sphinx_gallery.gen_gallery",
]
templates_path = ["_templates"]
exclude_patterns = ["_build"]
html_theme = "pydata_sphinx_theme"
html_title = f"skanomaly {release}"
# Guides have no pages below them that a sidebar could list.
html_sidebars = {
    page: [] for page in ("quickstart", "choosing", "judging", "report", "evaluation")
}
html_theme_options = {"show_prev_next": False, "secondary_sidebar_items": ["page-toc"]}

autodoc_typehints = "none"
autosummary_generate = True
numpydoc_show_class_members = False

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "capture_repr": ("_repr_html_",),  # pictures need no words beside them
    "min_reported_time": 10,
    "show_memory": False,
}

# An inventory that cannot be reached is a warning, so a build without network, which
# must have none, does without the links to other projects.
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


def write_api(folder: Path) -> None:
    """Write one page that lists the public names, module by module."""
    lines = ["API reference", "=============", ""]
    for module_name in skanomaly._MODULES:
        module = import_module(f"skanomaly.{module_name}")
        names = skanomaly._PUBLIC.get(module_name)
        # Names of the public list are imported from the top, others from their module.
        home = "skanomaly" if names else module.__name__
        names = names or getattr(module, "__all__", ())
        if not names:
            continue
        title = module_name.capitalize()
        summary = module.__doc__.strip().partition("\n\n")[0]
        lines += [title, "-" * len(title), "", summary, ""]
        lines += [f".. currentmodule:: {home}", "", ".. autosummary::"]
        lines += ["   :toctree: .", "   :nosignatures:", ""]
        lines += [*(f"   {name}" for name in names), ""]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.rst").write_text("\n".join(lines), encoding="utf-8")


write_api(Path(__file__).parent / "api" / "generated")


def skip_foreign_member(app, what, name, obj, skip, options):
    """Leave what scikit-learn and Python give to a class to their own pages."""
    home = getattr(obj, "__module__", "skanomaly") or "builtins"
    metadata_request = name.startswith("set_") and name.endswith("_request")
    return True if metadata_request or not home.startswith("skanomaly") else None


def escape_fitted_names(app, what, name, obj, options, lines):
    """Keep ``window_`` in the type of a parameter from being read as a link."""
    for i, line in enumerate(lines):
        head, colon, kind = line.partition(" : ")
        escaped = re.sub(r"(`+.*?`+)|(?<=\w)_(?!\w)", lambda m: m[1] or r"\_", kind)
        lines[i] = head + colon + escaped


def setup(app):
    app.connect("autodoc-skip-member", skip_foreign_member)
    # Before numpydoc, which connects with the default priority of 500.
    app.connect("autodoc-process-docstring", escape_fitted_names, priority=400)
