"""Detections of scores that no detector gave."""

from dataclasses import fields

from skanomaly import Detection, EventRule
from skanomaly.detection import RunFacts, TimeSeries


def detection_of(scores, values, *, offset, **more):
    """Make a detection; each keyword goes to the part that has a field of its name."""

    def taken(kind):
        names = {field.name for field in fields(kind)}
        return {name: more.pop(name) for name in names & set(more)}

    return Detection(
        scores=scores,
        offset=offset,
        series=TimeSeries(values, **taken(TimeSeries)),
        rule=EventRule(**taken(EventRule)),
        about=RunFacts(**taken(RunFacts)),
        **more,
    )
