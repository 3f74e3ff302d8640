"""Result forms as companies word them: titles with blanks, dashes and escapes, prices as texts."""

from __future__ import annotations

import json
from random import Random

from sandbox.frame import made_up

_RESULTS = (
    "[SOLD] Same day",
    "[SOLD] - Financed",
    "[DEMO NOT SOLD] Price",
    "[NO DEMO] Not home",
    "Rescheduled",
)
_BLANKS = ("", "-", "N/A")


def make_form(rng: Random, number: int) -> str:
    """The JSON text of one form."""
    items = [
        _item(
            rng.choice(("Appointment Result ", "Appointment Result:", "appointment  result")),
            rng.choice(_RESULTS),
        ),
        _item("Both Homeowners Present?", rng.choice(("Yes", "No", "Y", "N"))),
        _item("Financing Approved ", rng.choice(("Yes", "No", "", "-"))),
        _item("Last Price Offered", rng.choice((_price(rng), *_BLANKS))),
        _item("One Year Price -", _price(rng)),
        _item(rng.choice(("Warm Up & Topic", "Warm Up \\u0026 Topic")), rng.choice(("- Weather", "Sports"))),
        _item("Notes", made_up.sentence(rng)),
        _item("Company's own question", "42"),
    ]
    items += _make_jobs(rng, number)
    rng.shuffle(items)
    return json.dumps(items)


def _make_jobs(rng: Random, number: int) -> list[dict[str, str]]:
    if number % 4 == 3:
        return [_item("Job Type", rng.choice(made_up.TRADES)), _item("Job Size", _price(rng))]
    items = []
    for line in range(1, rng.randrange(1, 7)):
        items += [
            _item(f"Job Type {line}", rng.choice(made_up.TRADES)),
            _item(f"Job Type {line} Amount", rng.choice((_price(rng), ""))),
        ]
    return items


def _price(rng: Random) -> str:
    return f"${rng.randrange(1_000, 40_000):,}.00"


def _item(title: str, value: str) -> dict[str, str]:
    return {"title": title, "value": value}
