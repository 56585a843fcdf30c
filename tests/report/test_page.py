"""What the page holds, without a browser."""

import base64
import gzip
import json
import re
import sys
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest

from skanomaly.detection import RunFacts
from skanomaly.report import draw_page
from skanomaly.report._page import _contents
from skanomaly.report._page._contents import contents_of
from skanomaly.report._page._pack import compact
from tests.detection.common import detection_of

HOSTILE = ('</script><script>alert("x")</script>', "<img src=x onerror=alert(1)>", "&")


def detection(n_samples=60, n_channels=1, **more):
    rng = np.random.default_rng(0)
    score = -rng.random(n_samples)
    score[40] = -5
    values = rng.normal(size=(n_samples, n_channels))
    return detection_of(score, values, offset=-2.0, **more)


def facts_of(page):
    (text,) = re.findall(r'<script [^>]*id="contents">(.*?)</script>', page, re.DOTALL)
    return json.loads(text)


def numbers(found, place):
    _, data = contents_of(found, title="")
    kind = place["type"]
    return np.frombuffer(
        data, dtype=kind, count=place["length"], offset=place["offset"]
    )


def test_the_page_is_whole_and_names_no_other_place():
    page = draw_page(detection(), title="One")
    assert page.startswith("<!DOCTYPE html>")
    assert page.rstrip().endswith("</html>")
    assert "{{" not in re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert not re.findall(r"(?:src|href)=\"(?!data:|#)", page)
    assert "default-src 'none'" in page
    packed = re.findall(r'id="plotly">(.*?)</script>', page)[0]
    plotly = gzip.decompress(base64.b64decode(packed)).decode()
    assert "plotly.js v" in plotly


def test_the_same_run_makes_the_same_page():
    assert draw_page(detection()) == draw_page(detection())


@pytest.mark.parametrize("name", HOSTILE)
def test_names_cannot_leave_their_place(name):
    made = {name: {name: name}}
    found = detection(channel_names=[name], made=made, detector=name, title=name)
    page = draw_page(found)
    plain = draw_page(detection())
    assert page.count("<script") == plain.count("<script")
    assert page.count("</script") == plain.count("</script")
    assert "<img" not in re.sub(r'id="(data|plotly)">.*?</script>', "", page)
    assert facts_of(page)["channels"][0]["name"] == name
    assert facts_of(page)["title"] == name


def test_a_title_is_no_place_to_fill():
    assert "<title>{{ data }}</title>" in draw_page(detection(), title="{{ data }}")


def test_numbers_are_those_of_the_run():
    found = detection(n_train=30, truth=np.arange(60) == 40)
    facts, _ = contents_of(found, title="")
    np.testing.assert_array_equal(numbers(found, facts["error"]), -found.scores)
    np.testing.assert_array_equal(numbers(found, facts["truth"]), found.series.truth)
    values = numbers(found, facts["channels"][0]["values"])
    np.testing.assert_allclose(values, found.series.values[:, 0], atol=1e-6)
    assert facts["threshold"] == "2.0"
    assert facts["first"] == facts["nTrain"] == 30


def test_small_steps_of_large_numbers_keep_their_precision():
    assert compact(np.linspace(0, 1, 99)).dtype == np.float32
    assert compact(1e9 + np.arange(99.0)).dtype == np.float64
    assert compact(np.array([1e300, 0.0])).dtype == np.float64
    assert compact(np.full(9, np.nan)).dtype == np.float32


@pytest.mark.parametrize(
    ("index", "kind", "even"),
    [
        (None, "samples", True),
        (pd.date_range("2024-01-01", periods=60, freq="min"), "times", True),
        (pd.date_range("2024-01-01", periods=60, freq="MS"), "times", False),
        (np.arange(60) * 2, "numbers", True),
        (np.arange(60) ** 2, "numbers", False),
    ],
)
def test_evenly_spaced_samples_need_no_positions(index, kind, even):
    facts, _ = contents_of(detection(index=index), title="")
    assert facts["index"]["kind"] == kind
    assert ("step" in facts["index"]) == even
    assert ("array" in facts["index"]) != even


def test_times_are_those_of_the_clock_unless_it_was_put_back():
    winter = pd.date_range("2024-01-01", periods=60, freq="h", tz="Europe/Berlin")
    facts, _ = contents_of(detection(index=winter), title="")
    assert facts["index"]["start"] == pd.Timestamp("2024-01-01").value / 1e6
    assert facts["index"]["zone"] == "Europe/Berlin"
    autumn = pd.date_range(
        "2024-10-26 22:00", periods=60, freq="10min", tz="Europe/Berlin"
    )
    facts, _ = contents_of(detection(index=autumn), title="")
    assert facts["index"]["zone"] == "UTC"
    assert facts["index"]["start"] == autumn[0].value / 1e6


def test_an_index_that_goes_back_is_refused():
    index = np.arange(60)
    index[7] = 3
    with pytest.warns(UserWarning, match="goes back from 6 to 3 in row 7"):
        found = detection(index=index)
    with pytest.raises(ValueError, match=r"goes back at sample 7\. Sort the series"):
        draw_page(found)


def test_channels_to_blame_come_first_and_the_rest_is_left_out(monkeypatch):
    errors = np.full((60, 4), 0.1)
    errors[40, 2] = 9
    errors[:, 3] = 0.2
    found = detection(n_channels=4, channel_errors=errors)
    facts, _ = contents_of(found, title="")
    names = [channel["name"] for channel in facts["channels"]]
    assert names == ["x2", "x3", "x0", "x1"]
    assert facts["otherErrors"] is None
    monkeypatch.setattr(_contents, "_MOST_NUMBERS", 60 * 2 * 2)
    facts, _ = contents_of(found, title="")
    assert [channel["name"] for channel in facts["channels"]] == ["x2", "x3"]
    np.testing.assert_allclose(numbers(found, facts["otherErrors"]), 0.2, rtol=1e-6)


def test_channels_of_a_run_that_is_all_training_keep_some_order():
    errors = np.full((60, 2), 0.1)
    found = detection(n_channels=2, channel_errors=errors, n_train=60)
    facts, _ = contents_of(found, title="")
    assert [channel["name"] for channel in facts["channels"]] == ["x0", "x1"]


def test_infinite_thresholds_and_losses_are_told():
    found = replace(detection(), offset=-np.inf)
    about = RunFacts(history={"loss": [1.0, np.nan]})
    found = replace(found, about=about)
    facts = facts_of(draw_page(found))
    assert facts["threshold"] == "inf"
    assert facts["history"] == {"loss": [1.0, None]}


def test_without_plotly_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "plotly.offline", None)
    with pytest.raises(ImportError, match=r"pip install 'skanomaly\[report\]'"):
        draw_page(detection())


def test_every_script_is_used():
    folder = files("skanomaly.report._page")
    there = {path.name for path in folder.iterdir() if path.name.endswith(".js")}
    from skanomaly.report._page._html import _SCRIPTS

    assert there == set(_SCRIPTS)
