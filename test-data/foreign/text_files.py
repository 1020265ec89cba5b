"""CSV, text and JSON files by pandas, DuckDB, and Python's own csv and json, which is what Excel and most scripts write.

The documents of CSV files have texts for values. Files in folders such as year=2026/ have those as fields, too.
"""

import csv
import json

import duckdb
import pandas

ROWS = [
    {"id": "1", "text": "plain", "note": ""},
    {"id": "2", "text": 'said "hi", twice', "note": "two\nlines"},
    {"id": "3", "text": "back\\slash C:\\new", "note": "Ünïcödé 漢字 🚀"},
]


def make(maker):
    excel_for_mac(maker)
    excel_separator(maker)
    frame = pandas.DataFrame(ROWS)
    frame.to_csv(maker.path("pandas-index.csv"))
    maker.expect("pandas-index.csv", [{"column_1": str(i), **row} for i, row in enumerate(ROWS)])
    frame.to_csv(maker.path("pandas-escape.csv"), index=False, doublequote=False, escapechar="\\", quoting=csv.QUOTE_ALL)
    maker.expect("pandas-escape.csv", ROWS)
    unquoted = [{"id": "1", "text": 'an "inch, or 5\''}, {"id": "2", "text": '"open'}]
    pandas.DataFrame(unquoted).to_csv(
        maker.path("pandas-unquoted.tsv"), index=False, sep="\t", quoting=csv.QUOTE_NONE, quotechar=None)
    maker.expect("pandas-unquoted.tsv", unquoted)
    frame.to_csv(maker.path("pandas-single-quote.csv"), index=False, quotechar="'")
    maker.expect("pandas-single-quote.csv", ROWS)
    frame.to_csv(maker.path("pandas-bom.csv"), index=False, encoding="utf-8-sig", sep=";")
    maker.expect("pandas-bom.csv", ROWS)
    frame.to_csv(maker.path("pandas-utf16.csv"), index=False, encoding="utf-16")
    frame.to_json(maker.path("pandas-records.json"), orient="records", force_ascii=False)
    maker.expect("pandas-records.json", ROWS)
    with open(maker.path("python-indented.json"), "w", encoding="utf-8") as file:
        json.dump(ROWS, file, indent=2, ensure_ascii=False)
    maker.expect("python-indented.json", ROWS)
    with open(maker.path("python-objects.json"), "w", encoding="utf-8") as file:
        for row in ROWS:
            json.dump(row, file, indent=4)
            file.write("\n")
    maker.expect("python-objects.json", ROWS)
    with_duckdb(maker)


def excel_for_mac(maker):
    with open(maker.path("excel-mac.csv"), "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["id", "text", "note"], lineterminator="\r", quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(ROWS)
    maker.expect("excel-mac.csv", ROWS)
    with open(maker.path("mac.txt"), "w", newline="", encoding="utf-8") as file:
        file.write("one\rtwo\rthree")
    maker.expect("mac.txt", [{"text": "one"}, {"text": "two"}, {"text": "three"}])


def excel_separator(maker):
    with open(maker.path("excel-sep.csv"), "w", newline="", encoding="utf-8-sig") as file:
        file.write("sep=;\r\n")
        writer = csv.DictWriter(file, ["id", "text", "note"], delimiter=";")
        writer.writeheader()
        writer.writerows(ROWS)
    maker.expect("excel-sep.csv", ROWS)


def with_duckdb(maker):
    database = duckdb.connect()
    rows = pandas.DataFrame(ROWS)
    database.register("rows", rows)
    database.execute("COPY rows TO '%s' (HEADER, ESCAPE '\\', FORCE_QUOTE *)" % maker.path("duckdb-escape.csv"))
    maker.expect("duckdb-escape.csv", ROWS)
    database.execute("COPY rows TO '%s' (FORMAT json, ARRAY true)" % maker.path("duckdb-array.json"))
    maker.expect("duckdb-array.json", ROWS)
    parts = pandas.DataFrame([
        {"id": "1", "year": 2026, "city": "Ulm am See/2=3"},
        {"id": "2", "year": 2025, "city": None},
    ])
    database.register("parts", parts)
    for format in ["csv", "parquet"]:
        database.execute("COPY parts TO '%s' (FORMAT %s, PARTITION_BY (year, city), OVERWRITE true)"
                         % (maker.path("duckdb-partitions-" + format), format))
        maker.expect("duckdb-partitions-" + format, [
            {"id": "1", "year": "2026", "city": "Ulm am See/2=3"},
            {"id": "2", "year": "2025", "city": None},
        ])
