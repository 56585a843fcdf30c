// Read the run, draw it, and draw it anew when something is asked for.

const find = (id) => document.getElementById(id);
const PRINT_WIDTH = 680;

/** Draw a figure, in a place that keeps its height while it is drawn. */
function draw(id, { traces, layout }) {
  find(id).style.height = `${layout.height}px`;
  return Plotly.react(find(id), traces, layout, CONFIG);
}

/** What is looked at: the threshold and what follows from it, and the view. */
class Page {
  constructor(run) {
    this.run = run;
    this.scale = makeScale(run);
    this.largest = largestOf(run.error.subarray(run.first));
    this.log = errorsSpanOrders(run, this.scale);
    this.counted = countErrors(run, this.log);
    this.columns = columnsOf(run);
    this.order = { column: 0, direction: 1 };
    this.nRows = PAGE_OF_ROWS;
    this.printing = false;
    this.state = {
      range: wholeSeries(run),
      channels: run.channels.slice(0, 4).map((_, i) => i),
      trueOnes: run.truth ? trueEvents(run.truth, run.first) : [],
      selected: null,
      drag: "zoom",
      stretch: 1,
    };
    this.judgeBy(run.threshold);
  }

  /** Find the events beyond a threshold, and judge them where the truth is known. */
  judgeBy(threshold) {
    const { run, state } = this;
    const events = findEvents(run.error, threshold, run);
    const right = touched(events, state.trueOnes);
    events.forEach((event, i) => {
      event.number = i + 1;
      event.severity = run.error[event.peak] - threshold;
      event.isTrue = right[i];
    });
    Object.assign(state, { threshold, events, nAnomalous: countSamples(events) });
    if (run.truth) state.judged = judge(events, run.truth, state.trueOnes);
  }

  /** Take another threshold: at once what is quick, the rest when the hand rests. */
  setThreshold(threshold) {
    this.judgeBy(threshold);
    this.fillControls();
    this.fillCards();
    this.soon("series", () => this.drawSeries());
    clearTimeout(this.rest);
    this.rest = setTimeout(() => this.settle(), 150);
  }

  settle() {
    this.fillTable();
    this.fillMissed();
    this.drawBlame();
    this.drawHistogram();
    find("status").textContent = this.inWords();
  }

  setRange(range) {
    this.state.range = withinSeries(this.run, range);
    this.soon("series", () => this.drawSeries());
  }

  show(event) {
    this.state.selected = event.start;
    this.setRange(around(this.run, event));
    this.fillTable();
    find("series").scrollIntoView({ block: "nearest" });
    find("status").textContent = `Shown: ${position(this.run, this.run.x[event.start])}, ${plural(event.stop - event.start, "sample")}.`;
  }

  /** Draw once with the next frame, however often that is asked for. */
  soon(what, draw) {
    this.waiting ??= new Set();
    if (this.waiting.has(what)) return;
    this.waiting.add(what);
    requestAnimationFrame(() => {
      this.waiting.delete(what);
      draw();
    });
  }

  width(id) {
    if (!this.printing) return find(id).clientWidth;
    return PRINT_WIDTH;
  }

  drawSeries() {
    find("series").setAttribute("aria-label", `Series and error. ${this.inWords()}`);
    return draw("series", seriesFigure(this.run, this.state, this.width("series"), this.log));
  }

  drawHistogram() {
    find("histogram").setAttribute(
      "aria-label",
      `Histogram of the errors of ${plural(this.run.nSamples, "sample")}: the largest of those judged is ${number(this.largest)}, the threshold ${number(this.state.threshold)}.`,
    );
    draw("histogram", histogramFigure(this.run, this.state, this.counted, this.log, this.width("histogram")));
  }

  drawHistory() {
    const names = Object.entries(this.run.history);
    find("history-panel").hidden = names.length === 0;
    if (names.length === 0) return;
    const losses = names.map(([name, values]) => `${name} from ${number(values[0] ?? NaN)} to ${number(values.at(-1) ?? NaN)}`);
    find("history").setAttribute("aria-label", `Training over ${plural(names[0][1].length, "epoch")}: ${losses.join("; ")}.`);
    draw("history", historyFigure(this.run, this.width("history")));
  }

  drawBlame() {
    const { run, state } = this;
    const known = run.channels[0].errors !== null && state.events.length > 0;
    find("blame-panel").hidden = !known;
    if (!known) return;
    const worst = [...state.events].sort((a, b) => b.severity - a.severity).slice(0, 5);
    const words = worst.map((event) => `${position(run, run.x[event.start])}: ${blamedText(run)(event)}`);
    find("blame").setAttribute("aria-label", `Channels to blame in the most severe events. ${words.join("; ")}.`);
    draw("blame", blameFigure(run, state, this.width("blame")));
  }

