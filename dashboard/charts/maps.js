// Values by country or by US state as shades of a map. A place without rows is drawn empty, not as 0.
(function () {
  // Names of sources, by those of the map.
  var others = {
    'United States': 'United States of America', 'USA': 'United States of America', 'US': 'United States of America', 'UK': 'United Kingdom', 'GB': 'United Kingdom', 'Great Britain': 'United Kingdom',
    'Czech Republic': 'Czechia', 'DE': 'Germany', 'FR': 'France', 'ES': 'Spain', 'IT': 'Italy', 'BR': 'Brazil', 'CA': 'Canada', 'AU': 'Australia', 'IN': 'India', 'JP': 'Japan', 'MX': 'Mexico', 'NL': 'Netherlands', 'SE': 'Sweden', 'PL': 'Poland', 'AR': 'Argentina',
    'KR': 'South Korea', 'NG': 'Nigeria', 'ZA': 'South Africa', 'ID': 'Indonesia', 'TR': 'Turkey', 'NO': 'Norway', 'DK': 'Denmark', 'FI': 'Finland', 'IE': 'Ireland', 'PT': 'Portugal', 'CH': 'Switzerland', 'AT': 'Austria', 'BE': 'Belgium', 'CL': 'Chile', 'CO': 'Colombia', 'PH': 'Philippines', 'CN': 'China', 'NZ': 'New Zealand',
    'Bosnia and Herzegovina': 'Bosnia and Herz.', 'Dominican Republic': 'Dominican Rep.', 'Democratic Republic of the Congo': 'Dem. Rep. Congo', 'Korea': 'South Korea', 'Russian Federation': 'Russia', 'Viet Nam': 'Vietnam', 'Türkiye': 'Turkey'
  };
  var states = {
    AL: 'Alabama', AK: 'Alaska', AZ: 'Arizona', AR: 'Arkansas', CA: 'California', CO: 'Colorado', CT: 'Connecticut', DE: 'Delaware', DC: 'District of Columbia', FL: 'Florida', GA: 'Georgia', HI: 'Hawaii', ID: 'Idaho', IL: 'Illinois', IN: 'Indiana', IA: 'Iowa', KS: 'Kansas', KY: 'Kentucky', LA: 'Louisiana', ME: 'Maine', MD: 'Maryland', MA: 'Massachusetts', MI: 'Michigan', MN: 'Minnesota', MS: 'Mississippi', MO: 'Missouri', MT: 'Montana', NE: 'Nebraska', NV: 'Nevada', NH: 'New Hampshire', NJ: 'New Jersey', NM: 'New Mexico', NY: 'New York', NC: 'North Carolina', ND: 'North Dakota', OH: 'Ohio', OK: 'Oklahoma', OR: 'Oregon', PA: 'Pennsylvania', RI: 'Rhode Island', SC: 'South Carolina', SD: 'South Dakota', TN: 'Tennessee', TX: 'Texas', UT: 'Utah', VT: 'Vermont', VA: 'Virginia', WA: 'Washington', WV: 'West Virginia', WI: 'Wisconsin', WY: 'Wyoming'
  };
  function map(name, names) {
    charts.define(name, {
      map: name,
      draw: function (answer, look) {
        var role = charts.roles(answer), places = charts.values(answer, role.x), value = charts.values(answer, role.y[0]), items = [], most = 0;
        for (var i = 0; i < places.length; i++) {
          if (places[i] === null || value[i] === null) continue;
          var own = String(places[i]), known = Object.prototype.hasOwnProperty.call(names, own) ? names[own] : own;
          items.push({ name: known, value: Number(value[i]), place: own });
          most = Math.max(most, Number(value[i]));
        }
        var option = charts.base(look);
        option.tooltip.trigger = 'item';
        option.tooltip.formatter = function (item) {
          return charts.plain(item.name) + '\n' + (item.data ? charts.words(role.y[0]) + ':  ' + look.number(item.value) : 'no rows');
        };
        option.visualMap = { min: 0, max: most || 1, show: look.width > 420, left: 4, bottom: 0, itemWidth: 10, itemHeight: 90, calculable: false, inRange: { color: look.theme.scale },
          textStyle: { color: look.theme.muted, fontSize: 11 }, text: [charts.briefly(most, look), '0'] };
        option.series = [{ type: 'map', map: name, name: charts.words(role.y[0]), data: items, roam: false, showLegendSymbol: false, selectedMode: false, nameProperty: 'name', aspectScale: name === 'world' ? 0.8 : 1,
          layoutCenter: ['50%', '50%'], layoutSize: Math.round(Math.min(look.width - 16, (look.height - 8) * (name === 'world' ? 2.05 : 1.6))), itemStyle: { areaColor: look.theme.empty, borderColor: look.theme.surface, borderWidth: 0.6 },
          label: { show: false }, emphasis: { label: { show: false }, itemStyle: { areaColor: look.theme.series[1] } } }];
        if (name === 'states') { option.series[0].projection = { project: function (point) { return [point[0], point[1]]; }, unproject: function (point) { return point; } }; }
        return option;
      },
      tell: function (answer, look) {
        if (!answer.rows.length) return 'No rows.';
        var role = charts.roles(answer), places = charts.values(answer, role.x), value = charts.values(answer, role.y[0]), said = [];
        for (var i = 0; i < Math.min(3, places.length); i++) said.push((places[i] === null ? 'unknown' : places[i]) + ' ' + look.number(value[i]));
        return places.length + ' places; ' + charts.words(role.y[0]) + ': ' + said.join(', ') + '.';
      }
    });
  }
  map('world', others);
  map('states', states);
})();
