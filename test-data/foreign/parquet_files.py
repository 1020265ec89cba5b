"""Parquet files by pyarrow, pandas, Polars and DuckDB: every type, plain and nested, with nulls."""

import datetime
import decimal
import json
import uuid

import duckdb
import numpy
import pandas
import polars
import pyarrow as pa
import pyarrow.parquet as pq

from common import Number, clock, day, since_epoch

D = decimal.Decimal
UTC = datetime.timezone.utc
UNITS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
U1 = uuid.UUID("12345678-9abc-def0-1234-56789abcdef0")
U2 = uuid.UUID("ffffffff-ffff-ffff-ffff-ffffffffffff")


def make(maker):
    arrow_types(maker)
    arrow_writers(maker)
    pandas_files(maker)
    polars_types(maker)
    duckdb_types(maker)
    arrow_notes(maker)


# What only Arrow's note in a file says

def arrow_notes(maker):
    wanted = {"s": ["PT1S", "PT-25H"], "ms": ["PT0.001S", "PT-1M-30S"], "us": ["PT0.000001S", "PT-0.09S"], "ns": ["PT0.000000001S", "PT-0.00009S"]}
    for unit, texts in wanted.items():
        name = f"pyarrow-duration-{unit}.parquet"
        pq.write_table(nested(pa.duration(unit), [1, -90000]), maker.path(name))
        one, two = texts
        lists = [[one, None], [], None]
        structs = [{"v": v, "l": l} for v, l in zip([one, two, None], lists)]
        maker.expect(name, [
            {"v": one, "list": lists[0], "lists": lists, "map": {"z": one, "a": None}, "struct": structs[0], "structs": structs},
            {"v": two, "list": [], "lists": [], "map": {}, "struct": structs[1], "structs": []},
            {"v": None, "list": None, "lists": [], "map": {"m": two}, "struct": structs[2], "structs": []}])
    frame = pandas.DataFrame({"took": pandas.to_timedelta(["1 days 00:00:00.5", None])})
    frame.to_parquet(maker.path("pandas-timedelta.parquet"))
    maker.expect("pandas-timedelta.parquet", [{"took": "PT24H0.5S"}, {"took": None}])
    frame = polars.DataFrame({
        "took": [datetime.timedelta(days=1, microseconds=-1), None],
        "int": polars.Series([2**127 - 1, -2**127], dtype=polars.Int128),
        "list": polars.Series([[-1, None], []], dtype=polars.List(polars.Int128)),
    })
    frame.write_parquet(maker.path("polars-noted.parquet"))
    maker.expect("polars-noted.parquet", [
        {"took": "PT23H59M59.999999S", "int": Number(2**127 - 1), "list": [Number(-1), None]},
        {"took": None, "int": Number(-2**127), "list": []}])


# pyarrow

