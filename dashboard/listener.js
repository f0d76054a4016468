// One listener, for analysts: levels, days, scores, recommendations with their reasons.
import { html, useEffect, useRef, useState } from './html.js';
import { go } from './address.js';
import { words } from './formats.js';
import { Icon } from './icon.js';
import { getJson } from './service.js';

/** @param {{value: any, formats: any}} props */
function Value({ value, formats }) {
  if (value === null || value === undefined) return '–';
  if (Array.isArray(value)) {
    if (!value.length) return 'none';
    if (typeof value[0] !== 'object') return value.join(', ');
    const names = Object.keys(value[0]);
    return html`<div class="grid" tabindex="0" role="region" aria-label="rows"><table><thead><tr>${names.map((name) => html`<th scope="col">${words(name)}</th>`)}</tr></thead>
      <tbody>${value.map((row) => html`<tr>${names.map((name) => html`<td>${typeof row[name] === 'number' ? formats.number(row[name]) : row[name] === null ? '–' : String(row[name])}</td>`)}</tr>`)}</tbody></table></div>`;
  }
  if (typeof value === 'object') return html`<dl>${Object.keys(value).map((name) => html`<dt>${words(name)}</dt><dd><${Value} value=${value[name]} formats=${formats} /></dd>`)}</dl>`;
  return typeof value === 'number' ? formats.number(value) : String(value);
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
    ${problem ? html`<p role="alert">${problem}</p>` : answer ? html`<${Value} value=${answer} formats=${formats} />` : html`<p role="status">Loading</p>`}
  </dialog>`;
}
