"""Cache of templates."""

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skanomaly.engine._template import Template

# Number of templates that are kept. One holds some megabytes.
MAX_TEMPLATES = 16


class TemplateCache:
    """Templates that were used last, by the key of their architecture."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._templates: OrderedDict[str, Template] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str) -> "Template | None":
        """Return the template with a key, or None."""
        with self._lock:
            if key in self._templates:
                self._templates.move_to_end(key)
            return self._templates.get(key)

    def add(self, key: str, template: "Template") -> "Template":
        """Add a template and return it, or the one that another thread has added."""
        with self._lock:
            template = self._templates.setdefault(key, template)
            self._templates.move_to_end(key)
            while len(self._templates) > self.size:
                self._templates.popitem(last=False)
            return template

    def __len__(self) -> int:
        return len(self._templates)

    @property
    def n_traces(self) -> int:
        """Number of traces of all templates that are cached."""
        with self._lock:
            return sum(one.n_traces for one in self._templates.values())

    def clear(self) -> None:
        """Remove all templates."""
        with self._lock:
            self._templates.clear()


TEMPLATES = TemplateCache(MAX_TEMPLATES)
