use futures_util::{pin_mut, StreamExt, TryStreamExt};
use tokio_postgres::{types::Type, Client, Error, NoTls, Row};
fn say<T: std::fmt::Debug>(name: &str, r: Result<T, Error>) {
    match r {
        Ok(v) => println!("== {name} {v:?}"),
        Err(e) => match e.as_db_error() {
            Some(d) => println!("== {name} ERROR {} {} {:?}", d.code().code(), d.message(), d.position()),
            None => println!("== {name} FAULT {e}"),
        },
    }
}
fn types(rows: &[Row]) -> Vec<(String, String)> {
    rows.first()
        .map(|r| {
            r.columns()
                .iter()
                .map(|c| (c.name().to_string(), c.type_().name().to_string()))
                .collect()
        })
        .unwrap_or_default()
}
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let port = std::env::args().nth(1).unwrap();
    let (mut c, connection): (Client, _) = tokio_postgres::connect(&format!("host=127.0.0.1 port={port} user=postgres dbname=lake"), NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    say("types", c.query("select 1::int2 as a, 1::int4 as b, 1::int8 as c, 1.5::float4 as d, 1.5::float8 as e, 1.50::numeric(10,2) as f, true as g, 'a'::text as h, date '2024-02-29' as i, timestamp '2024-01-01 10:00:00.5' as j, timestamptz '2024-01-01 10:00:00+02' as k, array[1,2,3] as l, '{\"a\":1}'::json as m, null as n", &[]).await.map(|r| types(&r)));
    say(
        "row",
        c.query_one(
            "select songplay_id, start_time, session_id, year from silver.songplays order by 1 limit 1",
            &[],
        )
        .await
        .map(|r| {
            (
                r.get::<_, String>(0),
                r.get::<_, chrono::DateTime<chrono::Utc>>(1),
                r.get::<_, i64>(2),
                r.get::<_, i32>(3),
            )
        }),
    );
    for q in [
        "select * from nothing",
        "selec",
        "select 1/0",
        "select 'a'::int",
        "insert into silver.users values ('x')",
    ] {
        say(q, c.query(q, &[]).await.map(|r| r.len()));
    }
    say("params", c.query_one("select $1::int4 as a, $2::text as b, $3::date as c, $4::bool as d, $5::float8 as e, $6::timestamptz as f, $7::bytea as g, $8::text[] as h, $9::json as i", &[&1i32, &"a'b", &chrono::NaiveDate::from_ymd_opt(2024, 2, 29).unwrap(), &true, &2.5f64, &chrono::DateTime::<chrono::Utc>::from_timestamp(0, 0).unwrap(), &vec![0u8, 255], &vec!["x", "y"], &serde_json::json!({"a": 1})]).await.map(|r| (r.get::<_, i32>(0), r.get::<_, String>(1), r.get::<_, chrono::NaiveDate>(2), r.get::<_, bool>(3), r.get::<_, f64>(4), r.get::<_, Vec<u8>>(6), r.get::<_, Vec<String>>(7), r.get::<_, serde_json::Value>(8))));
    say("where", c.query("select user_id, count(*) as n from silver.songplays where level = $1 and session_id > $2 and start_time >= $3 group by 1 order by 2 desc, 1 limit $4", &[&"paid", &10i64, &chrono::DateTime::<chrono::Utc>::from_timestamp(1541376000, 0).unwrap(), &3i64]).await.map(|r| r.iter().map(|r| (r.get::<_, String>(0), r.get::<_, i64>(1))).collect::<Vec<_>>()));
    say(
        "any",
        c.query_one(
            "select count(*) from silver.songplays where user_id = any($1)",
            &[&vec!["49", "80"]],
        )
        .await
        .map(|r| r.get::<_, i64>(0)),
    );
    say(
        "prepared",
        c.prepare_typed("select $1 as t", &[Type::TEXT])
            .await
            .map(|s| (s.params().to_vec(), s.columns()[0].type_().clone())),
    );
    say(
        "simple",
        c.simple_query("select 1 as a; select 'x' as b; set application_name = 'y'")
            .await
            .map(|m| m.len()),
    );
    say(
        "raw",
        async {
            let s = c.query_raw("select songplay_id from silver.songplays", Vec::<&str>::new()).await?;
            pin_mut!(s);
            let mut n = 0;
            while let Some(r) = s.next().await {
                r?;
                n += 1;
            }
            Ok(n)
        }
        .await,
    );
    say(
        "copy",
        async {
            let s = c
                .copy_out("copy (select level, count(*) from silver.songplays group by 1 order by 1) to stdout")
                .await?;
            let parts: Vec<_> = s.try_collect::<Vec<_>>().await?;
            Ok(String::from_utf8(parts.concat()).unwrap())
        }
        .await,
    );
    say(
        "portal",
        async {
            let t = c.transaction().await?;
            let s = t.prepare("select songplay_id from silver.songplays order by 1").await?;
            let p = t.bind(&s, &[]).await?;
            let a = t.query_portal(&p, 10).await?.len();
            let b = t.query_portal(&p, 0).await?.len();
            t.commit().await?;
            Ok((a, b))
        }
        .await,
    );
    say(
        "nested",
        async {
            let mut t = c.build_transaction().read_only(true).start().await?;
            {
                let s = t.savepoint("a").await?;
                let e = s
                    .query("select 1/0", &[])
                    .await
                    .err()
                    .and_then(|e| e.code().map(|c| c.code().to_string()));
                s.rollback().await?;
                println!("{e:?}");
            }
            let n = t.query_one("select 1 as n", &[]).await?.get::<_, i32>(0);
            t.rollback().await?;
            Ok(n)
        }
        .await,
    );
    let token = c.cancel_token();
    tokio::spawn(async move {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        token.cancel_query(NoTls).await.ok();
    });
    say(
        "cancel",
        c.query(
            "select count(*) from generate_series(1, 100000) a, generate_series(1, 1000000) b where a * b % 7 = 3",
            &[],
        )
        .await
        .map(|r| r.len()),
    );
}
