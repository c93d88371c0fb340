"""What many tests share: running `peerlab` as a person would, and a small centre to run it in."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass

import pytest

from peerlab.cli import main


@dataclass
class Done:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str


@pytest.fixture(name="peerlab")
def _peerlab(capsys, monkeypatch):
    """Run `peerlab` with these words, in this process, and return what it printed and its exit code."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["peerlab", *map(str, words)])
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(bool(stop.code))
        printed = capsys.readouterr()
        return Done(code, printed.out, printed.err)

    return run


@pytest.fixture(scope="session", name="_made_centre")
def _made_centre(tmp_path_factory):
    """Make one centre with two tutors and three learners; tests work on copies."""
    folder = tmp_path_factory.mktemp("made") / "centre"
    made = [["init", folder, "--name", "Tynford College", "--issuer", "https://college.example", "--admin", "Sam Reid"]]
    learners = folder.parent / "learners.csv"
    learners.write_text("name,reference\nAda Obi,1001\nBo Lind,1002\nCy Ray,1003\n", "utf-8")
    enrol = ["enrol", learners, "--cohort", "2026-autumn", "--by", "sam-reid", "--centre", folder]
    for words in [*made, enrol]:
        _quietly(words)
        if words[0] == "init":
            with (folder / "centre.toml").open("a", encoding="utf-8") as settings:
                for name in ("amina-khan", "joe-lister"):
                    settings.write(
                        f'\n[[person]]\nid = "{name}"\nname = "{name.title()}"\n'
                        'roles = [{role = "assessor", since = 2026-01-01}]\n'
                    )
    return folder


@pytest.fixture(name="centre")
def _centre(_made_centre, tmp_path, monkeypatch):
    """Give the test a centre of its own, and let commands find it."""
    shutil.copytree(_made_centre, tmp_path / "centre")
    (tmp_path / "centre" / "keys").chmod(0o700)
    monkeypatch.setenv("PEERLAB_CENTRE", str(tmp_path / "centre"))
    return tmp_path / "centre"


def _quietly(words):
    command = [sys.executable, "-m", "peerlab", *map(str, words)]
    subprocess.run(command, check=True, capture_output=True)
