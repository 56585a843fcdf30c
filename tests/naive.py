"""Slow, obvious references that fast code is held against."""

from itertools import pairwise

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


def recurring(anomalous, k, n):
    """Look back from each sample, and count."""
    return [
        sum(anomalous[max(0, t - n + 1) : t + 1]) >= k for t in range(len(anomalous))
    ]


# --- windows ---


def before(window, align):
    """Return the number of steps of a window before its sample."""
    if align == "end":
        return window - 1
    return window // 2 if align == "center" else min(int(align * window), window - 1)


def windows(series, window, *, align, pad, period=None):
    """Collect each window sample by sample, looking up what lies beyond the ends."""
    n = len(series)
    first = -before(window, align)

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
    first = -before(window, align)
    means = []
    for t in range(n):
        covering = [values[i] for i in range(n) if i + first <= t < i + first + window]
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


# --- metrics ---


def segments(anomalous):
    """First and last sample of each event."""
    return [
        (start, stop - 1)
        for start, stop in events(anomalous, min_length=1, merge_gap=0)
    ]


def buffered(truth, width):
    """Truth with a falling slope to both sides of each event, at most 1 in sum."""
    values = [float(one) for one in truth]
    for first, last in segments(truth):
        for d in range(1, width // 2 + 1):
            for i in (first - d, last + d):
                if 0 <= i < len(truth):
                    values[i] += np.sqrt(1 - d / width)
    return [min(1.0, value) for value in values]


def merged(truth, half):
    """Events grown by a half buffer, those that meet taken together."""
    grown = []
    for first, last in segments(truth):
        if grown and first - half <= grown[-1][1]:
            grown[-1][1] = last + half
        else:
            grown.append([first - half, last + half])
    n = len(truth)
    return [range(max(first, 0), min(last + 1, n)) for first, last in grown]


def vus(truth, score, window, n_thresholds):
    """Volumes under the precision-recall and the ROC curves, threshold by threshold."""
    n, positive = len(truth), sum(truth)
    ordered = sorted(score, reverse=True)
    if n_thresholds is None:
        thresholds = sorted(set(score), reverse=True)
    else:
        ranks = np.linspace(0, n - 1, n_thresholds).astype(int)
        thresholds = [ordered[rank] for rank in ranks]
    volumes = []
    for width in range(window + 1):
        weight, parts = buffered(truth, width), merged(truth, width // 2)
        points, precisions = [(0.0, 0.0)], []
        for threshold in thresholds:
            beyond = [s >= threshold for s in score]
            true = sum(w for w, b in zip(weight, beyond, strict=True) if b)
            core = sum(1 for t, b in zip(truth, beyond, strict=True) if t and b)
            present = positive + (true - core) / 2
            found = sum(any(beyond[i] for i in part) for part in parts) / len(parts)
            recall = min(1.0, true / present) * found
            false = (sum(beyond) - true) / (n - present) if n > present else 0.0
            points.append((false, recall))
            precisions.append(true / sum(beyond))
        average = sum(
            (b[1] - a[1]) * p
            for a, b, p in zip(points[:-1], points[1:], precisions, strict=True)
        )
        points.append((1.0, 1.0))
        area = sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(points))
        volumes.append((average, area))
    return tuple(np.mean(volumes, axis=0))


def range_reward(judged, others, bias, cardinality):
    """Overlap reward of one event, and how many others it overlaps."""
    first, last = judged
    length = last - first + 1
    weights = {
        "flat": lambda i: 1,
        "front": lambda i: length - i + 1,
        "back": lambda i: i,
        "middle": lambda i: i if i <= length / 2 else length - i + 1,
    }
    weigh = weights[bias]
    overlapping = [one for one in others if one[0] <= last and one[1] >= first]
    covered = sum(
        weigh(i - first + 1)
        for i in range(first, last + 1)
        if any(a <= i <= b for a, b in overlapping)
    )
    reward = covered / sum(weigh(i) for i in range(1, length + 1))
    if len(overlapping) > 1:
        reward *= cardinality(len(overlapping))
    return reward, len(overlapping)


def range_precision_recall(truth, found, alpha, bias, cardinality):
    true, predicted = segments(truth), segments(found)
    precision = [
        range_reward(one, true, bias, cardinality)[0] for one in predicted
    ] or [0.0]
    recall = []
    for one in true:
        reward, n_overlaps = range_reward(one, predicted, bias, cardinality)
        recall.append(alpha * (n_overlaps > 0) + (1 - alpha) * reward)
    return np.mean(precision), np.mean(recall)


def event_counts(truth, found):
    """Events found, events missed, and predicted events that are none."""

    def touched(one, other):
        return any(other[one[0] : one[1] + 1])

    hits = [touched(one, found) for one in segments(truth)]
    false = [not touched(one, truth) for one in segments(found)]
    return sum(hits), len(hits) - sum(hits), sum(false)


def detection_delays(truth, found):
    delays = []
    for first, last in segments(truth):
        hits = [i - first for i in range(first, last + 1) if found[i]]
        delays += hits[:1]
    return delays


def matches(truth, found):
    """Pairs of (first, last) of each true event and the one it is most alike."""
    pairs = []
    for event in segments(truth):
        samples = set(range(event[0], event[1] + 1))
        best = (0.0, None)
        for other in segments(found):
            others = set(range(other[0], other[1] + 1))
            iou = len(samples & others) / len(samples | others)
            if iou > best[0]:
                best = (iou, other)
        pairs.append((event, *best))
    return pairs


def f1(truth, found):
    """As scikit-learn computes it, without a millisecond of checks."""
    return 2 * int((truth & found).sum()) / int(truth.sum() + found.sum())


def point_adjusted(truth, found):
    adjusted = found.copy()
    for first, last in segments(truth):
        if any(found[first : last + 1]):
            adjusted[first : last + 1] = True
    return adjusted


def affiliation(truth, found):
    """Precision and recall by asking each moment of the series for its distance.

    All is straight between quarters of a sample, so that the middle of each tells it.
    """
    moments = np.arange(len(truth) * 4) / 4 + 1 / 8
    true = [(first, last + 1) for first, last in segments(truth)]
    borders = [(a[1] + b[0]) / 2 for a, b in pairwise(true)]
    limits = [0, *borders, len(truth)]
    predicted = [t for t in moments if found[int(t)]]
    precision, recall = [], []
    for (start, stop), low, high in zip(true, limits[:-1], limits[1:], strict=True):
        size = high - low
        here = [
            (max(a, low), min(b + 1, high))
            for a, b in segments(found)
            if a < high and b + 1 > low
        ]
        ratings = []
        for t in predicted:
            if low < t < high:
                d = max(start - t, t - stop, 0)
                farther = max(0, start - d - low) + max(0, high - stop - d)
                ratings.append(farther / size if d else 1.0)
        if ratings:
            precision.append(np.mean(ratings))
        ratings = []
        for t in moments[4 * start : 4 * stop]:
            if not here:
                ratings.append(0.0)
                continue
            d = min(max(a - t, t - b, 0) for a, b in here)
            ratings.append((max(0, t - d - low) + max(0, high - t - d)) / size)
        recall.append(np.mean(ratings))
    return np.mean(precision) if precision else 0.0, np.mean(recall)


def nab(truth, found, *, weights):
    """Walk through time, as the benchmark does."""
    for_found, for_false, for_missed = weights
    probation = min(int(0.15 * len(truth)), 750)
    score, n_windows, cost = 0.0, 0, 0.0

    def curve(x):
        return -1.0 if x > 3 else 2 / (1 + np.exp(5 * x)) - 1

    windows = segments(truth)
    for first, last in windows:
        if last < probation:
            continue
        n_windows += 1
        best = -for_missed
        for i in range(max(first, probation), last + 1):
            if found[i]:
                place = -(last - i + 1) / (last - first + 1)
                best = max(best, for_found * curve(place) / curve(-1.0))
        score += best
    for i in range(probation, len(truth)):
        if found[i] and not truth[i]:
            before = [window for window in windows if window[1] < i]
            if not before:
                cost += for_false
                continue
            first, last = before[-1]
            place = (i - last) / (last - first) if last > first else np.inf
            cost -= for_false * curve(place)
    nothing = -for_missed * n_windows
    return 100 * (score - cost - nothing) / (for_found * n_windows - nothing)


def decimated_extremes(x, y, start, stop, n_columns):
    """The lowest and the highest sample of each of equally wide columns of `x`."""
    edges = np.linspace(x[start], x[stop - 1], n_columns + 1)
    kept = set()
    for left, right in pairwise(edges):
        column = [
            i for i in range(start, stop) if left <= x[i] < right and not np.isnan(y[i])
        ]
        if column:
            kept |= {min(column, key=y.__getitem__), max(column, key=y.__getitem__)}
    return kept
