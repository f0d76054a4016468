// node dashboard.mjs CHECK BASE: one check of the dashboard in Chromium; exit code 1 and the reason when it fails.
import fs from 'node:fs';
import { axePath, check, getJson, newTab, open, pages, runCheck, same, settled, tileOf, visit } from './browser.mjs';

const windows = ['', 'from=2025-07-15&to=2025-08-05', 'from=2025-07-12&to=2025-07-31&grain=day'];
const filters = ['', 'country=DE'];

/** What a chart has in its option, as rows (x, series, y). */
const drawnValues = (section) => {
  const option = globalThis.echarts.getInstanceByDom(section.querySelector('.canvas')).getOption();
  const xs = (option.xAxis && option.xAxis[0].data) || [];
  const values = {};
  for (const series of option.series) {
    const row = (values[series.name] = values[series.name] || {});
    series.data.forEach((item, i) => {
      const value = item !== null && typeof item === 'object' && !Array.isArray(item) ? item.value : item;
      if (value !== null && value !== undefined) row[String(xs[i])] = Math.abs(Number(value));
    });
  }
  return values;
};

const checks = {
  /** Each chart over periods draws what the API says; each table shows it. */
  async values({ tab, base }) {
    let compared = 0;
    for (const page of ['overview', 'listeners', 'music']) {
      for (const window of windows) for (const filter of filters) {
        const query = [window, filter].filter(Boolean).join('&');
        await visit(tab, base, `?page=${page}&${query}`);
        const catalogue = await getJson(tab, '/api/v1/tiles');
        for (const tile of catalogue.tiles.filter((one) => one.page === page && ['lines', 'columns'].includes(one.chart))) {
          const answer = await getJson(tab, `/api/v1/tiles/${tile.name}?${query}`);
          if (answer.state !== 'ok') continue;
          const values = await tileOf(tab, tile.name).evaluate(drawnValues);
          const at = (name) => answer.columns.findIndex((column) => column.name === name);
          const words = (name) => name.replace(/_percent$/, ', %').replace(/_/g, ' ');
          const wanted = {};
          for (const row of answer.rows) {
            for (const y of answer.draw.y) {
              const series = words(answer.draw.series ? row[at(answer.draw.series)] : y);
              wanted[series] = wanted[series] || {};
              if (row[at(y)] !== null) wanted[series][row[at(answer.draw.x)]] = Math.abs(Number(row[at(y)]));
            }
          }
          same(values, wanted, `${tile.name} with ${query}`);
          compared += answer.rows.length;
        }
      }
    }
    check(compared > 300, `only ${compared} rows were compared`);
  },

  async published({ tab, base }) {
    await visit(tab, base);
    const texts = await tab.locator('.card').allInnerTexts();
    for (const [i, wanted] of [['89.93', '10,791 / 12,000'], ['76.69', '8,276 / 10,791'], ['61.12', '6,595 / 10,791']].entries()) {
      for (const part of wanted) check(texts[i].replace(/\s+/g, ' ').includes(part), `card ${i} lacks ${part}: ${texts[i]}`);
    }
    await tileOf(tab, 'kpi_cards').getByRole('button', { name: /Show the table/ }).click();
    await settled(tab);
    const table = await tileOf(tab, 'kpi_cards').locator('tbody').innerText();
    for (const part of ['89.93', '76.69', '61.12', '10,791', '12,000']) check(table.includes(part), `the table lacks ${part}`);
  },

  /** Periods that the data do not cover: another look, named in the tooltip's words, no part of the sentence. */
  async incomplete({ tab, base }) {
    await visit(tab, base, '?page=overview');
    const months = await getJson(tab, '/api/v1/tiles/sessions_by_month');
    const at = months.columns.findIndex((column) => column.name === 'is_complete');
    check(months.rows.some((row) => row[at] === false), 'the data have no month that is not covered');
    const looks = await tileOf(tab, 'sessions_by_month').evaluate((section) => globalThis.echarts.getInstanceByDom(section.querySelector('.canvas')).getOption().series[0].data.map((item) => Boolean(item.itemStyle && item.itemStyle.borderType === 'dashed')));
    same(looks, months.rows.map((row) => row[at] === false), 'hatched columns');
    check(await tileOf(tab, 'sessions_by_month').locator('.chip.hatch').isVisible(), 'the tile does not say it');
    const sentence = await tileOf(tab, 'kpi_trends').locator('.canvas').getAttribute('aria-label');
    check(/not fully covered/.test(sentence), sentence);
  },

  /** Whatever a name holds, it is text: no element of it, and it can be read. */
  async injection({ tab, base }) {
    let seen = 0;
    for (const page of pages) {
      await visit(tab, base, `?page=${page}${page === 'rows' ? '&table=silver.songplays' : ''}`);
      for (const asTable of [false, true]) {
        if (asTable) {
          const buttons = tab.getByRole('button', { name: /Show the table of/ });
          while (await buttons.count()) await buttons.first().click();
          await settled(tab);
        }
        same(await tab.evaluate(() => [document.querySelectorAll('x-evil, [onerror], [onclick], iframe, object, embed').length, globalThis.hit]), [0, null], `elements of data on ${page}`);
        seen += await tab.evaluate(() => (document.body.innerText.match(/<x-evil/g) || []).length);
      }
    }
    check(seen > 3, `the names were seen ${seen} times only`);
  },

  /** With the keyboard alone: the window, a table, a link. */
  async keyboard({ tab, base }) {
    await visit(tab, base, '?page=overview');
    await tab.keyboard.press('Tab');
    same(await tab.evaluate(() => document.activeElement.textContent), 'To the content', 'the first stop');
    const focus = async (wanted, most) => {
      for (let i = 0; i < most; i++) {
        const found = await tab.evaluate(() => { const one = document.activeElement; return one.getAttribute('aria-label') || one.closest('label')?.innerText || one.textContent; });
        if (wanted.test(found.trim())) {
          const outline = await tab.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
          check(outline !== 'none', `no focus is seen on ${found}`);
          return;
        }
        await tab.keyboard.press('Tab');
      }
      throw new Error(`Tab does not reach ${wanted}`);
    };
    await focus(/^From/, 40);
    await tab.keyboard.press('ArrowUp');
    await tab.waitForFunction(() => /from=/.test(location.search));
    await settled(tab);
    await focus(/Show the table of Sessions and listeners by day/, 40);
    await tab.keyboard.press('Enter');
    await tileOf(tab, 'sessions_by_day').locator('table').waitFor();
    await focus(/More for Sessions and listeners by day/, 5);
    await tab.keyboard.press('Enter');
    await tab.waitForFunction(() => document.activeElement.getAttribute('role') === 'menuitem');
    await tab.keyboard.press('ArrowDown');
    await tab.keyboard.press('Escape');
    check(await tab.evaluate(() => document.activeElement.getAttribute('aria-haspopup') === 'menu'), 'Escape does not lead back to the button');
    await tab.evaluate(() => document.activeElement.blur());
    await tab.evaluate(() => { document.querySelector('.skip').focus(); });
    await focus(/^Music$/, 20);
    await tab.keyboard.press('Enter');
    await tab.waitForFunction(() => document.querySelector('h1').textContent === 'Music');
    check(/from=/.test(tab.url()), 'the window is lost on the way: ' + tab.url());
  },

  async axe({ browser, base }) {
    for (const colorScheme of ['light', 'dark']) {
      const { context, tab } = await open(browser, { colorScheme, bypassCSP: true });
      for (const page of pages) {
        await visit(tab, base, `?page=${page}${page === 'rows' ? '&table=gold.kpi_trend' : ''}`);
        await tab.addScriptTag({ content: fs.readFileSync(axePath, 'utf8') });
        const found = await tab.evaluate(async () => {
          const result = await globalThis.axe.run(document, { resultTypes: ['violations'] });
          return { passes: result.passes.length, violations: result.violations.map((one) => `${one.impact} ${one.id}: ${one.nodes[0].html.slice(0, 160)}`) };
        });
        check(found.passes > 10, `axe looked at little on ${page}: ${found.passes}`);
        same(found.violations, [], `${page}, ${colorScheme}`);
      }
      await context.close();
    }
  },

  /** Browsers open six connections to a server; eight tabs load all the same, with one event stream. */
  async tabs({ context, tab, base }) {
    const all = [tab];
    for (let i = 1; i < 8; i++) all.push(await newTab(context));
    await Promise.all(all.map((one, i) => visit(one, base, `?page=${pages[i]}`)));
    const streams = all.flatMap((one) => one.addresses).filter((address) => address.includes('/api/v1/events'));
    check(streams.length === 1, `${streams.length} event streams`);
    // The tab that listens goes; another takes over.
    const holder = all.find((one) => one.addresses.some((address) => address.includes('/api/v1/events')));
    const rest = all.filter((one) => one !== holder);
    await holder.close();
    const began = Date.now();
    while (!rest.some((one) => one.addresses.some((address) => address.includes('/api/v1/events')))) {
      check(Date.now() - began < 10000, 'nobody listens any more');
      await rest[0].waitForFunction(() => true);
      await new Promise((resolve) => { rest[0].once('request', resolve); setTimeout(resolve, 100); });
    }
  },

  /** The address is the state: back, forward, reload and a copied link show the same. */
  async history({ context, tab, base }) {
    // What is shown but for the age of it, which goes on.
    const shown = async (where) => (await tileOf(where, 'kpi_trends').innerText()).replace(/, [^\n]* ago/, '');
    await visit(tab, base, '?page=overview');
    await tab.getByRole('button', { name: 'Month', exact: true }).click();
    await settled(tab);
    await tileOf(tab, 'kpi_trends').getByRole('button', { name: /Show the table/ }).click();
    await settled(tab);
    const there = tab.url(), text = await shown(tab);
    await tab.getByRole('link', { name: 'Listeners' }).click();
    await settled(tab);
    await tab.goBack();
    await settled(tab);
    same([tab.url(), await shown(tab)], [there, text], 'back');
    await tab.goBack();
    await tab.waitForFunction(() => !document.querySelector('[data-tile=kpi_trends] table'));
    await tab.goForward();
    await tileOf(tab, 'kpi_trends').locator('table').waitFor();
    await tab.reload();
    await settled(tab);
    same(await shown(tab), text, 'reload');
    const other = await newTab(context);
    await other.goto(there);
    await settled(other);
    same(await shown(other), text, 'a copied link');
  },

  /** A click on a bar filters; what a filter cannot reach says so. */
  async filter({ tab, base }) {
    await visit(tab, base, '?page=where');
    await tileOf(tab, 'listeners_by_platform').locator('canvas').click({ position: { x: 160, y: 60 } });
    await tab.waitForFunction(() => /platform=/.test(location.search));
    await settled(tab);
    const chips = await tab.locator('.chip').allInnerTexts();
    check(chips.some((text) => /not filtered by platform/.test(text)), chips.join('; '));
    await tab.getByRole('button', { name: /Clear/ }).click();
    await tab.waitForFunction(() => !/platform=/.test(location.search));
  },

  /** One tile that errs, one that takes long, and a server that is gone: each says so, the others show. */
  async trouble({ tab, base }) {
    await tab.route('**/api/v1/tiles/sessions_by_month*', (route) => route.fulfill({ status: 500, json: { error: { code: 'broken', message: 'gold/active_listeners cannot be read: <b>no</b>', position: null } } }));
    let answer;
    const asked = new Promise((resolve) => { answer = resolve; });
    await tab.route('**/api/v1/tiles/kpi_trends*', async (route) => { await asked; await route.continue(); });
    await tab.goto(base + '/');
    await tileOf(tab, 'sessions_by_month').getByRole('alert').waitFor();
    check((await tileOf(tab, 'sessions_by_month').innerText()).includes('<b>no</b>'), 'the error is not shown as text');
    await tileOf(tab, 'sessions_by_day').locator('canvas').waitFor();
    await tileOf(tab, 'kpi_trends').getByText('Still working').waitFor({ timeout: 15000 });
    answer();
    await tileOf(tab, 'kpi_trends').locator('canvas').waitFor();
    await tab.unroute('**/api/v1/tiles/sessions_by_month*');
    await tileOf(tab, 'sessions_by_month').getByRole('button', { name: 'Try again' }).click();
    await tileOf(tab, 'sessions_by_month').locator('canvas').waitFor();
    await tab.route('**/api/**', (route) => route.abort());
    await tab.getByRole('button', { name: 'Month', exact: true }).click();
    await tileOf(tab, 'kpi_trends').locator('.state.failed').waitFor();
    await tab.unroute('**/api/**');
    await tileOf(tab, 'kpi_trends').locator('canvas').waitFor({ timeout: 15000 });
  },

  /** One day, ten years, customers beyond sessions, no values, denominators of 0 and NULL: each is drawn, none is guessed. */
  async extremes({ tab, base }) {
    const day = (i) => new Date(Date.UTC(2015, 0, 1 + i)).toISOString().slice(0, 10);
    const shapes = {
      'one day': [[day(0), 5, 4, true]],
      'one day that is not covered': [[day(0), 5, 4, false]],
      'ten years': [...Array(3650).keys()].map((i) => [day(i), 100 + (i % 50), 80, i < 3640]),
      'customers beyond sessions': [[day(0), 5, 9, true], [day(1), 6, 9, true]],
      'no values': [[day(0), null, null, true], [day(1), null, null, false]],
      'great values': [[day(0), '9007199254740993', 1e15, true], [day(1), 1, 2, true]]
    };
    let rows = [];
    const columns = [['day', 'DATE'], ['sessions', 'BIGINT'], ['listeners', 'BIGINT'], ['is_complete', 'BOOLEAN']].map(([name, type]) => ({ name, type, meaning: '' }));
    await tab.route('**/api/v1/tiles/sessions_by_day*', (route) => route.fulfill({ json: { tile: 'sessions_by_day', chart: 'lines', draw: { x: 'day', y: ['sessions', 'listeners'] }, unit: '', as_of: { run: 1 }, columns, rows, filters: { applied: [], not_applied: [] }, tables: [], state: 'ok', reason: null } }));
    const cards = ['metric', 'title', 'value', 'numerator', 'denominator', 'change', 'comparison', 'is_complete'];
    await tab.route('**/api/v1/tiles/kpi_cards*', (route) => route.fulfill({ json: { tile: 'kpi_cards', chart: 'cards', draw: {}, unit: '', as_of: { run: 1 }, columns: cards.map((name) => ({ name, type: 'VARCHAR', meaning: '' })), rows: [['a', 'Zero', null, 0, 0, null, 'nobody was there', true], ['b', 'Unknown', null, null, null, null, null, false]], filters: { applied: [], not_applied: [] }, tables: [], state: 'ok', reason: null } }));
    for (const [name, shape] of Object.entries(shapes)) {
      rows = shape;
      await visit(tab, base);
      const drawn = await tileOf(tab, 'sessions_by_day').evaluate((section) => {
        const option = globalThis.echarts.getInstanceByDom(section.querySelector('.canvas')).getOption();
        return [option.xAxis[0].data.length, section.querySelector('.canvas').getAttribute('aria-label')];
      });
      same(drawn[0], shape.length, name);
      if (name === 'ten years') check(/10 periods are not fully covered/.test(drawn[1]), drawn[1]);
      same(await tileOf(tab, 'sessions_by_day').locator('.chip.hatch').count(), shape.some((row) => row[3] === false) ? 1 : 0, name + ': said to be incomplete');
    }
    const texts = await tab.locator('.card').allInnerTexts();
    check(/–/.test(texts[0]) && /0 \/ 0/.test(texts[0]) && /not comparable/.test(texts[0]), texts[0]);
    check(/– \/ –/.test(texts[1]) && /not fully covered/.test(texts[1]), texts[1]);
  },

  /** Ten thousand rows: in the document are those in sight. */
  async long({ tab, base }) {
    const rows = [...Array(10000).keys()].map((i) => [`Artist ${i} \u{1F3B5} ‮abc`, 10000 - i, i % 7, 1, '2025-08-01T00:00:00Z']);
    await tab.route('**/api/v1/tiles/artists_of_logs*', async (route) => {
      const answer = { tile: 'artists_of_logs', chart: 'table', draw: {}, as_of: { run: 1 }, columns: [['artist', 'VARCHAR'], ['plays', 'BIGINT'], ['listeners', 'BIGINT'], ['songs', 'BIGINT'], ['last_play', 'TIMESTAMP WITH TIME ZONE']].map(([name, type]) => ({ name, type, meaning: '' })), rows, filters: { applied: [], not_applied: [] }, tables: [], state: 'ok', reason: null };
      await route.fulfill({ json: answer });
    });
    await visit(tab, base, '?page=music');
    const grid = tileOf(tab, 'artists_of_logs').locator('.grid');
    check(await grid.locator('tbody tr').count() < 60, 'too many rows in the document');
    await grid.evaluate((one) => { one.scrollTop = 200000; });
    await grid.getByText(/^Artist 58\d\d/).first().waitFor();
    const frames = await grid.evaluate((one) => new Promise((resolve) => {
      let count = 0;
      const began = performance.now();
      const step = () => {
        one.scrollTop += 60;
        count++;
        if (performance.now() - began > 1000) resolve(count);
        else requestAnimationFrame(step);
      };
      requestAnimationFrame(step);
    }));
    console.log(JSON.stringify({ frames_a_second: frames }));
  },

  /** Nothing is asked of anybody else, all is small, and it is kept for good. */
  async wire({ tab, base }) {
    let bytes = 0;
    const sizes = {};
    tab.on('response', async (response) => {
      const address = new URL(response.url());
      if (!address.pathname.startsWith('/assets/') && address.pathname !== '/') return;
      const length = (await response.allHeaders())['content-length'];
      if (sizes[address.pathname]) return;
      sizes[address.pathname] = Number(length);
      bytes += Number(length);
      if (address.pathname !== '/') check(/immutable/.test((await response.allHeaders())['cache-control']), 'not kept: ' + address.pathname);
    });
    for (const page of pages) await visit(tab, base, `?page=${page}`);
    const outside = tab.addresses.filter((address) => !address.startsWith(base) && !/^(data|blob):/.test(address));
    same(outside, [], 'asked elsewhere');
    check(bytes > 100000 && bytes <= 550 * 1024, `${bytes} bytes over the wire`);
    console.log(JSON.stringify({ bytes }));
  },

  /** The same in a narrow and a wide window: nothing wider than the window, nothing over another. */
  async widths({ browser, base }) {
    for (const width of [360, 768, 1440, 2560]) {
      const { context, tab } = await open(browser, { viewport: { width, height: 900 } });
      for (const page of pages) {
        await visit(tab, base, `?page=${page}`);
        const over = await tab.evaluate(() => {
          const most = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= most) return [];
          return [document.documentElement.scrollWidth - most, ...document.querySelectorAll('#page *')].filter((one) => one.getBoundingClientRect().right > most && !one.closest('.pages, .grid')).map((one) => one.outerHTML.slice(0, 80));
        });
        same(over, [], `${page} at ${width}: wider than the window`);
      }
      await context.close();
    }
  },

  /** No layout jump after the first paint. */
  async shift({ tab, base }) {
    await tab.addInitScript(() => {
      globalThis.shift = 0;
      new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shift += entry.value; }).observe({ type: 'layout-shift', buffered: true });
    });
    await visit(tab, base);
    const shift = await tab.evaluate(() => globalThis.shift);
    check(shift < 0.1, `the page jumped: ${shift}`);
  },

  async sql({ tab, base }) {
    await visit(tab, base, '?page=sql');
    await tab.locator('textarea').fill("select 'a<b' as name, 12345678901234567890 as big, null as none, date '2025-07-01' as day");
    await tab.keyboard.press('Control+Enter');
    const row = tab.locator('tbody tr').first();
    await row.waitFor();
    same(await row.locator('td').allInnerTexts(), ['a<b', '12,345,678,901,234,567,890', '–', '1 Jul 2025'], 'the row');
    await tab.locator('textarea').fill('select nothing from nowhere');
    await tab.keyboard.press('Control+Enter');
    await tab.getByRole('alert').waitFor();
    check(/sql=/.test(tab.url()), 'the query is not in the address');
  },

  /** A link opened without a login returns to the same view after it; a viewer sees no page of the analyst's. */
  async login({ tab, base }) {
    const [user, password] = process.env.CADENZA_LOGIN.split(':');
    await tab.goto(base + '/?page=music&grain=month');
    await tab.getByLabel('Name').fill(user);
    await tab.getByLabel('Password').fill(password);
    await tab.getByRole('button', { name: 'Log in' }).click();
    await settled(tab);
    same([new URL(tab.url()).search, await tab.locator('h1').innerText()], ['?page=music&grain=month', 'Music'], 'after the login');
    same(await tab.getByRole('link', { name: 'SQL' }).count(), 0, 'a link to SQL');
    await visit(tab, base, '?page=sql');
    same(await tab.locator('textarea').count(), 0, 'an editor for a viewer');
    await visit(tab, base, '?page=health');
    same(await tileOf(tab, 'quarantine_lines').count(), 0, 'lines of the source for a viewer');
    const refused = await tab.evaluate(async () => [(await fetch('/api/v1/tiles/quarantine_lines')).status, (await fetch('/api/v1/tables/silver.songplays')).status]);
    check(refused.every((status) => status === 403 || status === 404), 'the API answers a viewer: ' + refused);
  },

  /** A report without network and without scripts. */
  async report({ browser, base }) {
    const { tab } = await open(browser, { javaScriptEnabled: false, offline: true, viewport: { width: 900, height: 1200 } });
    await tab.goto(base);
    check(await tab.locator('svg').count() >= 8, 'too few charts');
    check(await tab.locator('table').count() >= 8, 'too few tables');
    check(/89\.93/.test(await tab.locator('table.cards').innerText()), 'no cards');
    same(tab.addresses.filter((address) => !address.startsWith('file:')), [], 'asked elsewhere');
    const pdf = await tab.pdf({ format: 'A4', printBackground: true });
    const count = (pdf.toString('latin1').match(/\/Type\s*\/Page\b/g) || []).length;
    check(count >= 4 && count <= 40, `${count} pages of PDF`);
    if (process.env.CADENZA_PDF) fs.writeFileSync(process.env.CADENZA_PDF, pdf);
  }
};

await runCheck(checks);
