"""One server and one browser for the run; a fresh folder, course page and browser context for each test."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from playwright.sync_api import sync_playwright

from peerlab.lesson.serving import jupyter_paths

HERE = Path(__file__).parent
AXE = HERE / "vendor" / "axe.min.js"
KEY = "browser-tests"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VIEWS = {"notebook": "/notebooks/", "lab": "/lab/tree/"}


def chromium():
    """The browser to drive; the tests of a lesson are worth nothing without one."""
    for found in (
        os.environ.get("PEERLAB_CHROMIUM"),
        "/usr/bin/chromium",
        shutil.which("chromium"),
        shutil.which("google-chrome"),
    ):
        if found and Path(found).exists():
            return found
    return pytest.fail("there is no chromium; install it, or name one in PEERLAB_CHROMIUM")


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A real Jupyter with the lesson extension and the quiet screen, on a course of its own."""
    home, checkout = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("checkout")
    (checkout / "course" / "activities").mkdir(parents=True)
    (checkout / "course" / "qualification.toml").write_text("")
    shutil.copy(HERE / "activities.toml", checkout / "course" / "activities" / "trying.toml")
    with serving(home, {"PEERLAB_COURSE": str(checkout)}) as running:
        yield running


@contextlib.contextmanager
def serving(home, more):
    """Start Jupyter with every setting of its own under *home*; yield a Server."""
    own = ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")
    environment = {
        **os.environ,
        **{name: str(home / name.lower()) for name in own},
        **jupyter_paths(home / "paths"),
        **more,
    }
    work = home / "work"
    work.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"]
    command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={KEY}"]
    command += [f"--ServerApp.root_dir={work}"]
    with (home / "server.log").open("w") as log:
        process = subprocess.Popen(command, env=environment, cwd=work, stdout=log, stderr=subprocess.STDOUT)
    server = Server(f"http://127.0.0.1:{port}", work)
    try:
        server.wait(process, home / "server.log")
        yield server
    finally:
        process.terminate()
        process.wait(30)


class Server:
    """A running Jupyter and the folder it serves."""

    def __init__(self, address, work):
        self.address, self.work = address, work

    def ask(self, method, path):
        request = urllib.request.Request(self.address + path, method=method, headers={"Authorization": f"token {KEY}"})
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read() or "null")

    def wait(self, process, log):
        for _ in range(400):
            if process.poll() is not None:
                break
            with contextlib.suppress(OSError):
                return self.ask("GET", "/api/status")
            time.sleep(0.2)
        raise AssertionError(log.read_text()[-3000:])


@pytest.fixture(scope="session")
def chrome():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()


class Lesson:
    """A learner's folder with one notebook, and a browser on it."""

    def __init__(self, server, context, folder):
        self.server, self.context, self.folder = server, context, folder

    def write(self, *names, cells=()):
        """Write the notebook: a heading, one cell for each activity in *names*, then *cells*."""
        made = [new_markdown_cell("# A lesson about pets\n\nRead, then do the activity.")]
        made += [activity_cell(f"trying/{name}") for name in names]
        kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
        metadata = {"kernelspec": kernel, "peerlab": {"lesson": "trying"}}
        nbformat.write(new_notebook(cells=[*made, *cells], metadata=metadata), self.folder / "lesson.ipynb")
        return self

    def open(self, view="notebook", wait_for=1):
        """Open the notebook and wait until *wait_for* activities have started by themselves."""
        page = self.context.new_page()
        page.set_default_timeout(15_000)
        page.goto(f"{self.server.address}{VIEWS[view]}{self.folder.name}/lesson.ipynb")
        page.locator("section.pl-activity").nth(wait_for - 1).wait_for(timeout=40_000)
        return page

    def answers(self, name):
        path = self.folder / "answers.json"
        found = json.loads(path.read_text())["activities"] if path.exists() else {}
        return found.get(f"trying/{name}", {}).get("fields", {})

    def kernels(self):
        sessions = self.server.ask("GET", "/api/sessions")
        return [one["kernel"]["id"] for one in sessions if one["path"].startswith(self.folder.name)]


def activity_cell(name):
    source = f'from peerlab.lesson import show\n\nshow("{name}")'
    return new_code_cell(source, metadata={"jupyter": {"source_hidden": True}})


@pytest.fixture
def lesson(server, chrome, request):
    """A lesson of its own for each test; tests change its screen through `lesson.context`."""
    settings = getattr(request, "param", {})
    folder = server.work / "".join(letter if letter.isalnum() else "-" for letter in request.node.name)
    folder.mkdir()
    context = chrome.new_context(**{"viewport": {"width": 1280, "height": 1000}, **settings})
    context.set_extra_http_headers({"Authorization": f"token {KEY}"})  # no token in any address
    elsewhere = []
    here = (server.address, server.address.replace("http", "ws"), "data:", "blob:")
    context.on("request", lambda request: request.url.startswith(here) or elsewhere.append(request.url))
    one = Lesson(server, context, folder)
    yield one
    context.close()
    for kernel in one.kernels():
        with contextlib.suppress(OSError):
            server.ask("DELETE", f"/api/kernels/{kernel}")
    assert elsewhere == [], "a lesson asks no other address"


@pytest.fixture
def violations():
    """Ask axe for what is at fault in the activities of a page."""

    def find(page, selector="section.pl-activity"):
        page.evaluate(AXE.read_text())
        run = "([where, tags]) => axe.run({include: [where]}, {runOnly: {type: 'tag', values: tags}})"
        found = page.evaluate(run, [selector, WCAG])["violations"]
        return [(one["id"], [node["html"][:160] for node in one["nodes"]]) for one in found]

    return find
