// What the charts show, for Plotly: each function turns a run and a state into a figure.

const CONFIG = { displayModeBar: false, doubleClick: false, showTips: false };
const MARGIN = { left: 72, right: 14, top: 4, bottom: 40 };
const GAP = 16;
const LANE = 16;
const MARK = 8;
const FEW = 80;

/** Return the colours of the present theme. */
function colours() {
  const style = getComputedStyle(document.documentElement);
  const names = ["panel", "ink", "soft", "rule", "grid", "series", "expected", "event"];
  return Object.fromEntries(
    [...names, "truth", "training"].map((name) => [name, style.getPropertyValue(`--${name}`).trim()]),
  );
}

/** Return what all charts have in common. */
function baseLayout(colour, more) {
  return {
    paper_bgcolor: colour.panel,
    plot_bgcolor: "transparent", // of rows that lie over the backdrop
    font: { family: "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif", size: 12, color: colour.ink },
    margin: { l: MARGIN.left, r: MARGIN.right, t: 16, b: 44 },
    showlegend: false,
    hoverlabel: { bgcolor: colour.panel, bordercolor: colour.rule, font: { color: colour.ink } },
    ...more,
  };
}

function axis(colour, more) {
  return {
    gridcolor: colour.grid,
    linecolor: colour.rule,
    zerolinecolor: colour.rule,
    tickfont: { color: colour.soft },
    exponentformat: "SI",
    automargin: false,
    ...more,
  };
}

const title = (text, colour) => ({ text, font: { size: 12, color: colour.soft }, standoff: 8 });

/** The series with what was expected, below it the error: one figure with one x axis. */
function seriesFigure(run, state, width, log) {
  const colour = colours();
  const rows = layRows(run, state);
  const view = viewOf(run, state.range, Math.max(100, width - MARGIN.left - MARGIN.right));
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
    // Behind all rows, for what is told of times and not of values.
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
  const traces = [...backdrop(run, state, view, colour), ...lanes(run, state, view, colour)];
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

/** Place lanes, channels and the error below each other; as shares of the height. */
function layRows(run, state) {
  const names = run.truth ? ["true", "found"] : ["found"];
  const nChannels = state.channels.length;
  const channelHeight = nChannels === 1 ? 240 : nChannels === 2 ? 170 : 110;
  const rowHeights = [...Array(nChannels).fill(channelHeight), 190];
  const heights = [LANE * names.length, ...rowHeights.map((one) => one * state.stretch)];
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
    channels: state.channels.map((channel, i) => ({ channel, axis: i + 3, domain: domains[i + 1] })),
    error: { axis: nChannels + 3, domain: domains[nChannels + 1] },
  };
}

/** Return which samples are in view, and which are drawn so that moving finds some. */
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

/** A line of the samples that matter, and the least and largest of those in view. */
function line(run, y, row, view, style) {
  const { left, right, drawnFrom, drawnTo, pixels, from, to } = view;
  const nColumns = Math.ceil(pixels * Math.min(2, (run.x[drawnTo - 1] - run.x[drawnFrom]) / (right - left)));
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
  return { trace, extent: extent(y, kept.filter((i) => i >= from && i < to)) };
}

function channelLines(run, state, row, view, colour) {
  const { name, values, expected } = run.channels[row.channel];
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
    lines.unshift(other.trace); // wide, and behind the series
    low = Math.min(low, other.extent[0]);
    high = Math.max(high, other.extent[1]);
  }
  const blamed = state.events.length && run.channels[0].errors
    ? (event) => argmax(blame(run, event)) === row.channel
    : () => true;
  lines.push(peaks(run, state, values, row, view, colour, blamed));
  return { lines, range: widened(low, high) };
}

