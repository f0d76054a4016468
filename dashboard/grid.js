// A table of any length: only the rows in sight are in the document.
import { html, useMemo, useRef, useState } from './html.js';
import { cellText, isNumeric, words } from './formats.js';

const rowHeight = 34;

/** @param {{answer: any, formats: any, name: string, height?: number, onRow?: (row: any[]) => void}} props */
export function Grid({ answer, formats, name, height = 300, onRow }) {
  const [top, setTop] = useState(0);
  const [sort, setSort] = useState(/** @type {{at: number, down: boolean}|null} */ (null));
  const frame = useRef(/** @type {any} */ (null));
  const columns = answer.columns;
  const rows = useMemo(() => {
    if (!sort || sort.at >= columns.length) return answer.rows;
    const numeric = isNumeric(columns[sort.at]);
    const sign = sort.down ? -1 : 1;
    const compare = (/** @type {any} */ a, /** @type {any} */ b) => {
      const x = a[sort.at], y = b[sort.at];
      if (x === null) return y === null ? 0 : 1;
      if (y === null) return -1;
      return sign * (numeric ? Number(x) - Number(y) : String(x).localeCompare(String(y)));
    };
    return [...answer.rows].sort(compare);
  }, [answer, sort]);
  const first = Math.max(0, Math.floor(top / rowHeight) - 8);
  const shown = rows.slice(first, first + Math.ceil(height / rowHeight) + 16);
  const after = Math.max(0, rows.length - first - shown.length);
  const onScroll = (/** @type {any} */ event) => {
    const value = event.currentTarget.scrollTop;
    if (frame.current) return;
    frame.current = requestAnimationFrame(() => { frame.current = null; setTop(value); });
  };
  const order = (/** @type {number} */ at) => () => setSort(sort && sort.at === at ? (sort.down === isNumeric(columns[at]) ? { at, down: !sort.down } : null) : { at, down: isNumeric(columns[at]) });
  return html`<div class="grid" role="region" aria-label=${name + ', table'} tabindex="0" onScroll=${onScroll} style=${{ maxHeight: height + 'px' }}>
    <table aria-rowcount=${rows.length + 1}>
      <thead><tr>${columns.map((/** @type {any} */ column, /** @type {number} */ at) => html`
        <th scope="col" class=${isNumeric(column) ? 'number' : ''} aria-sort=${sort && sort.at === at ? (sort.down ? 'descending' : 'ascending') : 'none'}>
          <button type="button" onClick=${order(at)} title=${column.meaning || ''}>${words(column.name)}<span class="arrow" aria-hidden="true">${sort && sort.at === at ? (sort.down ? '↓' : '↑') : ''}</span></button></th>`)}</tr></thead>
      <tbody>
        ${first > 0 && html`<tr class="gap" aria-hidden="true"><td colspan=${columns.length} style=${{ height: first * rowHeight + 'px' }}></td></tr>`}
        ${shown.map((/** @type {any} */ row, /** @type {number} */ i) => html`<tr key=${first + i} class=${onRow ? 'open' : ''} onClick=${onRow ? () => onRow(row) : undefined}>${columns.map((/** @type {any} */ column, /** @type {number} */ at) => html`
          <td class=${(isNumeric(column) ? 'number' : '') + (row[at] === null ? ' none' : '')} title=${typeof row[at] === 'string' && row[at].length > 24 ? row[at] : undefined}><bdi>${onRow && at === 0 ? html`<button type="button" onClick=${(/** @type {any} */ event) => { event.stopPropagation(); onRow(row); }}>${cellText(row[at], column, formats)}</button>` : cellText(row[at], column, formats)}</bdi></td>`)}</tr>`)}
        ${after > 0 && html`<tr class="gap" aria-hidden="true"><td colspan=${columns.length} style=${{ height: after * rowHeight + 'px' }}></td></tr>`}
      </tbody>
    </table>
  </div>`;
}
