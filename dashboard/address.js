// The state of the page is its address: reload, back and a copied link show the same.
import { useEffect, useState } from './html.js';

/** @typedef {{page: string, from: string, to: string, grain: string, country: string, plan: string, platform: string,
 *   device: string, zone: string, tables: string[], tile: string, listener: string, sql: string, table: string}} View */

export const filterNames = ['country', 'plan', 'platform', 'device'];
const texts = ['page', 'from', 'to', 'grain', ...filterNames, 'zone', 'tile', 'listener', 'sql', 'table'];

/** @param {string} search @returns {View} */
export function viewOf(search) {
  const query = new URLSearchParams(search);
  /** @type {any} */
  const view = { tables: (query.get('tables') || '').split(',').filter(Boolean) };
  for (const name of texts) view[name] = query.get(name) || '';
  if (!view.page) view.page = 'overview';
  return view;
}

/** @param {View} view */
export function addressOf(view) {
  const query = new URLSearchParams();
  for (const name of texts) {
    const value = /** @type {any} */ (view)[name];
    if (value && !(name === 'page' && value === 'overview')) query.set(name, value);
  }
  if (view.tables.length) query.set('tables', view.tables.join(','));
  const text = query.toString();
  return location.pathname + (text ? '?' + text : '');
}

const moved = 'cadenza-moved';

/** Goes to a changed view. A step back leads to the earlier one unless it is replaced.
 * @param {Partial<View>} changes @param {boolean} [replace] */
export function go(changes, replace) {
  const next = { ...viewOf(location.search), ...changes };
  const address = addressOf(next);
  if (address === location.pathname + location.search) return;
  history[replace ? 'replaceState' : 'pushState'](null, '', address);
  dispatchEvent(new Event(moved));
}

/** @returns {View} */
export function useView() {
  const [view, setView] = useState(() => viewOf(location.search));
  useEffect(() => {
    const read = () => setView(viewOf(location.search));
    addEventListener('popstate', read);
    addEventListener(moved, read);
    return () => { removeEventListener('popstate', read); removeEventListener(moved, read); };
  }, []);
  return view;
}
