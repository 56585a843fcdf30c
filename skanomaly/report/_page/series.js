// Plotly figure of the series with its expected values, and of the error.

const GAP = 16;
const LANE = 16;
const MARK = 8;
const FEW = 80;

/** Return the figure of the channels and, below them, the error, on one x axis. */
function seriesFigure(run, state, width, log) {
  const colour = colours();
  const rows = layRows(run, state);
  const view = viewOf(
    run,
    state.range,
    Math.max(100, width - MARGIN.left - MARGIN.right),
  );
  const layout = baseLayout(colour, {
    width,
    height: rows.height + MARGIN.top + MARGIN.bottom,
    margin: { l: MARGIN.left, r: MARGIN.right, t: MARGIN.top, b: MARGIN.bottom },
    dragmode: state.drag,
    hovermode: "x unified",
    hoversubplots: "axis",
    xaxis: axis(colour, {
      ...xAxis(run, colour),
      range: state.range.slice(),
      anchor: `y${rows.error.axis}`,
    }),
    // Behind all rows, for shades that span their whole height.
    yaxis: { domain: [0, 1], range: [0, 1], fixedrange: true, visible: false },
    yaxis2: axis(colour, {
      domain: rows.lanes.domain,
      range: [0, rows.lanes.names.length],
      tickvals: rows.lanes.names.map((_, i) => i + 0.5),
      ticktext: rows.lanes.names,
      fixedrange: true,
      showgrid: false,
      zeroline: false,
    }),
  });
  const traces = [
    ...backdrop(run, state, view, colour),
    ...lanes(run, state, view, colour),
  ];
  for (const row of rows.channels) {
    const { lines, range } = channelLines(run, state, row, view, colour);
    traces.push(...lines);
    layout[`yaxis${row.axis}`] = axis(colour, {
      domain: row.domain,
      range,
      fixedrange: true,
      zeroline: false,
      nticks: rows.channels.length > 2 ? 4 : 6,
      title: title(plain(run.channels[row.channel].name, 18), colour),
    });
  }
  const { lines, range } = errorLines(run, state, rows.error, view, colour, log);
  traces.push(...lines);
  layout[`yaxis${rows.error.axis}`] = axis(colour, {
    domain: rows.error.domain,
    range,
    type: log ? "log" : "linear",
    dtick: log && range[1] - range[0] > 2 ? 1 : undefined,
    fixedrange: true,
    zeroline: false,
    nticks: 5,
    title: title("error", colour),
  });
  return { traces, layout };
}

function xAxis(run, colour) {
  const { kind } = run.index;
  if (kind === "times") return { type: "date" };
  if (kind === "numbers") return { type: "linear" };
  return { type: "linear", tickformat: ",d", title: title("sample", colour) };
}

/** Return the vertical extents of strips, channels and error, as shares of height. */
function layRows(run, state) {
  const names = run.truth ? ["true", "found"] : ["found"];
  const nChannels = state.channels.length;
  const channelHeight = nChannels === 1 ? 240 : nChannels === 2 ? 170 : 110;
  const rowHeights = [...Array(nChannels).fill(channelHeight), 190];
  const heights = [
    LANE * names.length,
    ...rowHeights.map((one) => one * state.stretch),
  ];
  const height = heights.reduce((a, b) => a + b) + GAP * (heights.length - 1);
  let top = height;
  const domains = heights.map((one) => {
    const domain = [Math.max(0, top - one) / height, top / height];
    top -= one + GAP;
    return domain;
  });
  return {
    height,
    lanes: { names, domain: domains[0] },
    channels: state.channels.map((channel, i) => ({
      channel,
      axis: i + 3,
      domain: domains[i + 1],
    })),
    error: { axis: nChannels + 3, domain: domains[nChannels + 1] },
  };
}

/** Return the samples in view, and those that are drawn beyond it for panning. */
function viewOf(run, [left, right], pixels) {
  const beyond = (right - left) / 2;
  return {
    left,
    right,
    pixels,
    from: Math.max(0, lowerBound(run.x, left) - 1),
    to: Math.min(run.nSamples, lowerBound(run.x, right) + 2),
    drawnFrom: Math.max(0, lowerBound(run.x, left - beyond) - 1),
    drawnTo: Math.min(run.nSamples, lowerBound(run.x, right + beyond) + 2),
  };
}

