#!/usr/bin/env python3
"""Writes, with Spark, tables as other teams have them, and prints one line of JSON for each: what Spark reads.

  .venv-spark/bin/python tests/judges/spark_writer.py FOLDER LOGS SONGS

Delta tables with deletion vectors, column mapping, V2 checkpoints, type widening, generated and defaulted columns;
the logs and songs as Parquet with INT96 times, parts without rows, folders such as level=paid, _SUCCESS and .crc files.
{"table": name, "rows": n, "checksum": see row_checksum.py}; of Delta tables also "counts", the rows of each version.
Spark runs in this process (local[2]), so no cluster has to be up.
"""

import argparse
import json
import pathlib

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from row_checksum import row_checksum

REPO = pathlib.Path(__file__).resolve().parents[2]
JARS = REPO / ".deps" / "spark" / "jars"
SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "1g",
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "2",
    "spark.databricks.delta.snapshotPartitions": "1",
}


def create(spark, path, columns, *properties, tail=""):
    listed = ", ".join(f"'{name}' = '{value}'" for name, value in properties)
    spark.sql(f"CREATE TABLE delta.`{path}` ({columns}) USING delta {tail} TBLPROPERTIES ({listed})")


def insert(spark, path, select):
    spark.sql(f"INSERT INTO delta.`{path}` {select}")


def deletion_vectors(spark, path):
    create(spark, path, "n BIGINT, day DATE", ("delta.enableDeletionVectors", "true"), tail="PARTITIONED BY (day)")
    insert(spark, path, "SELECT id, DATE '2024-03-01' + CAST(id % 2 AS INT) FROM range(0, 5000, 1, 2)")
    spark.sql(f"DELETE FROM delta.`{path}` WHERE n % 7 = 0")
    spark.sql(f"UPDATE delta.`{path}` SET n = n + 100000 WHERE n % 11 = 0")


def column_mapping(spark, path):
    create(spark, path, "`a b` BIGINT, gone STRING, `level of` STRING, inner STRUCT<x: INT>",
           ("delta.columnMapping.mode", "name"), tail="PARTITIONED BY (`level of`)")
    insert(spark, path, "SELECT id, 'x', IF(id % 2 = 0, 'free', 'paid'), struct(CAST(id AS INT)) FROM range(100)")
    spark.sql(f"ALTER TABLE delta.`{path}` RENAME COLUMN `a b` TO renamed")
    spark.sql(f"ALTER TABLE delta.`{path}` DROP COLUMN gone")
    # A new column of an old name must not show the values that were dropped.
    spark.sql(f"ALTER TABLE delta.`{path}` ADD COLUMN gone STRING")
    insert(spark, path, "SELECT id, 'free', struct(-1), 'again' FROM range(100, 150)")


def column_mapping_by_id(spark, path):
    create(spark, path, "`n;{}` BIGINT, t STRING", ("delta.columnMapping.mode", "id"))
    insert(spark, path, "SELECT id, CONCAT('t', id) FROM range(30)")
    spark.sql(f"ALTER TABLE delta.`{path}` RENAME COLUMN `t` TO text")


def column_mapping_in_folders(spark, path):
    """Values of partitions of all kinds, two columns deep, under names that are not those of the log."""
    create(spark, path, "n BIGINT, day DATE, at TIMESTAMP, part INT, text STRING", ("delta.columnMapping.mode", "name"),
           ("delta.enableDeletionVectors", "true"), ("delta.checkpointInterval", "3"), ("delta.checkpointPolicy", "v2"),
           tail="PARTITIONED BY (day, at, part, text)")
    spark.sql(f"ALTER TABLE delta.`{path}` RENAME COLUMN text TO words")
    rows = ("(1, DATE '2024-03-01', TIMESTAMP '2024-03-01 12:30:00.5', 7, 'a b/c=d%20\\'é')",
            "(2, NULL, NULL, NULL, NULL)", "(3, DATE '2024-03-02', TIMESTAMP '2024-03-01 00:00:00', -1, 'x')")
    for row in rows:
        insert(spark, path, f"VALUES {row}")
    insert(spark, path, "SELECT id, DATE '2024-03-02', NULL, 5, 'x' FROM range(10, 20)")
    spark.sql(f"DELETE FROM delta.`{path}` WHERE n = 15")


def v2_checkpoints(spark, path):
    create(spark, path, "n BIGINT", ("delta.checkpointPolicy", "v2"), ("delta.checkpointInterval", "2"),
           ("delta.enableDeletionVectors", "true"))
    for step in range(4):
        insert(spark, path, f"SELECT id + {step * 1000} FROM range(100)")
    spark.sql(f"DELETE FROM delta.`{path}` WHERE n % 3 = 0")


