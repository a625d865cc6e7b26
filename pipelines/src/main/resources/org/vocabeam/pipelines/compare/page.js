'use strict';
(function () {
  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  var charts = [];

  // One chart: a line for every seed, over the steps of all of them.
  function draw(of, series, range) {
    var seeds = Object.keys(series);
    var steps = Array.from(new Set(seeds.flatMap(function (s) { return series[s].steps; })));
    steps.sort(function (a, b) { return a - b; });
    var data = [steps].concat(seeds.map(function (seed) {
      var at = new Map(series[seed].steps.map(function (step, i) { return [step, series[seed].values[i]]; }));
      return steps.map(function (step) { return at.has(step) ? at.get(step) : null; });
    }));
    var axis = {
      stroke: function () { return colour('--quiet'); },
      grid: { stroke: function () { return colour('--grid'); }, width: 1 },
      ticks: { stroke: function () { return colour('--grid'); }, width: 1 },
      font: '11px system-ui, sans-serif'
    };
    var options = {
      width: of.clientWidth,
      height: 170,
      scales: { x: { time: false }, y: range ? { range: function () { return range; } } : {} },
      axes: [Object.assign({ space: 45, size: 30 }, axis), Object.assign({ size: 46 }, axis)],
      legend: { show: false },
      cursor: { show: false },
      series: [{}].concat(seeds.map(function (seed, i) {
        return {
          label: seed,
          width: 1.5,
          spanGaps: true,
          points: { show: steps.length < 3 },
          stroke: function () { return colour('--seed' + i % 5); }
        };
      }))
    };
    charts.push({ plot: new uPlot(options, data, of), of: of });
  }

  var curves = JSON.parse(document.getElementById('curves-data').textContent);
  document.querySelectorAll('[data-curves]').forEach(function (of) {
    var card = curves.cards[Number(of.dataset.curves)];
    var series = card[of.dataset.metric];
    of.textContent = '';
    draw(of, series, of.dataset.metric === 'embedding_std' ? [0, curves.largestStd * 1.05] : null);
  });

  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', function () {
    charts.forEach(function (chart) { chart.plot.redraw(false); });
  });
  var pending = 0;
  addEventListener('resize', function () {
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(function () {
      charts.forEach(function (chart) {
        if (chart.of.clientWidth !== chart.plot.width) {
          chart.plot.setSize({ width: chart.of.clientWidth, height: 170 });
        }
      });
    });
  });

  // Sorts the methods; what stands beside them stays below.
  var table = document.getElementById('results');
  table.querySelectorAll('thead th').forEach(function (head, column) {
    var button = head.querySelector('button');
    if (!button) {
      return;
    }
    button.addEventListener('click', function () {
      var descending = head.getAttribute('aria-sort') !== 'descending';
      table.querySelectorAll('thead th').forEach(function (th) { th.removeAttribute('aria-sort'); });
      head.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
      var body = table.tBodies[0];
      var key = function (row) {
        var cell = row.cells[column];
        return cell && cell.dataset.value !== undefined ? Number(cell.dataset.value) : null;
      };
      Array.from(body.rows)
        .sort(function (a, b) {
          if (column === 0) {
            var order = a.cells[0].textContent < b.cells[0].textContent ? -1 : 1;
            return descending ? -order : order;
          }
          var x = key(a);
          var y = key(b);
          if (x === null || y === null) {
            return (x === null ? 1 : 0) - (y === null ? 1 : 0);
          }
          return descending ? y - x : x - y;
        })
        .forEach(function (row) { body.appendChild(row); });
    });
  });
})();
