// The slicers: the window's first and last day, the grain, and what listeners have in common.
import { html, useEffect, useState } from './html.js';
import { filterNames, go } from './address.js';
import { words } from './formats.js';
import { Icon } from './icon.js';
import { getJson } from './service.js';

const dayMs = 86400000;
const dayText = (/** @type {number} */ ms) => new Date(ms).toISOString().slice(0, 10);

/** @param {{from: string, to: string, first: string, last: string}} span @returns {{label: string, from: string, to: string}[]} */
function spansOf({ first, last }) {
  if (!first || !last) return [];
  const end = Date.parse(last), start = Date.parse(first);
  const month = last.slice(0, 8) + '01';
  const before = dayText(Date.parse(month) - dayMs);
  return [
    { label: 'Analysis window', from: '', to: '' },
    { label: 'All data', from: first, to: last },
    { label: 'Last 7 days', from: dayText(Math.max(start, end - 6 * dayMs)), to: last },
    { label: 'Last 28 days', from: dayText(Math.max(start, end - 27 * dayMs)), to: last },
    { label: 'Last month of data', from: month, to: last },
    { label: 'Month before it', from: before.slice(0, 8) + '01', to: before }
  ];
}

/** @param {{view: import('./address.js').View, span: any, formats: any}} props */
export function Filters({ view, span, formats }) {
  const [values, setValues] = useState(/** @type {any[]} */ ([]));
  useEffect(() => {
    const control = new AbortController();
    getJson('/api/v1/tiles/filter_values', control.signal).then((answer) => setValues(answer.rows), () => {});
    return () => control.abort();
  }, [span.run]);
  const from = view.from || span.from || '', to = view.to || span.to || '';
  const [problem, setProblem] = useState('');
  const set = (/** @type {'from'|'to'} */ end) => (/** @type {any} */ event) => {
    const value = event.currentTarget.value;
    if (!value) return;
    const next = { from, to, [end]: value };
    if (next.from > next.to) { setProblem('The first day is after the last one.'); return; }
    setProblem('');
    go({ from: next.from, to: next.to });
  };
  const spans = spansOf(span);
  const current = spans.findIndex((one) => one.from === view.from && one.to === view.to);
  const options = (/** @type {string} */ name) => {
    const known = values.filter((row) => row[0] === name).map((row) => String(row[1]));
    const chosen = /** @type {any} */ (view)[name];
    return chosen && !known.includes(chosen) ? [chosen, ...known] : known;
  };
  const set1 = filterNames.filter((name) => /** @type {any} */ (view)[name]);
  return html`<form class="filters" aria-label="Window and filters" onSubmit=${(/** @type {any} */ event) => event.preventDefault()}>
    <div class="span"><label><span>From</span><input type="date" value=${from} min="1990-01-01" max="2100-12-31" onChange=${set('from')} aria-invalid=${Boolean(problem)} aria-describedby="span-note" /></label>
      <label><span>To</span><input type="date" value=${to} min="1990-01-01" max="2100-12-31" onChange=${set('to')} aria-invalid=${Boolean(problem)} aria-describedby="span-note" /></label>
      <label><span>Window</span><select value=${String(current)} onChange=${(/** @type {any} */ event) => { const one = spans[Number(event.currentTarget.value)]; if (one) { setProblem(''); go({ from: one.from, to: one.to }); } }}>
        ${current < 0 && html`<option value="-1">As set</option>`}${spans.map((one, i) => html`<option value=${String(i)}>${one.label}</option>`)}</select></label></div>
    <fieldset class="grain"><legend>By</legend>${['day', 'week', 'month'].map((grain) => html`<button type="button" aria-pressed=${(view.grain || 'week') === grain} onClick=${() => go({ grain: grain === 'week' ? '' : grain })}>${words(grain)}</button>`)}</fieldset>
    <div class="choices">${filterNames.map((name) => html`<label><span>${words(name)}</span><select value=${/** @type {any} */ (view)[name]} disabled=${!options(name).length} onChange=${(/** @type {any} */ event) => go({ [name]: event.currentTarget.value })}>
      <option value="">All</option>${options(name).map((value) => html`<option value=${value}>${value}</option>`)}</select></label>`)}</div>
    ${set1.length > 0 && html`<button type="button" class="clear" onClick=${() => go({ country: '', plan: '', platform: '', device: '' })}><${Icon} name="close" />Clear ${set1.length === 1 ? 'filter' : set1.length + ' filters'}</button>`}
    <p id="span-note" class="note" role="status">${problem || (span.last && (to > span.last || from < span.first) ? `The data cover ${formats.day(span.first)} to ${formats.day(span.last)}; the rest of the window has none.` : 'Days are UTC days.')}</p>
  </form>`;
}
