// Values over two categories as shades: hour and weekday, cohort and day. What the data do not cover is left hollow.
charts.define('heatmap', {
  draw: function (answer, look) {
    var draw = answer.draw || {}, xs = [], ys = [], xAt = {}, yAt = {}, items = [], most = 0, i;
    var x = charts.values(answer, draw.x || answer.columns[0].name), y = charts.values(answer, draw.series || answer.columns[1].name);
    var valueName = (draw.y && draw.y[0]) || answer.columns[2].name, value = charts.values(answer, valueName);
    var covered = charts.completeness(answer, draw.complete || (charts.indexOf(answer, 'is_complete') >= 0 ? 'is_complete' : ''));
    function place(list, places, key) {
      if (!Object.prototype.hasOwnProperty.call(places, key)) { places[key] = list.length; list.push(key); }
      return places[key];
    }
    for (i = 0; i < x.length; i++) {
      var at = [place(xs, xAt, String(x[i])), place(ys, yAt, String(y[i])), charts.number(value[i])];
      if (at[2] === null) continue;
      if (covered[i]) most = Math.max(most, at[2]);
      items.push(covered[i] ? { value: at } : { value: at, itemStyle: charts.hatched(look.theme.faint, look) });
    }
    var suffix = /_percent$/.test(valueName) ? ' %' : '';
    var option = charts.base(look);
    option.grid = { left: 8, right: 8, top: 8, bottom: 46, containLabel: true };
    option.xAxis = charts.categories(xs, look);
    option.yAxis = charts.categories(ys, look);
    option.yAxis.inverse = true;
    option.yAxis.axisLine = { show: false };
    option.visualMap = { min: draw.from || 0, max: draw.to || most || 1, calculable: false, orient: 'horizontal', left: 'center', bottom: 0, itemWidth: 10, itemHeight: Math.min(220, look.width / 3),
      inRange: { color: look.theme.scale }, textStyle: { color: look.theme.muted, fontSize: 11 },
      text: [look.number(draw.to || most) + suffix, look.number(draw.from || 0) + suffix] };
    option.tooltip.trigger = 'item';
    option.tooltip.formatter = function (item) {
      return charts.plain(charts.words(draw.series || answer.columns[1].name) + ' ' + charts.label(ys[item.value[1]], look)) + '\n' +
        charts.plain(charts.words(draw.x || answer.columns[0].name) + ' ' + charts.label(xs[item.value[0]], look)) + '\n' +
        charts.words(valueName) + ':  ' + look.number(item.value[2]) + suffix;
    };
    option.series = [{ type: 'heatmap', data: items, itemStyle: { borderColor: look.theme.surface, borderWidth: 1.5, borderRadius: 2 },
      emphasis: { itemStyle: { borderColor: look.theme.text, borderWidth: 1.5 } } }];
    return option;
  },
  tell: function (answer, look) {
    if (!answer.rows.length) return 'No rows.';
    var draw = answer.draw || {}, xName = draw.x || answer.columns[0].name, yName = draw.series || answer.columns[1].name;
    var valueName = (draw.y && draw.y[0]) || answer.columns[2].name;
    var x = charts.values(answer, xName), y = charts.values(answer, yName), value = charts.values(answer, valueName), covered = [], best;
    covered = charts.completeness(answer, draw.complete || (charts.indexOf(answer, 'is_complete') >= 0 ? 'is_complete' : ''));
    best = charts.extremes(x, value, covered).most;
    if (best === null) return answer.rows.length + ' cells.';
    return answer.rows.length + ' cells; highest ' + charts.words(valueName) + ' ' + look.number(value[best]) + ' at ' + charts.words(xName) + ' ' + charts.label(x[best], look) + ', ' + charts.words(yName) + ' ' + charts.label(y[best], look) + '.';
  }
});
