"""Slow, obvious references that fast code is held against."""

import numpy as np


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


# --- detectors ---


def size(residual):
    """What the residual of one value counts: its square, beyond 1 the tangent of it."""
    return np.where(abs(residual) < 1, residual**2, 2 * abs(residual) - 1)


def forecast(network, row, *, horizon, strategy):
    """Show the network one context at a time and take what it says of the end."""
    context = len(row) - horizon

    def ask(steps):
        output = np.asarray(network(np.float32(steps)[None]))[0]
        return output[-1] if output.ndim == 3 else output

    if strategy == "direct":
        return ask(row[:context])
    return np.concatenate([ask(row[h : h + context]) for h in range(horizon)])


def forecast_errors(network, row, *, horizon, strategy):
    """Share of each channel in the mean error over steps and channels."""
    predicted = forecast(network, row, horizon=horizon, strategy=strategy)
    return size(predicted - row[-horizon:]).mean(axis=0) / row.shape[1]


def sub_windows(network, row, *, context, center):
    """Give back every sub-window of a row, one at a time."""
    parts = []
    for first in range(len(row) - context + 1):
        part = row[first : first + context]
        level = part.mean(axis=0) if center else 0.0
        output = np.asarray(network(np.float32(part - level)[None]))[0]
        parts.append((part, output + level))
    return parts


def reconstruction_errors(network, row, *, context, center):
    """Share of each channel in the mean error over sub-windows, steps and channels."""
    parts = sub_windows(network, row, context=context, center=center)
    errors = [size(part - output).mean(axis=0) for part, output in parts]
    return np.mean(errors, axis=0) / row.shape[1]


def reconstruction(network, row, *, context, center):
    """For each step, ask every sub-window that covers it."""
    parts = sub_windows(network, row, context=context, center=center)
    steps = []
    for s in range(len(row)):
        covering = [
            output[s - first]
            for first, (_, output) in enumerate(parts)
            if first <= s < first + context
        ]
        steps.append(np.mean(covering, axis=0))
    return np.array(steps)
