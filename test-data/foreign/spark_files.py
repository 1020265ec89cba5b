"""Parquet and Avro files by Spark. Not made anew by every build: PySpark is half a gigabyte.

    venv/bin/pip install pyspark==4.3.0 && venv/bin/python spark_files.py [FOLDER] [JAR of spark-avro_2.13]
"""

import datetime
import decimal
import shutil
import sys
from pathlib import Path

from common import HERE, Maker

D = decimal.Decimal
AT = datetime.datetime(2026, 1, 31, 13, 45, 0, 123456)
SCHEMA = """
    id INT, tiny TINYINT, small SMALLINT, big BIGINT, ratio FLOAT, exact DOUBLE, flag BOOLEAN, text STRING, raw BINARY,
    price DECIMAL(9,2), total DECIMAL(18,4), huge DECIMAL(38,10), day DATE, at TIMESTAMP, local TIMESTAMP_NTZ,
    tags ARRAY<STRING>, grid ARRAY<ARRAY<INT>>, counts MAP<STRING,INT>, places ARRAY<STRUCT<city:STRING,n:INT>>,
    place STRUCT<city:STRING,at:TIMESTAMP>, prices ARRAY<DECIMAL(9,2)>
"""


def rows():
    zoned = AT.replace(tzinfo=datetime.timezone.utc)
    return [
        (1, 127, 32767, 2**63 - 1, 0.5, 0.1, True, "ünï 🚀", bytearray(b"\x00\xff"), D("19.99"), D("19.9900"), D("0.0000000001"),
         AT.date(), zoned, AT, ["a", None], [[1, None], []], {"z": 1, "a": None}, [("Ulm", 1), None], ("Ulm", zoned), [D("19.99"), None]),
        (2, -128, -32768, -(2**63), -1.25, -1e300, False, "", bytearray(b""), D("-1234567.89"), D("-12345678901234.5678"), D("-1"),
         datetime.date(1700, 1, 1), datetime.datetime(1600, 2, 3, 4, 5, 6, 7, datetime.timezone.utc), datetime.datetime(9999, 12, 31, 23, 59, 59, 999999), [], [], {}, [], (None, None), []),
        (3, *[None] * 20),
    ]


def plain(value, type_):
    """As a document has it: rows are objects; Spark's timestamps are instants."""
    if value is None:
        return None
    kind = type_.typeName()
    if kind == "struct":
        return {field.name: plain(value[field.name], field.dataType) for field in type_.fields}
    if kind == "array":
        return [plain(item, type_.elementType) for item in value]
    if kind == "map":
        if type_.keyType.typeName() == "string":
            return {key: plain(item, type_.valueType) for key, item in value.items()}
        raise ValueError("Python's map has lost the order: read map_entries")
    if kind == "timestamp":
        return value.replace(tzinfo=datetime.timezone.utc)
    if kind == "binary":
        return bytes(value)
    return value


def write(spark, maker, name, frame, format_, options, view=("*",)):
    folder = maker.files / (name + ".folder")
    for key, value in options.items():
        if key.startswith("spark."):
            spark.conf.set(key, value)
    frame.coalesce(1).write.mode("overwrite").format(format_).options(
        **{k: v for k, v in options.items() if not k.startswith("spark.")}).save(str(folder))
    part = next(path for path in folder.iterdir() if path.name.startswith("part-"))
    shutil.copy(part, maker.path(name))
    read = spark.read.format(format_).load(str(folder))
    read = read.sort("id").selectExpr(*view)
    maker.expect(name, [plain(row, read.schema) for row in read.collect()])
    shutil.rmtree(folder)


def main():
    from pyspark.sql import SparkSession

    builder = (
        SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").config("spark.sql.session.timeZone", "UTC")
        .config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.parquet.int96RebaseModeInWrite", "CORRECTED").config("spark.sql.parquet.datetimeRebaseModeInWrite", "CORRECTED")
        .config("spark.sql.avro.datetimeRebaseModeInWrite", "CORRECTED"))
    if len(sys.argv) > 2:
        builder = builder.config("spark.jars", sys.argv[2])
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    maker = Maker(sys.argv[1] if len(sys.argv) > 1 else HERE)
    frame = spark.createDataFrame(rows(), SCHEMA)
    times = "spark.sql.parquet.outputTimestampType"
    legacy = "spark.sql.parquet.writeLegacyFormat"
    for stored in ["INT96", "TIMESTAMP_MICROS"]:
        write(spark, maker, f"spark-{stored.lower()}.parquet", frame, "parquet", {times: stored, legacy: "false"})
    write(spark, maker, "spark-legacy.parquet", frame.drop("local"), "parquet", {times: "INT96", legacy: "true"})
    keyed = spark.sql("SELECT 1 AS id, map(2, 'b', 1, 'a') AS v, map(DATE'2026-01-31', array(1.5BD)) AS days")
    write(spark, maker, "spark-int-keys.parquet", keyed, "parquet", {times: "TIMESTAMP_MICROS", legacy: "false"},
          ["id", "map_entries(v) AS v", "map_entries(days) AS days"])
    for codec in ["none", "snappy", "gzip", "zstd", "lz4", "lz4_raw"]:
        write(spark, maker, f"spark-codec-{codec}.parquet", spark.range(100).selectExpr("id", "concat('text ', id % 5) AS text"), "parquet", {"compression": codec})
    if len(sys.argv) > 2:
        for codec in ["snappy", "zstandard", "bzip2", "xz"]:
            write(spark, maker, f"spark-{codec}.avro", frame, "avro", {"compression": codec})
    spark.stop()


if __name__ == "__main__":
    main()
