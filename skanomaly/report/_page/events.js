// The rules of skanomaly.find_events and of skanomaly.metrics, for a moving threshold.

/**
 * Find the events of errors beyond a threshold.
 *
 * An event is a run [start, stop) from `first` on; those at most `mergeGap` samples apart
 * are one, and of these, those shorter than `minLength` are left out. A sample without
 * an error, NaN, is in no event.
 */
function findEvents(error, threshold, { first = 0, minLength = 1, mergeGap = 0 } = {}) {
  const events = [];
  let event = null;
  let known = first; // since the last sample without an error
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

/** Return the runs of anomalous samples in truth, from `first` on. */
function trueEvents(truth, first) {
  return findEvents(truth, 0, { first });
}

/** Tell of each event whether it shares a sample with any of the others. */
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

/** Judge events by the true ones as skanomaly.metrics does, by event and by sample. */
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

/** Return the share of each channel in the error of an event, or null if not known. */
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
