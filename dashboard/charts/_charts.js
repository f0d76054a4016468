// What all charts share. A chart is a pure function from an answer of the API to ECharts' option, in ES5: the page
// draws it, and the program draws the same to SVG. An answer may say in `draw` which columns it is about:
// {x, y: [...], series, complete, final}; without it x is the first column and y every number.
var charts = (function () {
  var known = {};
  var themes = {
    light: {
      text: '#171a21', muted: '#5a6372', faint: '#8a93a1', line: '#e4e7ec', surface: '#ffffff', accent: '#3457d5',
      bad: '#b42318', empty: '#eef0f4',
      series: ['#3457d5', '#d9690f', '#0d8a6a', '#b42a78', '#7a52c7', '#7d6a12'],
      scale: ['#eef2ff', '#c6d2fb', '#8fa6f2', '#5474e0', '#2c47ad', '#182b73']
    },
    dark: {
      text: '#eceff4', muted: '#a3adbb', faint: '#788291', line: '#2a313c', surface: '#171b22', accent: '#8aa4ff',
      bad: '#ff8f85', empty: '#222833',
      series: ['#8aa4ff', '#ffae66', '#52d3ad', '#ff8fc4', '#bda5ff', '#e3cb62'],
      scale: ['#1d2436', '#26345e', '#33498f', '#4b68c8', '#7d98f5', '#c3d0ff']
    }
  };
  themes.print = themes.light;
  var months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

  function grouped(value, digits) {
    var parts = Number(value).toFixed(digits === undefined ? 0 : digits).split('.');
    parts[0] = parts[0].replace(/\B(?=(\d{3})+(?!\d))/g, ',');
    return parts.join('.');
  }
  function plainNumber(value, digits) {
    if (value === null || value === undefined || value === '') return '–';
    var number = Number(value);
    if (isNaN(number)) return String(value);
    if (digits === undefined) digits = number === Math.round(number) ? 0 : 2;
    return grouped(number, digits);
  }
  // 2025-07-01 as 1 Jul 2025: names of months, since the order of numbers differs from land to land.
  function plainDay(text, withoutYear) {
    var parts = /^(\d{4})-(\d\d)-(\d\d)/.exec(String(text));
    if (!parts) return String(text);
    var day = Number(parts[3]) + ' ' + months[Number(parts[2]) - 1];
    return withoutYear ? day : day + ' ' + parts[1];
  }
  function plainTime(text) {
    var parts = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)/.exec(String(text));
    return parts ? plainDay(parts[1], true) + ' ' + parts[2] : String(text);
  }

  // The look and the words of a drawing; the page gives its own formats by locale and zone.
  function view(options) {
    var theme = themes[options.theme] || themes.light;
    return {
      theme: theme, width: options.width || 760, height: options.height || 320,
      number: options.number || plainNumber, day: options.day || plainDay, time: options.time || plainTime,
      still: options.still !== undefined ? options.still : true, tooltip: options.tooltip || false
    };
  }

  function indexOf(answer, name) {
    for (var i = 0; i < answer.columns.length; i++) if (answer.columns[i].name === name) return i;
    return -1;
  }
  function isNumber(column) {
    return /INT|DOUBLE|DECIMAL|FLOAT|NUMERIC|REAL/i.test(column.type) && !/INTERVAL/i.test(column.type);
  }
  function values(answer, name) {
    var at = indexOf(answer, name), list = [];
    for (var i = 0; i < answer.rows.length; i++) list.push(at < 0 ? null : answer.rows[i][at]);
    return list;
  }
  function number(value) { return value === null || value === undefined ? null : Number(value); }
  // sessions_per_min -> sessions per min
  function words(name) {
    return String(name).replace(/_percent$/, ', %').replace(/_/g, ' ');
  }

  // Which columns an answer is about.
  function roles(answer) {
    var draw = answer.draw || {}, y = draw.y, i, x = draw.x || answer.columns[0].name;
    if (!y) {
      y = [];
      for (i = 0; i < answer.columns.length; i++) {
        if (answer.columns[i].name !== x && isNumber(answer.columns[i])) y.push(answer.columns[i].name);
      }
    }
    var complete = draw.complete || (indexOf(answer, 'is_complete') >= 0 ? 'is_complete' : '');
    return { x: x, y: y, series: draw.series || '', complete: complete };
  }
  // A row's period is covered by the data, or nobody says that it is not.
  function completeness(answer, column) {
    var flags = values(answer, column), list = [];
    for (var i = 0; i < answer.rows.length; i++) list.push(!column || flags[i] === null || flags[i] === true);
    return list;
  }

  // Rows of (x, series, y) as one list of y by series.
  function spread(answer, role) {
    var xs = [], places = {}, names = [], bySeries = {}, covered = [], i;
    var x = values(answer, role.x), series = role.series ? values(answer, role.series) : null;
    var complete = completeness(answer, role.complete);
    function line(name) {
      if (!Object.prototype.hasOwnProperty.call(bySeries, name)) { bySeries[name] = []; names.push(name); }
      return bySeries[name];
    }
    var ys = [];
    for (i = 0; i < role.y.length; i++) ys.push(values(answer, role.y[i]));
    for (i = 0; i < x.length; i++) {
      var key = String(x[i]);
      if (!Object.prototype.hasOwnProperty.call(places, key)) {
        places[key] = xs.length;
        xs.push(x[i]);
        covered.push(true);
      }
      var place = places[key];
      if (!complete[i]) covered[place] = false;
      if (series) line(String(series[i]))[place] = number(ys[0][i]);
      else for (var k = 0; k < role.y.length; k++) line(role.y[k])[place] = number(ys[k][i]);
    }
    for (i = 0; i < names.length; i++) {
      for (var p = 0; p < xs.length; p++) if (bySeries[names[i]][p] === undefined) bySeries[names[i]][p] = null;
    }
    return { x: xs, names: names, lines: bySeries, covered: covered };
  }

  function isDay(value) { return /^\d{4}-\d\d-\d\d$/.test(String(value)); }
  function isTime(value) { return /^\d{4}-\d\d-\d\d[T ]\d\d:/.test(String(value)); }
  function label(value, look) {
    if (value === null || value === undefined) return 'unknown';
    if (isDay(value)) return look.day(value);
    if (isTime(value)) return look.time(value);
    return String(value);
  }
  function shortLabel(value, look) {
    if (isDay(value)) return look.day(value, true);
    return label(value, look);
  }
  // Texts of the lake must not be read as ECharts' rich text.
  function plain(text) { return String(text).replace(/[{}|]/g, function (c) { return c === '|' ? '¦' : c === '{' ? '(' : ')'; }); }

  function font(look) { return { color: look.theme.muted, fontSize: 12, fontFamily: 'Inter, system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif' }; }
  // What every option begins with. The tooltip is drawn as text, never as HTML.
  function base(look) {
    return {
      animation: !look.still, animationDuration: 250, animationDurationUpdate: 200, color: look.theme.series,
      backgroundColor: 'transparent', textStyle: font(look),
      grid: { left: 8, right: 22, top: 34, bottom: 6, containLabel: true },
      tooltip: { show: look.tooltip, renderMode: 'richText', confine: true, trigger: 'axis', backgroundColor: look.theme.surface,
        borderColor: look.theme.line, borderWidth: 1, padding: [10, 12],
        textStyle: { color: look.theme.text, fontSize: 12, lineHeight: 18 },
        axisPointer: { type: 'line', lineStyle: { color: look.theme.faint, width: 1, type: 'solid' } } },
      legend: { show: false, top: 0, left: 4, itemWidth: 14, itemHeight: 8, itemGap: 18, type: 'scroll',
        textStyle: { color: look.theme.muted, fontSize: 12 }, pageIconColor: look.theme.muted, pageTextStyle: { color: look.theme.muted } }
    };
  }
  // The names above a chart; where they do not fit in one line they take more, rather than hide behind arrows.
  function legend(option, names, look) {
    var lines = 1, used = 0, i, wide;
    option.legend.show = names.length > 1;
    if (names.length < 2) { option.grid.top = 14; return; }
    for (i = 0; i < names.length; i++) {
      wide = 40 + 7 * words(names[i]).length;
      if (used > 0 && used + wide > look.width - 16) { lines++; used = 0; }
      used += wide;
    }
    if (lines > 4) return;
    option.legend.type = 'plain';
    option.grid.top = 36 + 24 * (lines - 1);
  }
  // A share of whom there are many is seen against all of them: 0, 25, 50, 75, 100 %.
  function percents(axis, data, suffix) {
    var most = ceiling(data);
    if (suffix && most <= 100 && most > 40) { axis.max = 100; axis.interval = 25; }
  }
  function categories(xs, look) {
    return { type: 'category', data: xs, boundaryGap: true,
      axisLine: { lineStyle: { color: look.theme.line } }, axisTick: { show: false },
      axisLabel: { color: look.theme.muted, hideOverlap: true, margin: 10, alignMinLabel: xs.length > 8 ? 'left' : undefined, alignMaxLabel: xs.length > 8 ? 'right' : undefined,
        formatter: function (value) { return shortLabel(value, look); } } };
  }
  function counts(look, suffix) {
    return { type: 'value', min: 0, minInterval: suffix ? undefined : 1, splitNumber: 4, splitLine: { lineStyle: { color: look.theme.line, width: 1 } }, axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { color: look.theme.muted, formatter: function (value) { return briefly(value, look) + (suffix || ''); } } };
  }
  // 12,000 as 12k: axes have little room.
  function briefly(value, look) {
    var size = Math.abs(value);
    if (size >= 1e9) return look.number(value / 1e9, size % 1e9 ? 1 : 0) + 'G';
    if (size >= 1e6) return look.number(value / 1e6, size % 1e6 ? 1 : 0) + 'M';
    if (size >= 1e3) return look.number(value / 1e3, size % 1e3 ? 1 : 0) + 'k';
    return look.number(value);
  }
  // The greatest value of covered periods: what is not covered never stretches an axis alone.
  function ceiling(data) {
    var most = 0, any = 0;
    for (var i = 0; i < data.names.length; i++) {
      var line = data.lines[data.names[i]];
      for (var k = 0; k < line.length; k++) {
        if (line[k] === null) continue;
        any = Math.max(any, line[k]);
        if (data.covered[k]) most = Math.max(most, line[k]);
      }
    }
    return most || any;
  }
  // Best and least of the covered periods, as a sentence has them.
  function extremes(xs, line, covered) {
    var found = { least: null, most: null };
    for (var i = 0; i < xs.length; i++) {
      if (!covered[i] || line[i] === null) continue;
      if (found.most === null || line[i] > line[found.most]) found.most = i;
      if (found.least === null || line[i] < line[found.least]) found.least = i;
    }
    return found;
  }
  function uncovered(covered) {
    var count = 0;
    for (var i = 0; i < covered.length; i++) if (!covered[i]) count++;
    return count;
  }
  // "62 days": what a chart over periods says of itself.
  function tellPeriods(answer, look) {
    if (!answer.rows.length) return 'No rows.';
    var data = spread(answer, roles(answer)), said = [];
    said.push(data.x.length + ' points from ' + label(data.x[0], look) + ' to ' + label(data.x[data.x.length - 1], look) + '.');
    for (var i = 0; i < data.names.length && i < 4; i++) {
      var line = data.lines[data.names[i]], found = extremes(data.x, line, data.covered);
      if (found.most === null) continue;
      said.push(words(data.names[i]) + ': highest ' + look.number(line[found.most]) + ' (' + label(data.x[found.most], look) +
        '), lowest ' + look.number(line[found.least]) + ' (' + label(data.x[found.least], look) + ').');
    }
    var missing = uncovered(data.covered);
    if (missing) said.push(missing + (missing === 1 ? ' period is' : ' periods are') + ' not fully covered by the data and left out of these.');
    return said.join(' ');
  }
  function tooltipOf(data, look, suffix) {
    return function (items) {
      var list = items instanceof Array ? items : [items], at = list.length ? list[0].dataIndex : 0;
      var lines = [plain(label(data.x[at], look))];
      for (var i = 0; i < data.names.length; i++) {
        var value = data.lines[data.names[i]][at];
        lines.push(plain(words(data.names[i])) + ':  ' + (value === null ? 'no value' : look.number(value) + (suffix || '')));
      }
      if (!data.covered[at]) lines.push('not fully covered by the data');
      return lines.join('\n');
    };
  }
  // A hatched, outlined bar: not fully covered, or not final.
  function hatched(colour, look) {
    return { color: look.theme.surface, borderColor: colour, borderWidth: 1.5, borderType: 'dashed',
      decal: { symbol: 'rect', color: colour, dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4 } };
  }
  // Patterns beside colours, quiet enough to read the colour: the first series has none.
  function decals(look) {
    var ink = look.theme.surface, list = [{ color: 'rgba(0,0,0,0)' }];
    list.push({ symbol: 'rect', color: ink, dashArrayX: [1, 0], dashArrayY: [1.5, 6], rotation: Math.PI / 4 });
    list.push({ symbol: 'circle', color: ink, dashArrayX: [[6, 6], [0, 6, 6, 0]], dashArrayY: [6, 0], symbolSize: 0.5 });
    list.push({ symbol: 'rect', color: ink, dashArrayX: [1, 0], dashArrayY: [1.5, 6], rotation: -Math.PI / 4 });
    list.push({ symbol: 'rect', color: ink, dashArrayX: [1, 0], dashArrayY: [1.5, 5], rotation: 0 });
    list.push({ symbol: 'rect', color: ink, dashArrayX: [1, 0], dashArrayY: [1.5, 5], rotation: Math.PI / 2 });
    return list;
  }
  var shapes = ['circle', 'rect', 'triangle', 'diamond', 'roundRect', 'pin'];

  // State names for codes, where a map is joined by name.
  var mapFiles = { world: 'countries-110m.json', states: 'states-albers-10m.json' };
  // A land that crosses the antimeridian goes on beyond it; else its outline would run around the whole map.
  function unwrapped(ring) {
    var shift = 0, least = 0, made = [], i;
    for (i = 0; i < ring.length; i++) {
      if (i > 0 && ring[i][0] - ring[i - 1][0] > 180) shift -= 360;
      if (i > 0 && ring[i][0] - ring[i - 1][0] < -180) shift += 360;
      made.push([ring[i][0] + shift, ring[i][1]]);
      least = Math.min(least, ring[i][0] + shift);
    }
    for (i = 0; least < -180.5 && i < made.length; i++) made[i][0] += 360;
    return made;
  }
  function unwrap(geometry) {
    var polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
    for (var p = 0; p < polygons.length; p++) for (var r = 0; r < polygons[p].length; r++) polygons[p][r] = unwrapped(polygons[p][r]);
  }
  function registerMap(name, topology) {
    var part = name === 'world' ? topology.objects.countries : topology.objects.states;
    var shape = topojson.feature(topology, part), kept = [];
    for (var i = 0; i < shape.features.length; i++) {
      if (name === 'world') unwrap(shape.features[i].geometry);
      if (shape.features[i].properties.name !== 'Antarctica') kept.push(shape.features[i]);
    }
    echarts.registerMap(name, { type: 'FeatureCollection', features: kept });
  }

  return {
    define: function (name, chart) { known[name] = chart; },
    has: function (name) { return Object.prototype.hasOwnProperty.call(known, name); },
    names: function () { return Object.keys(known).sort(); },
    draw: function (name, answer, look) { return known[name].draw(answer, look); },
    tell: function (name, answer, look) { return known[name].tell(answer, look); },
    mapOf: function (name) { return (known[name] && known[name].map) || ''; },
    mapFile: function (map) { return mapFiles[map]; },
    registerMap: registerMap, themes: themes, view: view,
    base: base, categories: categories, counts: counts, briefly: briefly, ceiling: ceiling, hatched: hatched, legend: legend, percents: percents, decals: decals, shapes: shapes,
    roles: roles, spread: spread, values: values, indexOf: indexOf, isNumber: isNumber, number: number, words: words, label: label, shortLabel: shortLabel,
    plain: plain, completeness: completeness, extremes: extremes, tellPeriods: tellPeriods, tooltipOf: tooltipOf
  };
})();
