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


# --- windows ---


def windows(series, window, *, align, pad, period=None):
    """Collect each window sample by sample, looking up what lies beyond the ends."""
    n = len(series)
    first = -(window - 1) if align == "end" else -(window // 2)

    def sample(t):
        if pad == "period" and period is not None and n >= period:
            while not 0 <= t < n:
                t += period if t < 0 else -period
        while pad != "edge" and n > 1 and not 0 <= t < n:
            t = -t if t < 0 else 2 * (n - 1) - t
        return series[min(max(t, 0), n - 1)]

    return [[sample(i + first + s) for s in range(window)] for i in range(n)]


def overlap_mean(values, window, *, align):
    """For each sample, ask every row whether its window covers the sample."""
    n = len(values)
    before = window - 1 if align == "end" else window // 2
    means = []
    for t in range(n):
        covering = [
            values[i] for i in range(n) if i - before <= t < i - before + window
        ]
        means.append(sum(covering) / len(covering))
    return means


def moving_mean(values, width):
    """Add up every window by itself."""
    return [sum(values[i : i + width]) / width for i in range(len(values) - width + 1)]
