// The site of ./dev docs, opened as a file: no other host is asked, and the search answers.
import { check, launch, open } from './browser.mjs';

const browser = await launch();
try {
  const { tab } = await open(browser);
  await tab.goto(process.argv[2]);
  await tab.locator('.md-search__input').pressSequentially('watermark'); // it listens to keys, not to a changed value
  await tab.waitForSelector('.md-search-result__item a', { timeout: 30000 });
  const first = await tab.textContent('.md-search-result__item a');
  check(/live windows/i.test(first), `the search for "watermark" begins with: ${first}`);
  const elsewhere = tab.addresses.filter((address) => !/^(file|data|blob|about):/.test(address));
  check(elsewhere.length === 0, `other hosts were asked: ${elsewhere}`);
  check(tab.faults.length === 0, `faults of the page: ${tab.faults}`);
} finally {
  await browser.close();
}
