"""The overview: whether anything needs a look, found at a glance, by search and by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser import made_up_answers as made_up

pytestmark = [pytest.mark.e2e, pytest.mark.airflow, pytest.mark.postgres, pytest.mark.timeout(900)]


def test_overview_is_in_the_navigation_and_has_the_failed_entity_first(open_page):
    page = open_page()
    page.page.goto(page.site.url)
    page.page.get_by_role("link", name="CRM Sync").click()
    root = page.wait()
    expect(root.get_by_role("status")).to_have_text(re.compile(r"^\d+ need a look, \d+ fine\.$"))
    first = root.get_by_role("row").nth(1)
    expect(first).to_contain_text("Failed")
    expect(first).to_contain_text("users")
    expect(first).to_contain_text("The last run failed: ")


def test_overview_of_a_hundred_entities_is_searched_and_the_address_keeps_it(open_page):
    page = open_page()
    healths = [*made_up.REASONS, *["fresh"] * 93]
    page.answer("overview", made_up.build_overview(healths=healths))
    root = page.go("#/")
    expect(root.get_by_role("status")).to_have_text("4 need a look, 96 fine.")
    expect(root.get_by_text("Set up and never run: five9, genius.")).to_be_visible()
    rows = root.locator("tbody tr")
    expect(rows).to_have_count(100)
    root.get_by_role("searchbox", name="Search entities").press_sequentially("kind_09", delay=5)
    expect(rows).to_have_count(10)
    expect(root.get_by_role("searchbox")).to_be_focused()
    expect(page.page).to_have_url(re.compile("q=kind_09"))
    page.page.reload()
    expect(page.wait().locator("tbody tr")).to_have_count(10)
    root.get_by_role("searchbox").fill("no such thing")
    expect(root.get_by_text("No entity fits the search.")).to_be_visible()


def test_overview_is_used_by_keyboard_alone(open_page):
    page = open_page()
    page.answer("overview", made_up.build_overview(healths=list(made_up.REASONS)))
    # the link that is followed in the end asks for an entity that this Airflow doesn't have
    page.answer("entities/.*", made_up.build_detail(statuses=["failed"]))
    root = page.go("#/")
    root.get_by_role("button", name="All").focus()
    page.page.keyboard.press("Tab")
    page.page.keyboard.press("Enter")
    expect(root.get_by_role("button", name="Need a look")).to_have_attribute("aria-pressed", "true")
    expect(root.locator("tbody tr")).to_have_count(4)
    for _ in range(4):
        page.page.keyboard.press("Tab")
    focused = root.get_by_role("link", name="kind_000s")
    expect(focused).to_be_focused()
    outline = focused.evaluate("e => getComputedStyle(e).outlineStyle")
    assert outline == "solid"
    page.page.keyboard.press("Enter")
    expect(page.page).to_have_url(re.compile("#/entity/hubspot/kind_000s$"))
    page.wait()


def test_red_is_told_from_fine_without_colours(open_page):
    page = open_page()
    page.answer("overview", made_up.build_overview(healths=list(made_up.REASONS)))
    badges = page.go("#/").locator("tbody .cs-badge")
    words = badges.all_inner_texts()
    icons = [badges.nth(at).locator("path").get_attribute("d") for at in range(badges.count())]
    bad, good = set(zip(words[:4], icons[:4], strict=True)), set(zip(words[4:], icons[4:], strict=True))
    assert len(bad) == 4
    assert not {word for word, _ in bad} & {word for word, _ in good}
    assert not {icon for _, icon in bad} & {icon for _, icon in good}
