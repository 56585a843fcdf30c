// Event handlers that redraw the page, and its start.

/** Fill in the facts about the run, which no control changes. */
function fillFacts(run) {
  const parts = [run.detector, plural(run.nSamples, "sample")];
  if (run.index.kind === "times")
    parts.push(
      `${position(run, run.x[0])} to ${position(run, run.x[run.nSamples - 1])}${run.index.zone ? ` ${run.index.zone}` : ""}`,
    );
  const shown =
    run.channels.length < run.nChannels
      ? ` (${count(run.channels.length)} in this page)`
      : "";
  parts.push(`${plural(run.nChannels, "channel")}${shown}`);
  if (run.window) parts.push(`window ${count(run.window)}`);
  if (run.nTrain) parts.push(`trained on the first ${count(run.nTrain)}`);
  byId("summary").textContent = parts.join(" · ");
  const present = {
    expected: run.channels[0].expected,
    band: run.channels[0].lower,
    truth: run.truth,
    training: run.nTrain,
  };
  for (const item of document.querySelectorAll(".legend [data-part]")) {
    item.hidden = item.dataset.part in present && !present[item.dataset.part];
  }
  const heads = Object.entries(run.made);
  byId("made-panel").hidden = heads.length === 0;
  byId("made").replaceChildren(
    ...heads.map(([head, facts]) => {
      const list = element("dl", null);
      for (const [name, value] of Object.entries(facts))
        list.append(element("dt", name), element("dd", value));
      const block = element("div", null, { class: facts.command ? "wide" : "" });
      block.append(element("h3", head), list);
      return block;
    }),
  );
}

function connectThreshold(page) {
  byId("threshold").addEventListener("submit", (event) => event.preventDefault());
  byId("slider").addEventListener("input", ({ target }) =>
    page.setThreshold(page.scale.toThreshold(Number(target.value))),
  );
  byId("exact").addEventListener("change", ({ target }) => {
    if (Number.isFinite(target.valueAsNumber)) page.setThreshold(target.valueAsNumber);
    else page.fillControls();
  });
  byId("learned").addEventListener("click", () => {
    page.setThreshold(page.run.threshold);
    byId("slider").focus();
  });
}

const KEYS = {
  "+": "in",
  "=": "in",
  "-": "out",
  "−": "out",
  ArrowLeft: "left",
  ArrowRight: "right",
  0: "all",
  Home: "all",
};

function connectView(page) {
  const chart = byId("series");
  const move = (how, middle) =>
    page.setRange(moved(page.run, page.state.range, how, middle));
  for (const button of document.querySelectorAll("[data-move]")) {
    button.addEventListener("click", () => move(button.dataset.move));
  }
  chart.addEventListener("keydown", (event) => {
    if (!(event.key in KEYS) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    move(KEYS[event.key]);
  });
  chart.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      const [left, right] = page.state.range;
      const box = chart.getBoundingClientRect();
      const inside =
        (event.clientX - box.left - MARGIN.left) /
        (box.width - MARGIN.left - MARGIN.right);
      move(
        event.deltaY < 0 ? "in" : "out",
        left + Math.min(1, Math.max(0, inside)) * (right - left),
      );
    },
    { passive: false },
  );
  byId("drag").addEventListener("click", ({ currentTarget }) => {
    const pans = page.state.drag === "zoom";
    page.state.drag = pans ? "pan" : "zoom";
    currentTarget.setAttribute("aria-pressed", String(pans));
    page.drawSeries();
  });
  chart.on("plotly_doubleclick", () => move("all"));
  chart.on("plotly_relayout", (changes) => {
    const moved = Object.keys(changes).some((name) => name.startsWith("xaxis.range"));
    if (moved) page.setRange(chart.layout.xaxis.range.map(asNumber));
  });
}

/** Convert a limit of an axis to a number; Plotly returns dates as text. */
function asNumber(end) {
  return typeof end === "string"
    ? Date.parse(`${end.replace(" ", "T")}${end.length > 10 ? "Z" : ""}`)
    : end;
}

function connectChannels(page) {
  const { run, state } = page;
  byId("channels").hidden = run.channels.length === 1;
  const labels = run.channels.map(({ name }, channel) => {
    const box = element("input", null, { type: "checkbox" });
    box.checked = state.channels.includes(channel);
    box.addEventListener("change", () => {
      const chosen = new Set(state.channels);
      if (box.checked) chosen.add(channel);
      else if (chosen.size > 1) chosen.delete(channel);
      else box.checked = true;
      state.channels = [...chosen].sort((a, b) => a - b);
      page.drawSeries();
    });
    const label = element("label", null);
    label.append(box, element("span", name));
    return label;
  });
  document.querySelector("#channels fieldset").append(...labels);
}

/** Close menus with Escape. */
function connectMenus() {
  for (const menu of document.querySelectorAll(".menu")) {
    menu.addEventListener("keydown", ({ key }) => {
      if (key !== "Escape") return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  }
}

function setTheme(dark) {
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  byId("theme").textContent = dark ? "Light colours" : "Dark colours";
}

function connectTheme(page) {
  byId("theme").addEventListener("click", () => {
    setTheme(document.documentElement.dataset.theme !== "dark");
    page.drawAll();
  });
}

function connectPrinting(page) {
  let dark = false;
  const print = (printing) => {
    if (printing) dark = document.documentElement.dataset.theme === "dark";
    page.printing = printing;
    page.state.stretch = printing ? 0.8 : 1; // lower rows fit on a sheet of paper
    setTheme(dark && !printing);
    page.fillTable();
    page.drawAll();
  };
  addEventListener("beforeprint", () => print(true));
  addEventListener("afterprint", () => print(false));
}

function connectSize(page) {
  let width = innerWidth;
  addEventListener("resize", () => {
    if (page.printing || innerWidth === width) return;
    width = innerWidth;
    page.soon("all", () => page.drawAll());
  });
}

/** Wait until the drawing is on the screen: a frame begins before it is painted. */
async function painted() {
  for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
}

async function main() {
  setTheme(matchMedia("(prefers-color-scheme: dark)").matches);
  const [run] = await Promise.all([readRun(), loadPlotly()]);
  const page = new Page(run);
  fillFacts(run);
  page.fillControls();
  page.fillCards();
  await page.drawSeries();
  await painted();
  performance.mark("first-picture");
  connectThreshold(page);
  connectRule(page);
  connectView(page);
  connectChannels(page);
  connectMenus();
  connectTheme(page);
  connectPrinting(page);
  connectSize(page);
  byId("download").addEventListener("click", () => page.download());
  byId("more").addEventListener("click", () => {
    page.nRows += PAGE_OF_ROWS;
    page.fillTable();
  });
  page.drawHistory(); // first, because it reduces the width of the histogram
  page.settle();
  performance.mark("ready");
}

main().catch((error) => {
  byId("trouble").hidden = false;
  byId("trouble").textContent =
    `This page could not be drawn (${error}). Use a browser from 2023 or later.`;
  throw error;
});
