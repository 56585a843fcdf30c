"""Files of the kinds that people reported problems with, where they are present."""

import numpy as np
import pytest

from skanomaly.reading import read_series

READ = {
    "cjk": 960,
    "dmy_hourly_11d": 264,
    "dwd_hourly": 960,
    "eu_header_comma": 960,
    "kibana_desc": 960,
    "pd_hdr0": 960,
    "pipe": 960,
    "time_only_midnight": 720,
    "uint64": 960,
    "units_row": 960,
}
REFUSED = {
    "bad_epoch": "'value' holds numbers except in row 300: '-'",
    "fltmax": "too large to compute with",
    "sentinel": "holds -9999 in",
    "sqlmax": "9999-12-31 00:00:00 in row 960",
    "thousands": "'requests' has two readings",
    "two_const": "2 columns hold numbers",
}

pytestmark = pytest.mark.filterwarnings("ignore:.*marks thousands")


@pytest.fixture(scope="module")
def folder(data_dir):
    if not (data_dir / "field").is_dir():
        pytest.skip("there is no folder of such files")
    return data_dir / "field"


@pytest.mark.parametrize("name", READ)
def test_file_is_read(folder, name):
    series, report = read_series(folder / f"{name}.csv")
    assert series.shape == (READ[name], 1)
    if len(series) == 960:
        # Samples 700 to 711 are the anomaly, for which a sine stands at its mean.
        values = series.to_numpy()[:, 0]
        day_before = values[700 - 96 : 712 - 96]
        assert (values[700:712] - day_before > np.std(values)).all()
    else:
        assert report.order == "oldest first"


@pytest.mark.parametrize("name", REFUSED)
def test_file_is_refused(folder, name):
    with pytest.raises(ValueError, match=REFUSED[name]):
        read_series(folder / f"{name}.csv")


def test_stray_date_is_refused_with_steps(folder):
    with pytest.raises(ValueError, match=r"row 0 \(1970-01-01"):
        read_series(folder / "stray1970.csv", every="15min")
