"""Generates the associations between generated records, and the properties that mirror them."""

from __future__ import annotations

from collections import Counter
from random import Random

from sandbox.hubspot.config import HubSpotConfig
from sandbox.hubspot.links import LinkStore
from sandbox.hubspot.records import Record, TypeStore

PRIMARY = ("primary", None)
"""A primary link also exists unlabelled: two rows for one pair."""
# From, to, share of the parents that have links, most links a parent has.
_PLAIN = (
    ("deals", "contacts", 0.9, 2),
    ("deals", "line_items", 0.6, 3),
    ("tickets", "contacts", 0.9, 1),
    ("tickets", "deals", 0.3, 1),
    ("calls", "contacts", 0.95, 2),
    ("calls", "companies", 0.6, 1),
    ("calls", "deals", 0.3, 1),
    ("calls", "tickets", 0.1, 1),
)
_WITH_PRIMARY = (("contacts", "companies", 0.8), ("deals", "companies", 0.8), ("tickets", "companies", 0.7))


def generate_links(stores: dict[str, TypeStore], config: HubSpotConfig) -> LinkStore:
    """Links over all default pairs, from and to records that are not archived."""
    links = LinkStore()
    for from_type, to_type, share in _WITH_PRIMARY:
        _link_with_primary(links, stores, (from_type, to_type), share, config.seed)
    for from_type, to_type, share, most in _PLAIN:
        rng = Random(f"{config.seed}:links:{from_type}:{to_type}")
        targets = stores[to_type].live_ids
        for from_id in stores[from_type].live_ids if targets else ():
            if rng.random() < share:
                for _ in range(rng.randint(1, most)):
                    links.add((from_type, to_type), from_id, rng.choice(targets))
    _link_many(links, stores, config.many_links)
    _mirror_links(links, stores, config.seed)
    return links


def _link_with_primary(
    links: LinkStore, stores: dict[str, TypeStore], pair: tuple[str, str], share: float, seed: int
) -> None:
    rng = Random(f"{seed}:links:{pair[0]}:{pair[1]}")
    targets = stores[pair[1]].live_ids
    for from_id in stores[pair[0]].live_ids if targets else ():
        if rng.random() < share:
            links.add(pair, from_id, rng.choice(targets), PRIMARY)
            if rng.random() < 0.1:
                links.add(pair, from_id, rng.choice(targets))
            if pair == ("contacts", "companies") and rng.random() < 0.05:
                links.add(pair, from_id, rng.choice(targets), ("billing", None))


def _link_many(links: LinkStore, stores: dict[str, TypeStore], count: int) -> None:
    """More links than one answer holds, for the first three contacts."""
    for contact_id in stores["contacts"].live_ids[:3] if count else ():
        for company_id in stores["companies"].live_ids[:count]:
            links.add(("contacts", "companies"), contact_id, company_id)


def _mirror_links(links: LinkStore, stores: dict[str, TypeStore], seed: int) -> None:
    contacts, companies, deals = (stores[name] for name in ("contacts", "companies", "deals"))
    for contact in contacts.live():
        for company_id, types in links.of(("contacts", "companies"), contact.id).items():
            if any(link_type.label == "Primary" for link_type in types):
                contact.properties["associatedcompanyid"] = str(company_id)
        contact.properties["num_associated_deals"] = str(len(links.of(("contacts", "deals"), contact.id)))
    for company in companies.live():
        for other in ("contacts", "deals"):
            linked = links.of(("companies", other), company.id)
            company.properties[f"num_associated_{other}"] = str(len(linked))
    for deal in deals.live():
        deal.properties["num_associated_contacts"] = str(len(links.of(("deals", "contacts"), deal.id)))
        _settle_stage(deal)
    _mirror_parents(companies, seed)
    product_ids = [str(product_id) for product_id in stores["products"].live_ids]
    rng = Random(f"{seed}:line_item_products")
    for item in stores["line_items"].live():
        is_ad_hoc = not product_ids or rng.random() < 0.1
        item.properties["hs_product_id"] = None if is_ad_hoc else rng.choice(product_ids)


def _settle_stage(deal: Record) -> None:
    """Make the stage one of the deal's pipeline, and the closed flags agree with it."""
    if deal.properties["pipeline"] == "8812345":
        deal.properties["dealstage"] = ("8812346", "8812347")[deal.id % 2]
    stage = deal.properties["dealstage"]
    is_won = stage in ("closedwon", "8812347")
    deal.properties["hs_is_closed_won"] = str(is_won).lower()
    deal.properties["hs_is_closed"] = str(is_won or stage == "closedlost").lower()


def _mirror_parents(companies: TypeStore, seed: int) -> None:
    rng = Random(f"{seed}:parent_companies")
    children: Counter[int] = Counter()
    for company in companies.live():
        if company.id != companies.live_ids[0] and rng.random() < 0.05:
            parent_id = rng.choice(companies.live_ids[: max(1, len(companies.live_ids) // 20)])
            if parent_id != company.id:
                company.properties["hs_parent_company_id"] = str(parent_id)
                children[parent_id] += 1
    for company in companies.live():
        company.properties["hs_num_child_companies"] = str(children[company.id])
