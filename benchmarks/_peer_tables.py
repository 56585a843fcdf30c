"""Tables of the comparisons with other packages, from peers.json."""

from collections.abc import Callable
from functools import partial
from typing import Any

from _markdown import table

Content = dict[str, Any]


def setting(peers: Content) -> str:
    sizes, machine = peers["sizes"], peers["origin"]["machine"]
    return table(
        ["setting", "value"],
        [
            ["processor", machine["cpu"]],
            ["rounds, with one seed each", str(sizes["rounds"])],
            ["samples of the wave to learn from", f"{sizes['waveform']:,}"],
            ["samples of the other series to learn from", f"{sizes['samples']:,}"],
            ["most epochs with early stopping", str(sizes["epochs"])],
        ],
    )


def versions(peers: Content) -> str:
    own, other = peers["origin"]["versions"], peers["peers"]
    names = [name for name in own | other if name not in ("python", "scipy")]
    return table(
        ["package", "skanomaly and Keras", "PyOD"],
        ([name, own.get(name, ""), other.get(name, "")] for name in names),
    )


def lstm(peers: Content) -> str:
    (result,) = _compared(peers, "lstm")
    rows = []
    for name, way in result["ways"].items():
        part, value = way["n_windows"], way["median"]
        rows.append(
            [
                name,
                f"{part:,} windows, time x {way['scale']:.1f}" if part else "all",
                f"{value['epochs']:.0f}",
                *_times(way, "fit"),
                f"{result['n_scored'] / value['score_cpu']:,.0f}",
                f"{value['loss']:.4f}",
            ]
        )
    head = ["", "learns from", "epochs", "fit", "relative", "scores a second", "loss"]
    return table(head, rows)


def labelled(name: str, peers: Content) -> str:
    """Return a table of labelled series; forests have neither epochs nor a loss."""
    formats = {"epochs": ".0f", "loss": ".4f", "VUS-PR": ".3f"}
    results = _compared(peers, name)
    shown = [key for key in formats if key in results[0]["ways"]["skanomaly"]["median"]]
    rows = [
        [
            result["data"],
            detector,
            *_times(way, "fit"),
            *_times(way, "score"),
            *(format(way["median"][key], formats[key]) for key in shown),
        ]
        for result in results
        for detector, way in result["ways"].items()
    ]
    return table(["series", "", "fit", "relative", "score", "relative", *shown], rows)


PEER_TABLES: dict[str, Callable[[Content], str]] = {
    "peers_setting": setting,
    "peers_versions": versions,
    "peers_lstm": lstm,
    **{
        f"peers_{name}": partial(labelled, name)
        for name in ("autoencoder", "loop", "forest")
    },
}


def _compared(peers: Content, name: str) -> list[Content]:
    return [one for one in peers["results"] if one["table"] == name]


def _times(way: Content, step: str) -> list[str]:
    """Return the seconds of CPU and of wall clock, and the ratio of the former."""
    cpu, wall = (
        _seconds(way["median"][f"{step}_{clock}"]) for clock in ("cpu", "wall")
    )
    return [f"{cpu} s ({wall} s)", f"{way['ratio'][f'{step}_cpu']:.2f}"]


def _seconds(value: float) -> str:
    return f"{value:,.{2 if value < 9.995 else 0}f}"
