// The explorer in the browser: collect the values of the controls, send one request at a time, draw the response.
(function () {
  "use strict";
  const none = () => window.dash_clientside.no_update;
  const set = (id, props) => window.dash_clientside.set_props(id, props);
  const at = id => document.getElementById(id);
  const WATCHDOG = 25000;  // ms after which a request without a response is dropped
  const gate = {busy: false, next: null, asked: null, since: 0, move: 0, timer: null, waiting: null};
  const pointer = {down: false, up: -1e9};
  document.addEventListener("pointerdown", () => { pointer.down = true; }, true);
  document.addEventListener("pointercancel", () => { pointer.down = false; }, true);
  document.addEventListener("pointerup", function () {
    pointer.down = false;
    pointer.up = performance.now();
    setTimeout(() => { if (gate.busy && gate.next) send(gate.next); }, 20);
  }, true);
  const past = [];  // settled states, for undo
  let months = [], plainSpan = null, month = null, firstMonth = null, query = "", named = "";

  function words(seconds) { gate.waiting = setTimeout(() => tell("Running these worlds …"), seconds * 1000); }
  function tell(text, bad) {
    const status = at("status");
    if (!status) return;
    status.textContent = text;
    status.classList.toggle("bad", Boolean(bad));
  }

  // --- requests ---------------------------------------------------------------------------------------
  function send(state) {
    clearTimeout(gate.timer);
    clearTimeout(gate.waiting);
    gate.busy = true;
    gate.next = null;
    gate.since = performance.now();
    gate.move += 1;
    gate.asked = Object.assign({}, state, {move: gate.move});
    words(0.4);
    ask("move", gate.asked);  // first, so that the server starts while Dash updates its state
    window.warrantsim.charts.plotly();
    set("asked", {data: gate.asked});
  }
  // Directly to the server and to the charts: passing a response through Dash's store would take longer than drawing it.
  async function ask(what, state) {
    let answer;
    try {
      const response = await fetch("/explorer/" + what, {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({page: gate.page, state: state})});
      if (!response.ok) throw new Error("status " + response.status);
      answer = await response.json();
    } catch (error) {
      if (state.move !== gate.move) return;
      gate.busy = false;
      clearTimeout(gate.waiting);
      tell("The server does not respond. If it was stopped, start it again (warrantsim dashboard) and reload this page.", true);
      return;
    }
    drawn(answer);
  }
  function open() {
    clearTimeout(gate.waiting);
    gate.busy = false;
    if (gate.next) send(gate.next);
  }
  function same(a, b) {
    if (!a || !b) return false;
    const strip = one => JSON.stringify(Object.assign({}, one, {move: 0}));
    return strip(a) === strip(b);
  }

  function gather(knobs, regimes, ons, withouts, thens, thenOns, compare, settings, tab, place, measure, streams, span, preset, listed, defaults, page, start, places) {
    const inputs = window.dash_clientside.callback_context.inputs_list;
    if (!inputs[1].length || !inputs[0].length) return none();
    if (page !== gate.page) arrive(page, start, places);
    months = listed;
    const values = {};
    inputs[0].forEach(one => { if (typeof one.value === "number") values[one.id.path] = Number(one.value.toPrecision(9)); });
    const worlds = regimes.map(function (regime, k) {
      const switches = regime === "history" ? [] : [{on: ons[k], regime: regime}];
      if (switches.length && thens[k] && thens[k] !== "none") switches.push({on: thenOns[k], regime: thens[k]});
      return {switches: switches, without: withouts[k] || []};
    });
    document.querySelectorAll(".world").forEach(function (card, k) {
      card.querySelectorAll(".date").forEach((date, j) => { date.style.display = (j === 0 ? regimes[k] !== "history" : thens[k] !== "none") ? "" : "none"; });
    });
    const pair = inputs[6].reduce((found, one) => { found[one.id.at] = Number(one.value); return found; }, [0, 0]);
    const numbers = {};
    inputs[7].forEach(one => { numbers[one.id.name] = Number(one.value); });
    if (plainSpan === null && at("tools")) plainSpan = JSON.parse(at("tools").dataset.span);
    const moved = plainSpan && (span[0] !== plainSpan[0] || span[1] !== plainSpan[1]);
    const state = {
      preset: preset, worlds: worlds, values: values, tab: tab, place: place, measure: measure, streams: streams, month: firstMonth,
      customers: numbers.customers || defaults.customers, pairs: numbers.pairs || defaults.pairs, seed: Number.isInteger(numbers.seed) ? numbers.seed : defaults.seed,
      compare: worlds.length > 1 && Math.max(pair[0], pair[1]) < worlds.length ? pair : null,
      since: moved ? months[span[0]] : null, until: moved ? months[span[1]] : null
    };
    at("tools").dataset.tab = tab;
    const over = !pointer.down && performance.now() - pointer.up < 300;  // after a drag, do not wait for its intermediate values
    if (gate.busy && !over && performance.now() - gate.since < WATCHDOG) {
      gate.next = same(state, gate.asked) ? null : state;
      return none();
    }
    if (!same(state, gate.asked)) send(state);
    return none();
  }

  // --- drawing --------------------------------------------------------------------------------------
  function drawn(answer) {
    const root = at("content");
    if (!root || answer.move !== gate.move) return;
    clearTimeout(gate.waiting);
    if (answer.kind === "view") {
      const first = gate.busy;
      root.places = root.places || window.warrantsim.places;
      window.warrantsim.charts.show(root, answer).then(function () {
        window.warrantsim.painted = {move: answer.move, at: performance.now(), pairs: answer.pairs};
        if (first) settle(answer); else more(answer);
      });
      about(answer);
      return;
    }
    if (answer.kind === "same") { further(answer, 150); return; }
    if (answer.kind === "busy") {
      const others = answer.before === 1 ? "one request of another page is" : answer.before + " requests of other pages are";
      tell(answer.before ? "Busy: " + others + " before yours, which will follow." : "Running these worlds …");
      setTimeout(function () {
        if (answer.move === gate.move) send(gate.next || gate.asked);
      }, 200);
      return;
    }
    if (answer.kind === "refused" || answer.kind === "failed") tell((answer.kind === "refused" ? "This cannot be run: " : "The run failed: ") + answer.problems.join("; ") + ". The charts show the last that could.", true);
    open();
  }
  // Around the charts: the numbers, the sentence, the address.
  function about(answer) {
    const cards = at("cards"), sentence = at("sentence");
    if (cards.innerHTML !== answer.cards) cards.innerHTML = answer.cards;
    if (sentence.innerHTML !== answer.sentence) sentence.innerHTML = answer.sentence;
    const seeds = answer.seeds[0] === answer.seeds[1] ? "seed " + answer.seeds[0] : "seeds " + answer.seeds[0] + " to " + answer.seeds[1];
    tell(answer.pairs + " of " + answer.of + (answer.of === 1 ? " pair" : " pairs") + " (" + seeds + ")");
    at("span-said").textContent = "Moves from " + answer.window[0] + " to " + answer.window[1];
    document.querySelectorAll(".world strong").forEach((one, k) => { if (answer.labels[k]) one.textContent = "ABCD"[k] + ": " + answer.labels[k]; });
    name_compared(answer.labels);
    follow_switch(answer.window);
    query = answer.query;
    address();
  }
  // The lists of what is compared call each world by the name on its card.
  function name_compared(labels) {
    const names = labels.map((label, k) => ({value: String(k), label: "ABCD"[k] + ": " + label})), said = JSON.stringify(names);
    if (said === named) return;
    named = said;
    [0, 1].forEach(k => set({type: "compare", at: k}, {data: names}));
  }
  // While nobody moved it, the span of the moves begins where the worlds can part, which another date or start changes.
  function follow_switch(window) {
    if (gate.next || pointer.down || gate.asked.since || gate.asked.until) return;
    const span = window.map(one => months.indexOf(one));
    if (plainSpan === null || span.includes(-1) || String(span) === String(plainSpan)) return;
    plainSpan = span;
    set("span", {value: span});
  }
  function settle(answer) {
    gate.busy = false;
    if (gate.next) { open(); return; }
    const state = Object.assign({}, gate.asked);
    delete state.move;
    const model = one => JSON.stringify([one.preset, one.worlds, one.values, one.customers, one.seed, one.pairs, one.compare]);
    if (!past.length || model(past[past.length - 1]) !== model(state)) past.push(state);
    if (past.length > 60) past.shift();
    further(answer, 450);
  }
  function further(answer, wait) {
    clearTimeout(gate.timer);
    if (answer.pairs >= answer.of || gate.busy) return;
    const move = gate.move;
    gate.timer = setTimeout(function () {
      if (!gate.busy && move === gate.move && at("content")) ask("further", gate.asked);
    }, wait);
  }
  // A further pair was drawn: request the next.
  function more(answer) {
    if (answer && answer.kind === "view" && answer.move === gate.move && !gate.busy) further(answer, 120);
  }

  function address() {
    if (window.location.pathname !== "/" || !at("content")) return;
    const parts = [query, month ? "month=" + month : ""].filter(Boolean).join("&");
    const wanted = "/" + (parts ? "?" + parts : "");
    if (window.location.pathname + window.location.search !== wanted) history.replaceState(history.state, "", wanted);
  }

  // --- other controls ---------------------------------------------------------------------------------
  // Keep a slider and its input at the same number.
  function same_number(value, shown) {
    return typeof value === "number" && value !== shown ? Number(value.toPrecision(9)) : none();
  }
  function undo(clicks) {
    if (!clicks || past.length < 2) return none();
    past.pop();
    return Object.assign({}, past[past.length - 1], {tick: performance.now()});
  }
  async function copy(text) {
    try { await navigator.clipboard.writeText(text); return true; } catch (error) {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    }
  }
  async function told(id, text, word) {
    const done = await copy(text);
    set(id, {children: done ? "Copied" : "Could not copy"});
    setTimeout(() => set(id, {children: word}), 1800);
  }
  function link(clicks) {
    if (clicks) told("copy-link", window.location.href, "Copy link");
    return none();
  }
  function yaml(text) {
    if (text) told("copy-yaml", text, "Copy YAML");
    return none();
  }
  function not_kept(text) {
    if (text) tell(text, true);
    return none();
  }
  function arrive(page, start, places) {
    // A new page: no request is in progress.
    Object.assign(gate, {page: page, busy: false, next: null, asked: null, move: gate.move + 1});
    clearTimeout(gate.timer);
    plainSpan = null;
    named = "";
    past.length = 0;
    month = firstMonth = start;
    window.warrantsim.places = places;
  }
  // An open list closes on a choice, a click elsewhere, or Escape.
  const close = menu => { menu.open = false; };
  document.addEventListener("click", event => document.querySelectorAll("details.menu[open]").forEach(menu => {
    if (!menu.contains(event.target) || event.target.closest("ul button")) close(menu);
  }));
  document.addEventListener("keydown", event => {
    const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
    if (menu) { close(menu); menu.querySelector("summary").focus(); }
  });

  document.addEventListener("warrantsim:place", event => set("place", {value: event.detail}));
  let later = null;
  document.addEventListener("warrantsim:frame", function (event) {
    if (event.detail.chart !== "map-now") return;
    month = event.detail.last ? null : event.detail.frame.slice(0, 7);
    clearTimeout(later);
    later = setTimeout(address, 400);
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {explorer: {gather: gather, same_number: same_number, undo: undo, link: link, yaml: yaml, not_kept: not_kept}});
  window.warrantsim.gate = gate;
})();
