"""Slow, obvious references that fast code is held against."""


def events(anomalous, *, min_length, merge_gap):
    """Grow one event sample by sample; bridge what is near; drop what is short."""
    events = []
    for i, is_anomalous in enumerate(anomalous):
        if not is_anomalous:
            continue
        if events and i - events[-1][1] <= merge_gap:
            events[-1][1] = i + 1
        else:
            events.append([i, i + 1])
    return [(start, stop) for start, stop in events if stop - start >= min_length]
