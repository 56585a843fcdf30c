// Reduction of a line to the points that determine its appearance, after
// Jugel, U. et al. (2014). M4: A visualization-oriented time series data aggregation.
// PVLDB 7(10). https://doi.org/10.14778/2732951.2732953

/** Return the first index in [from, to) at which sorted `x` is at least `value`. */
function lowerBound(x, value, from = 0, to = x.length) {
  while (from < to) {
    const middle = (from + to) >> 1;
    if (x[middle] < value) from = middle + 1;
    else to = middle;
  }
  return from;
}

/**
 * Select the samples that suffice to draw a line of all samples.
 *
 * For each column of pixels the first, lowest, highest and last sample are kept, and
 * one missing value, which leaves a gap in the line.
 */
function decimate(x, y, from, to, nColumns) {
  if (to - from <= 4 * nColumns) {
    return Array.from({ length: to - from }, (_, i) => from + i);
  }
  const kept = [];
  const width = (x[to - 1] - x[from]) / nColumns;
  let start = from;
  for (let column = 1; column <= nColumns; column++) {
    const edge = x[from] + column * width;
    const stop = column === nColumns ? to : lowerBound(x, edge, start, to);
    if (stop > start) keepExtremes(y, start, stop, kept);
    start = stop;
  }
  return kept;
}

function keepExtremes(y, start, stop, kept) {
  let [lowest, highest, missing] = [-1, -1, -1];
  for (let i = start; i < stop; i++) {
    const value = y[i];
    if (Number.isNaN(value)) missing = i;
    else if (lowest < 0) lowest = highest = i;
    else if (value < y[lowest]) lowest = i;
    else if (value > y[highest]) highest = i;
  }
  const chosen = [start, lowest, highest, missing, stop - 1].sort((a, b) => a - b);
  let last = -1;
  for (const i of chosen) {
    if (i > last) kept.push(i);
    last = Math.max(last, i);
  }
}

/** Return the smallest and the largest of the numbers at some positions. */
function extent(y, positions) {
  let [low, high] = [Infinity, -Infinity];
  for (const i of positions) {
    if (y[i] < low) low = y[i];
    if (y[i] > high) high = y[i];
  }
  return [low, high];
}
