"""A Chromium of the machine's own or of Debian's packages, for tests of the page in Airflow's UI."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sandbox.debian_packages import UnpackError, unpack_package

if TYPE_CHECKING:
    from playwright.sync_api import Browser

GIVEN = "CRM_SYNC_TEST_CHROMIUM"
"""Environment variable with the path of a Chromium or Chrome."""
GIVEN_PREFIX = "CRM_SYNC_TEST_PREFIX"
"""Environment variable with the path of Airflow's base URL, such as `/airflow`; usually it has none."""
_CACHE = Path(__file__).resolve().parents[1] / ".sandbox" / "chromium"
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_BINARY = "usr/lib/chromium/chromium"
# a font of the same widths everywhere; without one a page is a row of boxes
_FONTS, _A_FONT = "fonts-liberation", "usr/share/fonts/truetype/liberation"
_FONT_CONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir>
<alias><family>sans-serif</family><prefer><family>Liberation Sans</family></prefer></alias>
<alias><family>monospace</family><prefer><family>Liberation Mono</family></prefer></alias>
</fontconfig>
"""
_ARGUMENTS = ["--disable-gpu"]


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """Run a headless Chromium until the block ends.

    A machine without one skips the test, or fails it where CI says that there must be one.
    """
    from playwright.sync_api import sync_playwright

    program, environment = _find_program()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=_ARGUMENTS, env={**os.environ, **environment}
        )
        yield browser
        browser.close()


def _find_program() -> tuple[str, dict[str, str]]:
    """Give the program, and what its environment needs beside ours."""
    for found in (os.environ.get(GIVEN), *map(shutil.which, _NAMES)):
        if found:
            return found, {}
    try:
        root = unpack_package("chromium", _CACHE, _BINARY)
        fonts = unpack_package(_FONTS, _CACHE / "fonts", _A_FONT)
    except UnpackError as error:
        reason = f"Chromium isn't installed and can't be unpacked: {error}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    config = _CACHE / "fonts.conf"
    config.write_text(_FONT_CONFIG.format(fonts=fonts / _A_FONT, cache=_CACHE / "font-cache"))
    patterns = (
        "usr/lib/chromium",
        "usr/lib/*-linux-gnu*",
        "usr/lib/*-linux-gnu*/pulseaudio",
        "lib/*-linux-gnu*",
    )
    libraries = os.pathsep.join(str(folder) for pattern in patterns for folder in root.glob(pattern))
    return str(root / _BINARY), {"LD_LIBRARY_PATH": libraries, "FONTCONFIG_FILE": str(config)}
