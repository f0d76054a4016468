// The dashboard: pages of tiles over the API of the server that handed it out.
import { html, render, useEffect, useMemo, useRef, useState } from './html.js';
import { addressOf, go, useView } from './address.js';
import { listen } from './events.js';
import { Filters } from './filters.js';
import { formatsOf } from './formats.js';
import { Icon } from './icon.js';
import { Listener } from './listener.js';
import { Rows } from './rows.js';
import { getJson } from './service.js';
import { Sql } from './sql.js';
import { Tile } from './tile.js';

const pages = [
  { name: 'overview', title: 'Overview', tells: 'How many come, how much they listen, how many pay.' },
  { name: 'live', title: 'Live', tells: 'The last day in windows of five minutes.', unfiltered: true },
  { name: 'listeners', title: 'Listeners', tells: 'Who comes back, and who begins to pay.' },
  { name: 'music', title: 'Music', tells: 'What is played, and what is skipped.' },
  { name: 'where', title: 'Who and where', tells: 'Countries, states, devices, hours.' },
  { name: 'churn', title: 'Churn', tells: 'Who is about to leave, why, and what that costs.', unfiltered: true },
  { name: 'recommendations', title: 'Recommendations', tells: 'What listeners would like next.', unfiltered: true },
  { name: 'health', title: 'Data health', tells: 'What was read, what was refused, how old everything is.', unfiltered: true },
  { name: 'rows', title: 'Tables', tells: 'Every table of the lake, row by row.' },
  { name: 'sql', title: 'SQL', tells: 'Ask the lake yourself.', analyst: true }
];

/** Light, dark, or as the system has it. */
function useTheme() {
  const [choice, setChoice] = useState(() => document.documentElement.getAttribute('data-theme') || 'auto');
  const [system, setSystem] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches);
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)');
    const change = () => setSystem(query.matches);
    query.addEventListener('change', change);
    return () => query.removeEventListener('change', change);
  }, []);
  const choose = (/** @type {string} */ next) => {
    if (next === 'auto') document.documentElement.removeAttribute('data-theme');
    else document.documentElement.setAttribute('data-theme', next);
    try { localStorage.setItem('cadenza.theme', next); } catch (e) { /* not kept then */ }
    setChoice(next);
  };
  return { choice, choose, drawn: choice === 'auto' ? (system ? 'dark' : 'light') : choice };
}

/** What the event stream told: how often each table changed, and whether the server is there. */
function useEvents() {
  const [state, setState] = useState(/** @type {{run: any, turns: Record<string, number>, lost: number, alert: any}} */ ({ run: null, turns: {}, lost: 0, alert: null }));
  useEffect(() => listen((message) => setState((old) => {
    if (message.kind === 'lost') return { ...old, lost: message.data.seconds };
    if (message.kind === 'alert') return { ...old, lost: 0, alert: message.data };
    if (message.kind !== 'run') return old.lost ? { ...old, lost: 0, turns: { ...old.turns, '*': (old.turns['*'] || 0) + 1 } } : old;
    const turns = { ...old.turns };
    // On a new connection the server names its newest run and no tables: another run than the last one may have changed all.
    const unknown = !message.data.tables || (!message.data.tables.length && old.run !== null && old.run !== message.data.run);
    for (const table of unknown ? ['*'] : message.data.tables) {
      const name = String(table).replace(/^.*\./, '');
      turns[name] = (turns[name] || 0) + 1;
    }
    return { ...old, lost: 0, run: message.data.run, turns };
  })), []);
  return state;
}

/** @param {{view: any, role: string}} props */
function Navigation({ view, role }) {
  const follow = (/** @type {string} */ page) => (/** @type {any} */ event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    go({ page, tile: '', listener: '', table: '' });
    document.documentElement.scrollTop = 0;
  };
  const list = useRef(/** @type {any} */ (null));
  // Where the pages stand in one line, the one that is shown is in sight.
  useEffect(() => {
    const here = list.current && list.current.querySelector('[aria-current]');
    if (here && list.current.scrollWidth > list.current.clientWidth) list.current.scrollLeft = here.offsetLeft - (list.current.clientWidth - here.offsetWidth) / 2;
  }, [view.page, role]);
  return html`<nav class="pages" aria-label="Pages" ref=${list}><ul>${pages.filter((page) => !page.analyst || role !== 'viewer').map((page) => html`
    <li><a href=${addressOf({ ...view, page: page.name, tile: '', listener: '', table: '' })} aria-current=${view.page === page.name ? 'page' : undefined} onClick=${follow(page.name)}><${Icon} name=${page.name} /><span>${page.title}</span></a></li>`)}</ul></nav>`;
}

