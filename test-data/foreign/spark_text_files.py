"""CSV files by Spark, with the checksums and markers that it leaves beside them. Not made anew by every build, as spark_files.py.

    venv/bin/pip install pyspark==4.3.0 && venv/bin/python spark_text_files.py [FOLDER]
"""

import sys

from pyspark.sql import SparkSession

from common import HERE, Maker

ROWS = [
    {"id": "1", "text": 'said "hi", twice', "year": 2026, "city": "Ulm am See/2=3"},
    {"id": "2", "text": "back\\slash C:\\new", "year": 2025, "city": None},
    {"id": "3", "text": 'a "quoted" back\\slash, and one at the end\\', "year": 2025, "city": "Köln 50%"},
]


def main():
    maker = Maker(sys.argv[1] if len(sys.argv) > 1 else HERE)
    spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    frame = spark.createDataFrame(ROWS, "id STRING, text STRING, year INT, city STRING").coalesce(1)
    name = "spark-partitions-csv"
    frame.write.mode("overwrite").option("header", True).partitionBy("year", "city").csv(maker.path(name))
    maker.expect(name, [{**row, "year": str(row["year"])} for row in ROWS])
    spark.stop()


if __name__ == "__main__":
    main()