  drawAll() {
    this.drawSeries();
    this.drawBlame();
    this.drawHistogram();
    this.drawHistory();
  }

  inWords() {
    const { run, state } = this;
    const found = `Threshold ${number(state.threshold)}: ${plural(state.events.length, "event")}, ${plural(state.nAnomalous, "anomalous sample")}.`;
    if (!run.truth) return found;
    const { judged, trueOnes } = state;
    return `${found} ${count(judged.found)} of ${plural(trueOnes.length, "true event")} found; event F1 ${number(judged.eventF1)}, sample F1 ${number(judged.sampleF1)}.`;
  }

  fillControls() {
    const { state, scale, run } = this;
    find("slider").value = scale.toPlace(state.threshold);
    find("slider").setAttribute("aria-valuetext", this.inWords());
    find("exact").value = Number.isFinite(state.threshold) ? Number(state.threshold.toPrecision(7)) : "";
    find("learned").disabled = state.threshold === run.threshold;
  }

  fillCards() {
    const { run, state, largest } = this;
    const nJudged = run.nSamples - run.first;
    const cards = [
      ["events", "Events", count(state.events.length), ""],
      ["samples", "Anomalous samples", count(state.nAnomalous), `${share(state.nAnomalous, nJudged)} of ${count(nJudged)}`],
      ["threshold", "Threshold", number(state.threshold), state.threshold === run.threshold ? "as learned" : `learned: ${number(run.threshold)}`],
      ["largest", "Largest error", number(largest), comparedTo(state.threshold, largest)],
    ];
    if (run.truth) {
      const { judged, trueOnes } = state;
      const pair = (precision, recall) => `precision ${number(precision)}, recall ${number(recall)}`;
      cards.push(
        ["found", "True events found", `${count(judged.found)} of ${count(trueOnes.length)}`, plural(judged.wrong, "false alarm")],
        ["eventF1", "Event F1", number(judged.eventF1), pair(judged.eventPrecision, judged.eventRecall)],
        ["sampleF1", "Sample F1", number(judged.sampleF1), pair(judged.samplePrecision, judged.sampleRecall)],
        ["vus", "VUS-PR", number(run.vus[0]), `of any threshold; buffer ${count(run.vus[1])}`],
      );
    }
    find("cards").replaceChildren(
      ...cards.map(([name, term, value, note]) => {
        const card = element("div", null, { "data-card": name });
        card.append(element("dt", term), element("dd", value));
        if (note) card.append(element("dd", note, { class: "note" }));
        return card;
      }),
    );
  }

  fillTable() {
    const { run, state, columns, order } = this;
    const table = document.querySelector("#events table");
    const none = state.events.length === 0;
    table.parentElement.hidden = none;
    find("download").hidden = none;
    find("none").hidden = !none;
    find("none").textContent = this.noEvent();
    this.sortedEvents = sorted(state.events, columns[order.column], order.direction);
    fillHead(table.tHead, columns, order, (column) => this.sortBy(column));
    const shown = this.sortedEvents.slice(0, this.printing ? Infinity : this.nRows);
    fillRows(table.tBodies[0], columns, shown, state.selected, (event) => this.show(event));
    const nMore = this.sortedEvents.length - shown.length;
    find("more").hidden = nMore === 0;
    find("more").textContent = `Show ${count(Math.min(nMore, PAGE_OF_ROWS))} more of ${count(nMore)}`;
  }

  noEvent() {
    const { state, largest } = this;
    const far = comparedTo(state.threshold, largest);
    return `No event at this threshold.${far && ` The largest error is ${far}.`}`;
  }

  sortBy(column) {
    const turned = this.order.column === column ? -this.order.direction : 1;
    this.order = { column, direction: turned };
    this.fillTable();
    document.querySelectorAll("#events thead button")[column].focus();
  }

  fillMissed() {
    const { run, state } = this;
    const hit = touched(state.trueOnes, state.events);
    const missed = state.trueOnes.filter((_, i) => !hit[i]);
    find("missed-panel").hidden = missed.length === 0;
    find("missed").replaceChildren(
      ...missed.slice(0, PAGE_OF_ROWS).map((event) => {
        const text = `${position(run, run.x[event.start])}, ${plural(event.stop - event.start, "sample")}`;
        const button = element("button", text, { type: "button" });
        button.addEventListener("click", () => this.show(event));
        const item = element("li", null);
        item.append(button);
        return item;
      }),
    );
  }