function Page() {
  const view = useView();
  const theme = useTheme();
  const events = useEvents();
  const [catalogue, setCatalogue] = useState(/** @type {any} */ (null));
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const formats = useMemo(() => formatsOf(view.zone), [view.zone]);
  const page = pages.find((one) => one.name === view.page) || pages[0];
  useEffect(() => {
    const control = new AbortController();
    getJson('/api/v1/tiles', control.signal).then((answer) => { setCatalogue(answer); setProblem(null); }, (error) => { if (error.name !== 'AbortError') setProblem(error); });
    return () => control.abort();
  }, [events.run, events.turns['*'], problem && events.lost === 0]);
  useEffect(() => { document.title = page.title + ' · Cadenza'; }, [page]);
  const role = (catalogue && catalogue.role) || 'analyst';
  const span = (catalogue && catalogue.span) || {};
  const tiles = catalogue ? catalogue.tiles.filter((/** @type {any} */ tile) => tile.page === page.name) : [];
  const turnOf = (/** @type {any} */ tile) => [...tile.tables, ...(tile.more_tables || []), '*'].map((name) => events.turns[name] || 0).join('.');
  const themes = [['auto', 'As the system'], ['light', 'Light'], ['dark', 'Dark']];
  const tiled = !['rows', 'sql'].includes(page.name);
  return html`<a class="skip" href="#main">To the content</a>
    <header class="top"><a class="brand" href="/" onClick=${(/** @type {any} */ event) => { event.preventDefault(); go({ page: 'overview', tile: '' }); }}><img src="@PAGE@/mark.svg" width="28" height="28" alt="" /><b>Cadenza</b></a>
      <${Navigation} view=${view} role=${role} />
      <div class="settings"><label class="zone"><span>Times</span><select value=${view.zone} onChange=${(/** @type {any} */ event) => go({ zone: event.currentTarget.value })}><option value="">UTC</option><option value="local">${Intl.DateTimeFormat().resolvedOptions().timeZone || 'Local'}</option></select></label>
        <fieldset class="theme"><legend>Look</legend>${themes.map(([name, title]) => html`<button type="button" aria-pressed=${theme.choice === name} aria-label=${title} title=${title} onClick=${() => theme.choose(name)}><${Icon} name=${name === 'auto' ? 'auto' : name === 'light' ? 'sun' : 'moon'} /></button>`)}</fieldset></div></header>
    <main id="main" tabindex="-1">
      <div class="head"><div><h1>${page.title}</h1><p>${page.tells}</p></div>
        <p class=${'status' + (events.lost ? ' lost' : '')} role="status"><i aria-hidden="true"></i>${events.lost ? `Connection lost; next try in ${events.lost} s` : events.run || span.run ? `Run ${events.run || span.run}` : 'Connected'}</p></div>
      ${tiled && !page.unfiltered && html`<${Filters} view=${view} span=${span} formats=${formats} />`}
      ${problem && !catalogue && html`<div class="state failed big" role="alert"><${Icon} name="warning" /><p>${problem.message}</p></div>`}
      ${page.name === 'sql' && role !== 'viewer' && html`<${Sql} view=${view} formats=${formats} theme=${theme.drawn} />`}
      ${page.name === 'sql' && role === 'viewer' && html`<div class="state empty big"><p>SQL is for analysts. Ask whoever keeps the users file for the role.</p></div>`}
      ${page.name === 'rows' && html`<${Rows} view=${view} formats=${formats} />`}
      ${tiled && html`<div class="tiles">${tiles.map((/** @type {any} */ tile) => html`<${Tile} key=${tile.name} tile=${tile} view=${view} formats=${formats} turn=${turnOf(tile)} theme=${theme.drawn} stale=${Boolean(events.lost)} role=${role} />`)}
        ${catalogue && !tiles.length && html`<div class="state empty big"><${Icon} name="empty" /><p>This page has no tiles yet.</p></div>`}</div>`}
      ${view.listener && role !== 'viewer' && html`<${Listener} id=${view.listener} formats=${formats} />`}
    </main>
    <footer class="end"><p>Times in ${formats.zoneName}; days are UTC days. Distinct customers never add up over days: totals are asked for.</p></footer>`;
}

render(html`<${Page} />`, /** @type {any} */ (document.getElementById('page')));
