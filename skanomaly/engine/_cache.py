"""Cache of templates."""

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skanomaly.engine._template import Template

# Number of templates that are kept. A small one holds some megabytes, of traces.
MAX_TEMPLATES = 16
# Bytes of weights of all templates that are kept. With gradients and the state of an
# optimizer, a template holds about eight times the bytes of its weights.
MAX_BYTES = 64 * 2**20


class TemplateCache:
    """Templates that were used last, by the key of their architecture.

    Parameters
    ----------
    size : int
        Number of templates that are kept.
    n_bytes : int
        Bytes of weights of all templates that are kept. The last one is kept in any
        case.
    """

    def __init__(self, size: int, n_bytes: int) -> None:
        self.size, self.n_bytes = size, n_bytes
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
            while self._is_too_large():
                self._templates.popitem(last=False)
            return template

    def __len__(self) -> int:
        return len(self._templates)

    @property
    def n_traces(self) -> int:
        """Number of traces of all templates that are cached."""
        with self._lock:
            return sum(one.n_traces for one in self._templates.values())

    def _is_too_large(self) -> bool:
        n_bytes = sum(one.n_bytes for one in self._templates.values())
        n_templates = len(self._templates)
        return n_templates > self.size or (n_bytes > self.n_bytes and n_templates > 1)

    def clear(self) -> None:
        """Remove all templates."""
        with self._lock:
            self._templates.clear()


TEMPLATES = TemplateCache(MAX_TEMPLATES, MAX_BYTES)