ARROW = {
    "bool": (pa.bool_(), [True, False]),
    "int8": (pa.int8(), [-128, 127]),
    "int16": (pa.int16(), [-(2**15), 2**15 - 1]),
    "int32": (pa.int32(), [-(2**31), 2**31 - 1]),
    "int64": (pa.int64(), [-(2**63), 2**63 - 1]),
    "uint8": (pa.uint8(), [0, 255]),
    "uint16": (pa.uint16(), [1, 65535]),
    "uint32": (pa.uint32(), [7, 2**32 - 1]),
    "uint64": (pa.uint64(), [7, 2**64 - 1]),
    "float16": (pa.float16(), [numpy.float16(1.5), numpy.float16(-0.0999755859375)]),
    "float16-edges": (pa.float16(), [numpy.float16("nan"), numpy.float16("-inf"), numpy.float16(6e-8), numpy.float16(65504)]),
    "float32": (pa.float32(), [0.1, -1.5e30]),
    "float64": (pa.float64(), [0.1, -1e300]),
    "float-edges": (pa.float64(), [float("nan"), float("inf"), float("-inf"), -0.0]),
    "decimal9": (pa.decimal128(9, 2), [D("19.99"), D("-1234567.89")]),
    "decimal18": (pa.decimal128(18, 4), [D("19.9900"), D("-12345678901234.5678")]),
    "decimal38": (pa.decimal128(38, 10), [D("0.0000000001"), D("-1234567890123456789012345678.0123456789")]),
    "decimal76": (pa.decimal256(76, 0), [D("9" * 76), D("-1")]),
    "decimal32": (pa.decimal32(7, 3), [D("19.990"), D("-9999.999")]),
    "decimal64": (pa.decimal64(16, 0), [D("1999"), D("-9999999999999999")]),
    "string": (pa.string(), ["", "Ünïcödé 漢字 🚀 \u2028\n\"\\"]),
    "large-string": (pa.large_string(), ["a", "b"]),
    "string-view": (pa.string_view(), ["a", "a string that is longer than twelve bytes"]),
    "binary": (pa.binary(), [b"", b"\x00\xff\x80"]),
    "fixed": (pa.binary(5), [b"\x00\x01\x02\x03\xff", b"abcde"]),
    "date32": (pa.date32(), [datetime.date(2026, 1, 31), datetime.date(1, 1, 1)]),
    "date64": (pa.date64(), [datetime.date(2026, 1, 31), datetime.date(9999, 12, 31)]),
    "date-edges": (pa.date32(), [2932897, -719529, 2**31 - 1, -(2**31)]),
    "time32ms": (pa.time32("ms"), [0, 86399999]),
    "time32s": (pa.time32("s"), [0, 86399]),
    "time64us": (pa.time64("us"), [1, 86399999999]),
    "time64ns": (pa.time64("ns"), [1, 86399999999999]),
    "timestamp-s": (pa.timestamp("s"), [0, -1]),
    "timestamp-ms": (pa.timestamp("ms"), [1, -62135596800000]),
    "timestamp-us": (pa.timestamp("us"), [1, 253402300799999999]),
    "timestamp-ns": (pa.timestamp("ns"), [1769867100123456789, -1]),
    "timestamp-ms-utc": (pa.timestamp("ms", "UTC"), [1769867100123, -62135596800000]),
    "timestamp-us-utc": (pa.timestamp("us", "UTC"), [1769867100123456, 253402300799999999]),
    "timestamp-ns-utc": (pa.timestamp("ns", "Europe/Berlin"), [1769867100123456789, 1]),
    "timestamp-edges": (pa.timestamp("ms", "UTC"), [253402300800000, -99999999999999]),
    "uuid": (pa.uuid(), [U1.bytes, U2.bytes]),
    "json": (pa.json_(), ['{"b": [1, 2.50], "a": null}', '"text"']),
    "null": (pa.null(), []),
    "dictionary": (pa.dictionary(pa.int8(), pa.string()), ["red", "green"]),
}


def storage(type_):
    return type_.storage_type if isinstance(type_, pa.BaseExtensionType) else type_


def array(type_, values):
    """An array of a type; numbers are as it stores them."""
    if isinstance(type_, pa.BaseExtensionType):
        return pa.ExtensionArray.from_storage(type_, pa.array(values, type_.storage_type))
    if pa.types.is_temporal(type_) and values and all(isinstance(v, (int, type(None))) for v in values):
        width = pa.int32() if type_.bit_width == 32 else pa.int64()
        return pa.array(values, width).cast(type_)
    return pa.array(values, type_)


def nested(type_, values):
    """One column a nesting, each with nulls where there may be some."""
    first, last = (values[0], values[-1]) if values else (None, None)
    plain = array(type_, [*values, None])
    rows = len(plain)

    def repeat(count):
        return array(type_, [first, None, last][:count])

    offsets = [0, 2, 2] + [3] * (rows - 2)
    items = repeat(3)
    mask = pa.array([False, False, True] + [False] * (rows - 3)) if rows >= 3 else None
    lists = pa.ListArray.from_arrays(pa.array(offsets[: rows + 1], pa.int32()), items, mask=mask)
    outer = pa.ListArray.from_arrays(pa.array([0, rows] + [rows] * (rows - 1), pa.int32()), lists)
    keys = pa.array(["z", "a", "m"])
    maps = pa.MapArray.from_arrays(pa.array(offsets[: rows + 1], pa.int32()), keys, items)
    struct = pa.StructArray.from_arrays([plain, lists], ["v", "l"])
    structs = pa.ListArray.from_arrays(pa.array([0, rows] + [rows] * (rows - 1), pa.int32()), struct)
    return pa.table({"v": plain, "list": lists, "lists": outer, "map": maps, "struct": struct, "structs": structs})


