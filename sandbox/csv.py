"""The table of US ZIP codes as a CSV file, whole, changed or damaged: `python -m sandbox.csv --out FILE`.

The table comes from the package `zipcodes`; nothing here is random, so that two runs write the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import zipcodes

HEADER = (
    "zip_code",
    "zip_code_type",
    "active",
    "city",
    "acceptable_cities",
    "unacceptable_cities",
    "state",
    "county",
    "timezone",
    "area_codes",
    "world_region",
    "country",
    "lat",
    "long",
)
_CITY = HEADER.index("city")
_LIST_MARK = "|"

Row = list[str]


def build_rows() -> list[Row]:
    """Give all ZIP codes in ascending order, one row each, lists joined by `|`."""
    records = sorted(_list_all(), key=lambda record: str(record["zip_code"]))
    return [[_to_cell(record[column]) for column in HEADER] for record in records]


def change_rows(rows: list[Row], count: int) -> list[Row]:
    """Rename the city of `count` rows, spread evenly over the table."""
    places = set(_spread(len(rows), count))
    return [
        [*row[:_CITY], f"{row[_CITY]} (renamed)", *row[_CITY + 1 :]] if at in places else row
        for at, row in enumerate(rows)
    ]


def remove_rows(rows: list[Row], count: int) -> list[Row]:
    """Leave out `count` rows, spread evenly over the table."""
    places = set(_spread(len(rows), count))
    return [row for at, row in enumerate(rows) if at not in places]


def move_rows(rows: list[Row]) -> list[Row]:
    """Turn the table upside down: every row moves, none changes."""
    return rows[::-1]


def to_bytes(rows: list[Row], header: Sequence[str] = HEADER) -> bytes:
    """Encode a table as RFC 4180 says: CRLF, quotes only where needed, UTF-8 without a byte order mark."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def _list_all() -> list[dict[str, object]]:
    records: list[dict[str, object]] = zipcodes.list_all()  # type: ignore[no-untyped-call]
    return records


def _to_cell(value: object) -> str:
    if isinstance(value, list):
        return _LIST_MARK.join(str(item) for item in value)
    return str(value).lower() if isinstance(value, bool) else str(value or "")


def _spread(length: int, count: int) -> list[int]:
    wanted = min(count, length)
    return [at * length // wanted for at in range(wanted)]


def _split_line(content: bytes, number: int) -> tuple[bytes, bytes, bytes]:
    lines = content.split(b"\r\n")
    end = b"\r\n"
    return end.join(lines[:number]) + end, lines[number], end + end.join(lines[number + 1 :])


def _add_ragged(content: bytes) -> bytes:
    before, line, after = _split_line(content, 10)
    short, long = line.rsplit(b",", 3)[0], line.replace(b"0", b"9") + b",one too many"
    return before + short + b"\r\n" + long + after


def _double_header(content: bytes) -> bytes:
    return content.replace(b"unacceptable_cities", b"city", 1)


def _add_latin1(content: bytes) -> bytes:
    before, line, after = _split_line(content, 10)
    return before + line.replace(b",true,", ",true,Cañon ".encode("latin-1"), 1) + after


def _open_quote(content: bytes) -> bytes:
    before, line, after = _split_line(content, 10)
    return before + line.replace(b",true,", b',true,"', 1) + after


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "bom": lambda content: b"\xef\xbb\xbf" + content,
    "ragged": _add_ragged,
    "duplicate-header": _double_header,
    "latin1": _add_latin1,
    "unclosed-quote": _open_quote,
    "nul": lambda content: content.replace(b"Holtsville", b"Holts\0ville", 1),
    "truncated": lambda content: content[: len(content) // 2],
    "header-only": lambda content: content.split(b"\r\n", 1)[0] + b"\r\n",
    "empty": lambda content: content[:0],
    "html": lambda content: b"<!DOCTYPE html><html><body>Sign in</body></html>" + content[:0],
}
"""What can be wrong with a file, by the name that `--damage` takes; `bom` alone does no harm."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.csv", description=__doc__)
    parser.add_argument(
        "--out", type=Path, required=True, help="file to write; its folder is made when missing"
    )
    parser.add_argument("--change", type=int, default=0, metavar="N", help="rename the city of N rows")
    parser.add_argument("--remove", type=int, default=0, metavar="N", help="leave out N rows")
    parser.add_argument("--move", action="store_true", help="turn the table upside down")
    parser.add_argument(
        "--damage", choices=sorted(DAMAGES), action="append", default=[], help="may be repeated"
    )
    options = parser.parse_args(arguments)
    rows = remove_rows(change_rows(build_rows(), options.change), options.remove)
    rows = move_rows(rows) if options.move else rows
    content = to_bytes(rows)
    for name in options.damage:
        content = DAMAGES[name](content)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    fresh = options.out.with_suffix(".tmp")
    fresh.write_bytes(content)
    fresh.replace(options.out)
    print(f"{options.out}: {len(rows):,} rows, {len(content):,} bytes")


if __name__ == "__main__":
    main()
