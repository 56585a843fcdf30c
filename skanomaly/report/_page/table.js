// The table of events on the page and as CSV.

const PAGE_OF_ROWS = 100;

/** Return the columns of the table: heading, sort key and text. */
function columnsOf(run) {
  const at = (i) => position(run, run.x[i]);
  const columns = [
    { head: "Start", key: (e) => e.start, text: (e) => at(e.start) },
    {
      head: "End",
      key: (e) => e.stop,
      text: (e) => position(run, stopPosition(run, e.stop)),
    },
    {
      head: "Samples",
      key: (e) => e.stop - e.start,
      text: (e) => count(e.stop - e.start),
      number: true,
    },
    { head: "Peak", key: (e) => e.peak, text: (e) => at(e.peak) },
    {
      head: "Largest error",
      key: (e) => run.error[e.peak],
      text: (e) => number(run.error[e.peak]),
      number: true,
    },
    {
      head: "Severity",
      key: (e) => e.severity,
      text: (e) => number(e.severity),
      number: true,
    },
  ];
  if (run.channels[0].errors) {
    columns.push({
      head: "Main channel",
      key: (e) => blamed(run, e).name,
      text: blamedText(run),
      channel: true,
    });
  }
  if (run.truth)
    columns.push({
      head: "In truth",
      key: (e) => (e.isTrue ? 0 : 1),
      text: (e) => (e.isTrue ? "✓ anomaly" : "✗ false alarm"),
    });
  return columns;
}

function blamed(run, event) {
  const shares = blame(run, event);
  const worst = argmax(shares);
  return { name: run.channels[worst].name, share: shares[worst] };
}

const blamedText = (run) => (event) => {
  const { name, share: part } = blamed(run, event);
  return `${name} (${share(part, 1)})`;
};

/** Return the events sorted by a column. */
function sorted(events, column, direction) {
  const keyed = events.map((event) => [column.key(event), event]);
  keyed.sort(([a], [b]) => (a < b ? -direction : a > b ? direction : 0));
  return keyed.map(([, event]) => event);
}

/** Format the events as CSV, with the columns of Detection.events_to_frame. */
function eventsCsv(run, events) {
  const timed = run.index.kind !== "samples";
  // Times are local ones of the series, or else in UTC, which has to be written.
  const zone = run.index.zone === "UTC" ? "Z" : "";
  const iso = (x) => isoTime(x) + zone;
  const time = (x) => (!timed ? null : run.index.kind === "times" ? iso(x) : x);
  const head = ["start", "stop", "length", "peak", "peak_score", "severity", "channel"];
  const rows = events.map((e) => [
    ...[e.start, e.stop, e.stop - e.start, e.peak, -run.error[e.peak], e.severity],
    run.channels[0].errors ? blamed(run, e).name : null,
    ...[time(run.x[e.start]), time(stopPosition(run, e.stop)), time(run.x[e.peak])],
    ...[e.spanStart, e.spanStop],
  ]);
  const tail = ["start_time", "stop_time", "peak_time", "span_start", "span_stop"];
  return toCsv([[...head, ...tail], ...rows]);
}

/** Create an element with a text and attributes. */
function element(tag, text, attributes = {}) {
  const made = document.createElement(tag);
  if (text !== null) made.textContent = text;
  for (const [name, value] of Object.entries(attributes))
    made.setAttribute(name, value);
  return made;
}

/** Fill the heading, with buttons that sort the table. */
function fillHead(head, columns, order, onSort) {
  const row = element("tr", null);
  row.append(element("th", "No.", { scope: "col" }));
  columns.forEach((column, i) => {
    const cell = element("th", null, { scope: "col", "data-head": column.head });
    if (column.number) cell.className = "number";
    if (order.column === i)
      cell.setAttribute("aria-sort", order.direction > 0 ? "ascending" : "descending");
    const button = element("button", column.head, { type: "button" });
    button.addEventListener("click", () => onSort(i));
    cell.append(button);
    row.append(cell);
  });
  head.replaceChildren(row);
}

/** Fill the rows; a click on a row or its button shows the event. */
function fillRows(body, columns, events, selected, onShow) {
  const rows = events.map((event) => {
    const row = element("tr", null);
    if (event.start === selected) row.setAttribute("aria-current", "true");
    const cell = element("th", null, { scope: "row" });
    cell.append(
      element("button", String(event.number), {
        type: "button",
        "aria-label": `Show event ${event.number}`,
      }),
    );
    row.append(cell);
    for (const column of columns) {
      const data = element("td", column.text(event));
      if (column.number) data.className = "number";
      if (column.channel) {
        data.className = "channel";
        data.title = data.textContent;
      }
      row.append(data);
    }
    row.addEventListener("click", () => onShow(event));
    return row;
  });
  body.replaceChildren(...rows);
}
