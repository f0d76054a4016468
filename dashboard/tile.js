// A tile: one answer of the API as a chart, cards or a table, with how fresh, how complete and how final it is.
import { html, useEffect, useRef, useState } from './html.js';
import { filterNames, go } from './address.js';
import { Canvas, isChart, sentenceOf } from './canvas.js';
import { Cards } from './cards.js';
import { ageOf, csvOf, saveAs, words } from './formats.js';
import { Grid } from './grid.js';
import { Icon } from './icon.js';
import { getJson, tileAddress } from './service.js';

/** The answer of a tile; the earlier one stays until the next has come. Fetched anew when `turn` changes.
 * @param {string} name @param {import('./address.js').View} view @param {string} turn */
export function useAnswer(name, view, turn) {
  const address = tileAddress(name, view);
  const [state, setState] = useState(/** @type {{answer: any, error: any, busy: boolean, address: string}} */ ({ answer: null, error: null, busy: true, address: '' }));
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const control = new AbortController();
    setState((old) => ({ ...old, busy: true }));
    getJson(address, control.signal).then(
      (answer) => setState({ answer, error: null, busy: false, address }),
      (error) => { if (error.name !== 'AbortError') setState((old) => ({ answer: old.address === address ? old.answer : null, error, busy: false, address })); });
    return () => control.abort();
  }, [address, turn, attempt]);
  useEffect(() => {
    if (!state.error || !state.error.passing) return undefined;
    const timer = setTimeout(() => setAttempt(attempt + 1), Math.min(30000, 2000 * (attempt + 1)));
    return () => clearTimeout(timer);
  }, [state.error]);
  return { ...state, retry: () => setAttempt(attempt + 1) };
}

function Waiting() {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => { const timer = setInterval(() => setSeconds((old) => old + 1), 1000); return () => clearInterval(timer); }, []);
  return html`<div class="state waiting" role="status"><div class="bones" aria-hidden="true"><i></i><i></i><i></i><i></i><i></i><i></i><i></i></div>
    <p>${seconds >= 3 ? `Still working, ${seconds} s` : 'Loading'}</p></div>`;
}

/** A reason may name a command in backticks. @param {{text: string}} props */
export function Reason({ text }) {
  return html`<span>${text.split('`').map((part, i) => i % 2 ? html`<code>${part}</code>` : part)}</span>`;
}

/** @param {{answer: any, view: any, formats: any, stale: boolean}} props */
function Freshness({ answer, view, formats, stale }) {
  const asOf = answer.as_of || {};
  const missing = answer.columns.findIndex((/** @type {any} */ column) => column.name === 'is_complete');
  const provisional = answer.columns.findIndex((/** @type {any} */ column) => column.name === 'is_final');
  const some = (/** @type {number} */ at) => at >= 0 && answer.rows.some((/** @type {any} */ row) => row[at] === false);
  const applied = (answer.filters && answer.filters.applied) || [];
  const not = ((answer.filters && answer.filters.not_applied) || []).filter((/** @type {string} */ name) => filterNames.includes(name) ? view[name] : (name === 'from' || name === 'to') && (view.from || view.to));
  const window = not.includes('from') || not.includes('to');
  const others = not.filter((/** @type {string} */ name) => filterNames.includes(name));
  return html`<footer class="fresh">
    ${asOf.run ? html`<span title=${asOf.committed_at ? formats.fullTime(asOf.committed_at) : ''}>Run ${asOf.run}${asOf.committed_at ? ', ' + ageOf(asOf.committed_at) : ''}</span>` : ''}
    ${asOf.data_until && html`<span>data to ${/T/.test(asOf.data_until) ? formats.time(asOf.data_until) : formats.day(asOf.data_until)}</span>`}
    ${stale && html`<span class="chip bad"><${Icon} name="offline" />stale</span>`}
    ${some(missing) && html`<span class="chip hatch">not complete: dashed or hatched</span>`}
    ${some(provisional) && html`<span class="chip hollow">provisional: hollow</span>`}
    ${window && html`<span class="chip">not filtered by window</span>`}
    ${others.length > 0 && html`<span class="chip">not filtered by ${others.join(', ')}</span>`}
    ${applied.filter((/** @type {string} */ name) => filterNames.includes(name)).map((/** @type {string} */ name) => html`<span class="chip on">${words(name)}: ${view[name]}</span>`)}
  </footer>`;
}

