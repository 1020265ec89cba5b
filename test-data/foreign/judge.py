"""Reads what was written from the files of this folder with the tools that wrote those, and says what differs.

    python judge.py FOLDER WRITTEN

WRITTEN has a copy NAME.parquet of each FOLDER/files/NAME, and NAME.avro. A Parquet copy has the same columns,
of the same types, with the same values for pyarrow, DuckDB and Polars; an Avro copy of an Avro file has for
fastavro, and each Avro copy can be read. Prints a line for each difference, and ends with 1 if there is one.
"""

import datetime
import re
import sys
from pathlib import Path

import duckdb
import fastavro
import polars
import pyarrow as pa
import pyarrow.parquet as pq


def kind(type_):
    """A type without what says only how Arrow keeps it in memory."""
    if pa.types.is_dictionary(type_):
        return kind(type_.value_type)
    if pa.types.is_large_string(type_) or pa.types.is_string_view(type_):
        return pa.string()
    if pa.types.is_large_binary(type_) or pa.types.is_binary_view(type_):
        return pa.binary()
    if pa.types.is_map(type_):
        return pa.map_(kind(type_.key_type), kind(type_.item_type))
    if pa.types.is_list(type_) or pa.types.is_large_list(type_) or pa.types.is_fixed_size_list(type_):
        return pa.list_(pa.field("element", kind(type_.value_type)))
    if pa.types.is_struct(type_):
        return pa.struct([pa.field(field.name, kind(field.type)) for field in type_])
    if pa.types.is_decimal(type_):
        wide = pa.decimal256 if type_.precision > 38 else pa.decimal128
        return wide(type_.precision, type_.scale)
    return type_


def columns(path):
    """A file's columns by the file itself, not by what its writer noted of Arrow's schema."""
    file = pq.ParquetFile(path, arrow_extensions_enabled=True)
    bare = pq.read_table(path).replace_schema_metadata(None)
    stored = pq.ParquetFile(path).schema
    leaves = [(stored.column(i).path, stored.column(i).logical_type.type, stored.column(i).physical_type) for i in range(len(stored))]
    return file, bare, leaves


def logical(leaves, names):
    """Which leaf means what; lists and maps have other names within."""
    return sorted((path.split(".")[0] if path.split(".")[0] in names else path, meaning) for path, meaning, _ in leaves)


def by_pyarrow(source, written):
    _, before, before_leaves = columns(source)
    _, after, after_leaves = columns(written)
    if before.column_names != after.column_names:
        return f"columns {after.column_names} are not {before.column_names}"
    for name, one, other in zip(before.column_names, before.columns, after.columns):
        # What was written has no note of Arrow's schema: zones are UTC, milliseconds are what they are stored as.
        if str(kind(one.type)) != str(kind(other.type)):
            if not same_but_notes(kind(one.type), kind(other.type)):
                return f"column {name} is {kind(other.type)}, not {kind(one.type)}"
        if texts(one) != texts(other):
            return f"column {name} has {texts(other)}, not {texts(one)}"
    if logical(before_leaves, before.column_names) != logical(after_leaves, before.column_names):
        return f"leaves are {logical(after_leaves, before.column_names)}, not {logical(before_leaves, before.column_names)}"
    return None


def same_but_notes(one, other):
    """Zones and seconds are in Arrow's note only; Parquet has UTC or not, and milliseconds."""
    def plain(type_):
        text = str(type_)
        for zone in ["Europe/Berlin", "+00:00"]:
            text = text.replace("tz=" + zone, "tz=UTC")
        for unit, stored in [("timestamp[s", "timestamp[ms"), ("time32[s", "time32[ms"), ("date64[ms]", "date32[day]"), ("date64[day]", "date32[day]")]:
            text = text.replace(unit, stored)
        return text.replace(" not null", "")
    return plain(one) == plain(other)


def texts(column):
    """The values, as far as Python can show them; else as numbers."""
    out = []
    for chunk in column.chunks:
        for value in chunk:
            out.append(shown(value))
    return out


