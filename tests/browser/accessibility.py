"""axe-core in a page: rules of accessibility that a program can check."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

_OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    # the elements that keep a rule are of no interest, and to describe them takes longer than to check them
    "resultTypes": ["violations"],
}
_RUN = "options => axe.run({include: [['.crm-sync']]}, options).then(found => found.violations)"


def list_violations(page: Page) -> list[str]:
    """Give what axe finds in our part of the page, one line a rule; Airflow's frame around it isn't ours."""
    if not page.evaluate("() => 'axe' in globalThis"):
        from axe_playwright_python.base import AXE_SCRIPT

        page.evaluate(AXE_SCRIPT)
    return [
        f"{one['id']}: {one['help']}: " + "; ".join(node["html"][:160] for node in one["nodes"][:3])
        for one in page.evaluate(_RUN, _OPTIONS)
    ]
