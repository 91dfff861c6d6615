// Draws the report's sections in the explorer: HTML with empty boxes, and a figure for each box.
(function () {
  "use strict";
  const config = {showSendToCloud: false, displaylogo: false, responsive: true, displayModeBar: false, scrollZoom: false, plotlyServerURL: "", topojsonURL: "/outlines/"};
  // Figures have colours for a light background; each has a counterpart for a dark one.
  const DARK = {"#ffffff": "#1a1b1e", "#222222": "#e6e6e6", "#595959": "#b3b6bb", "#e6e6e6": "#3a3c42", "#bbbbbb": "#6b6f76", "#333333": "#d0d0d0",
    "#8a8a8a": "#9a9a9a", "#e4e4e4": "#3a3c42", "#dddddd": "#55585e", "#f7f7f7": "#2a2c31", "#0072b2": "#56b4e9", "#c44e00": "#ff9d5c", "#007a5a": "#3fc79a",
    "#a6488a": "#e39bcb", "#7a6400": "#d9c34a", "#332288": "#9a8cf0", "#117733": "#4fb873", "#aa4466": "#ee8aa8"};
  const state = {dark: false};
  // A browser takes a second to load plotly.js, so loading starts with the request for the first chart.
  let reading = null;
  function plotly() {
    reading = reading || new Promise(function (done, failed) {
      const script = Object.assign(document.createElement("script"), {src: "/plotly.min.js", onload: done, onerror: failed});
      document.head.append(script);
    });
    return reading;
  }

  function swap(colour) {
    const key = colour.toLowerCase();
    if (DARK[key]) return DARK[key];
    const found = key.match(/^rgba\((\d+),\s*(\d+),\s*(\d+),\s*([\d.]+)\)$/);
    if (!found) return colour;
    const hex = "#" + found.slice(1, 4).map(part => Number(part).toString(16).padStart(2, "0")).join("");
    if (found[4] === "0") return colour;
    const other = DARK[hex] || (hex === "#464646" ? "#c8c8c8" : null);
    if (!other) return colour;
    const parts = [1, 3, 5].map(at => parseInt(other.slice(at, at + 2), 16));
    return "rgba(" + parts.join(",") + "," + Math.min(1, Number(found[4]) * 1.35) + ")";
  }
  const LONG = new Set(["x", "y", "z", "customdata", "text", "hovertext", "locations", "lon", "lat", "hovertemplate"]);
  // A copy of a figure's data or layout with the colours of the current mode; series of numbers are not copied.
  function themed(part, dark) {
    if (!dark) return part;
    if (typeof part === "string") return /^(#|rgba)/i.test(part) ? swap(part) : part;
    if (Array.isArray(part)) return part.map(one => themed(one, dark));
    if (part === null || typeof part !== "object") return part;
    const out = {};
    for (const key in part) out[key] = LONG.has(key) ? part[key] : themed(part[key], dark);
    return out;
  }
  // Plotly's named palettes suit both modes.

  const ROOM = 250;  // pixels around the window within which charts are updated
  const near = new IntersectionObserver(function (entries) {
    entries.forEach(function (entry) {
      entry.target.near = entry.isIntersecting;
      if (entry.isIntersecting && entry.target.stale) draw(entry.target);
    });
  }, {rootMargin: ROOM + "px"});

  function visible(plot, room = ROOM) {
    const box = plot.getBoundingClientRect();
    return box.width > 0 && box.bottom > -room && box.top < window.innerHeight + room;
  }
  function figureOf(plot) {
    const figure = plot.figure, frame = plot.frame && (figure.frames || []).find(one => one.name === plot.frame);
    let data = figure.data, layout = figure.layout;
    if (frame) {
      data = data.slice();
      frame.data.forEach(function (part, at) {
        const to = frame.traces[at], merged = Object.assign({}, data[to], part);
        if (part.marker) merged.marker = Object.assign({}, data[to].marker, part.marker);
        data[to] = merged;
      });
      layout = Object.assign({}, layout);
      for (const key in frame.layout || {}) layout[key] = Object.assign({}, layout[key], frame.layout[key]);
    }
    const [fitted, taller] = window.warrantsim.titled(layout, plot.clientWidth);
    if (layout.height) plot.style.height = layout.height + taller + "px";
    data = window.warrantsim.written(data, fitted, plot.clientWidth);
    return {data: themed(data, state.dark), layout: themed(fitted, state.dark)};
  }
  // All of a figure except its series: if it is the same, new series need no new axes.
  function looks(shown) { return JSON.stringify(shown, (key, value) => LONG.has(key) && Array.isArray(value) ? undefined : value); }
  function holds(layout) { return Object.keys(layout).every(key => !/^[xy]axis/.test(key) || layout[key].range || layout[key].type === "category"); }
  function draw(plot) {
    plot.stale = false;
    const shown = figureOf(plot), look = looks(shown), before = plot.shown;
    plot.shown = {data: shown.data, look: look};
    if (before && before.look === look && holds(shown.layout) && shown.data.every(trace => trace.type === "scatter")) return renew(plot, shown.data, before.data);
    const drawn = window.Plotly.react(plot, shown.data, shown.layout, plot.listens ? undefined : config);
    if (!plot.listens) {
      plot.listens = true;
      drawn.then(() => plot.on("plotly_click", event => clicked(plot, event)));
    }
    return drawn;
  }
  // New series in the same axes. All traces are listed, changed or not: plotly.js removes the others.
  function renew(plot, data, before) {
    const parts = data.map(function (trace, at) {
      const part = {};
      for (const key in trace) if (Array.isArray(trace[key]) && JSON.stringify(trace[key]) !== JSON.stringify(before[at][key])) part[key] = trace[key];
      return part;
    });
    if (!parts.some(part => Object.keys(part).length)) return;
    window.Plotly.animate(plot, {data: parts, traces: parts.map((part, at) => at)}, {mode: "immediate", transition: {duration: 0}, frame: {duration: 0, redraw: false}});
  }
  // A click on a country, on a map or in a list, is dispatched as an event.
  function clicked(plot, event) {
    const point = event.points && event.points[0], root = plot.closest("[data-charts]");
    if (!point || !root || !root.places) return;
    const word = point.location || point.text || point.y;
    const code = root.places[word] || root.places[String(word).slice(0, 3)];
    if (code) root.dispatchEvent(new CustomEvent("warrantsim:place", {detail: code, bubbles: true}));
  }

  function tools(root) {
    root.querySelectorAll("figure.chart").forEach(function (chart) {
      const bar = document.createElement("p");
      bar.className = "keep";
      ["SVG", "PNG"].forEach(function (kind) {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = kind;
        button.title = "Save as " + kind;
        button.setAttribute("aria-label", "Save '" + chart.querySelector("h3").textContent + "' as " + kind);
        button.addEventListener("click", () => save(chart, kind.toLowerCase()));
        bar.append(button);
      });
      chart.querySelector("h3").after(bar);
    });
    root.querySelectorAll("select[data-chart]").forEach(function (control) {
      const moved = () => follow(root, control.dataset.chart, control.value);
      control.addEventListener("change", moved);
      moved();
    });
    root.querySelectorAll("input[data-chart]").forEach(control => slider(root, control));
  }
  function follow(root, chart, frame, last) {
    root.frames[chart] = frame;
    root.dispatchEvent(new CustomEvent("warrantsim:frame", {detail: {chart: chart, frame: frame, last: Boolean(last)}, bubbles: true}));
    root.querySelectorAll("#" + CSS.escape(chart) + " .plot").forEach(function (plot) {
      plot.frame = frame;
      if (plot.figure && plot.drawn) { if (visible(plot)) draw(plot); else plot.stale = true; }
    });
  }
  function slider(root, control) {
    const frames = JSON.parse(control.dataset.frames), labels = JSON.parse(control.dataset.labels);
    const kept = frames.indexOf(root.frames[control.dataset.chart]);
    if (kept >= 0) control.value = kept;
    function moved() {
      control.parentElement.querySelector("output").textContent = labels[control.value];
      control.setAttribute("aria-valuetext", labels[control.value]);
      follow(root, control.dataset.chart, frames[control.value], Number(control.value) === frames.length - 1);
    }
    control.addEventListener("input", () => { stop(); moved(); });
    const play = document.createElement("button");
    play.type = "button";
    play.className = "play";
    function stop() { clearTimeout(play.timer); play.timer = null; play.textContent = "▶ Play"; play.setAttribute("aria-pressed", "false"); }
    function next() {
      if (!play.isConnected) return;
      if (Number(control.value) >= frames.length - 1) { stop(); return; }
      control.value = Number(control.value) + 1;
      moved();
      play.timer = setTimeout(() => requestAnimationFrame(next), Number(control.dataset.pace || 140));
    }
    play.addEventListener("click", function () {
      if (play.timer) { stop(); return; }
      if (Number(control.value) >= frames.length - 1) control.value = 0;
      play.textContent = "⏸ Pause";
      play.setAttribute("aria-pressed", "true");
      moved();
      play.timer = setTimeout(next, 140);
    });
    stop();
    control.parentElement.append(play);
    moved();
  }

  // Save the panels of a chart as files, in the current mode.
  async function save(chart, format) {
    const plots = Array.from(chart.querySelectorAll(".plot"));
    for (const plot of plots) {
      if (!plot.drawn) { await draw(plot); plot.drawn = true; }
      await window.Plotly.downloadImage(plot, {format: format, filename: "warrantsim-" + plot.id, width: Math.max(700, plot.clientWidth), height: plot.clientHeight, scale: format === "png" ? 2 : 1});
    }
  }

  // Charts that leave the page: plotly.js and the observer would keep them, with their numbers, for ever.
  function forget(part) {
    part.querySelectorAll(".plot").forEach(plot => { near.unobserve(plot); if (plot.drawn && window.Plotly) window.Plotly.purge(plot); });
  }

  // Show a part of the page: `html` with boxes, `figures` for them. Only new figures are drawn, visible ones first.
  async function show(root, content) {
    if (root.html !== content.html) {
      forget(root);
      const open = new Set(Array.from(root.querySelectorAll("details[open] > summary")).map(one => one.textContent));
      root.innerHTML = content.html;
      root.querySelectorAll("details > summary").forEach(one => { if (open.has(one.textContent)) one.parentElement.open = true; });
      root.html = content.html;
      root.frames = root.frames || {};
      root.fresh = true;
    }
    if (!window.Plotly && Object.keys(content.figures).length) {
      await plotly();
      if (root.html !== content.html) return;  // replaced by other content
    }
    const drawing = [];
    for (const id in content.figures) {
      const plot = root.querySelector("#" + CSS.escape(id));
      if (!plot) continue;
      plot.figure = content.figures[id];
      if (root.fresh) near.observe(plot);
      plot.drawn = true;
      if (visible(plot, 0)) drawing.push(draw(plot)); else plot.stale = true;
    }
    if (root.fresh) { tools(root); signs(root); root.fresh = false; }
    // charts near the window are drawn after the visible ones
    await Promise.all(drawing);
    await new Promise(seen => requestAnimationFrame(() => setTimeout(seen, 0)));
    setTimeout(() => root.querySelectorAll(".plot").forEach(plot => { if (plot.stale && visible(plot)) draw(plot); }), 0);
  }

  // The symbols beside the names of worlds.
  function signs(root) {
    root.querySelectorAll(".legend svg, .legend svg *").forEach(function (one) {
      ["fill", "stroke"].forEach(function (kind) {
        const kept = one.dataset[kind] || one.getAttribute(kind);
        if (!kept || kept === "none") return;
        one.dataset[kind] = kept;
        one.setAttribute(kind, state.dark ? swap(kept) : kept);
      });
    });
  }

  function repaint(dark) {
    state.dark = Boolean(dark);
    document.documentElement.dataset.paper = state.dark ? "dark" : "light";
    document.querySelectorAll("[data-charts]").forEach(signs);
    document.querySelectorAll("[data-charts] .plot").forEach(function (plot) {
      if (!plot.figure) return;
      if (visible(plot)) draw(plot); else plot.stale = true;
    });
  }

  // Parts that Dash puts on the page: <div data-charts data-content='{"html": ..., "figures": ...}'>.
  function adopt(root) {
    if (!root.dataset.content || root.adopted === root.dataset.content) return;
    root.adopted = root.dataset.content;
    show(root, JSON.parse(root.dataset.content));
  }
  new MutationObserver(function (changes) {
    changes.forEach(function (change) {
      if (change.type === "attributes") { adopt(change.target); return; }
      change.removedNodes.forEach(node => { if (node.nodeType === 1 && !node.isConnected) forget(node); });
      change.addedNodes.forEach(function (node) {
        if (node.nodeType !== 1) return;
        if (node.matches("[data-content]")) adopt(node);
        node.querySelectorAll("[data-content]").forEach(adopt);
      });
    });
  }).observe(document.documentElement, {subtree: true, childList: true, attributes: true, attributeFilter: ["data-content"]});

  window.warrantsim = window.warrantsim || {};
  window.warrantsim.charts = {plotly: plotly, show: show, repaint: repaint, themed: themed, config: config, state: state};
})();
