// Equivalents of skanomaly.find_events and skanomaly.metrics for any threshold.

/**
 * Find the events of errors above a threshold.
 *
 * An event is a run of samples [start, stop) from `first` on. Events separated by at
 * most `mergeGap` samples are merged; then those shorter than `minLength` are dropped.
 * A sample without an error (NaN) is never in an event, so events on either side of it
 * are not merged.
 */
function findEvents(error, threshold, { first = 0, minLength = 1, mergeGap = 0 } = {}) {
  const events = [];
  let event = null;
  let known = first; // first sample after the last one without an error
  for (let i = first; i < error.length; i++) {
    if (Number.isNaN(error[i])) known = i + 1;
    if (!(error[i] > threshold)) continue;
    if (event === null || i - event.stop > mergeGap || known > event.stop) {
      event = { start: i, stop: i + 1, peak: i };
      events.push(event);
    }
    event.stop = i + 1;
    if (error[i] > error[event.peak]) event.peak = i;
  }
  return events.filter(({ start, stop }) => stop - start >= minLength);
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
