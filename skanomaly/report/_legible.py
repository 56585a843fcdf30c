"""Names in scripts that the usual font of a figure lacks."""

import unicodedata
from typing import TYPE_CHECKING, Any

from skanomaly._compat import import_extra

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Up to here, the font that comes with matplotlib has all letters.
_LATIN = 0x24F
# A font of boxes that stand for scripts.
_NO_FONT = "Last Resort"


def make_legible(figure: "Figure") -> None:
    """Set texts with unusual signs in a font that has them, or spell them out.

    Parameters
    ----------
    figure : matplotlib Figure
        Figure whose texts are changed.
    """
    module = import_extra("matplotlib.text", extra="plot")
    for text in figure.findobj(module.Text):
        signs = {sign for sign in text.get_text() if ord(sign) > _LATIN}
        usual = text.get_fontfamily()
        if not signs or not (lacking := signs - _signs_of(usual)):
            continue
        other = _font_with(lacking)
        if other is None:
            text.set_text(_spelled(text.get_text(), lacking))
        else:
            text.set_fontfamily([*usual, other])


def _signs_of(family: Any) -> set[str]:
    """Return all signs of the font that is found for a family."""
    fonts = import_extra("matplotlib.font_manager", extra="plot")
    path = fonts.findfont(fonts.FontProperties(family=family))
    return set(map(chr, fonts.get_font(path).get_charmap()))


def _font_with(signs: set[str]) -> str | None:
    """Return an installed font that has all of some signs."""
    fonts = import_extra("matplotlib.font_manager", extra="plot")
    names = {entry.name: entry.fname for entry in fonts.fontManager.ttflist}
    for name, path in names.items():
        if not name.startswith(_NO_FONT):
            known = fonts.get_font(path).get_charmap()
            if all(ord(sign) in known for sign in signs):
                return str(name)
    return None


def _spelled(text: str, signs: set[str]) -> str:
    """Replace signs by the letters that their names end with, or by their codes."""
    return "".join(_letters(sign) if sign in signs else sign for sign in text)


def _letters(sign: str) -> str:
    name = unicodedata.name(sign, "")
    if "SYLLABLE" in name or "LETTER" in name:
        return name.split()[-1].lower()
    return f"[U+{ord(sign):04X}]"
