// Figures as cards: the value, what it is made of, and the change against the window before.
import { html } from './html.js';
import { cellText, words } from './formats.js';

/** @param {any} answer */
function objects(answer) {
  return answer.rows.map((/** @type {any[]} */ row) => {
    /** @type {any} */
    const object = {};
    answer.columns.forEach((/** @type {any} */ column, /** @type {number} */ i) => { object[column.name] = row[i]; });
    return object;
  });
}

/** @param {{card: any, formats: any}} props */
function Change({ card, formats }) {
  if (card.change === undefined) return '';
  if (card.change === null) return html`<p class="change none">not comparable<span>${card.comparison || 'the window before is not covered'}</span></p>`;
  const change = Number(card.change);
  const way = change > 0 ? 'up' : change < 0 ? 'down' : 'same';
  return html`<p class=${'change ' + way}><b><span aria-hidden="true">${change > 0 ? '▲' : change < 0 ? '▼' : '■'}</span> ${change > 0 ? '+' : ''}${formats.number(change, 2)} points</b><span>${card.comparison || ''}</span></p>`;
}

/** @param {{answer: any, formats: any}} props */
export function Cards({ answer, formats }) {
  const named = answer.columns.some((/** @type {any} */ column) => column.name === 'value');
  if (!named) {
    // One row of figures: a card each.
    const row = answer.rows[0];
    return html`<div class="cards small">${answer.columns.map((/** @type {any} */ column, /** @type {number} */ i) => html`
      <div class="card" key=${column.name}><h3>${words(column.name)}</h3><p class="figure">${cellText(row[i], column, formats)}</p>${column.meaning && html`<p class="of">${column.meaning}</p>`}</div>`)}</div>`;
  }
  return html`<div class="cards">${objects(answer).map((/** @type {any} */ card) => html`
    <div class=${'card' + (card.is_complete === false ? ' partial' : '')} key=${card.metric} data-metric=${card.metric}>
      <h3>${card.title || words(card.metric)}</h3>
      <p class="figure">${card.value === null ? '–' : formats.number(card.value, 2)}<small>${card.value === null ? '' : ' %'}</small></p>
      <div class="meter" aria-hidden="true"><i style=${{ width: Math.max(0, Math.min(100, Number(card.value) || 0)) + '%' }}></i></div>
      <p class="of">${formats.number(card.numerator)} / ${formats.number(card.denominator)} ${card.unit || 'customers'}</p>
      <${Change} card=${card} formats=${formats} />
      ${card.tells && html`<p class="tells">${card.tells.charAt(0).toUpperCase() + card.tells.slice(1)}</p>`}
      ${card.is_complete === false && html`<p class="chip hatch">not fully covered by the data</p>`}
    </div>`)}</div>`;
}

