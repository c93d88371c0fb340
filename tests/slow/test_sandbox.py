"""A learner's notebook, while it is marked, reaches its own job folder and what a lesson needs, and nothing else."""

from __future__ import annotations

import ast
import os
import socket
import subprocess
import sys

import pytest

from peerlab.grading.sandbox import missing
from peerlab.places import course

pytestmark = pytest.mark.slow

PROBE = """
import json, os, pathlib, socket, resource

def reads(path):
    try:
        path = pathlib.Path(path)
        return bool(list(path.iterdir())) if path.is_dir() else bool(path.read_bytes())
    except OSError:
        return False

def writes(path):
    try:
        (pathlib.Path(path) / "written").write_text("x")
        return True
    except OSError:
        return False

def connects(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
        return True
    except OSError:
        return False

{
    "reads": {path: reads(path) for path in READ},
    "writes": {path: writes(path) for path in WRITE},
    "connects": connects(PORT),
    "secret": "PEERLAB_TEST_SECRET" in os.environ,
    "root": os.getuid() == 0,
    "processes": sum(name.isdigit() for name in os.listdir("/proc")),
    "memory": resource.getrlimit(resource.RLIMIT_AS)[0] < 2**62,
    "lesson": bool(__import__("peerlab.lesson").lesson.dataset),
}
"""


@pytest.fixture(scope="module", name="seen")
def _seen(tmp_path_factory):
    centre, job = tmp_path_factory.mktemp("centre"), tmp_path_factory.mktemp("job")
    (centre / "records.db").write_text("secret")
    (job / "answers.json").write_text("{}")
    here = course()
    read = [
        centre / "records.db",
        centre,
        here.grading,
        here.notebooks,
        "/etc/passwd",
        "/etc/shadow",
        job / "answers.json",
    ]
    write = [job, here.activities, "/usr", "/"]
    with socket.create_server(("127.0.0.1", 0)) as server:
        names = {"READ": [str(p) for p in read], "WRITE": [str(p) for p in write], "PORT": server.getsockname()[1]}
        found = _run("\n".join(f"{name} = {value!r}" for name, value in names.items()) + PROBE, job)
    return {"centre": centre, "job": job, **found}


# In a process of its own, because a client of a kernel leaves sockets to the garbage collector.
RUN = """
import sys, nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from peerlab.grading.sandbox import sandboxed

notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(sys.argv[1])])
with sandboxed() as config:
    manager = AsyncKernelManager(config=config, kernel_name="python3")
    NotebookClient(notebook, km=manager, config=config, timeout=60).execute()
print("FOUND", notebook.cells[0].outputs[-1]["data"]["text/plain"])
"""


def _run(source, job):
    environment = {**os.environ, "PEERLAB_TEST_SECRET": "x"}
    command = [sys.executable, "-c", RUN, source]
    done = subprocess.run(command, cwd=job, env=environment, check=True, capture_output=True, text=True)
    return ast.literal_eval(done.stdout.rpartition("FOUND ")[2])


def test_the_sandbox_works_on_this_machine():
    assert missing() == ""


def test_it_reads_its_own_answers_and_no_record_answer_key_or_account(seen):
    assert {path for path, read in seen["reads"].items() if read} == {str(seen["job"] / "answers.json")}


def test_it_writes_in_its_own_folder_only(seen):
    assert {path for path, wrote in seen["writes"].items() if wrote} == {str(seen["job"])}


def test_it_reaches_no_network_not_even_this_machine(seen):
    assert not seen["connects"]


def test_it_sees_no_secret_of_the_markers_environment(seen):
    assert not seen["secret"]


def test_it_is_nobody_among_its_own_processes_with_limits(seen):
    assert not seen["root"]
    assert seen["processes"] <= 3
    assert seen["memory"]


def test_it_can_import_what_a_lesson_imports(seen):
    assert seen["lesson"]
