// Live windows in the order of time: final ones as a line, provisional ones hollow, alerts at their windows with what
// was expected there. Columns: window_start, counted, counts, customers, is_final, alert, expected, low, high.
charts.define('windows', {
  draw: function (answer, look) {
    var start = charts.values(answer, 'window_start'), counted = charts.values(answer, 'counted'), customers = charts.values(answer, 'customers');
    var isFinal = charts.values(answer, 'is_final'), alert = charts.values(answer, 'alert'), expected = charts.values(answer, 'expected');
    var low = charts.values(answer, 'low'), high = charts.values(answer, 'high');
    var word = charts.values(answer, 'counts')[0] || 'sessions';
    var solid = [], open = [], people = [], marks = [], usual = [], blue = look.theme.series[0], i;
    for (i = 0; i < start.length; i++) {
      var firm = isFinal[i] !== false, value = charts.number(counted[i]);
      var beside = !firm || (i + 1 < start.length && isFinal[i + 1] === false);
      solid.push(firm ? value : null);
      open.push(beside ? (firm ? { value: value, symbol: 'none' } : value) : null);
      people.push(charts.number(customers[i]));
      marks.push(alert[i] ? { value: value === null ? 0 : value, symbol: 'diamond' } : null);
      usual.push(alert[i] ? charts.number(expected[i]) : null);
    }
    var option = charts.base(look);
    option.legend.data = [word, 'customers', 'provisional', 'alert', 'expected'];
    charts.legend(option, option.legend.data, look);
    option.xAxis = charts.categories(start, look);
    option.xAxis.boundaryGap = false;
    option.yAxis = charts.counts(look);
    option.tooltip.formatter = function (items) {
      var at = (items instanceof Array ? items[0] : items).dataIndex, lines = [charts.label(start[at], look)];
      lines.push(word + ':  ' + look.number(counted[at]), 'customers:  ' + look.number(customers[at]));
      lines.push(isFinal[at] === null ? 'no window here' : isFinal[at] === false ? 'provisional: late events may still come' : 'final but for late events');
      if (alert[at]) {
        lines.push('alert: ' + charts.plain(alert[at]) + ', expected ' + look.number(expected[at]));
        if (low[at] !== null || high[at] !== null) lines.push('usual range:  ' + look.number(low[at]) + ' to ' + look.number(high[at]));
      }
      return lines.join('\n');
    };
    option.series = [
      { type: 'line', name: word, data: solid, showSymbol: false, lineStyle: { width: 2, color: blue }, itemStyle: { color: blue }, areaStyle: { color: blue, opacity: 0.07 } },
      { type: 'line', name: 'customers', data: people, showSymbol: false, lineStyle: { width: 1.25, color: look.theme.series[2], type: [6, 3] }, itemStyle: { color: look.theme.series[2] } },
      { type: 'line', name: 'provisional', data: open, showSymbol: true, symbol: 'circle', symbolSize: 6, lineStyle: { width: 1.5, color: blue, type: [3, 3] }, itemStyle: { color: look.theme.surface, borderColor: blue, borderWidth: 1.5 } },
      { type: 'scatter', name: 'expected', data: usual, symbol: 'rect', symbolSize: [14, 3], itemStyle: { color: look.theme.text }, z: 5 },
      { type: 'scatter', name: 'alert', data: marks, symbol: 'diamond', symbolSize: 13, itemStyle: { color: look.theme.bad, borderColor: look.theme.surface, borderWidth: 1.5 }, z: 6 }
    ];
    return option;
  },
  tell: function (answer, look) {
    if (!answer.rows.length) return 'No windows.';
    var start = charts.values(answer, 'window_start'), counted = charts.values(answer, 'counted'), isFinal = charts.values(answer, 'is_final'), alert = charts.values(answer, 'alert');
    var firm = [], provisional = 0, alerts = 0;
    for (var i = 0; i < start.length; i++) {
      firm.push(isFinal[i] !== false);
      if (!firm[i]) provisional++;
      if (alert[i]) alerts++;
    }
    var best = charts.extremes(start, counted, firm).most;
    return start.length + ' windows up to ' + charts.label(start[start.length - 1], look) + ', ' + provisional + ' provisional, ' + alerts + ' with an alert.' +
      (best === null ? '' : ' Most ' + charts.plain(charts.values(answer, 'counts')[0] || 'sessions') + ' ' + look.number(counted[best]) + ' at ' + charts.label(start[best], look) + '.');
  }
});
