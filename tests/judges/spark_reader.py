#!/usr/bin/env python3
"""Reads Delta tables with Spark and prints, for each, one line of JSON: what a foreign reader sees.

  .venv-spark/bin/python tests/judges/spark_reader.py [--copy FOLDER] TABLE_FOLDER...

{"table": path, "rows": n, "checksum": see row_checksum.py, "columns": {name: {"type", "min", "max", "nulls"}}}
With --copy, what Spark read is also written as FOLDER/<name of the table>.parquet, to be compared row by row.
The cluster must be up: ./dev spark up.
"""

import argparse
import json
import os
import pathlib

import pyarrow.parquet
from pyspark.sql import SparkSession

from row_checksum import column_ranges, row_checksum


def read(session, folder, version):
    reader = session.read.format("delta")
    if version is not None:
        reader = reader.option("versionAsOf", version)
    return reader.load(str(folder.resolve()))


def describe(session, folder, version, copies):
    frame = read(session, folder, version)
    table = frame.toArrow()
    columns = column_ranges(table)
    for name, kind in frame.dtypes:
        columns[name]["type"] = kind
    if copies:
        copies.mkdir(parents=True, exist_ok=True)
        pyarrow.parquet.write_table(table, copies / f"{folder.name}.parquet")
    return {"table": str(folder), "rows": table.num_rows, "checksum": row_checksum(table), "columns": columns}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", nargs="+", type=pathlib.Path, metavar="TABLE_FOLDER")
    parser.add_argument("--version", type=int, help="read this version of each table")
    parser.add_argument("--copy", type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("--port", type=int, default=int(os.environ.get("CADENZA_SPARK_CONNECT_PORT", "25002")))
    args = parser.parse_args()
    session = SparkSession.builder.remote(f"sc://127.0.0.1:{args.port}").getOrCreate()
    for folder in args.tables:
        print(json.dumps(describe(session, folder, args.version, args.copy)), flush=True)
    session.stop()


if __name__ == "__main__":
    main()
