// Plotly figures of the training history and of the contributions of the channels.

/** Return the figure of the losses per epoch. */
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
    ...legendOnTop(colour),
    xaxis: axis(colour, {
      title: title("epoch", colour),
      tickformat: ",d",
      rangemode: "tozero",
      zeroline: false,
    }),
    yaxis: axis(colour, {
      title: title("loss", colour),
      zeroline: false,
      type: wantsLog(Object.values(run.history).flat()) ? "log" : "linear",
    }),
  });
  return { traces, layout };
}

/** Return whether numbers span more than a factor of `ratio`. */
function wantsLog(values, ratio = 20) {
  const finite = values.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  return low > 0 && high > ratio * low;
}

/** Return the figure of the contributions of the channels to the most severe events. */
function blameFigure(run, state, width) {
  const colour = colours();
  const order = [...state.events].sort((a, b) => run.error[b.peak] - run.error[a.peak]);
  const events = order.slice(0, 30).sort((a, b) => a.start - b.start);
  const shares = events.map((event) => blame(run, event));
  const sums = run.channels.map((_, c) =>
    shares.reduce((total, one) => total + one[c], 0),
  );
  const channels = sums
    .map((_, c) => c)
    .sort((a, b) => sums[b] - sums[a])
    .slice(0, 25);
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
      customdata: events.map((_, i) =>
        channels.map((_, c) => `${names[c]}, ${when[i]}`),
      ),
      hovertemplate: "%{customdata}: %{z:.3~g} %<extra></extra>",
      colorscale: [
        [0, colour.panel],
        [1, colour.event],
      ],
      zmin: 0,
      zmax: 100 * Math.max(0.3, ...shares.flat()),
      xgap: 2,
      ygap: 2,
      colorbar: {
        title: { text: "%", side: "right" },
        thickness: 10,
        outlinewidth: 0,
        tickfont: { color: colour.soft },
      },
    },
  ];
  const below = channels.length > 6 ? 104 : 40; // for slanted names
  const longest = Math.max(...when.map((text) => text.length));
  const layout = baseLayout(colour, {
    width,
    height: 16 + below + 26 * events.length,
    margin: { l: 20 + 7 * longest, r: 14, t: 8, b: below },
    xaxis: axis(colour, {
      tickvals: channels.map((_, i) => i),
      ticktext: names,
      showgrid: false,
      zeroline: false,
      tickangle: channels.length > 6 ? -40 : 0,
      fixedrange: true,
    }),
    yaxis: axis(colour, {
      tickvals: events.map((_, i) => i),
      ticktext: when,
      showgrid: false,
      zeroline: false,
      autorange: "reversed",
      fixedrange: true,
    }),
  });
  return { traces, layout };
}