def type_widening(spark, path):
    create(spark, path, "small SMALLINT, n INT, f FLOAT, day DATE", ("delta.enableTypeWidening", "true"),
           ("delta.feature.timestampNtz", "supported"))
    insert(spark, path, "SELECT CAST(id AS SMALLINT), CAST(id AS INT), CAST(id / 2 AS FLOAT), DATE '2024-03-01' FROM range(50)")
    for column, kind in (("small", "INT"), ("n", "BIGINT"), ("f", "DOUBLE"), ("day", "TIMESTAMP_NTZ")):
        spark.sql(f"ALTER TABLE delta.`{path}` ALTER COLUMN {column} TYPE {kind}")
    insert(spark, path, "SELECT 100000, id + 5000000000, 0.1, TIMESTAMP_NTZ '2024-03-01 12:00:00' FROM range(20)")


def everything(spark, path):
    """All of it in one table, with the checkpoint after the last change."""
    create(spark, path, "id INT, was STRING, at TIMESTAMP", ("delta.enableDeletionVectors", "true"),
           ("delta.columnMapping.mode", "name"), ("delta.enableTypeWidening", "true"), ("delta.checkpointPolicy", "v2"),
           ("delta.checkpointInterval", "7"), tail="CLUSTER BY (id)")
    insert(spark, path, "SELECT CAST(id AS INT), CONCAT('w', id), TIMESTAMP_MILLIS(1541106106796 + id) FROM range(200)")
    spark.sql(f"DELETE FROM delta.`{path}` WHERE id % 5 = 0")
    spark.sql(f"ALTER TABLE delta.`{path}` ALTER COLUMN id TYPE BIGINT")
    spark.sql(f"ALTER TABLE delta.`{path}` RENAME COLUMN was TO is")
    insert(spark, path, "SELECT id + 5000000000, NULL, NULL FROM range(20)")
    spark.sql(f"OPTIMIZE delta.`{path}`")
    spark.sql(f"DELETE FROM delta.`{path}` WHERE id = 5000000001")


def log_frame(spark, logs):
    return spark.read.option("recursiveFileLookup", "true").json(logs)


def logs_with_int96(spark, path, logs):
    spark.conf.set("spark.sql.parquet.outputTimestampType", "INT96")
    timed = log_frame(spark, logs).withColumn("ts", F.timestamp_millis(F.col("ts")))
    timed.repartition(3).write.parquet(path)
    timed.filter("false").write.mode("append").parquet(path)


def logs_in_folders(spark, path, logs):
    log_frame(spark, logs).repartition(2).write.partitionBy("level", "auth").parquet(path)


def logs_in_delta(spark, path, logs):
    """A third of the events is delivered twice and taken out again by deletion vectors."""
    events = log_frame(spark, logs).withColumn("delivery", F.lit(1))
    properties = {"delta.enableDeletionVectors": "true", "delta.columnMapping.mode": "name"}
    writer = events.repartition(2).write.format("delta")
    for name, value in properties.items():
        writer = writer.option(name, value)
    writer.save(path)
    again = events.filter("sessionId % 3 = 0").withColumn("delivery", F.lit(2)).withColumn("level", F.lit("wrong"))
    again.repartition(1).write.format("delta").mode("append").save(path)
    spark.sql(f"DELETE FROM delta.`{path}` WHERE delivery = 2")
    spark.sql(f"ALTER TABLE delta.`{path}` DROP COLUMN delivery")


def songs(spark, path, source):
    records = log_frame(spark, source)
    records.repartition(2).write.partitionBy("year").parquet(path)
    records.filter("false").drop("year").write.mode("append").parquet(path + "/year=1900")


DELTA = [deletion_vectors, column_mapping, column_mapping_by_id, column_mapping_in_folders, v2_checkpoints,
         type_widening, everything]


def session():
    builder = SparkSession.builder.master("local[2]").appName("cadenza-tests")
    jars = sorted(map(str, JARS.glob("*.jar")))
    builder = builder.config("spark.jars", ",".join(jars)).config("spark.driver.extraClassPath", ":".join(jars))
    builder = builder.config("spark.hadoop.fs.file.impl", "org.apache.hadoop.fs.LocalFileSystem")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def describe(spark, name, path, is_delta):
    table = spark.read.format("delta" if is_delta else "parquet").load(path).toArrow()
    said = {"table": name, "rows": table.num_rows, "checksum": row_checksum(table)}
    if is_delta:
        history = spark.sql(f"DESCRIBE HISTORY delta.`{path}`").select("version").collect()
        said["counts"] = {
            row.version: spark.read.format("delta").option("versionAsOf", row.version).load(path).count()
            for row in history
        }
    return said


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("logs")
    parser.add_argument("songs")
    args = parser.parse_args()
    spark = session()
    spark.sparkContext.setLogLevel("ERROR")
    made = {write.__name__: lambda path, write=write: write(spark, path) for write in DELTA}
    made["logs_in_delta"] = lambda path: logs_in_delta(spark, path, args.logs)
    made["logs_with_int96"] = lambda path: logs_with_int96(spark, path, args.logs)
    made["logs_in_folders"] = lambda path: logs_in_folders(spark, path, args.logs)
    made["songs"] = lambda path: songs(spark, path, args.songs)
    for name, write in made.items():
        path = str(args.folder.resolve() / name)
        write(path)
        print(json.dumps(describe(spark, name, path, (pathlib.Path(path) / "_delta_log").exists())), flush=True)
    spark.stop()


if __name__ == "__main__":
    main()
