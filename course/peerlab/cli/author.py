"""Commands for people who write the course."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from peerlab.cli.shared import say, start_line


def check() -> None:
    """Say what does not fit together in the course: notebooks, activities, evidence, marking guides, exemplars."""
    from peerlab.notebooks.checks import check_course, written_modules
    from peerlab.places import course
    from peerlab.qualification import the_qualification

    here = course()
    findings = check_course(here)
    for finding in findings:
        say(f"{finding.where}: {finding.what}\n    {finding.remedy}")
    written, units = set(written_modules(here)), the_qualification().units
    ready = sum(unit.module in written for unit in units)
    say(f"{len(findings)} to mend. {ready} of {len(units)} units have their module written.")
    if findings:
        raise typer.Exit(1)


def tidy(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Notebooks; all of the course's when none is named.")
    ] = None,
) -> None:
    """Take out of notebooks what a run left behind, and put them in their one form."""
    from peerlab.notebooks.tidy import tidy_file
    from peerlab.places import course

    chosen = paths or sorted(course().notebooks.glob("*/*.ipynb"))
    changed = [path for path in chosen if tidy_file(path)]
    for path in changed:
        say(f"tidied {path}")
    say(f"{len(changed)} of {len(chosen)} notebooks changed.")


def learn(
    folder: Annotated[Path, typer.Argument(help="Where your copy of the course lies, or will lie.")] = Path(
        "my-course"
    ),
    port: Annotated[int, typer.Option(help="The port on this computer.")] = 8888,
    browser: Annotated[bool, typer.Option(help="Open a browser window.")] = True,
) -> None:
    """Open the course as a learner sees it. Your answers are kept in FOLDER."""
    from peerlab.grading.learner_copy import learner_copy
    from peerlab.lesson.serving import serve
    from peerlab.places import course

    start_line("Getting your copy of the course ready")
    lessons = learner_copy(course(), folder.resolve())
    say(f"Your copy is in {folder}. Press Ctrl-C here when you want to stop.")
    first = lessons[0].relative_to(folder.resolve())
    raise typer.Exit(serve(folder.resolve(), str(first), port=port, open_browser=browser))
