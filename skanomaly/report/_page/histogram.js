// Plotly figure of the histogram of the errors.

/** Count errors in bins of equal width, on a linear or logarithmic scale. */
function countErrors(run, log, nBars = 60) {
  const scaled = log ? Math.log10 : (v) => v;
  const [least, largest] = run.error.reduce(
    ([low, high], v) => [Math.min(low, v), Math.max(high, v)],
    [Infinity, -Infinity],
  );
  let [low, high] = [scaled(least), scaled(largest)];
  if (high - low <= 1e-12 * Math.max(Math.abs(low), Math.abs(high), 1e-300))
    [low, high] = [low - 0.5, high + 0.5];
  const width = (high - low) / nBars;
  const counts = {
    trained: new Array(nBars).fill(0),
    scored: new Array(nBars).fill(0),
  };
  for (let i = 0; i < run.nSamples; i++) {
    const bar = Math.min(nBars - 1, Math.floor((scaled(run.error[i]) - low) / width));
    counts[i < run.nTrain ? "trained" : "scored"][bar] += 1;
  }
  const middle = (_, bar) => low + (bar + 0.5) * width;
  return { ...counts, low, high, width, middles: counts.scored.map(middle), scaled };
}

/** Return the figure of the histogram of the errors with the threshold. */
function histogramFigure(run, state, counted, log, width) {
  const colour = colours();
  const at = counted.scaled(state.threshold);
  const [left, right] = Number.isFinite(at)
    ? [Math.min(counted.low, at), Math.max(counted.high, at)]
    : [counted.low, counted.high];
  const ends = (bar) =>
    [-0.5, 0.5]
      .map((side) => number(unscaled(counted.middles[bar] + side * counted.width, log)))
      .join(" to ");
  const hover = {
    customdata: counted.middles.map((_, bar) => ends(bar)),
    hovertemplate: "%{y:,d} samples of error %{customdata}",
  };
  const traces = [
    {
      type: "bar",
      name: "scored",
      x: counted.middles,
      y: counted.scored,
      marker: { color: colour.series, opacity: 0.75 },
      width: counted.width,
      ...hover,
    },
  ];
  if (run.nTrain) {
    traces.push({
      type: "scatter",
      mode: "lines+markers", // a line of a single point would be invisible
      marker: { size: 3 },
      name: "trained on",
      x: counted.middles,
      y: counted.trained.map((n) => n || null),
      line: { color: colour.expected, width: 1.6, shape: "hvh" },
      ...hover,
    });
  }
  if (Number.isFinite(at)) {
    traces.push({
      type: "scatter",
      mode: "lines",
      name: "threshold",
      x: [at, at],
      y: [0.7, Math.max(...counted.scored, ...counted.trained)],
      line: { color: colour.event, width: 1.5, dash: "dash" },
      hoverinfo: "skip",
    });
  }
  const layout = baseLayout(colour, {
    width,
    height: 290,
    bargap: 0,
    ...legendOnTop(colour),
    xaxis: axis(colour, {
      title: title("error", colour),
      range: widened(left, right),
      zeroline: false,
      ...(log ? logTicks(left, right) : {}),
    }),
    yaxis: axis(colour, {
      type: "log",
      title: title("samples", colour),
      dtick: 1,
      fixedrange: true,
      tickformat: ",d",
      range: [Math.log10(0.7), undefined],
    }),
  });
  layout.yaxis.range[1] = Math.log10(
    1.6 * Math.max(...counted.scored, ...counted.trained, 1),
  );
  return { traces, layout };
}

const unscaled = (value, log) => (log ? 10 ** value : value);

/** Return ticks at powers of ten for an axis of logarithms. */
function logTicks(low, high) {
  const powers = [];
  for (let power = Math.ceil(low); power <= high; power++) powers.push(power);
  const steps = powers.length > 1 ? [1] : [1, 2, 5];
  const tickvals = [];
  for (let power = Math.floor(low); power <= high; power++) {
    for (const step of steps) tickvals.push(power + Math.log10(step));
  }
  return {
    tickvals,
    ticktext: tickvals.map((value) => number(Number((10 ** value).toPrecision(3)))),
  };
}
