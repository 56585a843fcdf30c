// Controls of what an event is.

const NO_RULE = {
  kOfN: [1, 1],
  mergeGap: 0,
  minLength: 1,
  direction: "both",
  minDeviation: 0,
  isRelative: false,
};

/** Return what an event is in the run. */
function ruleOf(run) {
  return Object.fromEntries(Object.keys(NO_RULE).map((name) => [name, run[name]]));
}

/** Return whether two rules find the same events. */
function isSameRule(one, other) {
  return Object.keys(NO_RULE).every(
    (name) =>
      String(one[name]) === String(other[name]) ||
      (name === "isRelative" && one.minDeviation === 0),
  );
}

/** Return what a rule changes, in words. */
function ruleInWords(rule) {
  const { kOfN, mergeGap, minLength, direction, minDeviation, isRelative } = rule;
  const amount = isRelative ? `${number(100 * minDeviation)} %` : number(minDeviation);
  const parts = [
    kOfN[1] > 1 && `${kOfN[0]} of ${kOfN[1]} samples`,
    mergeGap > 0 && `gaps to ${count(mergeGap)} merged`,
    minLength > 1 && `at least ${plural(minLength, "sample")}`,
    direction !== "both" && direction,
    minDeviation > 0 && `by ${amount} or more`,
  ];
  return parts.filter(Boolean).join(", ");
}

/** Show a rule in its controls. */
function fillRule(run, rule) {
  const { kOfN, mergeGap, minLength, direction, minDeviation, isRelative } = rule;
  const shown = isRelative ? 100 * minDeviation : minDeviation;
  const values = {
    k: kOfN[0],
    n: kOfN[1],
    gap: mergeGap,
    length: minLength,
    direction,
    deviation: Number(shown.toPrecision(7)),
    unit: isRelative ? "percent" : "series",
  };
  for (const [name, value] of Object.entries(values))
    byId(`rule-${name}`).value = value;
  byId("rule-learned").disabled = isSameRule(rule, ruleOf(run));
}

/** Return the rule in the controls, or null if it is none. */
function readRule(changed) {
  const at = (name) => byId(`rule-${name}`).valueAsNumber;
  let [k, n, mergeGap, minLength] = ["k", "n", "gap", "length"].map(at);
  const isRelative = byId("rule-unit").value === "percent";
  const minDeviation = at("deviation") / (isRelative ? 100 : 1);
  const areCounts = [k, n, mergeGap, minLength].every(Number.isInteger);
  if (!areCounts || Math.min(k, n, minLength) < 1) return null;
  if (mergeGap < 0 || !(minDeviation >= 0)) return null;
  if (changed === byId("rule-n")) k = Math.min(k, n);
  else n = Math.max(k, n);
  const direction = byId("rule-direction").value;
  return { kOfN: [k, n], mergeGap, minLength, direction, minDeviation, isRelative };
}

function connectRule(page) {
  const { run } = page;
  const [{ expected, errors }] = run.channels;
  // Of several channels, the one with the largest error deviates.
  const deviates = expected && (errors || run.nChannels === 1);
  for (const part of document.querySelectorAll("#rules [data-expects]"))
    part.hidden = !deviates;
  byId("rules").addEventListener("change", ({ target }) => {
    const rule = readRule(target);
    if (rule) page.setRule(rule);
    else page.fillControls();
  });
  byId("rule-learned").addEventListener("click", () => page.setRule(ruleOf(run)));
}
