window.warrantsim = window.warrantsim || {};
window.warrantsim.charts = {repaint: function () {}};
