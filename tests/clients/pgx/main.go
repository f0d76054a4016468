// What pgx shows of a server, as text, in each of its ways to ask: pgx PORT
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib"
)

const endless = "select count(*) from generate_series(1, 100000) a, generate_series(1, 1000000) b where a * b % 7 = 3"

var background = context.Background()

func show(name string, value any, err error) {
	var refused *pgconn.PgError
	switch {
	case errors.As(err, &refused):
		fmt.Println(name, refused.Code, refused.Message, refused.Position)
	case err != nil:
		fmt.Println(name, "failed:", err)
	default:
		fmt.Println(name, value)
	}
}

func showRows(connection *pgx.Conn, name, query string, arguments ...any) {
	rows, err := connection.Query(background, query, arguments...)
	if err != nil {
		show(name, nil, err)
		return
	}
	var values []any
	for rows.Next() {
		row, err := rows.Values()
		values = append(values, row, err)
	}
	if rows.Err() == nil {
		for _, field := range rows.FieldDescriptions() {
			fmt.Print(field.Name, ":", field.DataTypeOID, ":", field.Format, " ")
		}
	}
	show(name, values, rows.Err())
}

func showBatch(connection *pgx.Conn, mode string) {
	batch := &pgx.Batch{}
	batch.Queue("select 1")
	batch.Queue("select level from silver.users where level = $1 limit 1", "paid")
	batch.Queue("select 1/0")
	batch.Queue("select 2")
	answers := connection.SendBatch(background, batch)
	for range 4 {
		var value any
		err := answers.QueryRow().Scan(&value)
		show(mode+" batch", value, err)
	}
	answers.Close()
}

func showTransaction(connection *pgx.Conn, mode string) {
	outer, err := connection.BeginTx(background, pgx.TxOptions{AccessMode: pgx.ReadOnly, IsoLevel: pgx.RepeatableRead})
	show(mode+" begin", nil, err)
	inner, err := outer.Begin(background)
	show(mode+" savepoint", nil, err)
	_, err = inner.Exec(background, "select 1/0")
	show(mode+" fails", nil, err)
	show(mode+" rollback", nil, inner.Rollback(background))
	var one int
	show(mode+" goes on", one, outer.QueryRow(background, "select 1").Scan(&one))
	show(mode+" commit", nil, outer.Commit(background))
}

func showMode(url, mode string) {
	connection, err := pgx.Connect(background, url+"?default_query_exec_mode="+mode)
	if err != nil {
		show("connect", nil, err)
		return
	}
	defer connection.Close(background)
	showRows(connection, mode+" numbers", "select 1::int2, 1::int4, 1::int8, 1.5::float4, 1.5::float8, 1.50::numeric(10,2), true, 'a'::text, 'x', null")
	showRows(connection, mode+" times", "select date '2024-02-29', timestamp '2024-01-01 10:00:00.5', timestamptz '2024-01-01 10:00:00+02', interval '1 day 2 hours'")
	showRows(connection, mode+" others", "select array[1,2,3], array['a','b'], '\\x00ff'::bytea, '{\"a\":1}'::json")
	showRows(connection, mode+" rows", "select * from silver.songplays order by songplay_id limit 2")
	for _, query := range []string{"select * from nothing", "selec", "select nope from silver.users"} {
		showRows(connection, mode+" "+query, query)
	}
	showRows(connection, mode+" parameters", "select $1::int4, $2::text, $3::date, $4::numeric, $5::bool, $6::float8, $7::timestamptz, $8::bytea, $9::text[]",
		1, "a'b", time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC), "1.5", true, 2.5, time.Unix(0, 0).UTC(), []byte{0, 255}, []string{"x", "y"})
	showRows(connection, mode+" where", "select user_id, count(*) from silver.songplays where level = $1 and session_id > $2 and start_time >= $3 group by 1 order by 2 desc, 1 limit $4",
		"paid", int64(1), time.Unix(0, 0).UTC(), 3)
	showRows(connection, mode+" any", "select count(*) from silver.songplays where level = any($1)", []string{"paid", "x"})
	showBatch(connection, mode)
	showTransaction(connection, mode)
	soon, cancel := context.WithTimeout(background, 300*time.Millisecond)
	defer cancel()
	_, err = connection.Exec(soon, endless)
	show(mode+" timeout", errors.Is(err, context.DeadlineExceeded), nil)
}

func main() {
	url := "postgres://postgres@127.0.0.1:" + os.Args[1] + "/lake"
	for _, mode := range []string{"cache_statement", "cache_describe", "describe_exec", "exec", "simple_protocol"} {
		showMode(url, mode)
	}
	database, err := sql.Open("pgx", url)
	show("database/sql", nil, err)
	var count int
	err = database.QueryRow("select count(*) from silver.users where level = $1", "paid").Scan(&count)
	show("database/sql", count, err)
}
