"""A made-up trading company in the shape of the well-known sample database, on MariaDB and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.sources.sql.sql_kit import SqlKit

ZONE = ZoneInfo("America/Los_Angeles")
ORDERS, DETAILS_OF_EACH = 60, 3
LONG_AGO = "2024-01-05 08:00:00"

_TABLES = {
    "Categories": "CategoryID int primary key, CategoryName varchar(15) not null, Description TEXT, "
    "Picture BYTES",
    "Shippers": "ShipperID int primary key, CompanyName varchar(40) not null, Phone varchar(24)",
    "Customers": "CustomerID char(5) primary key, CompanyName varchar(40) not null, City varchar(15), "
    "ModifiedDate TIME not null",
    "Employees": "EmployeeID int primary key, LastName varchar(20) not null, FirstName varchar(10) not null, "
    "BirthDate date, HireDate TIME, ReportsTo int",
    "Products": "ProductID int primary key, ProductName varchar(40) not null, CategoryID int, "
    "UnitPrice decimal(10,4), UnitsInStock smallint, Discontinued FLAG not null, ModifiedDate TIME not null",
    "Orders": "OrderID int primary key, CustomerID char(5), OrderDate TIME not null, ShippedDate date, "
    "Freight decimal(10,4), ModifiedDate TIME",
    "Order Details": "OrderID int, ProductID int, UnitPrice decimal(10,4) not null, "
    "Quantity smallint not null, Discount real not null, ModifiedDate TIME not null, "
    "primary key (OrderID, ProductID)",
}
_WORDS = {
    "mariadb": {"TEXT": "longtext", "BYTES": "longblob", "TIME": "datetime(3) null", "FLAG": "bit(1)"},
    "postgres": {"TEXT": "text", "BYTES": "bytea", "TIME": "timestamp(3)", "FLAG": "boolean"},
}


def fill(kit: SqlKit) -> None:
    """Make all tables and their rows."""
    for table, columns in _TABLES.items():
        kit.execute(f"create table {quote(kit, table)} ({_write_columns(kit, columns)})")
    kit.execute(
        f"create index customers_modified on {quote(kit, 'Customers')} ({quote(kit, 'ModifiedDate')})"
    )
    picture = "x'ff{:02x}'" if kit.is_mariadb else "'\\xff{:02x}'"
    flag = ("b'0'", "b'1'") if kit.is_mariadb else ("false", "true")
    rows: dict[str, list[str]] = {
        "Categories": [f"{n}, 'Category {n}', 'All of ''{n}''', {picture.format(n)}" for n in range(1, 9)],
        "Shippers": [f"{n}, 'Shipper {n}', '(503) 555-01{n:02d}'" for n in range(1, 4)],
        "Customers": [
            f"'{_customer(n)}', 'Company {n}', {'null' if n % 7 == 0 else repr('Münster')}, '{LONG_AGO}'"
            for n in range(30)
        ],
        "Employees": [
            f"{n}, 'Last{n}', 'First{n}', '{1960 + n}-02-28', '2012-11-04 01:30:00', {n - 1 or 'null'}"
            for n in range(1, 10)
        ],
        "Products": [
            f"{n}, 'Product {n}', {n % 8 + 1}, {n}.2500, {n * 3 % 100}, {flag[n % 2]}, '{LONG_AGO}.{n:03d}'"
            for n in range(1, 78)
        ],
        "Orders": [
            f"{10248 + n}, '{_customer(n % 30)}', '2023-07-04 00:{n % 60:02d}:00', "
            f"{'null' if n % 5 == 0 else repr('2023-07-16')}, {n}.38, {'null' if n % 3 else repr(LONG_AGO)}"
            for n in range(ORDERS)
        ],
        "Order Details": [
            f"{10248 + n}, {1 + (n * 7 + d * 11) % 77}, 14.0000, {d + 1}, {0.15 if d else 0}, '{LONG_AGO}'"
            for n in range(ORDERS)
            for d in range(DETAILS_OF_EACH)
        ],
    }
    for table, values in rows.items():
        kit.execute(f"insert into {quote(kit, table)} values " + ", ".join(f"({row})" for row in values))


def change(kit: SqlKit, table: str, assignment: str, where: str) -> None:
    """Change rows as the application does, on its own wall clock."""
    now = (datetime.now(UTC) - timedelta(seconds=1)).astimezone(ZONE).replace(tzinfo=None)
    stamp = f"{quote(kit, 'ModifiedDate')} = '{now:%Y-%m-%d %H:%M:%S}'"
    update(kit, table, f"{assignment}, {stamp}", where)


def update(kit: SqlKit, table: str, assignment: str, where: str) -> None:
    """Change rows; names in braces are quoted."""
    kit.execute(f"update {quote(kit, table)} set {quote_all(kit, assignment)} where {quote_all(kit, where)}")


def delete(kit: SqlKit, table: str, where: str = "1 = 1") -> None:
    """Delete rows."""
    kit.execute(f"delete from {quote(kit, table)} where {quote_all(kit, where)}")


def quote(kit: SqlKit, name: str) -> str:
    """Quote a name for the kit's database."""
    return kit.dialect.quote(name)


def quote_all(kit: SqlKit, text: str) -> str:
    """Quote the names in braces."""
    parts = text.replace("}", "{").split("{")
    return "".join(quote(kit, part) if number % 2 else part for number, part in enumerate(parts))


def _customer(number: int) -> str:
    return "ABCDEFGHIJ"[number % 10] + "aBcDe"[number % 5] + f"{number:03d}"


def _write_columns(kit: SqlKit, columns: str) -> str:
    for word, kind in _WORDS[kit.name].items():
        columns = columns.replace(f" {word}", f" {kind}")
    written = []
    for part in columns.split(", "):
        name, _, rest = part.partition(" ")
        if name == "primary":
            key = part[part.index("(") + 1 :].split(", ")
            written.append("primary key (" + ", ".join(quote(kit, one.strip(")")) for one in key))
        elif not rest:
            written.append(quote(kit, name.rstrip(")")) + ")")
        else:
            written.append(f"{quote(kit, name)} {rest}")
    return ", ".join(written)
