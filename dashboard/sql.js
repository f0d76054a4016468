// A query of one's own: editor, result, chart of the result.
import { html, useEffect, useRef, useState } from './html.js';
import { go } from './address.js';
import { Canvas } from './canvas.js';
import { csvOf, isNumeric, saveAs } from './formats.js';
import { Grid } from './grid.js';
import { Icon } from './icon.js';
import { request } from './service.js';

const example = 'select period_start as day, sessions, listeners\nfrom gold.active_listeners\nwhere period = \'day\'\norder by day';

/** Which chart fits a result; "" = none. @param {any} answer */
function chartOf(answer) {
  if (!answer || answer.columns.length < 2 || !answer.rows.length || answer.rows.length > 5000) return '';
  if (!answer.columns.slice(1).some(isNumeric)) return '';
  if (/DATE|TIMESTAMP/i.test(answer.columns[0].type)) return 'lines';
  return isNumeric(answer.columns[0]) ? '' : 'bars';
}

/** @param {{view: import('./address.js').View, formats: any, theme: string}} props */
export function Sql({ view, formats, theme }) {
  const [text, setText] = useState(view.sql || example);
  const [answer, setAnswer] = useState(/** @type {any} */ (null));
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const [busy, setBusy] = useState(false);
  const [asChart, setAsChart] = useState(false);
  const [took, setTook] = useState(0);
  const control = useRef(/** @type {AbortController|null} */ (null));
  const field = useRef(/** @type {any} */ (null));
  const run = async () => {
    if (control.current) control.current.abort();
    control.current = new AbortController();
    const began = performance.now();
    setBusy(true);
    go({ sql: text }, true);
    try {
      const response = await request('/api/v1/sql', { method: 'POST', signal: control.current.signal, body: JSON.stringify({ sql: text }), headers: { 'content-type': 'application/json', accept: 'application/json' } });
      setAnswer(await response.json());
      setProblem(null);
    } catch (error) {
      if (/** @type {any} */ (error).name === 'AbortError') return;
      setProblem(error);
      const position = /** @type {any} */ (error).position;
      if (typeof position === 'number' && field.current) { field.current.focus(); field.current.setSelectionRange(position, position + 1); }
    }
    setTook(performance.now() - began);
    setBusy(false);
  };
  useEffect(() => { if (view.sql) run(); return () => { if (control.current) control.current.abort(); }; }, []);
  const download = async (/** @type {string} */ accept, /** @type {string} */ name) => {
    try {
      const response = await request('/api/v1/sql', { method: 'POST', body: JSON.stringify({ sql: text }), headers: { 'content-type': 'application/json', accept } });
      saveAs(await response.blob(), name);
    } catch (error) { setProblem(error); }
  };
  const chart = chartOf(answer);
  return html`<div class="sql"><div class="tile full"><header><div><h2 id="sql-name">Query</h2><p class="tells">One SELECT over the tables of the lake. Ctrl+Enter runs it.</p></div>
      <div class="tools"><button type="button" class="main" disabled=${busy} onClick=${run}><${Icon} name="run" />Run</button></div></header>
    <textarea ref=${field} aria-labelledby="sql-name" spellcheck="false" autocomplete="off" rows="9" value=${text} onInput=${(/** @type {any} */ event) => setText(event.currentTarget.value)}
      onKeyDown=${(/** @type {any} */ event) => { if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); run(); } }}></textarea>
    ${problem && html`<div class="state failed" role="alert"><${Icon} name="warning" /><p>${problem.message}</p></div>`}</div>
    ${(answer || busy) && html`<div class="tile full" aria-busy=${busy}><header><div><h2>Result</h2><p class="tells">${busy ? 'Running' : `${formats.number(answer.rows.length)} rows in ${formats.number(Math.round(took))} ms`}${answer && (answer.is_cut || answer.truncated) ? '; there are more' : ''}</p></div>
      <div class="tools">${chart && html`<button type="button" aria-pressed=${asChart} onClick=${() => setAsChart(!asChart)}>${asChart ? 'Table' : 'Chart'}</button>`}
        ${answer && html`<button type="button" onClick=${() => saveAs(new Blob([csvOf(answer)], { type: 'text/csv' }), 'result.csv')}>CSV</button><button type="button" onClick=${() => download('application/vnd.apache.arrow.stream', 'result.arrows')}>Arrow</button>`}</div></header>
      <div class="body">${answer && (asChart && chart ? html`<${Canvas} chart=${chart} answer=${answer} formats=${formats} name="Result" theme=${theme} />` : html`<${Grid} answer=${answer} formats=${formats} name="Result" height=${520} />`)}</div></div>`}</div>`;
}
