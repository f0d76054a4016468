// node figures.mjs BASE: how fast the page is, as JSON: milliseconds, megabytes, frames a second.
import { getJson, launch, open, settled, visit } from './browser.mjs';

const base = process.argv[2];
const minutes = Number(process.env.CADENZA_LIVE_MINUTES || 0);
const browser = await launch();
const figures = {};
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

const paints = [], whole = [];
for (let i = 0; i < 5; i++) {
  const { context, tab } = await open(browser);
  const began = Date.now();
  await tab.goto(base + '/');
  await settled(tab);
  whole.push(Date.now() - began);
  paints.push(await tab.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime));
  await context.close();
}
figures.first_contentful_paint_ms = Math.round(median(paints));
figures.overview_drawn_ms = Math.round(median(whole));

const { tab } = await open(browser);
const asked = Date.now();
await visit(tab, base, '?page=where');
figures.who_and_where_drawn_ms = Date.now() - asked;
const values = (await getJson(tab, '/api/v1/tiles/filter_values')).rows;
await visit(tab, base);
for (const [filter, label] of [['country', 'Country'], ['plan', 'Plan'], ['platform', 'Platform'], ['device', 'Device']]) {
  const changes = [], answers = [];
  for (const [, value] of values.filter((row) => row[0] === filter).slice(0, 5)) {
    await tab.evaluate(() => performance.clearResourceTimings());
    const began = Date.now();
    await tab.locator('.filters').getByLabel(label).selectOption(value);
    await settled(tab);
    changes.push(Date.now() - began);
    answers.push(...await tab.evaluate(() => performance.getEntriesByType('resource').filter((one) => one.name.includes('/api/v1/')).map((one) => one.duration)));
  }
  if (!changes.length) continue;
  await tab.locator('.filters').getByLabel(label).selectOption('');
  await settled(tab);
  figures[`${filter}_to_last_tile_ms`] = median(changes);
  figures[`${filter}_answers_median_ms`] = Math.round(median(answers));
  figures[`${filter}_slowest_answer_ms`] = Math.round(Math.max(...answers));
}

const rows = [...Array(10000).keys()].map((i) => [`Artist ${i}`, 10000 - i]);
await tab.route('**/api/v1/tiles/artists_of_logs*', (route) => route.fulfill({ json: { tile: 'artists_of_logs', chart: 'table', draw: {}, as_of: {}, columns: [{ name: 'artist', type: 'VARCHAR' }, { name: 'plays', type: 'BIGINT' }], rows, filters: {}, tables: [], state: 'ok' } }));
await visit(tab, base, '?page=music');
figures.frames_a_second_of_10000_rows = await tab.locator('[data-tile=artists_of_logs] .grid').evaluate((one) => new Promise((resolve) => {
  let count = 0;
  const began = performance.now();
  const step = () => {
    one.scrollTop += 60;
    count++;
    if (performance.now() - began > 3000) resolve(Math.round(count / 3));
    else requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}));

if (minutes) {
  const { tab: live } = await open(browser);
  await visit(live, base, '?page=live');
  const client = await live.context().newCDPSession(live);
  const heap = async () => {
    await client.send('HeapProfiler.collectGarbage');
    return (await client.send('Runtime.getHeapUsage')).usedSize / 1048576;
  };
  // What an hour brings at one update each five seconds, as fast as the page takes it.
  const before = await heap();
  for (let i = 0; i < 12 * minutes; i++) {
    await live.evaluate((run) => new BroadcastChannel('cadenza-events').postMessage({ kind: 'run', data: { run, tables: ['*'] } }), i);
    await settled(live);
  }
  figures.growth_of_live_mb = Number(((await heap()) - before).toFixed(1));
  figures.live_updates = 12 * minutes;
}
console.log(JSON.stringify(figures));
await browser.close();
