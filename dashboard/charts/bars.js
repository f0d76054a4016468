// The first rows by size as bars that lie: tops, segments, steps. Later y are told in the tooltip.
charts.define('bars', {
  draw: function (answer, look) {
    var role = charts.roles(answer), names = charts.values(answer, role.x), sizes = charts.values(answer, role.y[0]);
    var most = (answer.draw && answer.draw.rows) || 12, shown = Math.min(names.length, most), items = [], labels = [], rows = [], i;
    for (i = 0; i < shown; i++) {
      labels.push(names[i] === null ? 'unknown' : String(names[i]));
      items.push(charts.number(sizes[i]));
      rows.push(answer.rows[i]);
    }
    var share = answer.draw && answer.draw.label ? charts.values(answer, answer.draw.label) : null;
    var option = charts.base(look);
    option.grid = { left: 8, right: share ? 118 : 58, top: 6, bottom: 4, containLabel: true };
    option.xAxis = charts.counts(look);
    option.xAxis.axisLabel = { show: false };
    option.xAxis.splitLine = { show: false };
    option.yAxis = { type: 'category', inverse: true, data: labels, axisTick: { show: false }, axisLine: { show: false },
      axisLabel: { color: look.theme.text, width: Math.max(70, Math.min(220, look.width * 0.34)), overflow: 'truncate', ellipsis: '…', interval: 0 } };
    option.tooltip.trigger = 'item';
    option.tooltip.formatter = function (item) {
      var lines = [charts.plain(labels[item.dataIndex])];
      for (var k = 0; k < answer.columns.length; k++) {
        var value = rows[item.dataIndex][k];
        if (answer.columns[k].name === role.x || value === null) continue;
        lines.push(charts.words(answer.columns[k].name) + ':  ' + charts.plain(charts.isNumber(answer.columns[k]) ? look.number(value) : value));
      }
      return lines.join('\n');
    };
    option.series = [{ type: 'bar', name: charts.words(role.y[0]), data: items, barMaxWidth: 22, barCategoryGap: '32%',
      itemStyle: { color: look.theme.series[0], borderRadius: [0, 4, 4, 0] },
      label: { show: true, position: 'right', color: look.theme.text, fontSize: 12, formatter: function (item) {
        var text = look.number(items[item.dataIndex]);
        if (share && share[item.dataIndex] !== null) text += '  ' + look.number(share[item.dataIndex]) + ' %';
        return text;
      } } }];
    return option;
  },
  tell: function (answer, look) {
    if (!answer.rows.length) return 'No rows.';
    var role = charts.roles(answer), names = charts.values(answer, role.x), sizes = charts.values(answer, role.y[0]), said = [];
    for (var i = 0; i < Math.min(3, names.length); i++) said.push((names[i] === null ? 'unknown' : names[i]) + ' ' + look.number(sizes[i]));
    return charts.words(role.y[0]) + ': ' + said.join(', ') + (names.length > 3 ? '; ' + (names.length - 3) + ' more' : '') + '.';
  }
});
