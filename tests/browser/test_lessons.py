"""A lesson starts by itself, keeps what was answered through every mishap, and runs nothing it should not."""

from __future__ import annotations

import json
import os
import signal
import subprocess

import pytest
from nbformat.v4 import new_code_cell
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def pets(page):
    return page.get_by_role("region", name="Meet the pets")


def status(page, text):
    expect(pets(page).locator(".pl-status")).to_contain_text(text, timeout=15_000)


def test_answers_come_back_when_the_lesson_is_opened_again(lesson):
    """Leaving asks nothing, a new visit shows what was answered, and the twin follows each save."""
    page = lesson.write("pets").open()
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    pets(page).get_by_role("radio", name="A dog").check()
    status(page, "Saved at")
    expect(page.locator(".pl-static")).to_contain_text("A dog")
    expect(page.locator(".pl-static")).to_be_hidden()

    page.reload()

    expect(pets(page).get_by_role("radio", name="A dog")).to_be_checked(timeout=40_000)
    status(page, "are here.")
    assert asked == []


def test_two_windows_keep_in_step(lesson):
    """What is answered in one window shows in the other, and neither puts an old answer back."""
    one = lesson.write("pets").open()
    two = lesson.open()
    pets(one).get_by_role("radio", name="A dog").check()
    status(two, "in another window")
    expect(pets(two).get_by_role("radio", name="A dog")).to_be_checked()

    pets(two).get_by_role("checkbox", name="A horse").check()
    status(two, "Saved at")
    expect(pets(one).get_by_role("checkbox", name="A horse")).to_be_checked()
    assert lesson.answers("pets") == {"sound": "dog", "legs": ["horse"]}


@pytest.mark.slow
def test_a_killed_kernel_loses_nothing(lesson):
    """An answer given while the lesson is not running is kept on the page, and saved when it is back."""
    page = lesson.write("pets").open()
    pets(page).get_by_role("radio", name="A dog").check()
    status(page, "Saved at")
    (kernel,) = lesson.kernels()
    found = subprocess.run(["pgrep", "-f", f"kernel-{kernel}"], capture_output=True, text=True, check=True)
    process = int(found.stdout.split()[0])
    os.kill(process, signal.SIGSTOP)  # it hangs first: a dead one could be back before the page has noticed
    pets(page).get_by_role("radio", name="A cat").check()
    status(page, "Not saved yet.")
    expect(pets(page).get_by_role("button", name="Copy my answers")).to_be_visible()
    os.kill(process, signal.SIGKILL)

    expect(pets(page).locator(".pl-status")).to_contain_text("Saved at", timeout=40_000)

    expect(pets(page).get_by_role("radio", name="A cat")).to_be_checked()
    assert lesson.answers("pets") == {"sound": "cat"}


@pytest.mark.slow
def test_a_deleted_folder_is_said_in_words(lesson):
    """When saving cannot work the page says so, keeps the answer, and saves it once it can."""
    page = lesson.write("pets").open()
    moved = lesson.folder.with_name(lesson.folder.name + "-away")
    lesson.folder.rename(moved)
    pets(page).get_by_role("radio", name="A dog").check()
    status(page, "Not saved yet. The lesson's folder was moved or deleted.")

    moved.rename(lesson.folder)
    pets(page).get_by_role("button", name="Try saving again").click()

    status(page, "Saved at")
    assert lesson.answers("pets") == {"sound": "dog"}


NEAR_MISSES = [
    'from peerlab.lesson import show\nshow("trying/pets")',
    'from peerlab.lesson import show\n\nshow("trying/pets")\n',
    'from peerlab.lesson import show\n\nshow("trying/pets")  # hello',
    "from peerlab.lesson import show\n\nshow('trying/pets')",
    'from peerlab.lesson import show\n\nshow("trying/pets");print(1)',
    'from peerlab.lesson import show\n\nshow("trying/../pets")',
    'from peerlab.lesson import check\ncheck("trying/pets")',
    'from peerlab.lesson.showing import show\nshow("trying/pets")',
    ' from peerlab.lesson import show\n\nshow("trying/pets")',
    'show("trying/pets")',
    'open("ran", "w").close()',
]


def test_only_cells_of_the_exact_form_run_by_themselves(lesson):
    """Near misses stay still, in lessons only, and a peerlab.py beside the notebook does not stand in for ours."""
    (lesson.folder / "peerlab.py").write_text('open("ran", "w").close()')
    cells = [new_code_cell(source) for source in NEAR_MISSES]
    page = lesson.write("pets", cells=cells).open()
    pets(page).get_by_role("radio", name="A dog").check()
    status(page, "Saved at")

    expect(page.locator("section.pl-activity")).to_have_count(1)
    assert page.locator(".jp-CodeCell .jp-OutputArea-child").count() == 2  # the live view and its twin
    assert not (lesson.folder / "ran").exists()

    notebook = json.loads((lesson.folder / "lesson.ipynb").read_text())
    del notebook["metadata"]["peerlab"]
    (lesson.folder / "other.ipynb").write_text(json.dumps(notebook))
    page.goto(f"{lesson.server.address}/notebooks/{lesson.folder.name}/other.ipynb")
    page.get_by_role("heading", name="A lesson about pets").wait_for(timeout=40_000)
    page.wait_for_timeout(3000)  # as long as a lesson takes to start
    assert page.locator(".peerlab-lesson, section.pl-activity").count() == 0


def test_a_private_note_comes_back_and_is_nowhere_in_what_is_handed_in(lesson):
    """The note is kept one folder up; neither the answers nor the saved notebook hold a word of it."""
    page = lesson.write("diary").open()
    diary = page.get_by_role("region", name="A note to yourself")
    expect(diary.get_by_text("never handed in")).to_be_visible()
    diary.get_by_label("Your note").fill("Marigold is tired today")
    expect(diary.locator(".pl-status")).to_contain_text("Saved at", timeout=15_000)
    page.keyboard.press("Control+s")
    page.locator("jp-button[data-command='docmanager:save'], button[title^='Save']").first.click()
    page.reload()

    expect(diary.get_by_label("Your note")).to_have_value("Marigold is tired today", timeout=40_000)
    assert "Marigold" in (lesson.folder.parent / "my-private-notes.json").read_text()
    held = "".join(path.read_text() for path in lesson.folder.rglob("*") if path.is_file())
    assert "never handed in" in held
    assert "Marigold" not in held
