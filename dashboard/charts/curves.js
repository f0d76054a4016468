// Lines over numbers (draw.x), a line a series: what was foretold against what happened, ROC, survival by days.
// draw.diagonal adds the line on which both are equal; draw.percent: both axes are shares, shown in per cent.
charts.define('curves', {
  draw: function (answer, look) {
    var draw = answer.draw || {}, role = charts.roles(answer), lines = this.lines(answer, role), series = [], i;
    for (i = 0; i < lines.names.length; i++) {
      var colour = look.theme.series[i % look.theme.series.length];
      series.push({ type: 'line', name: charts.words(lines.names[i]), data: lines.points[lines.names[i]], symbol: charts.shapes[i % charts.shapes.length],
        symbolSize: 5, showSymbol: lines.points[lines.names[i]].length <= 24, lineStyle: { width: 2, color: colour }, itemStyle: { color: colour } });
    }
    if (draw.diagonal) {
      var end = draw.diagonal === true ? 1 : draw.diagonal;
      series.push({ type: 'line', name: 'equal', data: [[0, 0], [end, end]], symbol: 'none', silent: true,
        lineStyle: { width: 1, type: [4, 4], color: look.theme.faint } });
    }
    function axis(name) {
      var made = charts.counts(look);
      made.minInterval = undefined;
      made.name = charts.words(name);
      made.nameLocation = 'middle';
      made.nameGap = 28;
      made.nameTextStyle = { color: look.theme.muted };
      if (draw.percent) made.axisLabel = { color: look.theme.muted, formatter: function (value) { return look.number(100 * value, 0) + ' %'; } };
      return made;
    }
    var option = charts.base(look);
    option.xAxis = axis(role.x);
    option.yAxis = axis(role.y[0]);
    option.yAxis.nameGap = 44;
    option.grid.bottom = 26;
    option.grid.left = 26;
    option.legend.show = lines.names.length > 1;
    option.tooltip.trigger = 'item';
    option.series = series;
    return option;
  },
  lines: function (answer, role) {
    var x = charts.values(answer, role.x), y = charts.values(answer, role.y[0]);
    var series = role.series ? charts.values(answer, role.series) : null, names = [], points = {};
    for (var i = 0; i < x.length; i++) {
      var name = series ? String(series[i]) : role.y[0];
      if (!Object.prototype.hasOwnProperty.call(points, name)) { points[name] = []; names.push(name); }
      points[name].push([charts.number(x[i]), charts.number(y[i])]);
    }
    return { names: names, points: points };
  },
  tell: function (answer, look) {
    if (!answer.rows.length) return 'No rows.';
    var role = charts.roles(answer), lines = this.lines(answer, role), said = [];
    for (var i = 0; i < lines.names.length && i < 4; i++) {
      var list = lines.points[lines.names[i]], last = list[list.length - 1];
      said.push(charts.words(lines.names[i]) + ': ' + list.length + ' points, the last at ' + look.number(last[0]) + ' with ' + look.number(last[1]) + '.');
    }
    return charts.words(role.y[0]) + ' by ' + charts.words(role.x) + '. ' + said.join(' ');
  }
});