def arrow(value, type_):
    """A value as pyarrow sees it, told as a document tells it."""
    if isinstance(type_, pa.BaseExtensionType):
        inner = value.value if isinstance(value, pa.ExtensionScalar) else value
        if not value.is_valid:
            return None
        if type_ == pa.uuid():
            return str(uuid.UUID(bytes=inner.as_py() if isinstance(inner.as_py(), bytes) else inner.as_py().bytes))
        return loads(inner.as_py())
    if not value.is_valid:
        return None
    if pa.types.is_dictionary(type_):
        return value.as_py()
    if pa.types.is_map(type_):
        pairs = [(arrow(e["key"], type_.key_type), arrow(e["value"], type_.item_type)) for e in value.values]
        texts = pa.types.is_string(type_.key_type) or pa.types.is_large_string(type_.key_type)
        return dict(pairs) if texts else [{"key": k, "value": v} for k, v in pairs]
    if pa.types.is_list(type_) or pa.types.is_large_list(type_) or pa.types.is_fixed_size_list(type_):
        return [arrow(item, type_.value_type) for item in value.values]
    if pa.types.is_struct(type_):
        return {field.name: arrow(value[field.name], field.type) for field in type_}
    if pa.types.is_timestamp(type_):
        return since_epoch(value.value, UNITS[type_.unit], type_.tz is not None)
    if pa.types.is_date32(type_):
        return day(value.value)
    if pa.types.is_date64(type_):
        return day(value.value // 86400000)
    if pa.types.is_time(type_):
        seconds, part = divmod(value.value, UNITS[type_.unit])
        return clock(seconds, part * (10**9 // UNITS[type_.unit]))
    if pa.types.is_float16(type_) or pa.types.is_float32(type_):
        number = numpy.float32(value.as_py())
        return Number(numpy.format_float_scientific(number, trim="0")) if numpy.isfinite(number) else float(number)
    return value.as_py()


def loads(json_text):
    """JSON with the digits that its numbers have."""
    return json.loads(json_text, parse_float=Number, parse_int=Number)


def documents(table):
    columns = [[arrow(value, column.type) for value in column] for column in table.columns]
    return [dict(zip(table.column_names, row)) for row in zip(*columns)]


def write_arrow(maker, name, table, **options):
    pq.write_table(table, maker.path(name), **options)
    # As pyarrow reads it back, not as it was made.
    maker.expect(name, documents(pq.read_table(maker.path(name))))


def arrow_types(maker):
    for name, (type_, values) in ARROW.items():
        if name == "null":
            table = pa.table({"v": pa.nulls(2), "list": pa.array([[None], None], pa.list_(pa.null())), "id": [1, 2]})
        elif name == "string-view":
            table = pa.table({"v": pa.array(values, type_)})
        else:
            table = nested(type_, values)
        write_arrow(maker, f"pyarrow-{name}.parquet", table, store_schema=name != "date64")
    keyed = {
        "int": (pa.int64(), [2, 1]),
        "date": (pa.date32(), [datetime.date(2026, 1, 31), datetime.date(2025, 1, 1)]),
        "bool": (pa.bool_(), [True, False]),
    }
    for name, (type_, keys) in keyed.items():
        maps = pa.MapArray.from_arrays([0, 2, 2], array(type_, keys), pa.array(["x", None]))
        write_arrow(maker, f"pyarrow-map-of-{name}-keys.parquet", pa.table({"v": maps, "list": pa.ListArray.from_arrays([0, 2, 2], maps)}))
    names = pa.table({"with space": [1], "ünï": ["x"], "a.b": [pa.scalar(1.5)], "2nd": [True], "": [b"q"], "a_b": ["other"],
                      "outer one": pa.array([{"in.ner": [{"x-y": 1}]}])})
    write_arrow(maker, "pyarrow-names.parquet", names)


def arrow_writers(maker):
    table = pa.table({
        "id": pa.array(range(300)),
        "text": pa.array([None if i % 7 == 0 else "text %d" % (i % 13) for i in range(300)]),
        "price": pa.array([D(i) / 100 for i in range(300)], pa.decimal128(9, 2)),
        "at": pa.array([i * 10**15 for i in range(300)], pa.int64()).cast(pa.timestamp("ns")),
        "tags": pa.array([[("t%d" % j) if j % 2 else None for j in range(i % 4)] or None for i in range(300)]),
        "ratio": pa.array([i / 7 for i in range(300)]),
    })
    for codec in ["none", "snappy", "gzip", "zstd", "lz4", "brotli"]:
        write_arrow(maker, f"pyarrow-codec-{codec}.parquet", table, compression=codec)
    for version in ["1.0", "2.4", "2.6"]:
        write_arrow(maker, f"pyarrow-version-{version}.parquet", table, version=version)
    write_arrow(maker, "pyarrow-page-v2.parquet", table, data_page_version="2.0", data_page_size=256, row_group_size=90)
    write_arrow(maker, "pyarrow-plain.parquet", table, use_dictionary=False)
    write_arrow(maker, "pyarrow-delta.parquet", table, use_dictionary=False, data_page_version="2.0", column_encoding={
        "id": "DELTA_BINARY_PACKED", "text": "DELTA_BYTE_ARRAY", "at": "DELTA_BINARY_PACKED", "tags.list.element": "DELTA_LENGTH_BYTE_ARRAY",
        "ratio": "BYTE_STREAM_SPLIT", "price": "BYTE_STREAM_SPLIT"})
    write_arrow(maker, "pyarrow-decimal-as-integer.parquet", nested(*ARROW["decimal18"]), store_decimal_as_integer=True)
    write_arrow(maker, "pyarrow-decimal9-as-integer.parquet", nested(*ARROW["decimal9"]), store_decimal_as_integer=True)
    write_arrow(maker, "pyarrow-old-lists.parquet", table, use_compliant_nested_type=False)
    pq.write_table(nested(*ARROW["timestamp-ns"]), maker.path("pyarrow-int96.parquet"), use_deprecated_int96_timestamps=True)
    # pyarrow forgets that they are instants.
    read = pq.read_table(maker.path("pyarrow-int96.parquet"))
    maker.expect("pyarrow-int96.parquet", documents(read.cast(instants(read.schema))))


def instants(schema):
    def of(type_):
        if pa.types.is_timestamp(type_):
            return pa.timestamp("ns", "UTC")
        if pa.types.is_map(type_):
            return pa.map_(type_.key_type, of(type_.item_type))
        if pa.types.is_list(type_):
            return pa.list_(type_.value_field.with_type(of(type_.value_type)))
        if pa.types.is_struct(type_):
            return pa.struct([field.with_type(of(field.type)) for field in type_])
        return type_

    return pa.schema([field.with_type(of(field.type)) for field in schema])


# pandas

def pandas_files(maker):
    frame = pandas.DataFrame({
        "id": [1, 2],
        "at": pandas.to_datetime(["2026-01-31 13:45:00.123456789", None]).astype("datetime64[ns]"),
        "zoned": pandas.to_datetime(["2026-01-31 13:45:00.123456789", "1970-01-01 00:00:00.000000001"]).astype("datetime64[ns]").tz_localize("Europe/Berlin"),
        "text": ["a", None],
        "kind": pandas.Categorical(["red", "green"]),
        "count": pandas.array([1, None], dtype="Int64"),
        "small": pandas.array([255, None], dtype="UInt8"),
        "flag": pandas.array([True, None], dtype="boolean"),
        "ratio": [0.5, float("nan")],
        "list": [[1, 2], []],
        "price": [D("19.99"), D("0.01")],
    })
    frame.to_parquet(maker.path("pandas.parquet"))
    maker.expect("pandas.parquet", documents(pq.read_table(maker.path("pandas.parquet"))))
    indexed = frame.set_index("text")[["id", "at"]]
    indexed.to_parquet(maker.path("pandas-index.parquet"))
    maker.expect("pandas-index.parquet", documents(pq.read_table(maker.path("pandas-index.parquet"))))


# Polars

def polars_types(maker):
    at = datetime.datetime(2026, 1, 31, 13, 45, 0, 123456)
    types = {
        "ints": (polars.UInt64, [2**64 - 1, 0]),
        "uint32": (polars.UInt32, [2**32 - 1, 0]),
        "uint8": (polars.UInt8, [255, 0]),
        "int8": (polars.Int8, [-128, 127]),
        "decimal": (polars.Decimal(18, 2), [D("19.99"), D("-0.01")]),
        "decimal38": (polars.Decimal(38, 10), [D("19.9900000001"), D("-1")]),
        "float32": (polars.Float32, [0.5, float("nan")]),
        "date": (polars.Date, [datetime.date(2026, 1, 31), datetime.date(1, 1, 1)]),
        "time": (polars.Time, [datetime.time(13, 45, 0, 123456), datetime.time(0, 0)]),
        "datetime-ms": (polars.Datetime("ms"), [at.replace(microsecond=123000), datetime.datetime(1, 1, 1)]),
        "datetime-us": (polars.Datetime("us"), [at, datetime.datetime(9999, 12, 31)]),
        "datetime-ns": (polars.Datetime("ns"), [at, datetime.datetime(1970, 1, 1)]),
        "datetime-utc": (polars.Datetime("us", "UTC"), [at.replace(tzinfo=UTC), datetime.datetime(1970, 1, 1, tzinfo=UTC)]),
        "string": (polars.String, ["ünï", ""]),
        "binary": (polars.Binary, [b"\x00\xff", b""]),
        "boolean": (polars.Boolean, [True, False]),
        "categorical": (polars.Categorical, ["red", "green"]),
        "enum": (polars.Enum(["red", "green"]), ["red", "green"]),
    }
    for name, (type_, values) in types.items():
        series = polars.Series("v", [*values, None], dtype=type_)
        frame = polars.DataFrame({
            "v": series,
            "list": polars.Series([[values[0], None], [], None], dtype=polars.List(type_)),
            "lists": polars.Series([[[values[1]], None], [[]], None], dtype=polars.List(polars.List(type_))),
            "struct": polars.Series([{"x": v} for v in [*values, None]], dtype=polars.Struct({"x": type_})),
        })
        frame.write_parquet(maker.path(f"polars-{name}.parquet"))
        back = polars.read_parquet(maker.path(f"polars-{name}.parquet"))
        # Polars' own view by its Arrow form.
        maker.expect(f"polars-{name}.parquet", documents(arrow_of(back)))
    frame = polars.DataFrame({"n": polars.Series([None, None], dtype=polars.Null), "id": [1, 2]})
    frame.write_parquet(maker.path("polars-null.parquet"))
    maker.expect("polars-null.parquet", frame.to_dicts())
    for codec in ["lz4", "uncompressed", "snappy", "gzip", "brotli", "zstd"]:
        name = f"polars-codec-{codec}.parquet"
        frame = polars.DataFrame({"id": range(50), "text": ["text %d" % (i % 5) for i in range(50)]})
        frame.write_parquet(maker.path(name), compression=codec)
        maker.expect(name, polars.read_parquet(maker.path(name)).to_dicts())


def arrow_of(frame):
    table = frame.to_arrow()
    def plain(type_):
        if pa.types.is_string_view(type_) or pa.types.is_large_string(type_) or pa.types.is_dictionary(type_):
            return pa.string()
        if pa.types.is_binary_view(type_) or pa.types.is_large_binary(type_):
            return pa.binary()
        if pa.types.is_large_list(type_):
            return pa.large_list(plain(type_.value_type))
        if pa.types.is_struct(type_):
            return pa.struct([field.with_type(plain(field.type)) for field in type_])
        return type_
    return table.cast(pa.schema([field.with_type(plain(field.type)) for field in table.schema]))


# DuckDB

def duckdb_types(maker):
    """Each with how DuckDB's own text of a value becomes the document's."""
    number = Number
    local = lambda text: iso(text)
    utc = lambda text: instant(text)
    types = {
        "tinyint": ("TINYINT", ["-128", "127"], number),
        "utinyint": ("UTINYINT", ["255"], number),
        "usmallint": ("USMALLINT", ["65535"], number),
        "uinteger": ("UINTEGER", ["4294967295"], number),
        "ubigint": ("UBIGINT", ["18446744073709551615"], number),
        "bigint": ("BIGINT", ["-9223372036854775808"], number),
        "decimal4": ("DECIMAL(4,2)", ["19.99", "-0.01"], number),
        "decimal9": ("DECIMAL(9,2)", ["19.99", "-1234567.89"], number),
        "decimal18": ("DECIMAL(18,4)", ["19.9900", "-12345678901234.5678"], number),
        "decimal38": ("DECIMAL(38,10)", ["1234567890123456789012345678.0123456789"], number),
        "float": ("FLOAT", ["0.5", "-1.25"], number),
        "double": ("DOUBLE", ["0.1"], number),
        "boolean": ("BOOLEAN", ["true", "false"], lambda text: text == "true"),
        "varchar": ("VARCHAR", ["ünï 🚀", ""], str),
        "date": ("DATE", ["2026-01-31", "0001-01-01"], str),
        "time": ("TIME", ["13:45:00.123456", "00:00:00"], str),
        "timestamp": ("TIMESTAMP", ["2026-01-31 13:45:00.123456"], local),
        "timestamp-ms": ("TIMESTAMP_MS", ["2026-01-31 13:45:00.123"], local),
        "timestamp-ns": ("TIMESTAMP_NS", ["2026-01-31 13:45:00.123456789"], local),
        "timestamptz": ("TIMESTAMPTZ", ["2026-01-31 13:45:00.123456+00"], utc),
        "uuid": ("UUID", [str(U1), str(U2)], str),
        "json": ("JSON", ['{"a": [1, 2.50]}', '"text"'], loads),
        "enum": ("ENUM('red', 'green')", ["red", "green"], str),
        "interval": ("INTERVAL", ["14 months 3 days 4.5 seconds", "0 seconds"], interval),
    }
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    for name, (type_, values, told) in types.items():
        path = maker.path(f"duckdb-{name}.parquet")
        rows = ", ".join("('%s'::%s)" % (value, type_) for value in values) + ", (NULL)"
        connection.execute(
            f"COPY (SELECT v, [v, NULL, v] AS list, [[v], []] AS lists, {{'x': v}} AS struct, MAP {{'k': v}} AS map"
            f" FROM (VALUES {rows}) t(v)) TO '{path}' (FORMAT parquet)")
        read = connection.execute(f"SELECT v::VARCHAR FROM '{path}'").fetchall()
        documents_ = []
        for (shown,) in read:
            value = None if shown is None else told(shown)
            documents_.append({"v": value, "list": [value, None, value], "lists": [[value], []], "struct": {"x": value}, "map": {"k": value}})
        maker.expect(f"duckdb-{name}.parquet", documents_)
    for codec in ["snappy", "zstd", "gzip", "lz4_raw", "brotli", "uncompressed"]:
        path = maker.path(f"duckdb-codec-{codec}.parquet")
        connection.execute(f"COPY (SELECT i AS id, 'text ' || (i % 5) AS text FROM range(50) t(i)) TO '{path}' (FORMAT parquet, CODEC '{codec}')")
        maker.expect(f"duckdb-codec-{codec}.parquet", [{"id": i, "text": t} for i, t in connection.execute(f"FROM '{path}'").fetchall()])
    path = maker.path("duckdb-v2.parquet")
    connection.execute(f"COPY (SELECT i AS id, i * 1000003 AS big, 'text ' || i AS text, i / 7.0::DOUBLE AS ratio FROM range(200) t(i)) TO '{path}' (FORMAT parquet, PARQUET_VERSION v2)")
    maker.expect("duckdb-v2.parquet", [dict(zip(["id", "big", "text", "ratio"], row)) for row in connection.execute(f"FROM '{path}'").fetchall()])
    path = maker.path("duckdb-int-keys.parquet")
    connection.execute(f"COPY (SELECT MAP {{2: 'b', 1: 'a'}} AS v) TO '{path}' (FORMAT parquet)")
    maker.expect("duckdb-int-keys.parquet", [{"v": [{"key": 2, "value": "b"}, {"key": 1, "value": "a"}]}])


def iso(text):
    date, _, time = text.partition(" ")
    return date + "T" + time


def instant(text):
    local = iso(text.removesuffix("+00"))
    time, _, digits = local.partition(".")
    return time + ("." + digits.ljust(-(-len(digits) // 3) * 3, "0") if digits else "") + "Z"


def interval(text):
    months = days = 0
    seconds = "0"
    parts = text.split()
    i = 0
    while i < len(parts):
        if i + 1 < len(parts) and parts[i + 1].startswith("year"):
            months += 12 * int(parts[i])
            i += 2
        elif i + 1 < len(parts) and parts[i + 1].startswith("month"):
            months += int(parts[i])
            i += 2
        elif i + 1 < len(parts) and parts[i + 1].startswith("day"):
            days += int(parts[i])
            i += 2
        else:
            h, m, s = parts[i].split(":")
            seconds = format((D(h) * 3600 + D(m) * 60 + D(s)).normalize(), "f")
            i += 1
    told = "P" + (f"{months}M" if months else "") + (f"{days}D" if days else "")
    return told + (f"T{seconds}S" if D(seconds) or told == "P" else "")
