"""Avro files by fastavro, and by Polars: every type, plain and nested, with nulls, by every codec."""

import datetime
import decimal
import struct
import uuid

import fastavro
import polars

from common import since_epoch

D = decimal.Decimal
UTC = datetime.timezone.utc
AT = datetime.datetime(2026, 1, 31, 13, 45, 0, 123456)
U = uuid.UUID("12345678-9abc-def0-1234-56789abcdef0")


def logical(stored, means, **more):
    return {"type": stored, "logicalType": means, **more}


def make(maker):
    types = {
        "boolean": ("boolean", [True, False]),
        "int": ("int", [-(2**31), 2**31 - 1]),
        "long": ("long", [-(2**63), 2**63 - 1]),
        "float": ("float", [0.5, -1.25]),
        "double": ("double", [0.1, -1e300]),
        "double-edges": ("double", [float("nan"), float("inf"), float("-inf")]),
        "bytes": ("bytes", [b"", b"\x00\xff"]),
        "string": ("string", ["", "Ünïcödé 漢字 🚀 \u2028"]),
        "fixed": ({"type": "fixed", "name": "F", "size": 4}, [b"\x00\x01\xfe\xff", b"abcd"]),
        "enum": ({"type": "enum", "name": "E", "symbols": ["RED", "GREEN"]}, ["RED", "GREEN"]),
        "decimal-bytes": (logical("bytes", "decimal", precision=20, scale=4), [D("19.9900"), D("-0.0001")]),
        "decimal-fixed": (logical("fixed", "decimal", name="D", size=8, precision=18, scale=2), [D("19.99"), D("-1234567890123456.78")]),
        "uuid": (logical("string", "uuid"), [U, uuid.UUID(int=1)]),
        "date": (logical("int", "date"), [datetime.date(2026, 1, 31), datetime.date(1, 1, 1)]),
        "time-millis": (logical("int", "time-millis"), [datetime.time(13, 45, 0, 123000), datetime.time(0, 0)]),
        "time-micros": (logical("long", "time-micros"), [datetime.time(13, 45, 0, 123456), datetime.time(23, 59, 59, 999999)]),
        "timestamp-millis": (logical("long", "timestamp-millis"), [AT.replace(microsecond=123000, tzinfo=UTC), datetime.datetime(1, 1, 1, tzinfo=UTC)]),
        "timestamp-micros": (logical("long", "timestamp-micros"), [AT.replace(tzinfo=UTC), datetime.datetime(1969, 12, 31, 23, 59, 59, 999999, UTC)]),
        "local-timestamp-millis": (logical("long", "local-timestamp-millis"), [AT.replace(microsecond=123000), datetime.datetime(9999, 12, 31)]),
        "local-timestamp-micros": (logical("long", "local-timestamp-micros"), [AT, datetime.datetime(1, 1, 1)]),
        # Numbers for fastavro.
        "timestamp-nanos": (logical("long", "timestamp-nanos"), [1769867100123456789, -1], lambda n: since_epoch(n, 10**9, True)),
        "local-timestamp-nanos": (logical("long", "local-timestamp-nanos"), [1769867100123456789, 0], lambda n: since_epoch(n, 10**9, False)),
        "duration": (logical("fixed", "duration", name="Du", size=12), [struct.pack("<III", 14, 3, 4500), struct.pack("<III", 0, 0, 0)], duration),
        "uuid-fixed": (logical("fixed", "uuid", name="U", size=16), [U.bytes], lambda b: b if isinstance(b, uuid.UUID) else uuid.UUID(bytes=b)),
        "unknown-logical": (logical("long", "no-such-type"), [7]),
    }
    for name, (type_, values, *told) in types.items():
        write(maker, f"fastavro-{name}.avro", nested(type_), rows(values), told[0] if told else lambda value: value)
    unions(maker)
    for codec in ["null", "deflate", "snappy", "zstandard", "bzip2", "xz"]:
        schema = record([("id", "long"), ("text", ["null", "string"])])
        records = [{"id": i, "text": None if i % 7 == 0 else "text %d" % (i % 5)} for i in range(500)]
        write(maker, f"fastavro-codec-{codec}.avro", schema, records, codec=codec, sync_interval=1000)
    spark_style(maker)
    frame = polars.DataFrame({"id": [1, 2], "a text": ["ä", None], "flag": [True, None], "ratio": [0.5, 0.25], "list": [[1, 2], []],
                              "at": [AT, None], "struct": [{"x": 1, "y": {"z": "q"}}, None]})
    frame.write_avro(maker.path("polars.avro"), compression="snappy")
    maker.expect("polars.avro", polars.read_avro(maker.path("polars.avro")).to_dicts())