/** @param {{items: {label: string, run: () => void}[], name: string}} props */
function Menu({ items, name }) {
  const [open, setOpen] = useState(false);
  const place = useRef(/** @type {any} */ (null));
  useEffect(() => {
    if (!open) return undefined;
    const close = (/** @type {any} */ event) => { if (!place.current.contains(event.target)) setOpen(false); };
    addEventListener('pointerdown', close);
    const first = place.current.querySelector('[role=menuitem]');
    if (first) first.focus();
    return () => removeEventListener('pointerdown', close);
  }, [open]);
  const onKey = (/** @type {any} */ event) => {
    if (!open) return;
    const all = [...place.current.querySelectorAll('[role=menuitem]')];
    const at = all.indexOf(document.activeElement);
    if (event.key === 'Escape') { setOpen(false); place.current.querySelector('button').focus(); }
    else if (event.key === 'ArrowDown') all[(at + 1) % all.length].focus();
    else if (event.key === 'ArrowUp') all[(at + all.length - 1) % all.length].focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return html`<div class="menu" ref=${place} onKeyDown=${onKey} onFocusOut=${(/** @type {any} */ event) => { if (event.relatedTarget && !place.current.contains(event.relatedTarget)) setOpen(false); }}>
    <button type="button" class="quiet" aria-haspopup="menu" aria-expanded=${open} aria-label=${'More for ' + name} onClick=${() => setOpen(!open)}><${Icon} name="more" /></button>
    ${open && html`<div role="menu" aria-label=${'More for ' + name}>${items.map((item) => html`<button type="button" role="menuitem" tabindex="-1" onClick=${() => { setOpen(false); item.run(); }}>${item.label}</button>`)}</div>`}
  </div>`;
}

/** @param {{tile: any, view: import('./address.js').View, formats: any, turn: string, theme: string, stale: boolean, role: string}} props */
export function Tile({ tile, view, formats, turn, theme, stale, role }) {
  const { answer, error, busy, retry } = useAnswer(tile.name, view, turn);
  const [told, setTold] = useState('');
  const drawing = useRef(/** @type {any} */ (null));
  const asTable = view.tables.includes(tile.name);
  const heading = 'tile-' + tile.name;
  const here = useRef(/** @type {any} */ (null));
  useEffect(() => { if (view.tile === tile.name && here.current) here.current.scrollIntoView({ block: 'start' }); }, []);

  const toggle = () => go({ tables: asTable ? view.tables.filter((name) => name !== tile.name) : [...view.tables, tile.name] });
  const file = [tile.name, view.from, view.to].filter(Boolean).join('_');
  const items = [];
  if (answer && answer.state === 'ok') {
    items.push({ label: 'Download CSV', run: () => saveAs(new Blob([csvOf(answer)], { type: 'text/csv' }), file + '.csv') });
    if (isChart(tile.chart) && !asTable) {
      items.push({ label: 'Download PNG', run: () => {
        const canvas = drawing.current.renderToCanvas({ pixelRatio: 2, backgroundColor: getComputedStyle(here.current).backgroundColor });
        canvas.toBlob((/** @type {any} */ blob) => saveAs(blob, file + '.png'));
      } });
    }
    for (const table of tile.tables || []) items.push({ label: 'Show the rows of ' + table, run: () => go({ page: 'rows', table }) });
  }
  items.push({ label: 'Copy link', run: () => {
    const address = new URL(location.href);
    address.searchParams.set('tile', tile.name);
    if (navigator.clipboard) navigator.clipboard.writeText(address.href).then(() => setTold('Link copied'), () => setTold(address.href));
    else setTold(address.href);
    setTimeout(() => setTold(''), 4000);
  } });

  const onPick = tile.click ? (/** @type {any} */ event) => {
    const place = event.data && event.data.place !== undefined ? event.data.place : event.name;
    const column = answer.columns.findIndex((/** @type {any} */ one) => one.name === ((answer.draw && answer.draw.x) || answer.columns[0].name));
    const row = answer.rows[event.seriesType === 'map' ? -1 : event.dataIndex];
    const value = row ? row[column] : place;
    if (value === null || value === undefined) return;
    go({ [tile.click]: /** @type {any} */ (view)[tile.click] === String(value) ? '' : String(value) });
  } : undefined;

  let body;
  if (error && !answer) {
    body = html`<div class="state failed" role="alert"><${Icon} name="warning" /><p>${error.message}</p><button type="button" onClick=${retry}>Try again</button></div>`;
  } else if (!answer) body = html`<${Waiting} />`;
  else if (answer.state === 'empty' || !answer.rows.length) {
    body = html`<div class="state empty"><${Icon} name="empty" /><p><${Reason} text=${answer.reason || 'There are no rows for this window and these filters.'} /></p></div>`;
  } else if (asTable) body = html`<${Grid} answer=${answer} formats=${formats} name=${tile.title} height=${tile.chart === 'cards' ? 190 : 320} />`;
  else if (tile.chart === 'cards') body = html`<${Cards} answer=${answer} formats=${formats} />`;
  else if (tile.chart === 'table') body = html`<${Grid} answer=${answer} formats=${formats} name=${tile.title} height=${320} onRow=${tile.click === 'listener' && role !== 'viewer' ? (/** @type {any[]} */ row) => go({ listener: String(row[0]) }) : undefined} />`;
  else if (!isChart(tile.chart)) body = html`<div class="state failed" role="alert"><p>This page has no chart ${tile.chart}.</p></div>`;
  else {
    body = html`<${Canvas} chart=${tile.chart} answer=${answer} formats=${formats} name=${tile.title} onPick=${onPick} drawing=${drawing} theme=${theme} />
      <p class="sentence">${sentenceOf(tile.chart, answer, formats)}</p>`;
  }
  return html`<section class=${'tile ' + tile.size + ' is-' + tile.chart} aria-labelledby=${heading} aria-busy=${busy} data-tile=${tile.name} ref=${here}>
    <header><div><h2 id=${heading}>${tile.title}${tile.unit && html` <small>${tile.unit}</small>`}</h2><p class="tells">${tile.tells}</p></div>
      <div class="tools">${busy && answer && html`<span class="spin" role="status" aria-label="Updating"></span>`}
        ${tile.chart !== 'table' && html`<button type="button" class="quiet" aria-pressed=${asTable} aria-label=${(asTable ? 'Show the chart of ' : 'Show the table of ') + tile.title} title=${asTable ? 'Chart' : 'Table'} onClick=${toggle}><${Icon} name=${asTable ? 'chart' : 'table'} /></button>`}
        <${Menu} items=${items} name=${tile.title} /></div></header>
    <div class="body">${body}</div>
    ${answer && html`<${Freshness} answer=${answer} view=${view} formats=${formats} stale=${stale || Boolean(error)} />`}
    <p class="told" role="status">${told}</p>
  </section>`;
}
