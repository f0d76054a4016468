// The tables of the lake with what they mean, and their rows, page by page.
import { html, useEffect, useState } from './html.js';
import { go } from './address.js';
import { Grid } from './grid.js';
import { getJson } from './service.js';

/** @param {{view: import('./address.js').View, formats: any}} props */
export function Rows({ view, formats }) {
  const [tables, setTables] = useState(/** @type {any[]|null} */ (null));
  const [problem, setProblem] = useState('');
  useEffect(() => {
    const control = new AbortController();
    getJson('/api/v1/tables', control.signal).then((answer) => setTables(answer.tables || answer), (error) => { if (error.name !== 'AbortError') setProblem(error.message); });
    return () => control.abort();
  }, []);
  const full = (/** @type {any} */ table) => table.table;
  const chosen = tables && tables.find((table) => full(table) === view.table || full(table).endsWith('.' + view.table));
  return html`<div class="rows"><aside aria-label="Tables">${problem && html`<p role="alert">${problem}</p>`}
      <ul>${(tables || []).map((table) => html`<li><button type="button" aria-pressed=${chosen === table} onClick=${() => go({ table: full(table) })}><b>${full(table)}</b><span>${formats.number(table.rows)} rows</span></button></li>`)}</ul></aside>
    <div class="tile full">${chosen ? html`<${TableRows} key=${full(chosen)} table=${full(chosen)} holds=${chosen.holds || chosen.summary || ''} formats=${formats} />` : html`<div class="state empty"><p>Choose a table.</p></div>`}</div></div>`;
}

/** @param {{table: string, holds: string, formats: any}} props */
function TableRows({ table, holds, formats }) {
  const [answer, setAnswer] = useState(/** @type {any} */ (null));
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const read = (/** @type {string} */ cursor) => {
    setBusy(true);
    getJson('/api/v1/tables/' + encodeURIComponent(table) + '?limit=500' + (cursor ? '&cursor=' + encodeURIComponent(cursor) : '')).then((next) => {
      setAnswer((/** @type {any} */ old) => cursor && old ? { ...next, rows: [...old.rows, ...next.rows] } : next);
      setBusy(false);
    }, (error) => { setProblem(error.message); setBusy(false); });
  };
  useEffect(() => read(''), [table]);
  const cursor = answer && (answer.next_cursor || answer.cursor);
  return html`<header><div><h2>${table}</h2><p class="tells">${holds}</p></div></header>
    <div class="body">${problem ? html`<div class="state failed" role="alert"><p>${problem}</p></div>` : answer ? html`<${Grid} answer=${answer} formats=${formats} name=${table} height=${560} />` : html`<div class="state waiting" role="status"><p>Loading</p></div>`}</div>
    ${cursor && html`<p class="more"><button type="button" disabled=${busy} onClick=${() => read(cursor)}>More rows</button> <span>${formats.number(answer.rows.length)} so far</span></p>`}`;
}
