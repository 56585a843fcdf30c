"""What pictures are made of."""

from matplotlib.collections import PolyCollection
from matplotlib.colors import same_color

from skanomaly.plotting._style import EVENT


def lines_of(ax, color):
    return [line for line in ax.lines if same_color(line.get_color(), color)]


def spans_of(ax, color=EVENT):
    """Left and right edges of what is shaded in a colour."""
    return [
        (path.vertices[:, 0].min(), path.vertices[:, 0].max())
        for collection in ax.collections
        if isinstance(collection, PolyCollection)
        and same_color(collection.get_facecolor()[0][:3], color)
        for path in collection.get_paths()
    ]
