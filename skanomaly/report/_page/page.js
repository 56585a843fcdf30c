// The state of the page, and the parts of the page that depend on it.

const byId = (id) => document.getElementById(id);
const PRINT_WIDTH = 680;

/** Draw a figure in an element whose height is set first, so that nothing moves. */
function draw(id, { traces, layout }) {
  byId(id).style.height = `${layout.height}px`;
  return Plotly.react(byId(id), traces, layout, CONFIG);
}

/** State of the page: the threshold, its events and metrics, and the view. */
class Page {
  constructor(run) {
    this.run = run;
    this.scale = makeScale(run);
    this.largest = largestOf(run.error.subarray(run.first));
    this.log = errorsSpanOrders(run, this.scale);
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
      rule: ruleOf(run),
      stretch: 1,
    };
    this.judgeBy(run.threshold);
  }

  /** Find the events above a threshold; compute metrics if true labels are known. */
  judgeBy(threshold) {
    const { run, state } = this;
    const events = findEvents(run.error, threshold, { ...run, ...state.rule });
    const right = touched(events, state.trueOnes);
    events.forEach((event, i) => {
      event.number = i + 1;
      event.severity = severity(run.error[event.peak], threshold, run.usual);
      event.isTrue = right[i];
    });
    Object.assign(state, { threshold, events, nAnomalous: countSamples(events) });
    if (run.truth) state.judged = judge(events, run.truth, state.trueOnes);
  }

  /** Change the threshold: update fast parts at once, slow parts after a pause. */
  setThreshold(threshold) {
    this.judgeBy(threshold);
    this.fillControls();
    this.fillCards();
    this.soon("series", () => this.drawSeries());
    clearTimeout(this.rest);
    this.rest = setTimeout(() => this.settle(), 150);
  }

  /** Change what an event is. */
  setRule(changes) {
    Object.assign(this.state.rule, changes);
    this.setThreshold(this.state.threshold);
  }

  settle() {
    this.fillTable();
    this.fillMissed();
    this.drawBlame();
    this.drawHistogram();
    byId("status").textContent = this.inWords();
  }

  setRange(range) {
    this.state.range = withinSeries(this.run, range);
    this.soon("series", () => this.drawSeries());
  }

  show(event) {
    this.state.selected = event.start;
    this.setRange(around(this.run, event));
    this.fillTable();
    byId("series").scrollIntoView({ block: "nearest" });
    byId("status").textContent =
      `Shown: ${position(this.run, this.run.x[event.start])}, ${plural(event.stop - event.start, "sample")}.`;
  }

  /** Draw once with the next frame, however often this is called. */
  soon(part, draw) {
    this.waiting ??= new Set();
    if (this.waiting.has(part)) return;
    this.waiting.add(part);
    requestAnimationFrame(() => {
      this.waiting.delete(part);
      draw();
    });
  }

  width(id) {
    if (!this.printing) return byId(id).clientWidth;
    return PRINT_WIDTH;
  }

  drawSeries() {
    byId("series").setAttribute("aria-label", `Series and error. ${this.inWords()}`);
    return draw(
      "series",
      seriesFigure(this.run, this.state, this.width("series"), this.log),
    );
  }

  drawHistogram() {
    this.counted ??= countErrors(this.run, this.log);
    byId("histogram").setAttribute(
      "aria-label",
      `Histogram of the errors of ${plural(this.run.nSamples, "sample")}: the largest scored error is ${number(this.largest)}, the threshold ${number(this.state.threshold)}.`,
    );
    draw(
      "histogram",
      histogramFigure(
        this.run,
        this.state,
        this.counted,
        this.log,
        this.width("histogram"),
      ),
    );
  }

  drawHistory() {
    const names = Object.entries(this.run.history);
    byId("history-panel").hidden = names.length === 0;
    if (names.length === 0) return;
    const losses = names.map(
      ([name, values]) =>
        `${name} from ${number(values[0] ?? NaN)} to ${number(values.at(-1) ?? NaN)}`,
    );
    byId("history").setAttribute(
      "aria-label",
      `Training over ${plural(names[0][1].length, "epoch")}: ${losses.join("; ")}.`,
    );
    draw("history", historyFigure(this.run, this.width("history")));
  }

  drawBlame() {
    const { run, state } = this;
    const known = run.channels[0].errors !== null && state.events.length > 0;
    byId("blame-panel").hidden = !known;
    if (!known) return;
    const worst = [...state.events].sort((a, b) => b.severity - a.severity).slice(0, 5);
    const words = worst.map(
      (event) => `${position(run, run.x[event.start])}: ${blamedText(run)(event)}`,
    );
    byId("blame").setAttribute(
      "aria-label",
      `Channels with the largest error in the most severe events. ${words.join("; ")}.`,
    );
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
    byId("slider").value = scale.toPlace(state.threshold);
    byId("slider").setAttribute("aria-valuetext", this.inWords());
    byId("exact").value = Number.isFinite(state.threshold)
      ? Number(state.threshold.toPrecision(7))
      : "";
    byId("learned").disabled = state.threshold === run.threshold;
    fillRule(run, state.rule);
  }

  fillCards() {
    const { run, state, largest } = this;
    const nJudged = run.nSamples - run.first;
    const cards = [
      [
        "events",
        "Events",
        count(state.events.length),
        [
          ruleInWords(state.rule),
          expectedOf(run, falseEvents(run, state.threshold)),
        ]
          .filter(Boolean)
          .join("; "),
      ],
      [
        "samples",
        "Anomalous samples",
        count(state.nAnomalous),
        `${share(state.nAnomalous, nJudged)} of ${count(nJudged)}`,
      ],
      [
        "threshold",
        "Threshold",
        number(state.threshold),
        state.threshold === run.threshold
          ? "as learned"
          : `learned: ${number(run.threshold)}`,
      ],
      [
        "largest",
        "Largest error",
        number(largest),
        comparedTo(state.threshold, largest),
      ],
    ];
    if (run.truth) {
      const { judged, trueOnes } = state;
      const pair = (precision, recall) =>
        `precision ${number(precision)}, recall ${number(recall)}`;
      cards.push(
        [
          "found",
          "True events found",
          `${count(judged.found)} of ${count(trueOnes.length)}`,
          plural(judged.wrong, "false alarm"),
        ],
        [
          "eventF1",
          "Event F1",
          number(judged.eventF1),
          pair(judged.eventPrecision, judged.eventRecall),
        ],
        [
          "sampleF1",
          "Sample F1",
          number(judged.sampleF1),
          pair(judged.samplePrecision, judged.sampleRecall),
        ],
        [
          "vus",
          "VUS-PR",
          run.vus[0] === null ? "–" : number(run.vus[0]),
          `over all thresholds; buffer ${count(run.vus[1])}`,
        ],
      );
    }
    byId("cards").replaceChildren(
      ...cards.map(([name, term, value, note]) => {
        const card = element("div", null, { "data-card": name });
        card.append(element("dt", term), element("dd", value));
        if (note) card.append(element("dd", note, { class: "note" }));
        return card;
      }),
    );
  }

  fillTable() {
    const { state, columns, order } = this;
    const table = document.querySelector("#events table");
    const none = state.events.length === 0;
    table.parentElement.hidden = none;
    byId("download").hidden = none;
    byId("none").hidden = !none;
    byId("none").textContent = this.noEvent();
    this.sortedEvents = sorted(state.events, columns[order.column], order.direction);
    fillHead(table.tHead, columns, order, (column) => this.sortBy(column));
    const shown = this.sortedEvents.slice(0, this.printing ? Infinity : this.nRows);
    fillRows(table.tBodies[0], columns, shown, state.selected, (event) =>
      this.show(event),
    );
    const nMore = this.sortedEvents.length - shown.length;
    byId("more").hidden = nMore === 0;
    byId("more").textContent =
      `Show ${count(Math.min(nMore, PAGE_OF_ROWS))} more of ${count(nMore)}`;
  }

  noEvent() {
    const { state, largest } = this;
    const far = comparedTo(state.threshold, largest);
    const by = isSameRule(state.rule, NO_RULE) ? "" : " by these rules";
    return `No event at this threshold${by}.${far && ` The largest error is ${far}.`}`;
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
    byId("missed-panel").hidden = missed.length === 0;
    byId("missed").replaceChildren(
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
    link.href = URL.createObjectURL(
      new Blob([eventsCsv(this.run, this.sortedEvents)], { type: "text/csv" }),
    );
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
}
