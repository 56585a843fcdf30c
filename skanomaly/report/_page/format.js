// Formatting of numbers, times and names for the page and for CSV.

const USUAL = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });
const EXTREME = new Intl.NumberFormat("en", {
  maximumSignificantDigits: 4,
  notation: "scientific",
});
const USUAL_POSITION = new Intl.NumberFormat("en", {
  maximumSignificantDigits: 12,
  useGrouping: false,
});
const ROUGH = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const ROUNDED = new Intl.NumberFormat("en", { maximumSignificantDigits: 2 });
const WHOLE = new Intl.NumberFormat("en");

/** Format a number with four significant digits. */
function number(value) {
  if (Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  const extreme = size >= 1e9 || (size > 0 && size < 1e-4);
  return (extreme ? EXTREME : USUAL).format(value);
}

const count = (value) => WHOLE.format(value);

/** Format a count with its noun: "no event", "1 event", "2 events". */
function plural(n, noun) {
  if (n === 0) return `no ${noun}`;
  return `${count(n)} ${noun}${n === 1 ? "" : "s"}`;
}

const share = (part, whole) => `${ROUGH.format(whole ? (100 * part) / whole : 0)} %`;

/** Format the ratio of an error to the threshold; empty unless both are positive. */
function comparedTo(threshold, error) {
  const times = error / threshold;
  if (!(threshold > 0 && times > 0)) return "";
  if (times < 1) return `${share(times, 1)} of the threshold`;
  return `${ROUGH.format(times)} times the threshold`;
}

/** Format the number of false events to expect; empty if it is not known. */
function expectedOf({ samplesPerWeek }, falseOnes) {
  if (!falseOnes) return "";
  const { rate, isBound } = falseOnes;
  const weekly = samplesPerWeek
    ? ` (${ROUNDED.format(samplesPerWeek * rate)} per week)`
    : "";
  return `expect ${isBound ? "<" : "≈"} ${ROUNDED.format(10000 * rate)} false ones per 10,000 samples${weekly}`;
}

/** Format a position on the axis of the series: a time or a number. */
function position(run, x) {
  if (run.index.kind === "samples") return count(x);
  if (run.index.kind === "numbers") return USUAL_POSITION.format(x);
  return isoTime(x).slice(0, run.timeLength);
}

/** Return the number of characters that the times of this series need in ISO format. */
function timeLength(x) {
  const every = (unit) => x.every((time) => time % unit === 0);
  if (every(86400e3)) return "2024-01-01".length;
  if (every(60e3)) return "2024-01-01 00:00".length;
  return every(1e3) ? "2024-01-01 00:00:00".length : undefined;
}

function isoTime(milliseconds) {
  const text = new Date(milliseconds).toISOString();
  return text.replace("T", " ").replace(/(\.000)?Z$/, "");
}

/** Return the position of the end of an event; one step after the last sample. */
function stopPosition({ x }, stop) {
  const last = x.length - 1;
  if (stop <= last) return x[stop];
  return last > 0 ? 2 * x[last] - x[last - 1] : x[last];
}

/** Escape a text for Plotly, which interprets some HTML, and shorten it for an axis. */
function plain(text, longest = 28) {
  const short = text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
  return short.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** Format rows of cells as CSV. */
function toCsv(rows) {
  const cell = (value) => {
    const text = value === null || value === undefined ? "" : String(value);
    return /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };
  return rows.map((row) => row.map(cell).join(",")).join("\n") + "\n";
}