function errorLines(run, state, row, view, colour, log) {
  const main = line(run, run.error, row, view, {
    name: "error",
    line: { color: colour.series, width: 1.1 },
    marker: { color: colour.series, size: 4 },
  });
  const lines = [main.trace];
  let [low, high] = main.extent;
  if (Number.isFinite(state.threshold)) {
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
  return { lines, range: log ? widened(Math.log10(low), Math.log10(high)) : widened(low, high) };
}

/** Marks at the peaks of events, of those that would cover each other the strongest. */
function peaks(run, state, y, row, view, colour, wanted) {
  const strongest = new Map();
  for (const event of state.events) {
    if (event.stop <= view.drawnFrom || event.start >= view.drawnTo) continue;
    const share = (run.x[event.peak] - view.left) / (view.right - view.left);
    const place = Math.floor((share * view.pixels) / MARK);
    const other = strongest.get(place);
    if (!other || run.error[event.peak] > run.error[other.peak]) strongest.set(place, event);
  }
  const shown = [...strongest.values()].filter(wanted);
  return {
    type: "scatter",
    mode: "markers",
    name: "peak",
    x: shown.map(({ peak }) => run.x[peak]),
    y: shown.map(({ peak }) => y[peak]),
    yaxis: `y${row.axis}`,
    marker: { color: colour.event, size: MARK, symbol: "diamond", line: { color: colour.panel, width: 1 } },
    hoverinfo: "skip",
  };
}

/** Shades over the whole height: what was trained on, and the events. */
function backdrop(run, state, view, colour) {
  const shade = (spans, fillcolor, opacity) => ({
    ...boxes(run, spans, view, [0, 1]),
    yaxis: "y",
    fillcolor,
    opacity,
  });
  const trained = run.nTrain ? [{ start: 0, stop: run.nTrain }] : [];
  return [shade(trained, colour.training, 0.55), shade(state.events, colour.event, 0.13)];
}

/** A strip for the events and one for the truth, each sample in full colour. */
function lanes(run, state, view, colour) {
  const lane = (spans, fillcolor, level) => ({
    ...boxes(run, spans, view, [level + 0.12, level + 0.88]),
    yaxis: "y2",
    fillcolor,
  });
  if (!run.truth) return [lane(state.events, colour.event, 0)];
  return [lane(state.trueOnes, colour.truth, 0), lane(state.events, colour.event, 1)];
}

/** One filled path for all spans near the view, each at least two pixels wide. */
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
      // Touching shades would add up.
      reach = Math.max(reach, right);
      x[x.length - 3] = x[x.length - 2] = reach;
    } else {
      reach = right;
      x.push(left, left, right, right, null);
      y.push(bottom, top, top, bottom, null);
    }
  }
  return { type: "scatter", mode: "lines", fill: "toself", line: { width: 0 }, x, y, hoverinfo: "skip" };
}

/** Return the border between a sample and the one before it. */
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

/** Count errors in bars of equal width, on the scale of the threshold. */
function countErrors(run, log, nBars = 60) {
  const scaled = log ? Math.log10 : (v) => v;
  const [least, largest] = run.error.reduce(
    ([low, high], v) => [Math.min(low, v), Math.max(high, v)],
    [Infinity, -Infinity],
  );
  let [low, high] = [scaled(least), scaled(largest)];
  if (high - low <= 1e-12 * Math.max(Math.abs(low), Math.abs(high), 1e-300)) [low, high] = [low - 0.5, high + 0.5];
  const width = (high - low) / nBars;
  const counts = { trained: new Array(nBars).fill(0), scored: new Array(nBars).fill(0) };
  for (let i = 0; i < run.nSamples; i++) {
    const bar = Math.min(nBars - 1, Math.floor((scaled(run.error[i]) - low) / width));
    counts[i < run.nTrain ? "trained" : "scored"][bar] += 1;
  }
  const middle = (_, bar) => low + (bar + 0.5) * width;
  return { ...counts, low, high, width, middles: counts.scored.map(middle), scaled };
}

/** How the errors spread, and where the threshold cuts them. */
function histogramFigure(run, state, counted, log, width) {
  const colour = colours();
  const at = counted.scaled(state.threshold);
  const [left, right] = Number.isFinite(at) ? [Math.min(counted.low, at), Math.max(counted.high, at)] : [counted.low, counted.high];
  const ends = (bar) => [-0.5, 0.5].map((side) => number(unscaled(counted.middles[bar] + side * counted.width, log))).join(" to ");
  const hover = { customdata: counted.middles.map((_, bar) => ends(bar)), hovertemplate: "%{y:,d} samples of error %{customdata}" };
  const traces = [
    { type: "bar", name: "scored", x: counted.middles, y: counted.scored, marker: { color: colour.series, opacity: 0.75 }, width: counted.width, ...hover },
  ];
  if (run.nTrain) {
    traces.push({ type: "scatter", mode: "lines", name: "trained on", x: counted.middles, y: counted.trained.map((n) => n || null), line: { color: colour.expected, width: 1.6, shape: "hvh" }, ...hover });
  }
  if (Number.isFinite(at)) {
    traces.push({ type: "scatter", mode: "lines", name: "threshold", x: [at, at], y: [0.7, Math.max(...counted.scored, ...counted.trained)], line: { color: colour.event, width: 1.5, dash: "dash" }, hoverinfo: "skip" });
  }
  const layout = baseLayout(colour, {
    width,
    height: 290,
    bargap: 0,
    margin: { l: 56, r: 14, t: 30, b: 44 },
    showlegend: true,
    legend: { orientation: "h", x: 1, xanchor: "right", y: 1.02, yanchor: "bottom", font: { color: colour.soft, size: 11 } },
    xaxis: axis(colour, { title: title("error", colour), range: widened(left, right), zeroline: false, ...(log ? logTicks(left, right) : {}) }),
    yaxis: axis(colour, { type: "log", title: title("samples", colour), dtick: 1, fixedrange: true, tickformat: ",d", range: [Math.log10(0.7), undefined] }),
  });
  layout.yaxis.range[1] = Math.log10(1.6 * Math.max(...counted.scored, ...counted.trained, 1));
  return { traces, layout };
}

