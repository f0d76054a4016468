// node pictures.mjs BASE FOLDER STORED: takes the pictures of docs/DASHBOARD.md into FOLDER, and compares each with the
// stored one: both made small, so that a letter does not matter and a broken layout does.
import fs from 'node:fs';
import path from 'node:path';
import { launch, open, settled, visit } from './browser.mjs';

const [base, folder, stored] = process.argv.slice(2);
const pictures = [];
for (const page of ['overview', 'live', 'listeners', 'music', 'where', 'health']) pictures.push([page, `?page=${page}`, 1440, 'light']);
pictures.push(['overview-dark', '?page=overview', 1440, 'dark'], ['where-dark', '?page=where', 1440, 'dark']);
for (const width of [360, 768, 2560]) for (const scheme of ['light', 'dark']) pictures.push([`overview-${width}-${scheme}`, '?page=overview', width, scheme]);

/** Mean distance of two pictures, 0 to 255, at a width of 160. */
const distance = async (tab, one, other) => tab.evaluate(async ([a, b]) => {
  const small = async (data) => {
    const image = new Image();
    image.src = 'data:image/png;base64,' + data;
    await image.decode();
    const canvas = new OffscreenCanvas(160, 160), context = canvas.getContext('2d');
    context.imageSmoothingQuality = 'high';
    context.drawImage(image, 0, 0, 160, 160);
    return { pixels: context.getImageData(0, 0, 160, 160).data, ratio: image.height / image.width };
  };
  const [x, y] = [await small(a), await small(b)];
  let sum = 0;
  for (let i = 0; i < x.pixels.length; i++) sum += Math.abs(x.pixels[i] - y.pixels[i]);
  return { mean: sum / x.pixels.length, ratio: Math.abs(x.ratio / y.ratio - 1) };
}, [one, other]);

const browser = await launch();
const { tab: judge } = await open(browser);
let failed = 0;
for (const [name, query, width, colorScheme] of pictures) {
  const { context, tab } = await open(browser, { viewport: { width, height: 900 }, colorScheme });
  await visit(tab, base, query);
  // As high as the page is: the side bar reaches down to its end.
  await tab.setViewportSize({ width, height: await tab.evaluate(() => Math.max(900, document.documentElement.scrollHeight)) });
  await settled(tab);
  const bytes = await tab.screenshot({ path: path.join(folder, name + '.png'), fullPage: true });
  const known = path.join(stored, name + '.png');
  if (process.env.CADENZA_PICTURES === 'store') {
    fs.mkdirSync(stored, { recursive: true });
    fs.copyFileSync(path.join(folder, name + '.png'), known);
  } else if (['overview', 'live', 'listeners'].includes(name)) {
    // The others show logs that the test makes, and the stored ones others; at other widths the check `widths` looks.
    const found = await distance(judge, bytes.toString('base64'), fs.readFileSync(known).toString('base64'));
    const same = found.mean < 6 && found.ratio < 0.05;
    if (!same) failed++;
    console.log(`${name}: ${found.mean.toFixed(2)} of 255 apart, height ${(100 * found.ratio).toFixed(1)} %${same ? '' : ' NOT THE SAME'}`);
  }
  await context.close();
}
await browser.close();
process.exit(failed ? 1 : 0);
