"""Pools of made-up names, places and words, and columns of them, for any vendor's fake.

Addresses end in example.com, telephone numbers start with +1555: nothing here belongs to anyone.
"""

from __future__ import annotations

from random import Random


def _words(text: str) -> list[str]:
    return text.split()


FIRST_NAMES = _words(
    """
    Ada Amir Anika Bao Bela Carla Chidi Dana Diego Elif Emre Farah Finn Greta Hana Hugo Ines Ivan Jada
    Jonas Kemal Kira Lars Lena Luca Maja Marco Mina Nadia Noah Olga Omar Paula Pavel Quinn Rafa Rosa
    Sami Selma Tara Theo Uma Viktor Wanda Xenia Yara Yusuf Zoe
    """
)
LAST_NAMES = _words(
    """
    Abbott Acosta Ahmadi Alder Baker Barros Becker Bishop Castro Chandra Cole Costa Dahl Diaz Dorn Ellis
    Farkas Fischer Garza Gupta Hale Haddad Ito Jansen Keller Khan Lund Marsh Mendez Novak Okafor Olsen
    Park Petrov Quist Reyes Rossi Sato Schulz Silva Stone Tanaka Ulrich Vance Vogel Weber Wolfe Young
    Zeller Zhou
    """
)
CITIES = (
    ("Springfield", "IL", "62701"),
    ("Riverton", "UT", "84065"),
    ("Fairview", "TX", "75069"),
    ("Greenville", "SC", "29601"),
    ("Georgetown", "KY", "40324"),
    ("Salem", "OR", "97301"),
    ("Franklin", "TN", "37064"),
    ("Clinton", "MS", "39056"),
    ("Madison", "WI", "53703"),
    ("Ashland", "OH", "44805"),
    ("Dover", "DE", "19901"),
    ("Manchester", "NH", "03101"),
)
STREETS = ("Oak", "Maple", "Cedar", "Pine", "Elm", "Lake", "Hill", "Mill", "Church", "Main")
STREET_KINDS = ("Street", "Avenue", "Road", "Lane", "Drive", "Court")
TRADES = ("Roofing", "Siding", "Gutters", "Windows", "Solar", "Painting", "Insulation", "Exteriors", "Decks")
COMPANY_WORDS = (
    "Example",
    "Sample",
    "Summit",
    "Blue Ridge",
    "Harbor",
    "Prairie",
    "Keystone",
    "Beacon",
    "Granite",
)
COMPANY_FORMS = ("LLC", "Inc", "Co", "Group", "& Sons", "Partners")
JOB_TITLES = (
    "Owner",
    "Manager",
    "Homeowner",
    "Estimator",
    "Office Manager",
    "Buyer",
    "Superintendent",
    "Director",
)
PRODUCTS = (
    "Gutter guard",
    "Shingle pack",
    "Ridge vent",
    "Window kit",
    "Solar panel",
    "Siding panel",
    "Downspout",
)
WORDS = _words(
    """
    roof leak inspection estimate quote follow up sent called customer wants color sample before storm
    damage north side gutter clean warranty visit next week crew ready permit approved waiting insurance
    photos uploaded please confirm date price discussed spouse present measured attic vent replaced
    deposit received
    """
)


def sentence(rng: Random, *, words: int = 8) -> str:
    """A few words that look like a note."""
    return " ".join(rng.choices(WORDS, k=words)).capitalize() + "."


def phone_numbers(rng: Random, count: int) -> list[str]:
    """Numbers in the fictional +1 555 range."""
    return [f"+1555{number:07d}" for number in (rng.randrange(10_000_000) for _ in range(count))]


def company_names(rng: Random, count: int) -> list[str]:
    """Company names, not unique."""
    words, trades, forms = (rng.choices(pool, k=count) for pool in (COMPANY_WORDS, TRADES, COMPANY_FORMS))
    return [f"{word} {trade} {form}" for word, trade, form in zip(words, trades, forms, strict=True)]


def street_addresses(rng: Random, count: int) -> list[str]:
    """House number and street."""
    streets, kinds = rng.choices(STREETS, k=count), rng.choices(STREET_KINDS, k=count)
    return [f"{rng.randrange(1, 9999)} {s} {k}" for s, k in zip(streets, kinds, strict=True)]
