// Conversion between thresholds and slider positions, and changes of the view.

const STEPS = 1000;

/**
 * Return the conversion between positions on the slider and thresholds.
 *
 * The slider ranges from the median error, or lower if the learned threshold is lower,
 * to the largest error. If this range spans orders of magnitude, it is logarithmic.
 */
function makeScale(run) {
  const judged = run.error.subarray(run.first);
  const stride = Math.max(1, Math.floor(judged.length / 20000));
  const some = judged.filter((_, i) => i % stride === 0).sort();
  const usual = some.length ? some[some.length >> 1] : 0;
  const below = some.length ? (some[0] + run.threshold) / 2 : 0;
  const ends = [usual, below, largestOf(judged), run.threshold].filter(Number.isFinite);
  let [low, high] = ends.length ? [Math.min(...ends), Math.max(...ends)] : [0, 1];
  if (low === high)
    [low, high] = [low - (Math.abs(low) || 1) / 2, high + (Math.abs(high) || 1) / 2];
  const log = low > 0 && high > 20 * low;
  const into = log ? Math.log : (v) => v;
  const back = log ? Math.exp : (v) => v;
  const [a, b] = [into(low), into(high)];
  return {
    low,
    high,
    toThreshold: (place) => back(a + ((b - a) * place) / STEPS),
    toPlace: (value) =>
      Math.min(1, Math.max(0, (into(Math.max(value, low)) - a) / (b - a))) * STEPS,
  };
}

/** Return the largest number, or NaN for an empty array. */
function largestOf(values) {
  return values.length ? values.reduce((high, v) => Math.max(high, v)) : NaN;
}

/** Return whether a linear axis would hide the threshold below a spike. */
function errorsSpanOrders(run, scale) {
  const least = run.error.reduce((low, v) => Math.min(low, v), Infinity);
  return (
    least > 0 &&
    largestOf(run.error) >
      20 * (Number.isFinite(run.threshold) ? run.threshold : scale.low)
  );
}

/** Return a view limited to the series, with a width of at least a few samples. */
function withinSeries(run, [left, right]) {
  const [first, last] = wholeSeries(run);
  const least = (4 * (last - first)) / Math.max(4, run.nSamples);
  const width = Math.max(least, right - left);
  if (width >= last - first) return [first, last];
  const middle = (left + right) / 2;
  const start = Math.min(Math.max(first, middle - width / 2), last - width);
  return [start, start + width];
}

function wholeSeries(run) {
  const [first, last] = [run.x[0], run.x[run.nSamples - 1]];
  const room = last > first ? 0.004 * (last - first) : 1;
  return [first - room, last + room];
}

/** Return the view after a move: "in", "out", "left", "right" or "all". */
function moved(run, [left, right], move, middle = (left + right) / 2) {
  const width = right - left;
  const scaled = (by) => [
    middle - (middle - left) * by,
    middle + (right - middle) * by,
  ];
  const views = {
    in: () => scaled(0.5),
    out: () => scaled(2),
    left: () => [left - width / 3, right - width / 3],
    right: () => [left + width / 3, right + width / 3],
    all: () => wholeSeries(run),
  };
  return withinSeries(run, views[move]());
}

/** Return a view of an event with the samples around it. */
function around(run, { start, stop }) {
  const room = Math.max(2 * (stop - start), 40);
  const [from, to] = [
    Math.max(0, start - room),
    Math.min(run.nSamples - 1, stop + room),
  ];
  return withinSeries(run, [run.x[from], run.x[to]]);
}