const unscaled = (value, log) => (log ? 10 ** value : value);

/** Ticks at powers of ten of an axis that shows logarithms. */
function logTicks(low, high) {
  const powers = [];
  for (let power = Math.ceil(low); power <= high; power++) powers.push(power);
  const steps = powers.length > 1 ? [1] : [1, 2, 5];
  const tickvals = [];
  for (let power = Math.floor(low); power <= high; power++) {
    for (const step of steps) tickvals.push(power + Math.log10(step));
  }
  return { tickvals, ticktext: tickvals.map((value) => number(Number((10 ** value).toPrecision(3)))) };
}

/** Loss after each epoch. */
function historyFigure(run, width) {
  const colour = colours();
  const styles = [
    { color: colour.series, dash: "solid", symbol: "circle" },
    { color: colour.expected, dash: "dash", symbol: "square" },
    { color: colour.truth, dash: "dot", symbol: "diamond" },
    { color: colour.soft, dash: "dashdot", symbol: "cross" },
  ];
  const traces = Object.entries(run.history).map(([name, losses], i) => {
    const { color, dash, symbol } = styles[i % styles.length];
    return {
      type: "scatter",
      mode: losses.length <= FEW ? "lines+markers" : "lines",
      name: plain({ loss: "training", val_loss: "held out" }[name] ?? name),
      x: losses.map((_, epoch) => epoch + 1),
      y: losses,
      line: { color, dash, width: 1.6 },
      marker: { color, symbol, size: 5 },
      hovertemplate: "epoch %{x}: %{y:.4~g}",
    };
  });
  const layout = baseLayout(colour, {
    width,
    height: 290,
    margin: { l: 56, r: 14, t: 30, b: 44 },
    showlegend: true,
    legend: { orientation: "h", x: 1, xanchor: "right", y: 1.02, yanchor: "bottom", font: { color: colour.soft, size: 11 } },
    xaxis: axis(colour, { title: title("epoch", colour), tickformat: ",d", rangemode: "tozero", zeroline: false }),
    yaxis: axis(colour, { title: title("loss", colour), zeroline: false, type: wantsLog(Object.values(run.history).flat()) ? "log" : "linear" }),
  });
  return { traces, layout };
}

/** Tell whether numbers span orders of magnitude. */
function wantsLog(values, ratio = 20) {
  const finite = values.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  return low > 0 && high > ratio * low;
}

/** Shares of the channels in the errors of the most severe events. */
function blameFigure(run, state, width) {
  const colour = colours();
  const order = [...state.events].sort((a, b) => run.error[b.peak] - run.error[a.peak]);
  const events = order.slice(0, 30).sort((a, b) => a.start - b.start);
  const shares = events.map((event) => blame(run, event));
  const sums = run.channels.map((_, c) => shares.reduce((total, one) => total + one[c], 0));
  const channels = sums.map((_, c) => c).sort((a, b) => sums[b] - sums[a]).slice(0, 25);
  const names = channels.map((c) => plain(run.channels[c].name, 16));
  const when = events.map((event) => `${position(run, run.x[event.start])} `);
  const traces = [
    {
      type: "heatmap",
      z: shares.map((one) => channels.map((c) => 100 * one[c])),
      x: channels.map((_, i) => i),
      y: events.map((_, i) => i),
      text: shares.map((one) => channels.map((c) => String(Math.round(100 * one[c])))),
      texttemplate: channels.length <= 12 ? "%{text}" : undefined,
      customdata: events.map((_, i) => channels.map((_, c) => `${names[c]}, ${when[i]}`)),
      hovertemplate: "%{customdata}: %{z:.3~g} %<extra></extra>",
      colorscale: [[0, colour.panel], [1, colour.event]],
      zmin: 0,
      zmax: 100,
      xgap: 2,
      ygap: 2,
      colorbar: { title: { text: "%", side: "right" }, thickness: 10, outlinewidth: 0, tickfont: { color: colour.soft } },
    },
  ];
  const below = channels.length > 6 ? 104 : 40; // for slanted names
  const longest = Math.max(...when.map((text) => text.length));
  const layout = baseLayout(colour, {
    width,
    height: 16 + below + 26 * events.length,
    margin: { l: 20 + 7 * longest, r: 14, t: 8, b: below },
    xaxis: axis(colour, { tickvals: channels.map((_, i) => i), ticktext: names, showgrid: false, zeroline: false, tickangle: channels.length > 6 ? -40 : 0, fixedrange: true }),
    yaxis: axis(colour, { tickvals: events.map((_, i) => i), ticktext: when, showgrid: false, zeroline: false, autorange: "reversed", fixedrange: true }),
  });
  return { traces, layout };
}
