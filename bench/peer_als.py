#!/usr/bin/env python3
"""Spark MLlib's ALS for implicit feedback on a matrix of listeners and tracks, local[2]: seconds an iteration. Prints one JSON
object."""

import argparse
import json
import os
import time

from pyspark.ml.recommendation import ALS
from pyspark.sql import SparkSession


def session(threads, memory):
    settings = {"spark.driver.memory": memory, "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false",
                "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.default.parallelism": str(threads),
                "spark.sql.shuffle.partitions": str(threads)}
    builder = SparkSession.builder.master(f"local[{threads}]").appName("als")
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", help="Parquet with user, item and value")
    parser.add_argument("--factors", type=int, required=True)
    parser.add_argument("--iterations", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--memory", default="4g")
    options = parser.parse_args()
    pairs = session(options.threads, options.memory).read.parquet(os.path.abspath(options.pairs)).cache()
    pairs.count()

    def seconds(iterations):
        began = time.monotonic()
        ALS(userCol="user", itemCol="item", ratingCol="value", implicitPrefs=True, rank=options.factors, maxIter=iterations,
            regParam=1.0, alpha=1.0, seed=3, numUserBlocks=options.threads, numItemBlocks=options.threads).fit(pairs)
        return time.monotonic() - began

    # The first fit warms the machine; what all fits do once falls out of the difference.
    seconds(1)
    one, many = seconds(1), seconds(1 + options.iterations)
    print(json.dumps({"iteration": (many - one) / options.iterations}))


main()