def record(fields, name="R"):
    return {"type": "record", "name": name, "fields": [{"name": n, "type": t} for n, t in fields]}


def nested(type_):
    # A named type is defined once, and then named.
    again = type_["name"] if isinstance(type_, dict) and "name" in type_ else type_
    return record([
        ("v", ["null", type_]),
        ("only", again),
        ("list", {"type": "array", "items": ["null", again]}),
        ("lists", {"type": "array", "items": {"type": "array", "items": again}}),
        ("map", {"type": "map", "values": ["null", again]}),
        ("struct", ["null", record([("x", again)], "S")]),
    ])


def rows(values):
    first, last = values[0], values[-1]
    return [
        {"v": value, "only": value, "list": [first, None, last], "lists": [[last], []], "map": {"z": first, "a": None, "m": last}, "struct": {"x": last}}
        for value in values
    ] + [{"v": None, "only": last, "list": [], "lists": [], "map": {}, "struct": None}]


def write(maker, name, schema, records, told=lambda value: value, **options):
    with open(maker.path(name), "wb") as out:
        fastavro.writer(out, fastavro.parse_schema(schema), records, **options)
    with open(maker.path(name), "rb") as file:
        read = list(fastavro.reader(file))

    def tell(value):
        if isinstance(value, dict):
            return {k: tell(v) for k, v in value.items()}
        if isinstance(value, list):
            return [tell(item) for item in value]
        return None if value is None else told(value)

    maker.expect(name, [tell(document) for document in read])


def duration(value):
    months, days, millis = struct.unpack("<III", value)
    seconds = format((D(millis) / 1000).normalize(), "f")
    told = "P" + (f"{months}M" if months else "") + (f"{days}D" if days else "")
    return told + (f"T{seconds}S" if millis or told == "P" else "")


def unions(maker):
    schema = record([
        ("number", ["null", "string", "long"]),
        ("alike", ["null", "string", "bytes"]),
        ("nested", ["null", record([("a", "int")], "A"), {"type": "array", "items": "int"}]),
        ("nothing", "null"),
    ])
    records = [
        {"number": "one", "alike": "x", "nested": {"a": 1}, "nothing": None},
        {"number": 1, "alike": b"x", "nested": [1, 2], "nothing": None},
        {"number": None, "alike": None, "nested": None, "nothing": None},
    ]
    name = "fastavro-unions.avro"
    with open(maker.path(name), "wb") as out:
        fastavro.writer(out, fastavro.parse_schema(schema), records)
    with open(maker.path(name), "rb") as file:
        read = list(fastavro.reader(file))
    for document in read:
        alike = document["alike"]
        if alike is not None:
            document["alike"] = {"bytes" if isinstance(alike, bytes) else "string": alike}
    maker.expect(name, read)


def spark_style(maker):
    """As spark-avro writes: all nullable, the type first, records in a namespace of the path."""
    schema = {
        "type": "record", "name": "topLevelRecord", "fields": [
            {"name": "id", "type": ["long", "null"]},
            {"name": "price", "type": [logical("fixed", "decimal", name="fixed", namespace="topLevelRecord.price", size=5, precision=10, scale=2), "null"]},
            {"name": "at", "type": [logical("long", "timestamp-micros"), "null"]},
            {"name": "day", "type": [logical("int", "date"), "null"]},
            {"name": "tags", "type": [{"type": "array", "items": ["string", "null"]}, "null"]},
            {"name": "counts", "type": [{"type": "map", "values": ["int", "null"]}, "null"]},
            {"name": "place", "type": [{"type": "record", "name": "place", "namespace": "topLevelRecord", "fields": [{"name": "city", "type": ["string", "null"]}]}, "null"]},
        ]}
    records = [
        {"id": 1, "price": D("19.99"), "at": AT.replace(tzinfo=UTC), "day": AT.date(), "tags": ["a", None], "counts": {"z": 1, "a": None}, "place": {"city": "Ulm"}},
        {"id": None, "price": None, "at": None, "day": None, "tags": None, "counts": None, "place": None},
    ]
    write(maker, "fastavro-spark-style.avro", schema, records, codec="snappy")
