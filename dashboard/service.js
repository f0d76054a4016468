// The API of the server that handed out this page.

export class ServiceError extends Error {
  /** @param {string} code @param {string} message @param {number} status @param {number|null} [position] */
  constructor(code, message, status, position) {
    super(message);
    this.code = code;
    this.status = status;
    this.position = position;
  }
  /** True when it may pass by itself. */
  get passing() { return this.status === 0 || this.status === 429 || this.status === 503; }
}

/** @param {Response} response */
async function errorOf(response) {
  let code = String(response.status), message = response.statusText || 'The server answered ' + response.status, position = null;
  try {
    const body = await response.json();
    if (body.error) ({ code, message, position = null } = body.error);
  } catch (e) { /* no JSON: the status says it */ }
  return new ServiceError(code, message, response.status, position);
}

/** @param {string} path @param {RequestInit} [init] */
export async function request(path, init) {
  let response;
  try {
    response = await fetch(path, { credentials: 'same-origin', ...init });
  } catch (e) {
    if (/** @type {any} */ (e).name === 'AbortError') throw e;
    throw new ServiceError('unreachable', 'The server cannot be reached.', 0);
  }
  if (response.status === 401) { askLogin(); }
  if (!response.ok) throw await errorOf(response);
  return response;
}

/** A login returns to this view. */
function askLogin() {
  const here = location.pathname + location.search;
  if (!/^\/login/.test(location.pathname)) location.assign('/login?next=' + encodeURIComponent(here));
}

/** @param {string} path @param {AbortSignal} [signal] */
export async function getJson(path, signal) {
  return (await request(path, { signal, headers: { accept: 'application/json' } })).json();
}

/** @param {import('./address.js').View} view */
export function parametersOf(view) {
  const query = new URLSearchParams();
  for (const name of ['from', 'to', 'grain', 'country', 'plan', 'platform', 'device']) {
    const value = /** @type {any} */ (view)[name];
    if (value) query.set(name, value);
  }
  return query;
}

/** @param {string} tile @param {import('./address.js').View} view */
export function tileAddress(tile, view) {
  const query = parametersOf(view).toString();
  return '/api/v1/tiles/' + encodeURIComponent(tile) + (query ? '?' + query : '');
}
