'use strict';
(function () {
  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  var charts = [];

  var curves = JSON.parse(document.getElementById('curves-data').textContent);
  var against = 'minutes';

  // The longest network's, for one horizontal axis of all charts.
  var minutes = Math.max.apply(null, [0].concat(curves.cards.map(function (card) {
    return Math.max.apply(null, [0].concat(Object.values(card.loss || {}).map(function (curve) {
      return card.minutesBefore + (curve.steps[curve.steps.length - 1] + 1) * card.minutesPerStep;
    })));
  })));

  // The place of a step on the horizontal axis: steps count from 0 and end after themselves.
  function place(card, step) {
    return against === 'steps' ? step : card.minutesBefore + (step + 1) * card.minutesPerStep;
  }

  // One chart: a line for every seed, over the steps of all of them.
  function draw(of, card, series, range) {
    var seeds = Object.keys(series);
    var steps = Array.from(new Set(seeds.flatMap(function (s) { return series[s].steps; })));
    steps.sort(function (a, b) { return a - b; });
    var places = steps.map(function (step) { return place(card, step); });
    var data = [places].concat(seeds.map(function (seed) {
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
      scales: { x: { time: false, range: [0, against === 'steps' ? places[places.length - 1] : minutes * 1.02] }, y: range ? { range: function () { return range; } } : {} },
      axes: [Object.assign({ space: 30, size: 30 }, axis), Object.assign({ size: 46 }, axis)],
      legend: { show: false },
      cursor: { show: false },
      series: [{}].concat(seeds.map(function (seed, i) {
        return {
          label: seed,
          width: 1.5,
          spanGaps: true,
          points: { show: steps.length < 30 },
          stroke: function () { return colour('--seed' + i % 5); }
        };
      }))
    };
    charts.push({ plot: new uPlot(options, data, of), of: of });
  }

  function drawAll() {
    charts.forEach(function (chart) { chart.plot.destroy(); });
    charts = [];
    document.querySelectorAll('[data-curves]').forEach(function (of) {
      var card = curves.cards[Number(of.dataset.curves)];
      var largest = curves.largest[of.dataset.metric];
      of.textContent = '';
      draw(of, card, card[of.dataset.metric], largest === undefined ? null : [0, largest * 1.05]);
    });
  }
  drawAll();
  document.querySelectorAll('[data-axis]').forEach(function (button) {
    button.addEventListener('click', function () {
      against = button.dataset.axis;
      document.querySelectorAll('[data-axis]').forEach(function (other) {
        other.setAttribute('aria-pressed', String(other === button));
      });
      drawAll();
    });
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
