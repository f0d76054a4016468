// Values by period as lines. What the data do not cover is dashed with hollow points.
charts.define('lines', {
  draw: function (answer, look) {
    var role = charts.roles(answer), data = charts.spread(answer, role), series = [], i, k;
    var suffix = answer.unit === '%' ? ' %' : '';
    for (i = 0; i < data.names.length; i++) {
      var line = data.lines[data.names[i]], solid = [], open = [], colour = look.theme.series[i % look.theme.series.length];
      var few = data.x.length <= 40;
      for (k = 0; k < line.length; k++) {
        solid.push(data.covered[k] ? line[k] : null);
        // The dashes begin at the last covered point.
        var beside = !data.covered[k] || (k + 1 < line.length && !data.covered[k + 1]) || (k > 0 && !data.covered[k - 1]);
        open.push(!beside ? null : data.covered[k] ? { value: line[k], symbol: 'none' } : line[k]);
      }
      series.push({ type: 'line', name: charts.words(data.names[i]), data: solid, symbol: charts.shapes[i % charts.shapes.length], symbolSize: few ? 6 : 4,
        showSymbol: few && data.names.length > 1 || data.x.length === 1, lineStyle: { width: 2.25, color: colour }, itemStyle: { color: colour }, sampling: data.x.length > 2000 ? 'lttb' : undefined,
        areaStyle: data.names.length === 1 ? { color: colour, opacity: 0.08 } : undefined });
      if (data.covered.indexOf(false) >= 0) {
        series.push({ type: 'line', name: charts.words(data.names[i]), data: open, symbol: 'circle', symbolSize: 7, showSymbol: true,
          lineStyle: { width: 1.75, type: [4, 4], color: colour }, itemStyle: { color: look.theme.surface, borderColor: colour, borderWidth: 1.75 } });
      }
    }
    var option = charts.base(look);
    option.xAxis = charts.categories(data.x, look);
    option.xAxis.boundaryGap = data.x.length < 3;
    option.yAxis = charts.counts(look, suffix);
    charts.percents(option.yAxis, data, suffix);
    charts.legend(option, data.names, look);
    option.tooltip.formatter = charts.tooltipOf(data, look, suffix);
    option.series = series;
    return option;
  },
  tell: function (answer, look) { return charts.tellPeriods(answer, look); }
});