def shown(value):
    if not value.is_valid:
        return None
    type_ = value.type
    if isinstance(type_, pa.BaseExtensionType):
        return shown(value.value)
    if pa.types.is_map(type_):
        return [(shown(e["key"]), shown(e["value"])) for e in value.values]
    if pa.types.is_list(type_) or pa.types.is_large_list(type_):
        return [shown(item) for item in value.values]
    if pa.types.is_struct(type_):
        return {field.name: shown(value[field.name]) for field in type_}
    if pa.types.is_timestamp(type_) or pa.types.is_time(type_):
        return value.value * {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}[type_.unit]
    if pa.types.is_date64(type_):
        return value.value // 86400000
    if pa.types.is_date32(type_):
        return value.value
    return repr(value.as_py())


def by_duckdb(source, written):
    connection = duckdb.connect()
    describe = "SELECT column_name, column_type FROM (DESCRIBE FROM '%s')"
    before = connection.execute(describe % source).fetchall()
    after = connection.execute(describe % written).fetchall()
    if before != after:
        return f"columns {after} are not {before}"
    rows = "SELECT t::VARCHAR FROM '%s' t"
    if connection.execute(rows % source).fetchall() != connection.execute(rows % written).fetchall():
        return "rows differ"
    return None


def by_polars(source, written):
    before = polars.read_parquet(source)
    after = polars.read_parquet(written)
    if before.columns != after.columns:
        return f"columns {after.columns} are not {before.columns}"
    for name, one, other in zip(before.columns, before.dtypes, after.dtypes):
        if plain_polars(one) != plain_polars(other):
            return f"column {name} is {other}, not {one}"
    if plain_rows(before) != plain_rows(after):
        return "rows differ"
    return None


def plain_polars(type_):
    """Categories, zones, nulls and JSON are in Arrow's note only, as far as Polars goes."""
    text = re.sub(r"Categorical|Enum\(categories=\[[^]]*\]\)", "String", str(type_))
    text = text.replace("Extension('arrow.json', String, '')", "Binary").replace("Null", "Int32")
    return re.sub(r"time_zone='[^']+'", "time_zone='UTC'", text)


def plain_rows(frame):
    return str([[utc(value) for value in row] for row in frame.rows()])


def utc(value):
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return value.astimezone(datetime.timezone.utc)
    if isinstance(value, list):
        return [utc(item) for item in value]
    if isinstance(value, dict):
        return {key: utc(item) for key, item in value.items()}
    return value.encode() if isinstance(value, str) else value


def by_fastavro(source, written):
    with open(written, "rb") as file:
        after = list(fastavro.reader(file))
    if source is None:
        return None
    with open(source, "rb") as file:
        before = list(fastavro.reader(file))
    # Names that Avro doesn't take are the nearest that it does.
    values = lambda records: str([list(record.values()) for record in records])
    return None if values(before) == values(after) else f"records {after} are not {before}"


def tried(judge, source, written):
    """What differs. What a tool can't read in the file that was there it need not read in ours."""
    try:
        return judge(source, written)
    except BaseException as problem:  # Each tool has its own, and Polars panics.
        try:
            judge(source, source)
        except BaseException:
            return None
        return f"can't be read: {problem}"


def main():
    folder, written = Path(sys.argv[1]) / "files", Path(sys.argv[2])
    differences = judged = 0
    # A text in what we write: Parquet's Java library can't write them.
    intervals = {"duckdb-interval.parquet", "pandas-timedelta.parquet"}
    intervals |= {f"pyarrow-duration-{unit}.parquet" for unit in ["s", "ms", "us", "ns"]}
    # Integers of 128 bits are decimals in what we write.
    intervals |= {"polars-noted.parquet"}
    for source in sorted(folder.iterdir()):
        if source.suffix not in (".parquet", ".avro"):
            continue
        avro = source.suffix == ".avro"
        judges = [(by_fastavro, source if avro else None, ".avro")]
        if not avro and source.name not in intervals:
            judges += [(by_pyarrow, source, ".parquet"), (by_duckdb, source, ".parquet"), (by_polars, source, ".parquet")]
        for judge, original, ending in judges:
            judged += 1
            problem = tried(judge, original, written / (source.name + ending))
            if problem:
                differences += 1
                print(f"{source.name}, {judge.__name__}: {problem[:600]}")
    print(judged, "copies,", differences, "differ")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
