-- One SELECT a line, which PostgreSQL 15 and the wire answer alike, in text and in binary (test_pgwire.py).
select abs(-5)
select abs(-5.5)
select abs(-5::bigint)
select ceil(4.2)
select ceiling(-4.2)
select floor(4.7)
select floor(-4.2)
select round(4.5)
select round(5.5)
select round(-4.5)
select round(4.567, 2)
select round(5.5::float8)
select trunc(4.7)
select trunc(-4.7)
select trunc(4.789, 2)
select mod(7, 3)
select mod(-7, 3)
select -7 % 3
select 7 % -3
select power(2, 10)
select 2 ^ 3
select 2 ^ -1
select sqrt(16)
select sqrt(2.0::float8)
select cbrt(27.0::float8)
select exp(1.0::float8)
select ln(2.718281828459045::float8)
select log(100.0::float8)
select log10(1000.0::float8)
select sign(-3)
select sign(0)
select sign(2.5::float8)
select pi()
select degrees(pi())
select radians(180.0::float8)
select sin(1.0::float8)
select cos(1.0::float8)
select tan(1.0::float8)
select atan2(1.0::float8, 2.0::float8)
select gcd(12, 18)
select lcm(4, 6)
select div(7, 2)
select 7 / 2
select 7.0 / 2
select -7 / 2
select factorial(5)
select width_bucket(5.35, 0.024, 10.06, 5)
select 1 + 1
select 1 - 2
select 3 * 4
select 10 / 4
select 10.0 / 4
select 1e3 + 1
select 5 & 3
select 5 | 3
select 5 # 3
select ~5
select 1 << 4
select 256 >> 2
select 1::int2 + 1::int2
select 1::int4 + 1::int8
select 1::int8 * 2
select 0.1 + 0.2
select 0.1::float8 + 0.2::float8
select 1.10 * 2
select 1.5 * 1.5
select 10.00 / 4
select -(-3)
select +3
select - 3.5
select greatest(1, 2, 3)
select least(3, 2, 1)
select greatest(null, 1)
select least('b', 'a')
select coalesce(null, 2, 3)
select coalesce(null, 'x')
select nullif(1, 1)
select nullif(1, 2)
select 1 = 1
select 1 <> 2
select 1 != 2
select 1 < 2
select 2 <= 2
select 3 > 2
select 3 >= 4
select null = null
select null is null
select 1 is not null
select null <> 1
select 1 is distinct from 2, null is not distinct from null
select 5 between 1 and 10
select 5 not between 1 and 3
select 5 between symmetric 10 and 1
select true and false
select true or false
select not true
select null and false
select null or true
select true is true
select false is not true
select null is unknown
select true is not false
select 1 in (1, 2, 3)
select 4 not in (1, 2, 3)
select 'a' in ('b', 'a')
select (1, 2) = (1, 2)
select (1, 2) < (1, 3)
select row(1, 'a') = row(1, 'a')
select upper('abc')
select lower('ABC')
select initcap('hello wORLD foo_bar')
select length('hello')
select char_length('héllo')
select octet_length('héllo')
select bit_length('abc')
select substring('hello' from 2)
select substring('hello' from 2 for 3)
select substring('hello', 2, 2)
select substr('hello', 3)
select left('hello', 2)
select right('hello', 2)
select left('hello', -2)
select right('hello', -2)
select trim('  x  ')
select ltrim('  x')
select rtrim('x  ')
select trim(both 'x' from 'xxaxx')
select trim(leading 'x' from 'xxa')
select trim(trailing 'x' from 'axx')
select btrim('xyxtrimyyx', 'xyz')
select ltrim('zzzytest', 'xyz')
select rtrim('testxxzx', 'xyz')
select lpad('hi', 5, 'xy')
select rpad('hi', 5, 'xy')
select lpad('hello', 3)
select rpad('hi', 5)
select replace('abcabc', 'b', 'X')
select translate('12345', '143', 'ax')
select position('lo' in 'hello')
select strpos('hello', 'l')
select strpos('hello', 'z')
select concat_ws(',', 'a', null, 'b')
select 'a' || 1
select 'a' || null
select repeat('ab', 3)
select reverse('abc')
select repeat('x', 0)
select split_part('a,b,c', ',', 2)
select split_part('a,b,c', ',', 5)
select split_part('a,b,c', ',', -1)
select md5('hello')
select encode('abc'::bytea, 'hex')
select encode('abc'::bytea, 'base64')
select decode('616263', 'hex')
select ascii('A')
select chr(65)
select chr(8364)
select starts_with('hello', 'he')
select 'hello' ^@ 'he'
select quote_ident('Foo bar')
select quote_literal('it''s')
select quote_ident('foo')
select quote_ident('select'), quote_ident('time'), quote_ident('left'), quote_ident('name'), quote_ident('a$b'), format('%I', 'user')
select to_hex(255)
select to_hex(2147483647)
select 'abc' like 'a%'
select 'abc' like '_b_'
select 'abc' not like 'b%'
select 'ABC' ilike 'a%'
select 'a%c' like 'a\%c'
select 'abc' like 'a!%c' escape '!'
select 'a%c' like 'a!%c' escape '!'
select 'abc' similar to '(a|b)%'
select 'abc' similar to 'x%'
select 'foobar' ~ 'o+b'
select 'foobar' ~ '^f'
select 'foobar' !~ 'z'
select 'FOO' ~* 'foo'
select 'foo' !~* 'FOO'
select regexp_replace('foobarbaz', 'b..', 'X')
select regexp_replace('foobarbaz', 'b..', 'X', 'g')
select regexp_matches('foobarbequebaz', '(bar)(beque)')
select regexp_match('foobarbequebaz', 'ba(r|z)')
select regexp_split_to_array('a1b2c', '[0-9]')
select string_to_array('a,b,c', ',')
select array_to_string(array['a', null, 'c'], ',')
select array_to_string(array[1, 2], '-')
select overlay('Txxxxas' placing 'hom' from 2 for 4)
select format('%s is %s', 'x', 1)
select format('%I', 'A b')
select format('%L', 'it''s')
select 'a' < 'b'
select 'a' < 'B'
select 'abc' > 'ab'
select '' = ''
select 'hello'::varchar(3)
select 'hello'::char(7) || '|'
select cast('x' as text)
select string_agg(x, ',' order by x desc) from (values ('a'), ('b')) as t(x)
select date '2024-03-15'
select date '2024-03-15' + 1
select date '2024-03-15' - 1
select date '2024-03-15' - date '2024-03-01'
select date '2024-01-31' + interval '1 month'
select date '2024-03-15' - interval '1 day'
select timestamp '2024-03-15 10:20:30'
select timestamp '2024-03-15 10:20:30.123456' + interval '1 hour'
select timestamp '2024-03-15 10:20:30' - timestamp '2024-03-14 08:00:00'
select timestamptz '2024-03-15 10:20:30+02' at time zone 'UTC'
select timestamp '2024-03-15 10:20:30' at time zone 'UTC'
select timestamptz '2024-03-15 10:20:30+00' at time zone 'America/New_York'
select timestamp '2024-07-15 10:20:30' at time zone 'Europe/Berlin'
select extract(year from date '2024-03-15')::int
select extract(month from date '2024-03-15')::int
select extract(day from date '2024-03-15')::int
select extract(dow from date '2024-03-17')::int
select extract(isodow from date '2024-03-17')::int
select extract(doy from date '2024-03-15')::int
select extract(week from date '2024-12-30')::int
select extract(isoyear from date '2024-12-30')::int
select extract(quarter from date '2024-03-15')::int
select extract(hour from timestamp '2024-03-15 10:20:30')::int
select extract(minute from timestamp '2024-03-15 10:20:30')::int
select extract(second from timestamp '2024-03-15 10:20:30.5')::float8
select extract(epoch from timestamp '2024-03-15 10:20:30.5')::float8
select extract(epoch from interval '1 day 2 hours')::float8
select extract(decade from date '2024-03-15')::int
select extract(century from date '2024-03-15')::int
select extract(millennium from date '2024-03-15')::int
select extract(milliseconds from timestamp '2024-03-15 10:20:30.5')::float8
select extract(microseconds from timestamp '2024-03-15 10:20:30.5')::float8
select date_part('year', date '2024-03-15')
select date_part('day', interval '3 days 4 hours')
select date_part('epoch', timestamptz '1970-01-02 00:00:00+00')
select date_trunc('year', timestamp '2024-03-15 10:20:30')
select date_trunc('quarter', timestamp '2024-05-15 10:20:30')
select date_trunc('month', timestamp '2024-03-15 10:20:30')
select date_trunc('week', timestamp '2024-03-15 10:20:30')
select date_trunc('day', timestamp '2024-03-15 10:20:30')
select date_trunc('hour', timestamp '2024-03-15 10:20:30')
select date_trunc('minute', timestamp '2024-03-15 10:20:30')
select date_trunc('second', timestamp '2024-03-15 10:20:30.567')
select date_trunc('day', timestamptz '2024-03-15 10:20:30+05')
select age(timestamp '2024-03-15', timestamp '2023-01-10')
select age(date '2024-03-01', date '2024-02-01')
select make_date(2024, 3, 15)
select make_timestamp(2024, 3, 15, 10, 20, 30.5)
select make_time(10, 20, 30.5)
select to_char(timestamp '2024-03-05 14:07:09', 'YYYY-MM-DD HH24:MI:SS')
select to_char(timestamp '2024-03-05 14:07:09', 'DD Mon YYYY')
select to_char(timestamp '2024-03-05 14:07:09', 'HH12:MI AM')
select to_char(date '2024-03-05', 'YYYYMMDD')
select to_char(date '2024-03-05', 'YY/MM')
select to_char(timestamp '2024-03-05 14:07:09', 'FMDay, FMDD FMMonth')
select to_char(timestamp '2024-03-05', 'Q')
select to_char(date '2024-03-05', 'IYYY-IW')
select to_date('2024-03-15', 'YYYY-MM-DD')
select to_timestamp(0)
select now() is not null
select current_date is not null
select current_timestamp is not null
select localtimestamp is not null
select clock_timestamp() is not null
select interval '1 day'
select interval '2 hours 30 minutes'
select interval '1 year 2 months'
select interval '-1 day'
select interval '90 minutes'
select interval '1 day' * 2
select interval '1 day' + interval '2 hours'
select - interval '1 day'
select '1 day'::interval
select '01:30:00'::interval
select time '10:20:30' + interval '1 hour'
select date '2024-03-15' = timestamp '2024-03-15 00:00:00'
select date '2024-03-15' < timestamp '2024-03-15 10:00:00'
select isfinite(date '2024-01-01')
select 'infinity'::timestamp > timestamp '2024-01-01'
select date 'infinity' > date '2024-01-01'
select d::date from generate_series(timestamp '2024-01-01', timestamp '2024-01-03', interval '1 day') as d
select g from generate_series(10, 1, -3) as g
select g, g * 2 from generate_series(1, 3) as g where g > 1
select * from generate_series(1, 2) a, generate_series(3, 4) b order by 1, 2
select i, x from unnest(array['a', 'b']) with ordinality as t(x, i)
select unnest(array[1, 2, 3])
select unnest(array['a', 'b'])
select 1
select (array['a', 'b'])[1]
select array[1, 2] || array[3]
select array_length(array[1, 2, 3], 1)
select cardinality(array[1, 2])
select array_upper(array[1, 2], 1)
select array_lower(array[1, 2], 1)
select array_append(array[1], 2)
select array_prepend(0, array[1])
select array_cat(array[1], array[2])
select array_position(array['a', 'b'], 'b')
select array_remove(array[1, 2, 1], 1)
select array_replace(array[1, 2], 1, 9)
select array[1, 2] @> array[1]
select array[1] <@ array[1, 2]
select array[1, 2] && array[2, 3]
select array[1, 2] = array[1, 2]
select 1 = any(array[1, 2])
select 3 = all(array[3, 3])
select 2 > any(array[1, 5])
select 2 <> all(array[1, 3])
select array(select g from generate_series(1, 3) as g order by g desc)
select array_agg(x order by x) from (values (3), (1), (2)) as t(x)
select array_agg(distinct x order by x) from (values (3), (1), (3)) as t(x)
select '{1,2,3}'::int[]
select '{a,"b c",NULL}'::text[]
select array[]::int[]
select array[[1, 2], [3, 4]]
select '{"a": {"b": 1}}'::json -> 'a' ->> 'b'
select '[1, 2]'::json ->> 1
select json_array_length('[1, 2, 3]')
select json_typeof('{"a": 1}')
select to_json(array[1, 2])::text, row_to_json(t)::text from (select 1 as a, 'x' as b) t
select count(*), count(1), count(null), count(distinct x) from (values (1), (1), (2)) as t(x)
select sum(x), avg(x)::float8, min(x), max(x) from (values (1), (2), (4)) as t(x)
select sum(x), avg(x), min(x), max(x) from (values (1.5), (2.5)) as t(x)
select sum(x), avg(x) from (values (1.5::float8), (2.5)) as t(x)
select sum(x), max(x), count(x) from (values (1)) as t(x) where false
select bool_and(x), bool_or(x), every(x) from (values (true), (false)) as t(x)
select bit_and(x), bit_or(x) from (values (5), (3)) as t(x)
select percentile_cont(0.5) within group (order by x), percentile_disc(0.5) within group (order by x), mode() within group (order by x) from (values (1), (2), (2), (5)) as t(x)
select percentile_cont(array[0.25, 0.75]) within group (order by x) from (values (1.0::float8), (2), (3), (4)) as t(x)
select count(*) filter (where x > 1), sum(x) filter (where x < 3) from (values (1), (2), (3)) as t(x)
select x, count(*) from (values ('a'), ('b'), ('a')) as t(x) group by x having count(*) > 1
select x, y, sum(z) from (values ('a', 1, 10), ('a', 2, 20), ('b', 1, 5)) as t(x, y, z) group by rollup (x, y) order by 1 nulls last, 2 nulls last
select x, y, sum(z) from (values ('a', 1, 10), ('a', 2, 20), ('b', 1, 5)) as t(x, y, z) group by cube (x, y) order by 1 nulls last, 2 nulls last
select x, grouping(x), sum(z) from (values ('a', 10), ('b', 5)) as t(x, z) group by grouping sets ((x), ()) order by 1 nulls last
select x % 2, count(*) from (values (1), (2), (3)) as t(x) group by 1 order by 1
select x, row_number() over (order by x), rank() over (order by x), dense_rank() over (order by x) from (values (1), (1), (2)) as t(x) order by 1, 2
select x, percent_rank() over (order by x), cume_dist() over (order by x), ntile(2) over (order by x) from (values (1), (2), (3)) as t(x)
select x, lag(x) over (order by x), lead(x) over (order by x), lag(x, 2, 0) over (order by x) from (values (1), (2), (3)) as t(x)
select x, first_value(x) over w, last_value(x) over w, nth_value(x, 2) over w from (values (1), (2), (3)) as t(x) window w as (order by x rows between unbounded preceding and unbounded following)
select x, sum(x) over (order by x), sum(x) over (order by x rows between 1 preceding and current row), avg(x) over ()::float8 from (values (1), (2), (3)) as t(x)
select x, count(*) over (partition by x % 2) from (values (1), (2), (3)) as t(x) order by x
select x, sum(x) over (order by x range between 1 preceding and 1 following) from (values (1), (2), (4)) as t(x)
select distinct on (x) x, y from (values (1, 'b'), (1, 'a'), (2, 'c')) as t(x, y) order by x, y
select x from (values (3), (null), (1)) as t(x) order by x
select x from (values (3), (null), (1)) as t(x) order by x desc
select x from (values (3), (null), (1)) as t(x) order by x nulls first
select x from (values (3), (null), (1)) as t(x) order by x desc nulls last
select x from (values ('b'), ('A'), ('a'), ('B'), ('_'), ('1')) as t(x) order by x
select x from generate_series(1, 10) as t(x) order by x limit 3 offset 2
select x from generate_series(1, 10) as t(x) order by x fetch first 2 rows only
select x from generate_series(1, 10) as t(x) order by x offset 8
select 1 union select 2 union select 1 order by 1
select 1 union all select 1
select x from generate_series(1, 4) as t(x) intersect select 2 order by 1
select x from generate_series(1, 4) as t(x) except select 2 order by 1
select * from (values (1, 'a'), (2, 'b')) as l(i, x) join (values (1, 'c')) as r(i, y) using (i)
select * from (values (1, 'a'), (2, 'b')) as l(i, x) left join (values (1, 'c')) as r(j, y) on i = j order by 1
select * from (values (1, 'a')) as l(i, x) right join (values (1, 'c'), (2, 'd')) as r(j, y) on i = j order by 3
select * from (values (1)) as l(i) full join (values (2)) as r(j) on i = j order by 1
select * from (values (1), (2)) as l(i) cross join (values ('a'), ('b')) as r(j) order by 1, 2
select * from (values (1, 2)) as l(a, b) natural join (values (1, 3)) as r(a, c)
select i, y from (values (1), (2)) as l(i), lateral (select i * 10 as y) as s order by 1
select i, (select max(x) from (values (1), (5)) as t(x) where x > i) from (values (0), (3)) as l(i) order by 1
select exists (select 1 where false)
select not exists (select 1)
select (select 1)
select i from (values (1), (2), (3)) as t(i) where i in (select 2 union select 3) order by i
select i from (values (1), (2), (3)) as t(i) where i > all (select 1) order by i
select i from (values (1), (2), (3)) as t(i) where i = any (select 2) or i < some (select 2) order by i
with recursive t(n) as (select 1 union all select n + 1 from t where n < 5) select sum(n) from t
with a as (select 1 as x), b as (select x + 1 as y from a) select * from a, b
with t as materialized (select 1 as x) select * from t
select case when 1 = 1 then 'a' else 'b' end
select case 2 when 1 then 'x' when 2 then 'y' end
select case when false then 1 end
select cast(1 as text)
select cast('1' as integer)
select '1'::bigint
select 1::text || 'x'
select 1.5::int
select 2.5::int
select -1.5::int
select '2024-03-15'::date
select '2024-03-15 10:00'::timestamp
select '10:00'::time
select 'true'::boolean
select 't'::bool
select 'yes'::bool
select '0'::bool
select 1::bool
select 0::bool
select true::int
select true::text
select false::text
select 1.5::float8::text
select 1e20::float8::text
select 1e-7::float8::text
select 100000::float8::text
select 'NaN'::float8::text
select 1.0::numeric(5,2)::text
select 1.005::numeric(5,2)
select 1234567890123456789::numeric::text
select 0.00::numeric(4,2)
select date '2024-03-15'::text
select timestamp '2024-03-15 10:00:00'::text
select interval '1 day 02:03:04'::text
select time '10:00:00'::text
select timestamp '2024-03-15 10:20:30'::date
select date '2024-03-15'::timestamp
select timestamp '2024-03-15 10:20:30'::time
select timestamptz '2024-03-15 10:20:30+00'::date
select 12345678901::bigint
select 2147483647
select 2147483648
select -2147483648
select 9223372036854775807
select 1e3
select .5
select 5.
select 'it''s', E'a\nb', E'\x41', $$dollar 'quoted'$$, U&'\0041'
select '' is null
select length('')
select coalesce('', 'x')
select "a" from (select 1 as "a") as t
select t.* from (select 1 as a, 2 as b) as t
select a.x as "X Y", a.x + 1 from (select 1 as x) a
select 1 as "select"
select 2 as "Group"
select count(*) from silver.songplays where level = 'paid'
select level, count(*) as plays, count(distinct user_id) as listeners from silver.songplays group by level order by plays desc
select user_id, max(start_time) from silver.songplays group by user_id order by 2 desc, 1 limit 3
select date_trunc('day', start_time)::date as day, count(*) from silver.songplays group by 1 order by 1 limit 5
select extract(hour from start_time)::int as h, count(*) from silver.songplays group by h order by h limit 5
select to_char(start_time, 'YYYY-MM') as month, count(*) from silver.songplays group by 1 order by 1
select s.title, count(*) from silver.songplays p join silver.songs s using (song_id) group by s.title order by 2 desc, 1 limit 5
select a.name, count(*) from silver.songplays p left join silver.artists a on a.artist_id = p.artist_id group by 1 order by 2 desc, 1 nulls last limit 5
select u.gender, p.level, count(*) from silver.songplays p join silver.users u on u.user_id = p.user_id group by 1, 2 order by 1, 2
select user_id from silver.users where user_id not in (select user_id from silver.songplays where user_id is not null) order by 1 limit 5
select user_id, rank() over (order by count(*) desc) as r from silver.songplays group by user_id order by r, user_id limit 5
select avg(n)::float8, max(n) from (select user_id, count(*) as n from silver.songplays group by user_id) t
select count(*) from silver.songplays where start_time >= '2001-01-01' and start_time < '2040-01-01'::timestamptz
select count(*) from silver.songplays where start_time between timestamptz '2001-01-01' and now()
select weekday, count(*) from silver.time group by weekday order by weekday
select year, month, count(*) from silver.songplays group by year, month order by 1, 2
select min(duration), max(duration), count(*) from silver.songs
select title from silver.songs where title ilike '%a%' order by title limit 3
select title, length(title) from silver.songs order by length(title) desc, title limit 3
select artist_id, name, latitude, longitude from silver.artists order by artist_id limit 3
select count(*) from silver.songs s where exists (select 1 from silver.songplays p where p.song_id = s.song_id)
select coalesce(song_id, 'none'), count(*) from silver.songplays group by 1 order by 2 desc, 1 limit 3
select sum(case when level = 'paid' then 1 else 0 end) * 100.0 / count(*) > 0 from silver.songplays
select round(100.0 * count(*) filter (where level = 'paid') / count(*), 1) from silver.songplays
select user_agent like '%Mozilla%', count(*) from silver.songplays group by 1 order by 1
select split_part(location, ', ', 2) as state, count(*) from silver.songplays group by 1 order by 2 desc, 1 limit 3
select distinct level from silver.users order by 1
select level, string_agg(first_name, ',' order by first_name) from silver.users group by level order by level limit 1
select array_agg(user_id order by user_id) from (select user_id from silver.users order by 1 limit 3) t
select first_name || ' ' || last_name as name from silver.users order by 1 limit 3
select count(*) from silver.users u, silver.songplays p where u.user_id = p.user_id and u.level = p.level
select p1.user_id from silver.songplays p1 join silver.songplays p2 on p1.songplay_id = p2.songplay_id order by 1 limit 1
with plays as (select user_id, count(*) as n from silver.songplays group by 1) select width_bucket(n, 0, 100, 5), count(*) from plays group by 1 order by 1
with daily as (select date_trunc('day', start_time) as d, count(*) as n from silver.songplays group by 1) select d, n, sum(n) over (order by d) from daily order by d limit 3
with daily as (select date_trunc('day', start_time) as d, count(*) as n from silver.songplays group by 1) select d, n - lag(n) over (order by d) from daily order by d limit 3
select table_name from information_schema.tables where table_schema = 'silver' and table_name like 'song%' order by 1
select column_name, data_type, is_nullable from information_schema.columns where table_schema = 'silver' and table_name = 'users' order by ordinal_position
select current_schema() is not null
select current_user
select session_user
select current_database()
select pg_typeof(1)::text
select pg_typeof('a'::text)::text
select pg_typeof(1.5)::text
select pg_typeof(now())::text
select has_table_privilege('silver.users', 'select')
select has_schema_privilege('silver', 'usage')
select format_type(23, null)
select format_type(1043, 14)
select format_type(1700, 655366)
select 'int4'::regtype::text
select 23::regtype::text
select 'silver.users'::regclass::text
select 'silver.time'::regclass::text
select pg_get_indexdef(indexrelid) from pg_index where indrelid in ('silver.time'::regclass, 'silver.users'::regclass) order by 1
select nspname from pg_namespace where nspname in ('gold', 'silver') order by 1
select relname, relkind from pg_class where relname = 'users' and relkind = 'r'
select version() like 'PostgreSQL 15%'
select current_setting('server_version_num')::int / 10000
select random() between 0 and 1
select gen_random_uuid() is not null
select ntile(3) over (order by g), g from generate_series(1, 5) g
select sum(g) over w from generate_series(1, 3) g window w as (order by g)
select lower(left('ABC', 1)) || upper(substring('abc', 2))
select date_bin('15 minutes', timestamp '2024-03-15 10:22:30', timestamp '2024-01-01')
select substring('foobar' from 'o(.)b')
select substring('foobar' from '^(f)')
select bool 'true'
select int2 '5'
select float8 '1.5'
select text 'x'
select numeric '1.50'
select numeric '1.50' + 1
select numeric '1.50' * numeric '2.00'
select '{"a":1}'::jsonb ->> 'a'
select count(*) from (select 1 where false) t
select all 1
select (select array_agg(g) from generate_series(1, 2) g)
table silver.users limit 0
select x.* from (select 1 as a) as x, (select 2 as b) as y
select 1 / 3.0::float8
select 5 / 2 * 2.0
select 5.0 / 2 * 2
select cast(5 as float8) / 2
select 5::numeric / 2
select count(*)::int, sum(1)::int from generate_series(1, 5)
select format('Zürich %s%%', 'ä')
select to_char(timestamp '2024-03-05 14:07:09', 'yyyy-mm-dd hh24:mi:ss')
select to_char(timestamp '2024-03-05 14:07:09', 'FMYYYY FMMM FMMS')
select to_date('2024-3-5', 'FMYYYY-FMMM-FMDD')
select overlay('Txxxxas' placing 'hom' from 2)
select width_bucket(5.0::float8, 10.0::float8, 0.0::float8, 5)
select array_remove(array[1, 2], e) from (select 1 as e) t
select regexp_match('a(b', '[(](b)')
select ((1.5::float8::text)::float8::text)::float8::text
select (select 5)::text as t
select date_part('SECOND', timestamp '2024-03-05 14:07:09.5')
