"""A checksum of a table's rows that does not depend on their order, nor on the order of the columns.

The same from every reader that gives Arrow: delta-rs, DuckDB, Spark. Each row becomes a JSON list of its
values, columns by name; times are microseconds since 1970, dates are ISO; the first 8 bytes of the md5 of
that text are summed modulo 2^64.
"""

import datetime
import decimal
import hashlib
import json

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MICROSECOND = datetime.timedelta(microseconds=1)


def plain(value):
    if isinstance(value, datetime.datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=datetime.timezone.utc)
        return (aware - EPOCH) // MICROSECOND
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    return value


def row_checksum(table):
    """table: a pyarrow.Table. 16 hex digits."""
    names = sorted(table.column_names)
    columns = [table.column(name).to_pylist() for name in names]
    total = 0
    for row in zip(*columns):
        text = json.dumps([plain(value) for value in row], ensure_ascii=False)
        total += int.from_bytes(hashlib.md5(text.encode()).digest()[:8], "big")
    return f"{total % 2**64:016x}"


def column_ranges(table):
    """{column: {"min":, "max":, "nulls":}}, for columns whose values have an order."""
    ranges = {}
    for name in table.column_names:
        values = [plain(v) for v in table.column(name).to_pylist()]
        known = [v for v in values if v is not None and not isinstance(v, (list, dict))]
        ranges[name] = {"min": min(known, default=None), "max": max(known, default=None),
                        "nulls": values.count(None)}
    return ranges
