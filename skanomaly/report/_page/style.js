// Colours, axes and margins shared by all charts.

const CONFIG = { displayModeBar: false, doubleClick: false, showTips: false };
const MARGIN = { left: 72, right: 14, top: 4, bottom: 40 };

/** Return the colours of the current theme. */
function colours() {
  const style = getComputedStyle(document.documentElement);
  const names = ["panel", "ink", "soft", "rule", "grid", "series", "expected", "event"];
  return Object.fromEntries(
    [...names, "band", "truth", "training"].map((name) => [
      name,
      style.getPropertyValue(`--${name}`).trim(),
    ]),
  );
}

/** Return the layout shared by all charts. */
function baseLayout(colour, more) {
  return {
    paper_bgcolor: colour.panel,
    plot_bgcolor: "transparent", // so that rows do not hide the backdrop
    font: {
      family: "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
      size: 12,
      color: colour.ink,
    },
    margin: { l: MARGIN.left, r: MARGIN.right, t: 16, b: 44 },
    showlegend: false,
    hoverlabel: {
      bgcolor: colour.panel,
      bordercolor: colour.rule,
      font: { color: colour.ink },
    },
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

const title = (text, colour) => ({
  text,
  font: { size: 12, color: colour.soft },
  standoff: 8,
});

/** Layout of a legend above a small chart on the right, with a margin for it. */
const legendOnTop = (colour) => ({
  margin: { l: 56, r: 14, t: 30, b: 44 },
  showlegend: true,
  legend: {
    ...{ orientation: "h", x: 1, xanchor: "right", y: 1.02, yanchor: "bottom" },
    font: { color: colour.soft, size: 11 },
  },
});
