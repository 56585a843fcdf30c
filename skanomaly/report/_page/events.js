// Equivalents of skanomaly.find_events and skanomaly.metrics for any threshold.

/**
 * Find the events of errors above a threshold.
 *
 * A run of samples [start, stop) from `first` on, at which k of the last n errors are
 * above the threshold, is cut back to its extents if `own` errors are known. Events
 * separated by at most `mergeGap` samples are merged; then those shorter than
 * `minLength` are dropped, those that do not deviate as `rule` says, and last what is
 * `ignored`. A sample without an error (NaN) is never in an event, so events on either
 * side of it are not merged.
 */
function findEvents(error, threshold, rule = {}) {
  const { first = 0, kOfN = [1, 1], mergeGap = 0, minLength = 1 } = rule;
  const { own = null, ignored = [] } = rule;
  const often = recurring(error, threshold, first, kOfN);
  const spans = runs(often, 0, first, error.length);
  const parts = spans.flatMap((span) =>
    (own ? extents(span, error, own) : [span]).map((part) => ({
      ...part,
      spanStart: span.start,
      spanStop: span.stop,
    })),
  );
  const long = merged(parts, error, mergeGap).filter(
    (event) => event.stop - event.start >= minLength && deviates(event, rule),
  );
  const events = ignored.length ? outside(long, ignored) : long;
  for (const event of events) event.peak = argmaxWithin(error, event);
  // An alarm goes on for some samples that are normal again.
  return events.filter((event) => error[event.peak] > threshold);
}

/** Return 1 for the samples at which k of the last n errors are above a threshold. */
function recurring(error, threshold, first, [k, n]) {
  const often = new Uint8Array(error.length);
  let seen = 0;
  for (let i = first; i < error.length; i++) {
    if (error[i] > threshold) seen++;
    if (i - n >= first && error[i - n] > threshold) seen--;
    if (seen >= k && !Number.isNaN(error[i])) often[i] = 1;
  }
  return often;
}

/** Return whether an event is not known to deviate less, or in another direction. */
function deviates(event, rule) {
  const { direction = "both", minDeviation = 0, isRelative = false } = rule;
  if (direction === "both" && minDeviation === 0) return true;
  const [deviation, absolute, size, precision] = deviationOf(rule, event);
  const reached = { both: absolute, up: deviation, down: -deviation }[direction];
  if (direction !== "both" && reached <= 0) return false;
  // But for the rounding of values, as in Python.
  const rounding = precision * (size + absolute);
  return !(reached < minDeviation * (isRelative ? size : 1) - rounding);
}

/**
 * Return the means of the residuals of the blamed channel, of their absolute values and
 * of those of what was expected, and the rounding: the page may have fewer digits.
 */
function deviationOf(run, event) {
  const shares = blame(run, event);
  const { values, expected } = run.channels[shares ? argmax(shares) : 0];
  const isShort = [values, expected].some((one) => one instanceof Float32Array);
  const precision = isShort ? 2 ** -22 : 1e-12;
  let [weights, deviation, absolute, size, known, plain] = [0, 0, 0, 0, 0, 0];
  for (let i = event.start; i < event.stop; i++) {
    const residual = values[i] - expected[i];
    if (!Number.isFinite(residual)) continue;
    const weight = Math.abs(residual);
    weights += weight;
    deviation += weight * residual;
    absolute += weight * weight;
    size += weight * Math.abs(expected[i]);
    known++;
    plain += Math.abs(expected[i]);
  }
  if (known === 0) return [NaN, NaN, NaN, NaN];
  if (weights === 0) return [0, 0, plain / known, precision];
  return [deviation / weights, absolute / weights, size / weights, precision];
}

/** Return the runs of values above a level. */
function runs(values, level, first, stop) {
  const found = [];
  for (let i = first; i < stop; i++) {
    if (!(values[i] > level)) continue;
    if (found.at(-1)?.stop === i) found.at(-1).stop = i + 1;
    else found.push({ start: i, stop: i + 1 });
  }
  return found;
}

/** Return parts, joined across at most `gap` samples. */
function joined(parts, gap) {
  const found = [];
  for (const part of parts) {
    const last = found.at(-1);
    if (last && part.start - last.stop <= gap) last.stop = part.stop;
    else found.push({ ...part });
  }
  return found;
}

/** Return the parts of a span with large own errors, as skanomaly.events.extents. */
function extents(span, error, own) {
  const { errors, usual, strong, inUnit, gaps } = own;
  const largest = largestWithin(errors, span);
  const average = inUnit ? largestWithin(error, span) : 0;
  if (!(largest > Math.max(strong, average))) return [span];
  const flank = usual + own.flank * (largest - usual);
  const core = Math.max(strong, usual + own.core * (largest - usual));
  const parts = joined(runs(errors, flank, span.start, span.stop), gaps.within);
  return joined(
    parts.filter((part) => largestWithin(errors, part) > core),
    gaps.between,
  );
}

/** Return the largest known value within [start, stop). */
function largestWithin(values, { start, stop }) {
  let largest = -Infinity;
  for (let i = start; i < stop; i++) if (values[i] > largest) largest = values[i];
  return largest;
}

