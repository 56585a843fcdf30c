// Plotly traces that mark the events: peaks, shades and strips.

/** Return markers at the peaks of events; of overlapping ones only the strongest. */
function peaks(run, state, y, row, view, colour, wanted) {
  const strongest = new Map();
  for (const event of state.events) {
    if (event.stop <= view.drawnFrom || event.start >= view.drawnTo) continue;
    const share = (run.x[event.peak] - view.left) / (view.right - view.left);
    const place = Math.floor((share * view.pixels) / MARK);
    const other = strongest.get(place);
    if (!other || run.error[event.peak] > run.error[other.peak])
      strongest.set(place, event);
  }
  const shown = [...strongest.values()].filter(wanted);
  return {
    type: "scatter",
    mode: "markers",
    name: "peak",
    x: shown.map(({ peak }) => run.x[peak]),
    y: shown.map(({ peak }) => y[peak]),
    yaxis: `y${row.axis}`,
    marker: {
      color: colour.event,
      size: MARK,
      symbol: "diamond",
      line: { color: colour.panel, width: 1 },
    },
    hoverinfo: "skip",
  };
}

/** Return shades over the whole height for the training samples and the events. */
function backdrop(run, state, view, colour) {
  const shade = (spans, fillcolor, opacity) => ({
    ...boxes(run, spans, view, [0, 1]),
    yaxis: "y",
    fillcolor,
    opacity,
  });
  const trained = run.nTrain ? [{ start: 0, stop: run.nTrain }] : [];
  return [
    shade(trained, colour.training, 0.55),
    shade(state.events, colour.event, 0.13),
  ];
}

/** Return opaque strips for the events and for the true events. */
function lanes(run, state, view, colour) {
  const lane = (spans, fillcolor, level) => ({
    ...boxes(run, spans, view, [level + 0.12, level + 0.88]),
    yaxis: "y2",
    fillcolor,
  });
  if (!run.truth) return [lane(state.events, colour.event, 0)];
  return [lane(state.trueOnes, colour.truth, 0), lane(state.events, colour.event, 1)];
}

/** Return one filled path for all spans near the view, each at least 2 pixels wide. */
function boxes(run, spans, view, [bottom, top]) {
  const [x, y] = [[], []];
  const least = (2 * (view.right - view.left)) / view.pixels;
  let reach = -Infinity;
  for (const { start, stop } of spans) {
    if (stop <= view.drawnFrom || start >= view.drawnTo) continue;
    let [left, right] = [edge(run.x, start), edge(run.x, stop)];
    const short = Math.max(0, least - (right - left)) / 2;
    [left, right] = [left - short, right + short];
    if (left <= reach) {
      // Overlapping shades would add up.
      reach = Math.max(reach, right);
      x[x.length - 3] = x[x.length - 2] = reach;
    } else {
      reach = right;
      x.push(left, left, right, right, null);
      y.push(bottom, top, top, bottom, null);
    }
  }
  return {
    type: "scatter",
    mode: "lines",
    fill: "toself",
    line: { width: 0 },
    x,
    y,
    hoverinfo: "skip",
  };
}

/** Return the position halfway between a sample and the previous one. */
function edge(x, i) {
  if (i <= 0) return x[0];
  if (i >= x.length) return x[x.length - 1];
  return (x[i - 1] + x[i]) / 2;
}

function widened(low, high) {
  if (!(low <= high)) return [0, 1];
  const room = high > low ? 0.06 * (high - low) : Math.abs(high) * 0.1 || 1;
  return [low - room, high + room];
}
