"""axe-core in a page: rules of accessibility that a program can check."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def list_violations(page: Page) -> list[str]:
    """Give what axe finds in our part of the page, one line a rule; Airflow's frame around it isn't ours."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, context={"include": [[".crm-sync"]]}, options=_RULES).response["violations"]
    return [
        f"{one['id']}: {one['help']}: " + "; ".join(node["html"][:160] for node in one["nodes"][:3])
        for one in found
    ]
