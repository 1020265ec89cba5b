"""What the modules of this folder share: where files go, and how a tool's values are told as JSON."""

import base64
import datetime
import decimal
import json
import math
import uuid
from pathlib import Path

HERE = Path(__file__).parent


class Number(str):
    """A number with the digits that it has to have."""


class Maker:
    """Writes files to a folder, each beside the documents that it should be."""

    def __init__(self, folder):
        self.files = Path(folder) / "files"
        self.expected = Path(folder) / "expected"
        self.files.mkdir(parents=True, exist_ok=True)
        self.expected.mkdir(parents=True, exist_ok=True)

    def path(self, name):
        return str(self.files / name)

    def expect(self, name, documents):
        """Notes the documents that a file should be, one JSON object a line."""
        lines = "".join(text(document) + "\n" for document in documents)
        (self.expected / (name + ".jsonl")).write_text(lines, encoding="utf-8")


def text(value):
    """A value that a tool gives for Python, as the JSON that a document has for it."""
    if value is None:
        return "null"
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else json.dumps(unusual(value))
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, (bytes, bytearray)):
        return json.dumps(base64.b64encode(value).decode())
    if isinstance(value, datetime.datetime):
        return json.dumps(moment(value))
    if isinstance(value, datetime.date):
        return json.dumps(value.isoformat())
    if isinstance(value, datetime.time):
        return json.dumps(clock(value.hour * 3600 + value.minute * 60 + value.second, value.microsecond * 1000))
    if isinstance(value, uuid.UUID):
        return json.dumps(str(value))
    if isinstance(value, dict):
        return "{" + ",".join(json.dumps(str(k), ensure_ascii=False) + ":" + text(v) for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(text(item) for item in value) + "]"
    return json.dumps(str(value), ensure_ascii=False)


def unusual(value):
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


def moment(value):
    if value.tzinfo is None:
        return value.date().isoformat() + "T" + clock(
            value.hour * 3600 + value.minute * 60 + value.second, value.microsecond * 1000)
    utc = value.astimezone(datetime.timezone.utc)
    return utc.date().isoformat() + "T" + clock(
        utc.hour * 3600 + utc.minute * 60 + utc.second, utc.microsecond * 1000, True) + "Z"


def clock(seconds, nanos, groups=False):
    """A time of day. Instants have digits by threes, others as many as they need."""
    time = "%02d:%02d:%02d" % (seconds // 3600, seconds // 60 % 60, seconds % 60)
    if nanos == 0:
        return time
    digits = ("%09d" % nanos).rstrip("0")
    if groups:
        digits = digits.ljust(-(-len(digits) // 3) * 3, "0")
    return time + "." + digits


def since_epoch(units, per_second, utc):
    """A timestamp as ISO 8601, of any year and with any digits."""
    seconds, part = divmod(units, per_second)
    days, second = divmod(seconds, 86400)
    time = clock(second, part * (10**9 // per_second), utc)
    return day(days) + "T" + time + ("Z" if utc else "")


def day(days):
    """A date of any year, by the civil calendar; Python's own ends with the year 9999."""
    z = days + 719468
    era, doe = divmod(z, 146097)
    yoe = (doe - doe // 1460 + doe // 36524 - doe // 146096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    mp = (5 * doy + 2) // 153
    month = mp + 3 if mp < 10 else mp - 9
    year = yoe + era * 400 + (1 if month <= 2 else 0)
    shown = "%04d" % year if 0 <= year <= 9999 else "%+05d" % year
    return "%s-%02d-%02d" % (shown, month, doy - (153 * mp + 2) // 5 + 1)
