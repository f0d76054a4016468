#!/usr/bin/env python3
"""5-minute windows with exact distinct customers, by one peer: one process a run, one line of JSON.

DuckDB and Polars as a batch query over all files, written as Parquet; Spark as a stream (`availableNow`, local[2],
append, the distinct count as size(collect_set)), since that is the job which is replaced. Spark's append keeps back
the windows of the last hour. Its clock starts when the session is up; the others' after their imports.
"""

import argparse
import json
import os
import pathlib
import resource
import time

THREADS = 2


def duckdb_job(args):
    import duckdb

    connection = duckdb.connect(config={"threads": THREADS})
    connection.execute("set TimeZone = 'UTC'")
    started = time.monotonic()
    if args.form == "ndjson":
        rows = (f"select ts // 300000 as w, nullif(userId, '') as c from read_json('{args.data}/**/*.json', "
                "format = 'newline_delimited', columns = {'ts': 'BIGINT', 'userId': 'VARCHAR'})")
    else:
        rows = f"select epoch_ms(start_timestamp) // 300000 as w, customer_id as c from '{args.data}/*.parquet'"
    connection.execute(f"copy (select make_timestamptz(w * 300000000) as window_start, count(*) as sessions, "
                       f"count(distinct c) as customers from ({rows}) group by w) to '{args.out}' (format parquet)")
    return started


def polars_job(args):
    os.environ["POLARS_MAX_THREADS"] = str(THREADS)
    import polars as pl

    started = time.monotonic()
    if args.form == "ndjson":
        files = sorted(map(str, args.data.rglob("*.json")))
        rows = pl.scan_ndjson(files, schema={"ts": pl.Int64, "userId": pl.String}).select(
            (pl.col("ts") // 300000).alias("w"),
            pl.when(pl.col("userId") != "").then(pl.col("userId")).alias("c"))
    else:
        rows = pl.scan_parquet(f"{args.data}/*.parquet").select(
            (pl.col("start_timestamp").dt.epoch("ms") // 300000).alias("w"), pl.col("customer_id").alias("c"))
    rows.group_by("w").agg(pl.len().alias("sessions"), pl.col("c").drop_nulls().n_unique().alias("customers")).select(
        pl.from_epoch(pl.col("w") * 300, "s").alias("window_start"), "sessions", "customers").sink_parquet(args.out)
    return started


def spark_job(args):
    from pyspark.sql import SparkSession
    from pyspark.sql import functions as F

    spark = (SparkSession.builder.master(f"local[{THREADS}]").config("spark.driver.memory", "4g")
             .config("spark.ui.enabled", "false").config("spark.sql.session.timeZone", "UTC")
             .config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
             .config("spark.sql.shuffle.partitions", "4").getOrCreate())
    spark.sparkContext.setLogLevel("ERROR")
    started = time.monotonic()
    if args.form == "ndjson":
        rows = (spark.readStream.schema("ts BIGINT, userId STRING").option("recursiveFileLookup", "true")
                .json(str(args.data)).select(F.expr("timestamp_millis(ts)").alias("t"),
                                             F.expr("nullif(userId, '')").alias("c")))
    else:
        rows = (spark.readStream.schema("start_timestamp TIMESTAMP, customer_id STRING").parquet(str(args.data))
                .select(F.col("start_timestamp").alias("t"), F.col("customer_id").alias("c")))
    windows = (rows.withWatermark("t", "1 hour").groupBy(F.window("t", "5 minutes"))
               .agg(F.count("*").alias("sessions"), F.size(F.collect_set("c")).alias("customers"))
               .select(F.col("window.start").alias("window_start"), "sessions", "customers"))
    query = (windows.writeStream.outputMode("append").format("parquet").trigger(availableNow=True)
             .option("checkpointLocation", str(args.out) + ".checkpoint").start(str(args.out)))
    query.awaitTermination()
    args.used = account(spark.sparkContext._gateway.proc.pid)
    return started


def account(process):
    """What Java has used, in which Spark works; the kernel's account of ours has it only when it has ended."""
    home = pathlib.Path(f"/proc/{process}")
    fields = (home / "stat").read_text().rsplit(") ", 1)[1].split()
    (peak,) = (line.split()[1] for line in (home / "status").read_text().splitlines() if line.startswith("VmHWM"))
    return {"cpu_s": round(sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK"), 2), "peak_rss_mb": round(int(peak) / 1024)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", choices=["duckdb", "polars", "spark"])
    parser.add_argument("form", choices=["ndjson", "parquet"])
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    args = parser.parse_args()
    started = {"duckdb": duckdb_job, "polars": polars_job, "spark": spark_job}[args.peer](args)
    found = {"wall_s": round(time.monotonic() - started, 3),
             "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)}
    print(json.dumps(found | (args.used if args.peer == "spark" else {})))


if __name__ == "__main__":
    main()
