// Decoding of the text in the page to typed arrays.

const ARRAY_OF = { f4: Float32Array, f8: Float64Array, b1: Uint8Array };

/** Return the bytes that a script element holds, compressed, as base64. */
async function inflate(id) {
  const letters = atob(document.getElementById(id).textContent);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  const stream = new Blob([bytes])
    .stream()
    .pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

/** Return the run that the page holds, with its numbers as typed arrays. */
async function readRun() {
  const run = JSON.parse(document.getElementById("contents").textContent);
  const buffer = await inflate("data");
  const array = (place) =>
    place && new ARRAY_OF[place.type](buffer, place.offset, place.length);
  const x = run.index.array ? array(run.index.array) : evenly(run.index, run.nSamples);
  const channel = ({ name, ...places }) => {
    const { values, expected, errors, below, above } = Object.fromEntries(
      Object.entries(places).map(([kind, place]) => [kind, array(place)]),
    );
    const lower = below && expected.map((value, i) => value - below[i]);
    const upper = above && expected.map((value, i) => value + above[i]);
    return { name, values, expected, errors, lower, upper };
  };
  return {
    ...run,
    threshold: fromPython(run.threshold),
    x,
    timeLength: timeLength(x),
    error: array(run.error),
    own: run.own && { ...run.own, errors: array(run.own.errors) },
    truth: array(run.truth),
    otherErrors: array(run.otherErrors),
    channels: run.channels.map(channel),
  };
}

/** Return the positions of equally spaced samples. */
function evenly({ start, step }, nSamples) {
  const x = new Float64Array(nSamples);
  for (let i = 0; i < nSamples; i++) x[i] = start + i * step;
  return x;
}

/** Parse a number written by Python, which may be "inf". */
function fromPython(text) {
  return Number(text.replace("inf", "Infinity"));
}

/** Load the plotting library, which the page contains in compressed form. */
async function loadPlotly() {
  const script = document.createElement("script");
  script.textContent = new TextDecoder().decode(await inflate("plotly"));
  document.head.append(script);
}
