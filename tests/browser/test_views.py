"""Each view in a real browser: full, empty, and after a failure; in light, in dark, and narrow."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import made_up_answers as made_up
from tests.browser import made_up_lists
from tests.browser.page import NARROWEST, TELEPHONE, WIDE

pytestmark = [pytest.mark.e2e, pytest.mark.airflow, pytest.mark.postgres, pytest.mark.timeout(900)]

VIEWS = {
    "#/": ("overview", "CRM Sync"),
    "#/entity/hubspot/contacts": ("entities/hubspot/contacts", "contacts"),
    "#/run/1?crm=hubspot": ("runs/1", "Run 1"),
    "#/rejected": ("rejected", "Rejected records"),
    "#/rejected/csv/zip_codes": ("rejected", "Rejected records"),
    "#/budgets": ("budgets", "Budgets"),
    "#/compare/hubspot/contacts": ("compare/hubspot/contacts", "Compare contacts with the source"),
}
"""By address: what the view asks, and its heading."""


def test_views_of_real_runs_are_accessible_and_fit_a_telephone(open_page):
    page = open_page()
    for hash_, (_, heading) in VIEWS.items():
        root = page.go(hash_)
        expect(root.get_by_role("heading", level=1)).to_have_text(heading)
        expect(root.get_by_role("alert")).to_have_count(0)
        page.assert_accessible()
        for size in (TELEPHONE, NARROWEST):
            page.page.set_viewport_size(size)
            assert not page.is_too_wide(), hash_
        page.page.set_viewport_size(WIDE)


def test_views_of_full_answers_are_accessible_in_light_and_dark_and_on_a_telephone(open_page):
    page = open_page()
    page.answer("overview", made_up.build_overview(healths=list(made_up.REASONS)))
    page.answer("entities/.*", made_up.build_detail(statuses=["partial", "failed", "success", "success"]))
    page.answer("runs/1", made_up.build_run(status="running", progress=made_up.build_progress(250)))
    page.answer("rejected", made_up_lists.build_rejected())
    page.answer("budgets", made_up_lists.build_budgets())
    page.answer("compare/.*", made_up_lists.build_comparison())
    for hash_ in VIEWS:
        page.go(hash_)
        page.assert_accessible()
    page.use_dark()
    for size in (TELEPHONE, NARROWEST):
        page.page.set_viewport_size(size)
        for hash_ in VIEWS:
            page.go(hash_)
            assert not page.is_too_wide(), hash_
            if size is NARROWEST:
                page.assert_accessible()


FAILURES = {
    401: ({"detail": "Not authenticated"}, "You are not logged in any more.", "link"),
    403: ({"detail": "You may not see this DAG."}, "You may not see this DAG.", None),
    500: ("no JSON", "The server failed with status 500; its log says why.", "button"),
    503: ({"detail": "The warehouse can't be reached."}, "The warehouse can't be reached.", "button"),
    0: (None, "Airflow's server can't be reached.", "button"),
}
"""By status: the answer, what is said, and what can be done; 0: no answer comes at all."""


@pytest.mark.parametrize("status", FAILURES)
def test_views_say_in_one_sentence_why_they_failed(open_page, status):
    body, sentence, remedy = FAILURES[status]
    page = open_page()
    for question, _ in VIEWS.values():
        page.answer(question, body, status) if status else page.cut(question)
    for hash_ in VIEWS:
        alert = page.go(hash_).get_by_role("alert")
        expect(alert).to_contain_text(sentence)
        for role in ("link", "button"):
            expect(alert.get_by_role(role)).to_have_count(1 if role == remedy else 0)
    page.assert_accessible()


def test_view_is_shown_again_once_the_server_answers(open_page):
    page = open_page()
    page.answer("budgets", {"detail": "The warehouse can't be reached."}, 503)
    root = page.go("#/budgets")
    page.page.unroute_all()
    root.get_by_role("button", name="Try again").click()
    expect(root.get_by_role("alert")).to_have_count(0)


def test_old_figures_stay_below_the_failure_of_a_newer_question(open_page):
    page = open_page()
    page.answer("runs/1", made_up.build_run(status="running", progress=made_up.build_progress(250)))
    root = page.go("#/run/1")
    page.answer("runs/1", {"detail": "The warehouse can't be reached."}, 503)
    expect(root.get_by_role("alert")).to_contain_text("can't be reached")
    expect(root.get_by_text("250 of 1,000 records").first).to_be_visible()


EMPTY = {
    "#/": ("overview", made_up.build_overview(healths=[]), "Nothing has run yet"),
    "#/rejected": ("rejected", made_up_lists.build_nothing_rejected(), "Nothing is rejected here"),
    "#/budgets": ("budgets", made_up_lists.build_no_budgets(), "No run has called a limited API yet"),
    "#/entity/hubspot/deals": ("entities/.*", made_up.build_detail(statuses=[]), "It has never run"),
    "#/compare/hubspot/deals": ("compare/.*", made_up_lists.build_no_comparison(), "has not been compared"),
}


def test_views_without_anything_say_so_and_what_comes_next(open_page):
    page = open_page()
    for question, answer, _ in EMPTY.values():
        page.answer(question, answer)
    for hash_, (_, _, sentence) in EMPTY.items():
        expect(page.go(hash_).get_by_text(sentence)).to_be_visible()
        page.assert_accessible()


def test_an_address_of_no_view_leads_back(open_page):
    page = open_page()
    root = page.go("#/nowhere/at/all")
    root.get_by_role("link", name="Go to the overview").click()
    expect(page.wait().get_by_role("heading", level=1)).to_have_text("CRM Sync")


def test_without_a_warehouse_the_overview_says_what_is_wrong(open_page, site):
    page = open_page()
    with site.without_warehouse():
        root = page.go("#/")
        expect(root.locator(".cs-notice")).to_contain_text("can't be reached")
        page.assert_accessible()
