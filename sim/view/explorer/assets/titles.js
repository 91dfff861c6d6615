// Titles and numbers that fit: plotly.js cuts the title of a panel or of an axis that is longer than the panel, and
// lets the numbers of a heat map run into one another. Used by the report, too.
(function () {
  "use strict";
  const PANEL = 18, AXIS = 17;  // pixels of a further line
  const NUMBERS = 24;  // by how much the numbers of an axis push the chart aside, beyond its margin
  let pen = null;
  function wide(words, font) {
    pen = pen || document.createElement("canvas").getContext("2d");
    pen.font = font;
    return pen.measureText(words.replace(/<[^>]+>/g, "")).width;
  }
  // The words in lines of at most so many pixels; a single long word stays whole.
  function lines(text, room, font) {
    const found = [""];
    text.split(/<br>|\s+/).forEach(function (word) {
      const longer = found[found.length - 1] ? found[found.length - 1] + " " + word : word;
      if (!found[found.length - 1] || wide(longer, font) <= room) found[found.length - 1] = longer; else found.push(word);
    });
    return found;
  }
  function fit(title, room, size, family) {
    const before = title.text.split("<br>").length, found = lines(title.text, room, size + "px " + family);
    return [Object.assign({}, title, {text: found.join("<br>")}), found.length - before];
  }
  // A layout whose titles fit into a panel of this width; the panel grows by what it needs, and the chart in it stays.
  function titled(layout, width) {
    const out = Object.assign({}, layout), margin = Object.assign({l: 0, r: 0, t: 0, b: 0}, layout.margin), family = (layout.font || {}).family || "sans-serif";
    const named = Object.keys(layout).some(key => /^yaxis\d*$/.test(key) && (layout[key].type === "category" || layout[key].ticktext));
    let top = 0, above = 0, bottom = 0, left = 0;
    if (layout.title && layout.title.text) {
      const [title, more] = fit(layout.title, width - 4, (layout.title.font || {}).size || 17, family);
      // plotly.js puts further lines below the first, into the chart.
      const pad = title.pad || {};
      out.title = Object.assign({}, title, {pad: Object.assign({}, pad, {b: (pad.b || 0) + more * PANEL})});
      top = more * PANEL;
    }
    Object.keys(layout).filter(key => /^xaxis\d*$/.test(key)).forEach(function (key) {
      const one = layout[key];
      if (!one.title || !one.title.text) return;
      const ends = one.domain || [0, 1], inner = (width - margin.l - margin.r) * (ends[1] - ends[0]);
      // Names beside the chart push it to the right, by how much only plotly.js knows; the title keeps to its middle.
      const [title, more] = fit(one.title, named ? Math.min(0.6 * inner, 0.34 * width) : inner + 2 * Math.min(margin.l, margin.r) - NUMBERS, (one.title.font || {}).size || 14, family);
      out[key] = Object.assign({}, one, {title: title});
      if (one.side === "top") above = Math.max(above, more * AXIS); else bottom = Math.max(bottom, more * AXIS);
    });
    // Names or a legend below the chart make it lower, by how much only plotly.js knows.
    const below = layout.showlegend || Object.keys(layout).some(key => /^xaxis\d*$/.test(key) && layout[key].type === "category");
    Object.keys(layout).filter(key => /^yaxis\d*$/.test(key)).forEach(function (key) {
      const one = layout[key];
      if (!layout.height || !one.title || !one.title.text) return;
      const ends = one.domain || [0, 1], inner = (layout.height - margin.t - margin.b) * (ends[1] - ends[0]) * (below ? 0.55 : 1);
      const [title, more] = fit(one.title, inner, (one.title.font || {}).size || 14, family);
      out[key] = Object.assign({}, one, {title: title});
      if (!one.side || one.side === "left") left = Math.max(left, more * AXIS);
    });
    top += above;
    out.margin = Object.assign({}, margin, {t: margin.t + top, b: margin.b + bottom, l: margin.l + left});
    if (layout.height) out.height = layout.height + top + bottom;
    return [out, top + bottom];
  }
  // The series of a figure, without the numbers of a heat map where its cells are too narrow for them; one still reads
  // them by hovering. `layout` is one whose titles fit.
  const AROUND = 4, BESIDE_NAMES = 20, BESIDE_BAR = 36, LEAST_BAR = 30;
  function written(data, layout, width) {
    return data.map(function (trace) {
      if (trace.type !== "heatmap" || !trace.texttemplate) return trace;
      const family = (layout.font || {}).family || "sans-serif", size = (trace.textfont || {}).size || 12;
      const widest = (words, pixels) => Math.max(0, ...words.map(word => wide(String(word), pixels + "px " + family)));
      const title = ((layout.yaxis || {}).title || {}).text, bar = (((layout.coloraxis || {}).colorbar || {}).title || {}).text || "";
      const left = widest(trace.y, 12) + (title ? title.split("<br>").length * AXIS : 0) + BESIDE_NAMES;
      const cell = (width - left - BESIDE_BAR - Math.max(LEAST_BAR, widest(bar.split("<br>"), 12))) / trace.x.length;
      return widest(trace.text.flat(), size) + AROUND <= cell ? trace : Object.assign({}, trace, {texttemplate: ""});
    });
  }
  window.warrantsim = window.warrantsim || {};
  window.warrantsim.titled = titled;
  window.warrantsim.written = written;
})();
