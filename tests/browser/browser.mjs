// Chromium for the tests of the dashboard, and what they ask of a page.
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const tools = process.env.CADENZA_BROWSER_TOOLS;
const { chromium } = await import(pathToFileURL(path.join(tools, 'playwright-core', 'index.mjs')).href);
export const axePath = path.join(tools, 'axe-core', 'axe.min.js');

export const pages = ['overview', 'live', 'listeners', 'music', 'where', 'churn', 'recommendations', 'health', 'rows', 'sql'];

const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--font-render-hinting=none'];

export async function launch() {
  return chromium.launch({ executablePath: process.env.CADENZA_CHROMIUM || '/usr/bin/chromium', args: flags });
}

/** A tab that keeps what went wrong in it. */
export async function open(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, reducedMotion: 'reduce', locale: 'en-GB', timezoneId: 'America/St_Johns', ...options });
  const tab = await newTab(context);
  return { context, tab };
}

export async function newTab(context) {
  const tab = await context.newPage();
  tab.faults = [];
  tab.addresses = [];
  tab.on('pageerror', (error) => tab.faults.push(String(error)));
  tab.on('console', (message) => { if (message.type() === 'error' && !/status of [45]\d\d|ERR_/.test(message.text())) tab.faults.push(message.text()); });
  tab.on('request', (request) => tab.addresses.push(request.url()));
  return tab;
}

/** Waits until no tile of the page is waiting for its answer and charts are drawn. */
export async function settled(tab) {
  await tab.waitForFunction(() => {
    const content = document.querySelector('.tile, .state.big, .rows');
    return content && !document.querySelector('.tile[aria-busy=true]') && document.fonts.status === 'loaded';
  }, null, { timeout: 30000 });
  await tab.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  await tab.waitForFunction(() => [...document.querySelectorAll('.canvas')].every((one) => globalThis.echarts.getInstanceByDom(one)?.getOption()?.series?.length), null, { timeout: 30000 });
}

export async function visit(tab, base, query = '') {
  await tab.goto(base + '/' + query);
  await settled(tab);
}

export function check(condition, text) {
  if (!condition) throw new Error(text);
}

/** Keys in order, so that only what they say is compared. */
const ordered = (value) => value !== null && typeof value === 'object' && !Array.isArray(value)
  ? Object.fromEntries(Object.keys(value).sort().map((key) => [key, ordered(value[key])])) : value;

export function same(got, wanted, text) {
  const [a, b] = [JSON.stringify(ordered(got)), JSON.stringify(ordered(wanted))];
  if (a !== b) throw new Error(`${text}\n  got    ${a}\n  wanted ${b}`);
}

export const tileOf = (tab, name) => tab.locator(`section[data-tile=${name}]`);
export const getJson = (tab, address) => tab.evaluate(async (one) => (await fetch(one)).json(), address);

const lines = process.stdin[Symbol.asyncIterator] ? (await import('node:readline')).createInterface({ input: process.stdin })[Symbol.asyncIterator]() : null;

/** Has the test that started this do something to the server or the lake, and waits until it is done. */
export async function ask(what) {
  console.log('@' + what);
  const answer = await lines.next();
  check(!answer.done, `nobody does ${what}`);
  return answer.value;
}

/** CHECK BASE of the command line: exit code 1 and the reason when it fails. */
export async function runCheck(checks) {
  const [name, base] = process.argv.slice(2);
  const browser = await launch();
  let code = 0;
  try {
    const { context, tab } = await open(browser);
    await checks[name]({ browser, context, tab, base });
    same(tab.faults, [], 'faults in the console');
  } catch (error) {
    console.error(String(error.stack || error).slice(0, 3000));
    code = 1;
  }
  await browser.close();
  process.exit(code);
}
