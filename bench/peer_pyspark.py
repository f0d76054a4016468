#!/usr/bin/env python3
"""The star schema in PySpark, local[2]: the classic job of the predecessors, and a fair one.

Classic reads with inferred schemas, as the published jobs do. Fair gives the schemas, lists files in the
driver, keeps what is used twice, and writes without a process for each file (pip's Spark has no native
Hadoop library). Compare with the fair one.
"""

import os
import pathlib

from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F

from peer_job import LOG_COLUMNS, SONG_COLUMNS, THREADS, Job

TYPES = {"text": "STRING", "integer": "BIGINT", "real": "DOUBLE"}


def start_time():
    return F.expr("timestamp_millis(ts)")


def session(job):
    settings = {
        "spark.driver.memory": "4g", "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC", "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1", "spark.sql.shuffle.partitions": "4",
    }
    if not job.options.classic:
        jar = pathlib.Path(os.environ["CADENZA_SPARK_JARS"]) / "hadoop-bare-naked-local-fs-0.1.0.jar"
        settings |= {
            "spark.driver.extraClassPath": str(jar),
            "spark.hadoop.fs.file.impl": "com.globalmentor.apache.hadoop.fs.BareLocalFileSystem",
            "spark.sql.sources.parallelPartitionDiscovery.threshold": "1000000",
        }
    builder = SparkSession.builder.master(f"local[{THREADS}]").appName("star schema")
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def read(spark, job, columns, files):
    reader = spark.read
    if not job.options.classic:
        reader = reader.schema(", ".join(f"{name} {TYPES[kind]}" for name, kind in columns.items()))
    frame = reader.json(files)
    return frame if job.options.classic else frame.cache()


def songs(records):
    return records.select("song_id", "title", "artist_id", "year", "duration").dropDuplicates(["song_id"])


def artists(records):
    return records.select(
        "artist_id", F.col("artist_name").alias("name"), F.col("artist_location").alias("location"),
        F.col("artist_latitude").alias("latitude"), F.col("artist_longitude").alias("longitude"),
    ).dropDuplicates(["artist_id"])


def users(events):
    latest = Window.partitionBy("userId").orderBy(F.desc("ts"))
    ranked = events.filter("userId <> ''").withColumn("place", F.row_number().over(latest)).filter("place = 1")
    return ranked.select(F.col("userId").alias("user_id"), F.col("firstName").alias("first_name"),
                         F.col("lastName").alias("last_name"), "gender", "level")


def times(plays):
    t = F.col("start_time")
    return plays.select(start_time().alias("start_time")).distinct().select(
        t, F.hour(t).alias("hour"), F.dayofmonth(t).alias("day"), F.weekofyear(t).alias("week"),
        F.month(t).alias("month"), F.year(t).alias("year"), (F.weekday(t) + 1).alias("weekday"))


def songplays(plays, records):
    s = records.select("song_id", "title", "artist_id", "artist_name", "duration")
    same = (plays.song == s.title) & (plays.artist == s.artist_name) & (plays.length == s.duration)
    return plays.join(s, same, "left").select(
        F.xxhash64("ts", "userId", "sessionId", "itemInSession").alias("songplay_id"),
        start_time().alias("start_time"), F.expr("nullif(userId, '')").alias("user_id"), "level", "song_id",
        "artist_id", F.col("sessionId").alias("session_id"), "location", F.col("userAgent").alias("user_agent"),
        F.year(start_time()).alias("year"), F.month(start_time()).alias("month"))


def write(job, name, frame, *partitions):
    with job.step(name):
        frame.write.partitionBy(*partitions).parquet(str(job.out / name))


def star_schema(spark, job):
    with job.step("plan songs"):
        records = read(spark, job, SONG_COLUMNS, job.songs)
    write(job, "songs", songs(records), *(() if job.options.no_song_partitions else ("year", "artist_id")))
    write(job, "artists", artists(records))
    with job.step("plan logs"):
        events = read(spark, job, LOG_COLUMNS, job.logs)
    plays = events.filter("page = 'NextSong'")
    write(job, "users", users(events))
    write(job, "time", times(plays), "year", "month")
    write(job, "songplays", songplays(plays, records), "year", "month")
    if job.options.with_events:
        write(job, "events", events.withColumn("event_date", F.to_date(start_time())), "event_date")


def decode(spark, job):
    events = read(spark, job, LOG_COLUMNS, job.logs)
    what = [F.sum("length"), F.sum("ts"), F.countDistinct("userId")]
    if job.options.decode == 18:
        what = [F.count(name) for name in LOG_COLUMNS]
    with job.step("decode"):
        job.rows = events.select(F.count("*"), *what).collect()[0][0]


def java_usage(spark):
    """(peak MB, CPU seconds) of the JVM, where nearly all of the work is done."""
    pid = spark.sparkContext._gateway.proc.pid
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    peak_kb = int(status.split("VmHWM:")[1].split()[0])
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return round(peak_kb / 1024), (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main():
    job = Job(__doc__, lambda parser: parser.add_argument("--classic", action="store_true"))
    with job.step("session"):
        spark = session(job)
    (decode if job.options.decode else star_schema)(spark, job)
    peak_mb, cpu_s = java_usage(spark)
    job.close(peak_rss_mb=peak_mb, cpu_s=cpu_s)
    if job.options.decode:
        job.report(rows={"events": job.rows})
    else:
        rows = {name: spark.read.parquet(str(job.out / name)).count() for name in job.tables}
        matched = spark.read.parquet(str(job.out / "songplays")).filter("song_id is not null").count()
        job.report(rows=rows, matched=matched)
    spark.stop()


if __name__ == "__main__":
    main()
