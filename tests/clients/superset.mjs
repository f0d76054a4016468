// node superset.mjs BASE SLICE: what a chart of the kind "table" shows to who has logged in, as JSON rows of texts.
import { launch } from '../browser/browser.mjs';

const [base, slice] = process.argv.slice(2);
const browser = await launch();
const tab = await (await browser.newContext({ viewport: { width: 1400, height: 1000 } })).newPage();
await tab.goto(`${base}/login/`);
await tab.locator('input[type=password]').waitFor();
await tab.locator('input:not([type=password]):not([type=hidden]):not([type=submit])').first().fill('admin');
await tab.locator('input[type=password]').fill('admin');
await tab.keyboard.press('Enter');
await tab.waitForURL((url) => !url.pathname.startsWith('/login'));
await tab.goto(`${base}/explore/?slice_id=${slice}&standalone=1`);
await tab.locator('table tbody tr td').first().waitFor({ timeout: 60000 });
const rows = await tab.locator('table tbody tr').evaluateAll((all) => all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent.trim())));
console.log(JSON.stringify(rows));
await browser.close();
