"""How long a learner waits: from a click to "Saved", and from opening a lesson until its activities are there."""

from __future__ import annotations

import importlib.util
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from peerlab.grading.learner_copy import learner_copy
from peerlab.places import course

CLICKS, OPENINGS = 20, 3


def waits():
    """Time clicks and openings of the real module 2 in a real browser; the medians count."""
    browser_tests = _browser_tests()
    with tempfile.TemporaryDirectory(prefix="peerlab-bench-") as folder:
        home = Path(folder)
        with browser_tests.serving(home, {}) as server, sync_playwright() as playwright:
            lesson = learner_copy(course(), server.work)[0].relative_to(server.work)
            chromium = playwright.chromium.launch(executable_path=browser_tests.chromium(), args=["--no-sandbox"])
            context = chromium.new_context(viewport={"width": 1280, "height": 1000})
            context.set_extra_http_headers({"Authorization": f"token {browser_tests.KEY}"})
            page = context.new_page()
            address = f"{server.address}/notebooks/{lesson}"
            opened = [_open(server, page, address) for _ in range(OPENINGS)]
            clicked = [_click(page, number) for number in range(CLICKS)]
            chromium.close()
    return [
        {
            "name": "click-to-saved-ms",
            "value": 1000 * statistics.median(clicked),
            "unit": "ms",
            "goal": 150,
            "better": "lower",
        },
        {"name": "open-to-ready-s", "value": statistics.median(opened), "unit": "s", "goal": 6, "better": "lower"},
    ]


def _open(server, page, address):
    """Open the lesson with no kernel running, and wait for its first activity to be drawn."""
    page.goto("about:blank")
    for one in server.ask("GET", "/api/sessions"):
        server.ask("DELETE", f"/api/sessions/{one['id']}")
    before = time.perf_counter()
    page.goto(address)
    page.locator("section.pl-activity").first.wait_for(timeout=60_000)
    return time.perf_counter() - before


def _click(page, number):
    """Choose another line in a menu, and wait until the word beside it says that it is saved."""
    item = page.locator("section.pl-activity .pl-item").first
    before = page.evaluate(
        """async ([item, place]) => {
            const select = item.querySelector("select"), beside = item.querySelector(".pl-beside");
            const began = performance.now();
            select.selectedIndex = place;
            select.dispatchEvent(new Event("change", { bubbles: true }));
            await new Promise((done) => {
                const look = () => (beside.textContent === "Saved" ? done() : requestAnimationFrame(look));
                beside.textContent = "";
                look();
            });
            return performance.now() - began;
        }""",
        [item.element_handle(), 1 + number % 7],
    )
    page.wait_for_timeout(50)
    return before / 1000


def _browser_tests():
    path = Path(__file__).parents[1] / "browser" / "conftest.py"
    spec = importlib.util.spec_from_file_location("browser_tests", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