/** Return events merged across at most `gap` samples with an error, with their parts. */
function merged(parts, error, gap) {
  const events = [];
  for (const part of parts) {
    const event = events.at(-1);
    const near = event && part.start - event.stop <= gap;
    if (near && allKnown(error, event.stop, part.start)) {
      event.stop = part.stop;
      event.spanStop = part.spanStop;
      event.parts.push(part);
    } else events.push({ ...part, parts: [part] });
  }
  return events;
}

/** Return the severity of an error, as skanomaly.events.severity. */
function severity(error, threshold, usual) {
  if (threshold > usual) return (error - usual) / (threshold - usual);
  return error - threshold + (error > threshold);
}

/**
 * Return the number of false events to expect per sample, as
 * skanomaly.detection.FalseEvents; null if it is not known.
 */
function falseEvents({ tail }, threshold) {
  if (!tail) return null;
  const rate = runsPerSample(tail, threshold);
  const least = 1 / tail.n_samples;
  return { rate: Math.max(rate, least), isBound: rate < least };
}

/** Return the expected runs of normal errors, as skanomaly.thresholds.ErrorTail. */
function runsPerSample({ errors, n_runs, n_samples, n_peaks, excess }, threshold) {
  const last = errors.length - 1;
  const far = threshold - errors[last];
  if (far > 0) {
    if (!excess) return 0;
    const beyond = (1 + far / (n_peaks * excess)) ** -n_peaks;
    return (n_runs[last] / n_samples) * beyond;
  }
  if (threshold <= errors[0]) return n_runs[0] / n_samples;
  const i = errors.findIndex((error) => error >= threshold);
  const part = (threshold - errors[i - 1]) / (errors[i] - errors[i - 1]);
  return (n_runs[i - 1] + part * (n_runs[i] - n_runs[i - 1])) / n_samples;
}

/** Return events without ignored samples, as skanomaly.events.outside. */
function outside(events, ignored) {
  const cut = ({ start, stop }, [first, last]) =>
    [
      { start, stop: Math.min(stop, first) },
      { start: Math.max(start, last), stop },
    ].filter((piece) => piece.start < piece.stop);
  return events.flatMap(({ parts, ...event }) => {
    const pieces = ignored.reduce(
      (left, interval) => left.flatMap((piece) => cut(piece, interval)),
      [event],
    );
    return pieces.flatMap((piece) => {
      const within = parts.filter(
        ({ start, stop }) => start < piece.stop && piece.start < stop,
      );
      if (!within.length) return [];
      const [begin, end] = [within[0], within.at(-1)];
      return {
        start: Math.max(piece.start, begin.start),
        stop: Math.min(piece.stop, end.stop),
        spanStart: begin.spanStart,
        spanStop: end.spanStop,
      };
    });
  });
}

function allKnown(error, start, stop) {
  for (let i = start; i < stop; i++) if (Number.isNaN(error[i])) return false;
  return true;
}

/** Return the sample with the largest value within [start, stop), the first of them. */
function argmaxWithin(values, { start, stop }) {
  let best = start;
  for (let i = start; i < stop; i++) if (values[i] > values[best]) best = i;
  return best;
}

/** Return the runs of anomalous samples in the true labels, from `first` on. */
function trueEvents(truth, first) {
  return findEvents(truth, 0, { first });
}

/** Return for each event whether it shares a sample with any of the others. */
function touched(events, others) {
  let next = 0;
  return events.map(({ start, stop }) => {
    while (next < others.length && others[next].stop <= start) next++;
    return next < others.length && others[next].start < stop;
  });
}

const countSamples = (events) =>
  events.reduce((n, { start, stop }) => n + stop - start, 0);

const countTrue = (flags) => flags.reduce((n, flag) => n + (flag ? 1 : 0), 0);

/** Compute the metrics of skanomaly.metrics per event and per sample. */
function judge(events, truth, trueOnes) {
  const found = countTrue(touched(trueOnes, events));
  const missed = trueOnes.length - found;
  const wrong = events.length - countTrue(touched(events, trueOnes));
  let right = 0;
  for (const { start, stop } of events) {
    for (let i = start; i < stop; i++) right += truth[i];
  }
  const [nFound, nTrue] = [countSamples(events), countSamples(trueOnes)];
  return {
    found,
    missed,
    wrong,
    eventPrecision: found / Math.max(1, found + wrong),
    eventRecall: found / trueOnes.length,
    eventF1: (2 * found) / (2 * found + missed + wrong),
    samplePrecision: right / Math.max(1, nFound),
    sampleRecall: right / nTrue,
    sampleF1: (2 * right) / (nFound + nTrue),
  };
}

/** Return the share of each channel in the error of an event; null if not known. */
function blame(run, { start, stop }) {
  if (!run.channels[0].errors) return null;
  const sums = run.channels.map(({ errors }) => sum(errors, start, stop));
  const others = run.otherErrors ? sum(run.otherErrors, start, stop) : 0;
  const total = sums.reduce((a, b) => a + b, others);
  return sums.map((part) => (total > 0 ? part / total : 0));
}

function sum(values, start, stop) {
  let total = 0;
  for (let i = start; i < stop; i++) total += values[i];
  return total;
}

const argmax = (values) =>
  values.reduce((best, v, i) => (v > values[best] ? i : best), 0);
