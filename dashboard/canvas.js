// A chart of dashboard/charts/ on the page.
import { html, useEffect, useRef } from './html.js';

/** @type {any} */
const echarts = /** @type {any} */ (globalThis).echarts;
/** @type {any} */
const charts = /** @type {any} */ (globalThis).charts;

const maps = new Map();

/** Fetches a map once. @param {string} name */
function needMap(name) {
  if (!name || echarts.getMap(name)) return Promise.resolve();
  if (!maps.has(name)) {
    maps.set(name, fetch('@PARTS@/' + charts.mapFile(name)).then((answer) => answer.json()).then((topology) => charts.registerMap(name, topology)));
  }
  return maps.get(name);
}

export function isDark() {
  const choice = document.documentElement.getAttribute('data-theme');
  return choice ? choice === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}

/** @param {any} formats @param {number} width @param {number} height */
export function lookOf(formats, width, height) {
  return charts.view({ theme: isDark() ? 'dark' : 'light', width, height, tooltip: true, still: matchMedia('(prefers-reduced-motion: reduce)').matches,
    number: formats.number, day: formats.day, time: formats.time });
}

/** The chart's main figures in a sentence. @param {string} chart @param {any} answer @param {any} formats */
export function sentenceOf(chart, answer, formats) {
  return charts.has(chart) ? charts.tell(chart, answer, lookOf(formats, 600, 300)) : '';
}

/** @param {string} chart */
export function isChart(chart) { return charts.has(chart); }

/** @param {{chart: string, answer: any, formats: any, name: string, onPick?: (row: any) => void, drawing?: any, theme: string}} props */
export function Canvas({ chart, answer, formats, name, onPick, drawing, theme }) {
  const place = useRef(/** @type {HTMLElement|null} */ (null));
  const own = useRef(/** @type {any} */ (null));
  const pick = useRef(onPick);
  pick.current = onPick;

  useEffect(() => {
    const element = /** @type {HTMLElement} */ (place.current);
    let gone = false;
    const draw = () => {
      if (gone || !element.clientWidth) return;
      if (!own.current) {
        own.current = echarts.init(element, null, { renderer: 'canvas' });
        own.current.on('click', (/** @type {any} */ event) => pick.current && pick.current(event));
        if (drawing) drawing.current = own.current;
      }
      own.current.resize();
      own.current.setOption(charts.draw(chart, answer, lookOf(formats, element.clientWidth, element.clientHeight)), { notMerge: true });
    };
    needMap(charts.mapOf(chart)).then(draw);
    let width = element.clientWidth, height = element.clientHeight;
    const watch = new ResizeObserver(() => {
      if (element.clientWidth === width && element.clientHeight === height) return;
      width = element.clientWidth;
      height = element.clientHeight;
      draw();
    });
    watch.observe(element);
    return () => { gone = true; watch.disconnect(); };
  }, [chart, answer, formats, theme]);

  useEffect(() => () => { if (own.current) own.current.dispose(); own.current = null; }, []);

  return html`<div class="canvas" role="img" aria-label=${name + '. ' + sentenceOf(chart, answer, formats)} ref=${place}></div>`;
}