  download() {
    const link = element("a", null, { download: "events.csv" });
    link.href = URL.createObjectURL(new Blob([eventsCsv(this.run, this.sortedEvents)], { type: "text/csv" }));
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
}

/** Tell what the page is about, which no control changes. */
function fillFacts(run) {
  const parts = [run.detector, plural(run.nSamples, "sample")];
  if (run.index.kind === "times") parts.push(`${position(run, run.x[0])} to ${position(run, run.x[run.nSamples - 1])}${run.index.zone ? ` ${run.index.zone}` : ""}`);
  const shown = run.channels.length < run.nChannels ? ` (${count(run.channels.length)} in this page)` : "";
  parts.push(`${plural(run.nChannels, "channel")}${shown}`);
  if (run.window) parts.push(`window ${count(run.window)}`);
  if (run.nTrain) parts.push(`trained on the first ${count(run.nTrain)}`);
  find("summary").textContent = parts.join(" · ");
  const present = { expected: run.channels[0].expected, truth: run.truth, training: run.nTrain };
  for (const item of document.querySelectorAll(".legend [data-part]")) {
    item.hidden = item.dataset.part in present && !present[item.dataset.part];
  }
  const heads = Object.entries(run.made);
  find("made-panel").hidden = heads.length === 0;
  find("made").replaceChildren(
    ...heads.map(([head, facts]) => {
      const list = element("dl", null);
      for (const [name, value] of Object.entries(facts)) list.append(element("dt", name), element("dd", value));
      const block = element("div", null, { class: facts.command ? "wide" : "" });
      block.append(element("h3", head), list);
      return block;
    }),
  );
}

function connectThreshold(page) {
  find("threshold").addEventListener("submit", (event) => event.preventDefault());
  find("slider").addEventListener("input", ({ target }) => page.setThreshold(page.scale.toThreshold(Number(target.value))));
  find("exact").addEventListener("change", ({ target }) => {
    if (Number.isFinite(target.valueAsNumber)) page.setThreshold(target.valueAsNumber);
    else page.fillControls();
  });
  find("learned").addEventListener("click", () => {
    page.setThreshold(page.run.threshold);
    find("slider").focus();
  });
}

const KEYS = { "+": "in", "=": "in", "-": "out", "−": "out", ArrowLeft: "left", ArrowRight: "right", 0: "all", Home: "all" };

function connectView(page) {
  const chart = find("series");
  const move = (how, middle) => page.setRange(moved(page.run, page.state.range, how, middle));
  for (const button of document.querySelectorAll("[data-move]")) {
    button.addEventListener("click", () => move(button.dataset.move));
  }
  chart.addEventListener("keydown", (event) => {
    if (!(event.key in KEYS) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    move(KEYS[event.key]);
  });
  chart.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const [left, right] = page.state.range;
    const box = chart.getBoundingClientRect();
    const inside = (event.clientX - box.left - MARGIN.left) / (box.width - MARGIN.left - MARGIN.right);
    move(event.deltaY < 0 ? "in" : "out", left + Math.min(1, Math.max(0, inside)) * (right - left));
  }, { passive: false });
  find("drag").addEventListener("click", ({ currentTarget }) => {
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

/** Read an end of an axis, which Plotly tells as a text where it is a date. */
function asNumber(end) {
  return typeof end === "string" ? Date.parse(`${end.replace(" ", "T")}${end.length > 10 ? "Z" : ""}`) : end;
}

function connectChannels(page) {
  const { run, state } = page;
  find("channels").hidden = run.channels.length === 1;
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
  find("channels").addEventListener("keydown", ({ key }) => {
    if (key !== "Escape") return;
    find("channels").open = false;
    document.querySelector("#channels summary").focus();
  });
}

function setTheme(dark) {
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  find("theme").textContent = dark ? "Light colours" : "Dark colours";
}

function connectTheme(page) {
  find("theme").addEventListener("click", () => {
    setTheme(document.documentElement.dataset.theme !== "dark");
    page.drawAll();
  });
}

function connectPrinting(page) {
  let dark = false;
  const print = (printing) => {
    if (printing) dark = document.documentElement.dataset.theme === "dark";
    page.printing = printing;
    page.state.stretch = printing ? 0.8 : 1; // of the rows, to fit on a sheet
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

async function main() {
  setTheme(matchMedia("(prefers-color-scheme: dark)").matches);
  const [run] = await Promise.all([readRun(), loadPlotly()]);
  const page = new Page(run);
  fillFacts(run);
  page.fillControls();
  page.fillCards();
  await page.drawSeries();
  requestAnimationFrame(() => performance.mark("first-picture"));
  connectThreshold(page);
  connectView(page);
  connectChannels(page);
  connectTheme(page);
  connectPrinting(page);
  connectSize(page);
  find("download").addEventListener("click", () => page.download());
  find("more").addEventListener("click", () => {
    page.nRows += PAGE_OF_ROWS;
    page.fillTable();
  });
  page.settle();
  page.drawHistory();
  performance.mark("ready");
}

main().catch((error) => {
  find("trouble").hidden = false;
  find("trouble").textContent = `This page could not be drawn (${error}). It needs a browser of 2023 or later.`;
  throw error;
});
