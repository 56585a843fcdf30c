import matplotlib as mpl
import pytest
from matplotlib import pyplot as plt


@pytest.fixture(autouse=True)
def _no_window():
    mpl.use("Agg")
    plt.close("all")  # what doctests left open
    yield
    plt.close("all")
