// One listener, for analysts: levels, days, scores, recommendations with their reasons.
import { html, useEffect, useRef, useState } from './html.js';
import { go } from './address.js';
import { words } from './formats.js';
import { Grid } from './grid.js';
import { Icon } from './icon.js';
import { getJson } from './service.js';

/** Rows of one table as a grid takes them. @param {any[]} rows */
function answerOf(rows) {
  const names = Object.keys(rows[0]);
  const type = (/** @type {string} */ name) => rows.some((row) => typeof row[name] === 'number') ? 'DOUBLE'
    : rows.some((row) => /^\d{4}-\d\d-\d\dT/.test(String(row[name]))) ? 'TIMESTAMP WITH TIME ZONE' : rows.some((row) => /^\d{4}-\d\d-\d\d$/.test(String(row[name]))) ? 'DATE' : 'VARCHAR';
  return { columns: names.map((name) => ({ name, type: type(name), meaning: '' })), rows: rows.map((row) => names.map((name) => row[name])) };
}

/** What is told of the listener first comes first. */
const first = ['recommendations', 'churn_scores', 'churn_reasons', 'user_levels', 'users', 'customer_engagement'];

/** @param {{answer: any, formats: any}} props */
function Tables({ answer, formats }) {
  const place = (/** @type {string} */ name) => { const at = first.indexOf(name.replace(/^.*\./, '')); return at < 0 ? first.length : at; };
  const names = Object.keys(answer.tables).filter((name) => answer.tables[name].length).sort((a, b) => place(a) - place(b));
  return names.map((name) => html`<section key=${name}><h3>${words(name.replace(/^.*\./, ''))}</h3>
    <${Grid} answer=${answerOf(answer.tables[name])} formats=${formats} name=${name} height=${260} /></section>`);
}

/** @param {{id: string, formats: any}} props */
export function Listener({ id, formats }) {
  const [answer, setAnswer] = useState(/** @type {any} */ (null));
  const [problem, setProblem] = useState('');
  const box = useRef(/** @type {any} */ (null));
  useEffect(() => {
    const control = new AbortController();
    setAnswer(null);
    setProblem('');
    getJson('/api/v1/listeners/' + encodeURIComponent(id), control.signal).then(setAnswer, (error) => { if (error.name !== 'AbortError') setProblem(error.message); });
    return () => control.abort();
  }, [id]);
  useEffect(() => { if (box.current && !box.current.open) box.current.showModal(); }, []);
  return html`<dialog class="listener" ref=${box} aria-label=${'Listener ' + id} onClose=${() => go({ listener: '' })}>
    <header><h2>Listener ${id}</h2><button type="button" class="quiet" aria-label="Close" onClick=${() => go({ listener: '' })}><${Icon} name="close" /></button></header>
    ${problem ? html`<p role="alert">${problem}</p>` : answer ? html`<${Tables} answer=${answer} formats=${formats} />` : html`<p role="status">Loading</p>`}
  </dialog>`;
}
