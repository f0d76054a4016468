// One event stream a browser. A browser opens six connections to a server; so one tab, the holder of a lock, listens
// for all and tells the others over a channel. Where the browser has no locks, each tab listens for itself.

/** @typedef {{kind: string, data: any}} Message */

const pauses = [1, 2, 5, 10, 20, 30];

/** @param {(message: Message) => void} receive @returns {() => void} stops */
export function listen(receive) {
  const channel = typeof BroadcastChannel === 'function' ? new BroadcastChannel('cadenza-events') : null;
  let stopped = false;
  /** @type {EventSource|null} */
  let source = null;
  let tries = 0;
  /** @type {any} */
  let timer = 0;
  /** @type {(() => void)|null} */
  let release = null;

  const tell = (/** @type {Message} */ message) => {
    if (stopped) return;
    receive(message);
    if (channel) channel.postMessage(message);
  };
  const parse = (/** @type {string} */ text) => { try { return JSON.parse(text); } catch (e) { return {}; } };

  function open() {
    if (stopped) return;
    source = new EventSource('/api/v1/events');
    source.onopen = () => { tries = 0; tell({ kind: 'connected', data: {} }); };
    source.onerror = () => {
      if (source) source.close();
      const seconds = pauses[Math.min(tries++, pauses.length - 1)];
      tell({ kind: 'lost', data: { seconds } });
      timer = setTimeout(open, seconds * 1000 * (0.85 + Math.random() * 0.3));
    };
    for (const kind of ['run', 'alert', 'heartbeat']) {
      source.addEventListener(kind, (/** @type {any} */ event) => {
        tell({ kind, data: parse(event.data) });
      });
    }
  }

  if (channel) channel.onmessage = (event) => { if (!stopped) receive(event.data); };
  if (channel && navigator.locks) {
    navigator.locks.request('cadenza-events', () => new Promise((resolve) => {
      release = () => resolve(undefined);
      if (stopped) resolve(undefined);
      else open();
    }));
  } else open();

  return () => {
    stopped = true;
    clearTimeout(timer);
    if (source) source.close();
    if (channel) channel.close();
    if (release) release();
  };
}
