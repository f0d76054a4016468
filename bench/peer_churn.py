#!/usr/bin/env python3
"""Spark ML on the features of `cadenza churn`, local[2], as the published projects learn: logistic regression and boosted
trees, cancellations within 10 days, in the folds of the program's own test. Prints one JSON object."""

import argparse
import json
import time

from pyspark.ml.classification import GBTClassifier, LogisticRegression
from pyspark.ml.evaluation import BinaryClassificationEvaluator
from pyspark.ml.feature import StandardScaler, VectorAssembler
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

FIXED = {"user_id", "cut_off", "fold", "label", "is_test"}


def session():
    settings = {"spark.driver.memory": "2g", "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false",
                "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.sql.shuffle.partitions": "2",
                "spark.default.parallelism": "2"}
    builder = SparkSession.builder.master("local[2]").appName("churn")
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def table(spark, path):
    """All features in one vector; what is not known is 0, as the published projects have it."""
    rows = spark.read.parquet(path)
    names = [name for name in rows.columns if name not in FIXED]
    rows = rows.select("fold", F.col("label").cast("double").alias("label"), "is_test",
                       *[F.coalesce(F.col(name).cast("double"), F.lit(0.0)).alias(name) for name in names])
    rows = VectorAssembler(inputCols=names, outputCol="raw").transform(rows).select("fold", "label", "is_test", "raw")
    return StandardScaler(inputCol="raw", outputCol="features").fit(rows).transform(rows).drop("raw").cache()


def tested(rows, learner):
    """The probabilities of each fold by who learned from the others."""
    parts = []
    for fold in range(5):
        model = learner.fit(rows.filter((F.col("fold") != fold) & ~F.col("is_test")))
        parts.append(model.transform(rows.filter((F.col("fold") == fold) & F.col("is_test"))).select("label", "probability"))
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.union(part)
    return BinaryClassificationEvaluator(rawPredictionCol="probability").evaluate(whole)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table")
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--depth", type=int, required=True)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--features-share", type=float, required=True)
    options = parser.parse_args()
    began = time.monotonic()
    spark = session()
    seconds = {"session": time.monotonic() - began}
    began = time.monotonic()
    rows = table(spark, options.table)
    count = rows.count()
    seconds["table"] = time.monotonic() - began
    learners = {
        "logistic_regression": LogisticRegression(regParam=0.01, maxIter=100),
        "boosting": GBTClassifier(maxIter=options.rounds, maxDepth=options.depth, stepSize=options.rate,
                                  featureSubsetStrategy=str(options.features_share), minInstancesPerNode=10, seed=1),
    }
    auc = {}
    for name, learner in learners.items():
        began = time.monotonic()
        auc[name] = tested(rows, learner)
        seconds[name] = time.monotonic() - began
    spark.stop()
    print(json.dumps({"rows": count, "auc": auc, "seconds": seconds}))


if __name__ == "__main__":
    main()
