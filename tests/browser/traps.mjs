// node traps.mjs CHECK BASE: what has misled readers of dashboards, on lakes and servers that are really so.
import { ask, check, getJson, pages, runCheck, same, settled, tileOf, visit } from './browser.mjs';

/** The figures of a chart: by series of the page's own name, each item's value, and whether it is drawn as not covered. */
const drawn = (tab, tile) => tileOf(tab, tile).evaluate((section) => {
  const option = globalThis.echarts.getInstanceByDom(section.querySelector('.canvas')).getOption();
  return { x: option.xAxis[0].data, sentence: section.querySelector('.canvas').getAttribute('aria-label'),
    series: option.series.map((one) => ({ name: one.name, type: one.type, dashed: Array.isArray(one.lineStyle?.type),
      values: one.data.map((item) => item !== null && typeof item === 'object' ? item.value : item),
      hatched: one.data.map((item) => item?.itemStyle?.borderType === 'dashed') })) };
});

const position = (tab) => tab.evaluate(() => document.documentElement.scrollTop);

const checks = {
  /** A whole July beside eleven days of August: August is hatched, is no end of a change and not the least of anything. */
  async months({ tab, base }) {
    await visit(tab, base, '?grain=month');
    const months = await drawn(tab, 'sessions_by_month');
    same([months.x, months.series[0].hatched], [['2025-07', '2025-08'], [false, true]], 'the months');
    check(/1 period is not fully covered/.test(months.sentence), months.sentence);
    check(!/lowest[^)]*2025-08/.test(months.sentence) && !/highest[^)]*2025-08/.test(months.sentence), months.sentence);
    const trends = await drawn(tab, 'kpi_trends');
    for (const one of trends.series.filter((series) => !series.dashed)) same(one.values[1], null, `${one.name} is drawn as covered in August`);
    check(trends.series.filter((series) => series.dashed && series.values[1] !== null).length === 3, 'the three shares of August are not dashed');
    check(!/(low|high)est [^)]*Aug/.test(trends.sentence), trends.sentence);
    await visit(tab, base, '?from=2025-08-01&to=2025-08-31');
    const cards = await tab.locator('.card').allInnerTexts();
    check(cards.length === 3 && cards.every((text) => /not comparable/.test(text) && /not fully covered/.test(text)), cards.join('; '));
    const july = await getJson(tab, '/api/v1/tiles/kpi_cards?from=2025-07-01&to=2025-07-31');
    const at = (name) => july.columns.findIndex((column) => column.name === name);
    same(july.rows.map((row) => [row[at('is_complete')], row[at('change')]]), [[true, null], [true, null], [true, null]], 'July is whole, and nothing is before it');
  },

  /** A day whose last windows are missing is no bad day. */
  async lastday({ tab, base }) {
    await visit(tab, base, '?from=2025-07-15&to=2025-08-11');
    const days = await drawn(tab, 'sessions_by_day');
    same(days.x[days.x.length - 1], '2025-08-11', 'the last day');
    const last = days.x.length - 1;
    for (const one of days.series) same(one.values[last] !== null, one.dashed, `${one.name}, dashed: ${one.dashed}`);
    check(/1 period is not fully covered/.test(days.sentence) && !/11 Aug 2025\), lowest|lowest [^)]*11 Aug/.test(days.sentence), days.sentence);
    await visit(tab, base, '?page=live');
    const answer = await getJson(tab, '/api/v1/tiles/live_windows');
    const at = (name) => answer.columns.findIndex((column) => column.name === name);
    const missing = answer.rows.filter((row) => row[at('sessions')] === null).length;
    check(!answer.rows.some((row) => row[at('sessions')] === 0), 'a window that is missing has 0 sessions');
    const windows = await drawn(tab, 'live_windows');
    const nothing = windows.series[0].values.filter((value) => value === null || value === undefined || value === '-').length;
    check(nothing >= missing, `${missing} windows are missing, ${nothing} are left out`);
  },

  /** A lake without a single event: each page says what is missing and what makes it; nothing fails. */
  async empty({ tab, base }) {
    for (const page of pages) {
      await visit(tab, base, `?page=${page}`);
      same(await tab.locator('.state.failed').allInnerTexts(), [], `failures on ${page}`);
      if (['rows', 'sql'].includes(page)) continue;
      for (const text of await tab.locator('.tile .state.empty').allInnerTexts()) {
        check(/cadenza [a-z]+/.test(text) || /nothing of this/i.test(text), `no reason on ${page}: ${text}`);
      }
      if (['overview', 'listeners', 'music'].includes(page)) check(await tab.locator('.tile .state.empty').count() > 0, `${page} says nothing`);
    }
  },

  /** A table whose files are gone: its tiles say so, the others show. */
  async unreadable({ tab, base }) {
    await tab.goto(base + '/?page=listeners');
    await tileOf(tab, 'stickiness_by_day').getByRole('alert').waitFor();
    check(/stickiness/.test(await tileOf(tab, 'stickiness_by_day').innerText()), await tileOf(tab, 'stickiness_by_day').innerText());
    await tileOf(tab, 'retention_cohorts').locator('canvas').first().waitFor();
    await tileOf(tab, 'funnel').locator('canvas').first().waitFor();
    same(await tab.locator('[role=alert]').count(), 1, 'tiles that fail');
  },

  /** The server goes and comes back: what is shown stays, says that it is stale, and heals. */
  async gone({ tab, base }) {
    await visit(tab, base);
    await tab.locator('.status:not(.lost)').waitFor();
    const shown = await tileOf(tab, 'kpi_cards').locator('.figure').allInnerTexts();
    await ask('stop');
    await tab.locator('.status.lost').waitFor();
    check(/next try in \d+ s/.test(await tab.locator('.status').innerText()), await tab.locator('.status').innerText());
    await tileOf(tab, 'kpi_cards').getByText('stale').waitFor();
    same(await tileOf(tab, 'kpi_cards').locator('.figure').allInnerTexts(), shown, 'what was there is gone');
    await tab.getByRole('button', { name: 'Month', exact: true }).click();
    await tileOf(tab, 'kpi_trends').locator('.state.failed').waitFor();
    await ask('start');
    await tab.locator('.status:not(.lost)').waitFor({ timeout: 60000 });
    await tileOf(tab, 'kpi_trends').locator('canvas').first().waitFor({ timeout: 60000 });
    await settled(tab);
    same(await tab.getByText('stale').count(), 0, 'still said to be stale');
  },

  /** A run in the middle of a click: an open menu stays and does what it says, the page does not jump, and tiles whose
   *  tables did not change are not asked again. */
  async midrun({ tab, base }) {
    await visit(tab, base, '?page=music');
    await tab.locator('.status').getByText(/Run \d+/).waitFor();
    const before = await tab.locator('.status').innerText();
    const tile = tileOf(tab, 'songs_most_played');
    await tile.evaluate((section) => section.scrollIntoView({ block: 'start' }));
    await tile.getByRole('button', { name: /More for/ }).click();
    await tile.getByRole('menuitem').first().waitFor();
    const place = await tile.boundingBox(), top = await position(tab);
    const earlier = tab.addresses.length;
    await ask('run');
    await tab.waitForFunction((old) => /Run \d+/.test(document.querySelector('.status').innerText) && document.querySelector('.status').innerText !== old, before);
    await settled(tab);
    same(await tile.getByRole('menuitem').count() > 0, true, 'the open menu is gone');
    same([await position(tab), Math.round((await tile.boundingBox()).y)], [top, Math.round(place.y)], 'the page jumped');
    const asked = tab.addresses.slice(earlier).filter((address) => /\/tiles\/[a-z]/.test(address)).map((address) => address.replace(/.*\/tiles\/|\?.*/g, ''));
    check(asked.includes('artists_of_logs'), 'a tile whose table changed was not asked again: ' + asked);
    check(!asked.includes('songs_most_played'), 'a tile whose tables did not change was asked again: ' + asked);
    await tile.getByRole('menuitem', { name: /Show the rows of/ }).first().click();
    await tab.waitForFunction(() => /page=rows/.test(location.search));
  },

  /** Markup in all columns of the sources that customers, sessions and songs come from. It can be chosen as a filter. */
  async names({ tab, base }) {
    let seen = 0;
    const sound = async (where) => same(await tab.evaluate(() => [document.querySelectorAll('x-evil, [onerror], [onclick], iframe, object, embed, #page script').length, globalThis.hit]), [0, null], `elements of data on ${where}`);
    for (const page of ['overview', 'listeners', 'music', 'where', 'rows']) {
      await visit(tab, base, `?page=${page}${page === 'rows' ? '&table=gold.top_songs' : ''}`);
      const buttons = tab.getByRole('button', { name: /Show the table of/ });
      while (await buttons.count()) await buttons.first().click();
      await settled(tab);
      await sound(page);
      seen += await tab.evaluate(() => (document.body.innerText.match(/<x-evil/g) || []).length);
    }
    check(seen > 5, `the names were seen ${seen} times only`);
    for (const label of ['Country', 'Platform', 'Device']) {
      await visit(tab, base, '?page=where');
      const select = tab.locator('.filters').getByLabel(label);
      await select.locator('option').nth(1).waitFor({ state: 'attached' });
      const value = (await select.locator('option').evaluateAll((options) => options.map((one) => one.value))).find((one) => /x-evil/.test(one));
      check(value, `no such name among ${label}`);
      await select.selectOption(value);
      await settled(tab);
      same(new URL(tab.url()).searchParams.get(label.toLowerCase()), value, 'the address');
      check(await tab.locator('.tile .canvas, .tile table').count() > 3, `nothing is shown under ${label}`);
      await sound(`where, ${label}`);
      await tab.reload();
      await settled(tab);
      same(await tab.locator('.filters').getByLabel(label).inputValue(), value, 'after a reload');
      await visit(tab, base, `?page=listeners&${label.toLowerCase()}=${encodeURIComponent(value)}`);
      await sound(`listeners, ${label}`);
    }
  }
};

await runCheck(checks);
