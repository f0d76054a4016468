// Numbers by the reader's locale. Days are UTC days everywhere; times are shown in the zone that the reader picks.

/** @param {string} zone "" = UTC, "local" = the browser's */
export function formatsOf(zone) {
  const timeZone = zone === 'local' ? undefined : 'UTC';
  const locale = navigator.language || 'en';
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
  const dayOnly = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  const time = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone });
  const full = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'long', timeZone });
  /** @type {Map<number, Intl.NumberFormat>} */
  const numbers = new Map();
  const number = (/** @type {any} */ value, /** @type {number|undefined} */ digits) => {
    if (value === null || value === undefined || value === '') return '–';
    if (typeof value === 'string' && /^-?\d{16,}$/.test(value)) return new Intl.NumberFormat(locale).format(BigInt(value));
    const own = Number(value);
    if (Number.isNaN(own)) return String(value);
    const places = digits === undefined ? (Number.isInteger(own) ? 0 : 2) : digits;
    let format = numbers.get(places);
    if (!format) numbers.set(places, (format = new Intl.NumberFormat(locale, { minimumFractionDigits: places, maximumFractionDigits: places })));
    return format.format(own);
  };
  const date = (/** @type {string} */ text) => new Date(/[T ]\d\d:/.test(text) ? text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00') : text + 'T00:00:00Z');
  const safe = (/** @type {Intl.DateTimeFormat} */ format, /** @type {string} */ text) => {
    const value = date(String(text));
    return Number.isNaN(value.getTime()) ? String(text) : format.format(value);
  };
  return {
    number,
    day: (/** @type {string} */ text, /** @type {boolean} */ withoutYear) => safe(withoutYear ? dayOnly : day, text),
    time: (/** @type {string} */ text) => safe(time, text),
    fullTime: (/** @type {string} */ text) => safe(full, text),
    zoneName: zone === 'local' ? Intl.DateTimeFormat().resolvedOptions().timeZone : 'UTC'
  };
}

/** A cell of a table as text. @param {any} value @param {{type: string}} column @param {ReturnType<typeof formatsOf>} formats */
export function cellText(value, column, formats) {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (/^DATE$/i.test(column.type)) return formats.day(String(value), false);
  if (/TIMESTAMP/i.test(column.type)) return formats.time(String(value));
  if (isNumeric(column)) return formats.number(value, undefined);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** @param {{type: string}} column */
export function isNumeric(column) {
  return /INT|DOUBLE|DECIMAL|FLOAT|REAL|NUMERIC/i.test(column.type) && !/INTERVAL/i.test(column.type);
}

/** "3 minutes ago", of a time in the past. @param {string} text */
export function ageOf(text) {
  const seconds = (Date.now() - Date.parse(text)) / 1000;
  if (!Number.isFinite(seconds)) return '';
  const format = new Intl.RelativeTimeFormat(navigator.language || 'en', { numeric: 'auto' });
  if (seconds < 90) return format.format(-Math.max(0, Math.round(seconds)), 'second');
  if (seconds < 5400) return format.format(-Math.round(seconds / 60), 'minute');
  if (seconds < 129600) return format.format(-Math.round(seconds / 3600), 'hour');
  return format.format(-Math.round(seconds / 86400), 'day');
}

/** @param {string} name sessions_per_min @returns {string} */
export function words(name) {
  const text = name.replace(/_percent$/, ', %').replace(/_/g, ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** @param {{columns: {name: string}[], rows: any[][]}} answer */
export function csvOf(answer) {
  const cell = (/** @type {any} */ value) => {
    if (value === null || value === undefined) return '';
    const text = String(value);
    return /[",\r\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  };
  const lines = [answer.columns.map((column) => cell(column.name)).join(',')];
  for (const row of answer.rows) lines.push(row.map(cell).join(','));
  return lines.join('\r\n') + '\r\n';
}

/** @param {Blob} blob @param {string} name */
export function saveAs(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
