// Values by period as columns, side by side or (draw.stack) one on the other; what the data do not cover is hatched.
charts.define('columns', {
  draw: function (answer, look) {
    var role = charts.roles(answer), data = charts.spread(answer, role), series = [], i, k;
    var stack = answer.draw && answer.draw.stack, below = (answer.draw && answer.draw.below) || [];
    for (i = 0; i < data.names.length; i++) {
      var line = data.lines[data.names[i]], colour = look.theme.series[i % look.theme.series.length], items = [];
      var down = below.indexOf(data.names[i]) >= 0;
      for (k = 0; k < line.length; k++) {
        var item = { value: line[k] === null ? null : down ? -line[k] : line[k] };
        if (!data.covered[k]) item.itemStyle = charts.hatched(colour, look);
        items.push(item);
      }
      series.push({ type: 'bar', name: charts.words(data.names[i]), data: items, barMaxWidth: stack ? 34 : 44, barMinHeight: 1, stack: stack ? 'all' : undefined,
        itemStyle: { color: colour, borderRadius: stack ? 0 : [4, 4, 0, 0] }, emphasis: { focus: 'none' } });
    }
    var option = charts.base(look);
    option.xAxis = charts.categories(data.x, look);
    option.yAxis = charts.counts(look);
    if (below.length) option.yAxis.min = undefined;
    charts.legend(option, data.names, look);
    // The page names a chart by its own sentence.
    option.aria = { enabled: true, label: { enabled: false }, decal: { show: data.names.length > 1, decals: charts.decals(look) } };
    option.tooltip.axisPointer = { type: 'shadow', shadowStyle: { color: look.theme.faint, opacity: 0.12 } };
    option.tooltip.formatter = charts.tooltipOf(data, look);
    option.series = series;
    return option;
  },
  tell: function (answer, look) { return charts.tellPeriods(answer, look); }
});