/** Return the trace of a reduced line, and its extent within the view. */
function line(run, y, row, view, style) {
  const { left, right, drawnFrom, drawnTo, pixels, from, to } = view;
  const nColumns = Math.ceil(
    pixels * Math.min(2, (run.x[drawnTo - 1] - run.x[drawnFrom]) / (right - left)),
  );
  const kept = decimate(run.x, y, drawnFrom, drawnTo, Math.max(1, nColumns));
  const trace = {
    type: "scatter",
    mode: to - from <= FEW ? "lines+markers" : "lines",
    x: kept.map((i) => run.x[i]),
    y: kept.map((i) => y[i]),
    yaxis: `y${row.axis}`,
    connectgaps: false,
    hovertemplate: "%{y:.5~g}",
    ...style,
  };
  return {
    trace,
    kept,
    extent: extent(
      y,
      kept.filter((i) => i >= from && i < to),
    ),
  };
}

function channelLines(run, state, row, view, colour) {
  const channel = run.channels[row.channel];
  const { name, values, expected, lower } = channel;
  const label = state.channels.length > 1 ? plain(name) : "value";
  const main = line(run, values, row, view, {
    name: label,
    line: { color: colour.series, width: 1.1 },
    marker: { color: colour.series, size: 4 },
  });
  const lines = [main.trace];
  let [low, high] = main.extent;
  if (expected) {
    const other = line(run, expected, row, view, {
      name: state.channels.length > 1 ? `${label}, expected` : "expected",
      line: { color: colour.expected, width: 2.8 },
      marker: { color: colour.expected, size: 7, symbol: "square" },
    });
    lines.unshift(other.trace); // it is wider, so it goes behind the series
    low = Math.min(low, other.extent[0]);
    high = Math.max(high, other.extent[1]);
  }
  if (lower) {
    const { traces, extent } = band(run, channel, row, view, colour);
    lines.unshift(...traces);
    low = Math.min(low, extent[0]);
    high = Math.max(high, extent[1]);
  }
  const blamed =
    state.events.length && run.channels[0].errors
      ? (event) => argmax(blame(run, event)) === row.channel
      : () => true;
  lines.push(peaks(run, state, values, row, view, colour, blamed));
  return { lines, range: widened(low, high) };
}

/** Return the traces of the band around the expected values, and its extent. */
function band(run, { lower, upper }, row, view, colour) {
  const [low, high] = [lower, upper].map((ends) => line(run, ends, row, view, {}));
  const both = [...new Set([...low.kept, ...high.kept])].sort((a, b) => a - b);
  const known = both.filter((i) => Number.isFinite(lower[i] + upper[i]));
  const traces = [lower, upper].map((ends, i) => ({
    type: "scatter",
    mode: "lines",
    name: "band",
    x: known.map((j) => run.x[j]),
    y: known.map((j) => ends[j]),
    yaxis: `y${row.axis}`,
    line: { width: 0 },
    fill: i ? "tonexty" : "none",
    fillcolor: colour.band,
    hoverinfo: "skip",
  }));
  return { traces, extent: [low.extent[0], high.extent[1]] };
}

function errorLines(run, state, row, view, colour, log) {
  const main = line(run, run.error, row, view, {
    name: "error",
    line: { color: colour.series, width: 1.1 },
    marker: { color: colour.series, size: 4 },
  });
  const lines = [main.trace];
  let [low, high] = main.extent;
  // A logarithmic axis cannot show a threshold of zero or below.
  const at = log ? Math.log10(state.threshold) : state.threshold;
  if (Number.isFinite(at)) {
    lines.push({
      type: "scatter",
      mode: "lines",
      name: "threshold",
      x: [run.x[0], run.x[run.nSamples - 1]],
      y: [state.threshold, state.threshold],
      yaxis: `y${row.axis}`,
      line: { color: colour.event, width: 1.5, dash: "dash" },
      hoverinfo: "skip",
    });
    low = Math.min(low, state.threshold);
    high = Math.max(high, state.threshold);
  }
  lines.push(peaks(run, state, run.error, row, view, colour, () => true));
  return {
    lines,
    range: log ? widened(Math.log10(low), Math.log10(high)) : widened(low, high),
  };
}
