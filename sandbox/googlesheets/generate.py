"""Made-up rows of the two tabs, and the further tabs that every workbook collects."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from sandbox.frame import made_up
from sandbox.googlesheets.cells import DAY_0, Cell, Content
from sandbox.googlesheets.config import FIRST_TAB_ID, TAB_BY_KIND, GoogleSheetsConfig
from sandbox.googlesheets.quirks import spread_quirks
from sandbox.googlesheets.store import Row, Store, Tab

LEAD_TITLES = (
    "Lead ID", "Lead Date", "First Name", "Last Name", "Full Name", "Email", "Phone", "Address", "City",
    "State", "Zip", "Source", "Sub Source", "Campaign", "Ad Group", "Keyword", "Product Interest",
    "Division", "Market", "Lead Cost", "Appointment Date", "Status", "Disposition", "Is Duplicate",
    "Sold Amount", "Notes", "Landing Page",
)  # fmt: skip
SPEND_TITLES = (
    "Date", "Period End", "Division", "Market", "Channel", "Vendor", "Campaign", "Budget", "Spend",
    "Currency", "Impressions", "Clicks", "Leads", "Cost Per Lead", "Invoice Number", "Paid", "Notes",
)  # fmt: skip
_SOURCES = ("Web", "Referral", "Google Ads", "Facebook", "Home Show", "Door Hanger", "Radio")
_CHANNELS = ("Search", "Mail", "Social", "Radio", "TV", "Events", "Print", "Display")
_CAMPAIGNS = ("Brand", "Spring Storm", "Gutters", "Siding", "Retargeting", "Windows", "Solar")
_DIVISIONS = ("North", "South", "East", "West")
_PRODUCTS = ("Roof", "Siding", "Gutters", "Windows", "Solar")
_STATUSES = ("New", "Contacted", "Appointment", "Sold", "Lost")


def generate(config: GoogleSheetsConfig) -> Store:
    """Make the spreadsheet."""
    store = Store()
    store.modified_ms = config.anchor_ms
    last_day = (config.find_anchor().replace(tzinfo=None) - DAY_0).days
    builders = {"marketing_leads": _build_leads, "marketing_spends": _build_spends}
    for number, (kind, build) in enumerate(builders.items()):
        rng = Random(f"{config.seed}:{kind}")
        titles: tuple[str, ...] = LEAD_TITLES if kind == "marketing_leads" else SPEND_TITLES
        rows = build(rng, config.count_of(kind), last_day)
        if config.quirks:
            rows = spread_quirks(kind, rows, titles, rng)
        if kind == "marketing_leads" and config.further_columns:
            titles = (*titles, *(f"Answer {at + 1}" for at in range(config.further_columns)))
            _widen(rows, len(titles), rng)
        tab = Tab(TAB_BY_KIND[kind], number and FIRST_TAB_ID + number, [list(titles), *rows], frozen=1)
        tab.row_count = len(tab.rows) + config.spare_rows
        tab.column_count = len(titles) + 3
        store.tabs.append(tab)
        store.tab_by_kind[kind] = tab
    store.tabs.append(Tab("Chart1", FIRST_TAB_ID + 2, kind="OBJECT"))
    store.tabs.append(Tab("Old", FIRST_TAB_ID + 3, [["Old"]], row_count=10, column_count=5, hidden=True))
    store.tabs.append(Tab("Warehouse", FIRST_TAB_ID + 4, kind="DATA_SOURCE"))
    return store


def _widen(rows: list[Row], width: int, rng: Random) -> None:
    """Fill further cells of all rows with a lead: texts and numbers by turns."""
    for row in rows:
        if row and row[0]:
            row.extend([None] * (len(LEAD_TITLES) - len(row)))
            further = range(width - len(row))
            row.extend(rng.choice(made_up.WORDS) if at % 2 else rng.randrange(10_000) / 100 for at in further)


def _build_leads(rng: Random, count: int, last_day: int) -> list[Row]:
    return [_build_lead(rng, number, last_day - (count - number) // 40) for number in range(count)]


def _build_lead(rng: Random, number: int, day: int) -> Row:
    first, last = rng.choice(made_up.FIRST_NAMES), rng.choice(made_up.LAST_NAMES)
    city, state, zip_code = rng.choice(made_up.CITIES)
    status = rng.choice(_STATUSES)
    phone = made_up.phone_numbers(rng, 1)[0].removeprefix("+1")
    has_visit = status in ("Appointment", "Sold")
    row: Row = [
        f"L-{number + 1:06d}",
        Cell(day, "date") if rng.random() < 0.9 else _type_date(day),
        first,
        last,
        f"{first} {last}",
        f"{first}.{last}.{number}@example.com".lower() if rng.random() < 0.9 else None,
        # a number, unless somebody put brackets around it
        int(phone) if rng.random() < 0.7 else f"({phone[:3]}) {phone[3:6]}-{phone[6:]}",
        made_up.street_addresses(rng, 1)[0],
        city,
        state,
        Cell(int(zip_code), "00000"),
        rng.choice(_SOURCES),
        rng.choice(("Organic", "Paid", "", None)),
        rng.choice((*_CAMPAIGNS, None)),
        rng.choice(("Exact", "Broad", None)),
        rng.choice(made_up.WORDS),
        rng.choice(_PRODUCTS),
        rng.choice(_DIVISIONS),
        city,
        Cell(round(rng.uniform(5, 120), 2), "currency"),
        Cell(day + 2 + rng.randrange(8 * 4, 18 * 4) / 96, "datetime") if has_visit else None,
        status,
        rng.choice(("Interested", "No answer", None)),
        rng.random() < 0.05,
        Cell(float(rng.randrange(4_000, 40_000)), "currency") if status == "Sold" else None,
        made_up.sentence(rng, words=5) if rng.random() < 0.4 else None,
        f"https://www.example.com/{rng.choice(made_up.WORDS)}" if rng.random() < 0.5 else None,
    ]
    return row


def _build_spends(rng: Random, count: int, last_day: int) -> list[Row]:
    pairs = [(channel, campaign) for channel in _CHANNELS for campaign in (*_CAMPAIGNS, None)]
    rows = []
    for number in range(count):
        channel, campaign = pairs[number % len(pairs)]
        rows.append(_build_spend(rng, last_day - number // len(pairs), channel, campaign))
    return rows


def _build_spend(rng: Random, day: int, channel: str, campaign: Content) -> Row:
    spend, leads = round(rng.uniform(50, 4_000), 2), rng.choice((0, 1, 3, 8, 20, 30))
    cost = round(spend / leads, 4) if leads else "#DIV/0!"
    row: Row = [
        Cell(day, "date"),
        Cell(day + 6, "date"),
        rng.choice(_DIVISIONS),
        rng.choice(made_up.CITIES)[0],
        channel,
        f"Vendor {rng.choice('ABCDEF')}",
        campaign,
        Cell(round(spend * 1.2, 2), "currency"),
        Cell(spend, "currency") if rng.random() < 0.9 else f"${spend:,.2f}",
        "USD",
        rng.randrange(1_000, 200_000),
        rng.randrange(10, 2_000),
        leads,
        Cell(cost, "currency", "=I2/M2"),
        f"INV-{rng.randrange(100_000)}",
        rng.random() < 0.8,
        None,
    ]
    return row


def _type_date(day: int) -> str:
    return f"{DAY_0 + timedelta(days=day):%m/%d/%Y}"
