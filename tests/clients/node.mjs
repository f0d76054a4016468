// What node-postgres and postgres.js show of a server, as text: node node.mjs PORT
import { createRequire } from 'node:module';

const require = createRequire(process.env.CADENZA_NODE_DRIVERS + '/');
const pg = require('pg');
const Cursor = require('pg-cursor');
const QueryStream = require('pg-query-stream');
const postgres = require('postgres');

const options = { host: '127.0.0.1', port: Number(process.argv[2]), user: 'postgres', database: 'lake' };
const plays = 'select songplay_id from silver.songplays order by 1';
const endless = 'select count(*) from generate_series(1, 100000) a, generate_series(1, 1000000) b where a * b % 7 = 3';

async function show(name, call) {
  let said;
  try {
    said = await call();
  } catch (error) {
    said = { code: error.code, severity: error.severity };
  }
  console.log(name, JSON.stringify(said));
}

const client = new pg.Client(options);
await client.connect();
for (const query of [
  "select 1::int2, 1::int4, 1::int8, 1.5::float4, 1.5::float8, 1.50::numeric(10,2), true, 'a'::text, null, 'x'",
  "select date '2024-02-29', timestamp '2024-01-01 10:00:00.5', timestamptz '2024-01-01 10:00:00+02', interval '1 day 2 hours'",
  "select array[1,2,3], array['a','b'], '\\x00ff'::bytea, '{\"a\":1}'::json",
  'select * from silver.songplays order by songplay_id limit 2', 'select level, count(*) from silver.users group by 1 order by 1',
  'select * from nothing', 'selec', 'select 1/0', '']) {
  await show(query, async () => {
    const answer = await client.query(query);
    return [answer.fields.map((field) => [field.name, field.dataTypeID, field.dataTypeSize, field.dataTypeModifier]), answer.rows, answer.rowCount, answer.command];
  });
}
await show('place of an error', () => client.query("select * from silver.users where level = 'paid' and nope = 2").catch((error) => [error.code, error.message, error.position]));
await show('parameters', async () => (await client.query('select $1::int, $2, $3::date, $4::numeric, $5::bool, $6::float8, $7::timestamptz, $8::bytea, $9::text[], $10::json',
  [1, "a'b", '2024-02-29', '1.5', true, 2.5, new Date(0), Buffer.from([0, 255]), ['x', null], { a: 1 }])).rows);
await show('without types', async () => (await client.query(
  'select user_id, count(*) from silver.songplays where level = $1 and session_id > $2 and start_time >= $3 group by 1 order by 2 desc, 1 limit $4', ['paid', 1, new Date(0), 3])).rows);
await show('named, twice', async () => {
  const named = { name: 'n', text: 'select $1::text as t', values: ['a'] };
  await client.query(named);
  return (await client.query(named)).rows;
});
await show('binary', async () => (await client.query({ text: 'select 1::int4 as a, 2::int8 as b, true as c, 1.5::float8 as d', binary: true })).rows);
await show('several', async () => (await client.query('select 1; select 2')).map((answer) => answer.rows));
await show('cursor', async () => {
  const cursor = client.query(new Cursor(plays));
  let count = 0;
  for (let rows = await cursor.read(7); rows.length > 0; rows = await cursor.read(7)) count += rows.length;
  await cursor.close();
  return count;
});
await show('cursor closed early', async () => {
  const cursor = client.query(new Cursor(plays));
  const rows = await cursor.read(3);
  await cursor.close();
  return rows.length;
});
await show('stream', async () => {
  let count = 0;
  for await (const _ of client.query(new QueryStream(plays, [], { batchSize: 5 }))) count++;
  return count;
});
await client.end();

const sql = postgres({ ...options, max: 3, onnotice: () => {} });
await show('template', async () => await sql`select ${1}::int as a, ${"a'b"} as b, ${new Date(0)}::timestamptz as c, ${[1, 2]}::int[] as d, ${sql.json({ a: 1 })} as e, ${true}::bool as f`);
await show('any', async () => await sql`select count(*) from silver.songplays where level = any(${['paid', 'x']}) and level in ${sql(['paid', 'free'])}`);
await show('in portions', async () => {
  let count = 0;
  await sql`select songplay_id from silver.songplays`.cursor(7, (rows) => { count += rows.length; });
  return count;
});
await show('transaction', () => sql.begin('read only', async (inside) => [
  await inside`select 1 as a`, await inside.savepoint((nested) => nested`select 1/0`).catch((error) => error.code), await inside`select 2 as b`]));
await show('described', async () => {
  const described = await sql`select user_id, session_id from silver.songplays where level = ${'a'}`.describe();
  return [described.types, described.columns.map((column) => [column.name, column.type])];
});
await show('copied', async () => {
  let text = '';
  for await (const piece of await sql`copy (select user_id from silver.users order by 1 limit 2) to stdout`.readable()) text += piece;
  return text;
});
await show('cancelled', async () => {
  const query = sql.unsafe(endless);
  setTimeout(() => query.cancel(), 300);
  return await query;
});
await sql.end();
