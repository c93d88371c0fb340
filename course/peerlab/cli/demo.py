"""`peerlab demo`: one module's whole way, from author to employer, with invented people and stored answers.

Every hand-in is built from an exemplar, and every tutor's decision is read from one; the records label both as
scripted. The centre it makes is a real one, to look around in afterwards.
"""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from peerlab.cli.centre import mark_with_progress, say_graded
from peerlab.cli.completing import issue_all, office, say_issued, say_verdict, verdict_of
from peerlab.cli.demo_cast import COHORT, LEARNERS, MODULE, PEOPLE, TRIES_AGAIN, UNIT, Cast
from peerlab.cli.judging import show_table
from peerlab.cli.shared import OpenCentre, console, count, now, open_centre, progress, say
from peerlab.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from peerlab.awards.office import Issued
    from peerlab.grading.rounds import Round
    from peerlab.qualification import Qualification, Unit
    from peerlab.records.settings import Staff

MARKER = "made-by-demo"  # in a folder that a demo made, and may make anew


def demo(
    folder: Annotated[Path, typer.Argument(help="Where the demo centre will lie; made anew each time.")] = Path(
        "build/demo"
    ),
    workers: Annotated[int, typer.Option(min=1, help="How many attempts to mark at one time.")] = 2,
) -> None:
    """Run a whole centre with 12 invented learners: release, hand in, mark, decide, complete, verify."""
    began = now()
    _clear(folder)
    say("Everything here is invented: the town, the people, the answers. Tutors' decisions are scripted.")
    _step("A centre")
    centre = _centre(folder)
    with open_centre(centre) as here:
        play = Play(here=here, cast=Cast(work=folder.resolve() / "learners"), workers=workers)
        play.enrol(folder / "learners.csv")
        play.release()
        play.hand_in_all()
        play.mark()
        play.decide_all(play.cast.like)
        play.one_tries_again()
        play.show_progress()
        issued = play.issue()
        play.employer_checks(issued)
    took = (now() - began).total_seconds()
    _where_to_look(folder, centre, issued[0], took)


@dataclass(frozen=True, kw_only=True, slots=True)
class Play:
    """The demo's stage: the open centre, its cast, and what they do one after the other."""

    here: OpenCentre
    cast: Cast
    workers: int

    @property
    def qualification(self) -> Qualification:
        """The course's qualification."""
        from peerlab.qualification import the_qualification

        return the_qualification()

    @property
    def unit(self) -> Unit:
        """The unit that the demo's module teaches."""
        unit = self.qualification.find_unit(UNIT)
        assert unit is not None  # noqa: S101 - the course has it
        return unit

    @property
    def round(self) -> Round:
        """The module with the cohort."""
        return self.here.round(COHORT, MODULE)

    def staff(self, person: str) -> Staff:
        """Return one of the demo's tutors or its admin."""
        return next(one for one in self.here.settings.person if one.id == person)

    def enrol(self, file: Path) -> None:
        """Write the learners' list as an admin would, and enrol it."""
        from peerlab.records.enrolment import Intake, enrol
        from peerlab.records.learner_file import read_learners

        with file.open("w", encoding="utf-8", newline="") as out:
            rows = csv.writer(out)
            rows.writerow(["name", "reference"])
            rows.writerows([name, f"TRC-{number:03}"] for number, (name, _) in enumerate(LEARNERS, 1))
        intake = Intake(cohort=COHORT, learners=read_learners(file), qualification=self.qualification)
        with self.here.database.begin() as session:
            enrolled = enrol(session, intake, by=self.staff("sam-reid"), at=now())
        like = dict(LEARNERS)
        self.cast.like.update({one.learner: like[one.name] for one in enrolled})
        say(f"{len(enrolled)} invented learners are enrolled in {COHORT}, each under a pseudonym.")

    def release(self) -> None:
        """Release the module through nbgrader's exchange."""
        _step("A lesson goes out")
        with console.status("Checking it, taking out its answers, putting it in the exchange …"):
            self.round.release(by=self.staff("amina-khan"), due=None, at=now())
        say(f"{MODULE} is in the exchange.")

    def hand_in_all(self) -> None:
        """Let every learner fetch, answer and hand in."""
        _step("Learners fetch it, work, and hand in")
        with progress("Handing in", len(self.cast.like)) as step:
            for learner in self.cast.like:
                self.cast.hand_in(self.round, learner)
                step()

    def mark(self) -> None:
        """Collect and mark, and hold the marks to what the exemplars state."""
        from peerlab.grading import sandbox

        _step("A tutor collects and grades")
        report = self.round.collect(by=self.staff("amina-khan"), grace=timedelta(0), at=now())
        say(f"{count(len(report.new), 'new attempt')}.")
        for one in report.new:
            if one.late:
                say(
                    f"{one.learner}'s attempt {one.number} came after the due date. It is kept and marked all the same."
                )
        if reason := sandbox.missing():
            say(f"Marking with no sandbox, because {reason}. These hand-ins are our own; a centre's are not.")
        graded = mark_with_progress(self.round, workers=self.workers, bare=bool(reason), at=now())
        say_graded(graded)
        say(f"{count(self.cast.compare(graded), 'mark')} by test compared with the exemplars: all as stated.")

    def decide_all(self, learners: Iterable[str]) -> None:
        """Let two scripted tutors decide what the exemplars say a tutor would."""
        from peerlab.records.decisions import decide

        _step("Tutors decide (scripted)")
        made = Counter({"met": 0, "nearly": 0, "not-yet": 0})
        for index, learner in enumerate(one for one in learners if self.cast.is_judged(one)):
            tutor = self.staff(("amina-khan", "joe-lister")[index % 2])
            for criterion in self.unit.criteria:
                new = self.cast.decision(learner, criterion)
                if new:
                    with self.here.database.begin() as session:
                        decide(session, new, qualification=self.qualification, assessor=tutor, at=now())
                    made[new.outcome] += 1
        say(f"{made['met']} met, {made['nearly']} nearly, {made['not-yet']} not yet.")

    def one_tries_again(self) -> None:
        """Let one learner mend the work and hand in again, after the due date."""
        from peerlab.records.releases import NewRelease, add_release, latest_release

        _step("One learner reads the feedback, mends it, and hands in again, late")
        say("The due date is set to this moment, so that the next hand-in is late.")
        with self.here.database.begin() as session:
            before = latest_release(session, COHORT, MODULE)
            assert before is not None  # noqa: S101 - it was released above
            new = NewRelease(
                cohort=COHORT, module=MODULE, release_hash=before.release_hash, released_at=now(), due_at=now()
            )
            add_release(session, new, by="amina-khan")
        learner = self.cast.who(TRIES_AGAIN)
        self.cast.like[learner] = "pass"
        self.cast.hand_in(self.round, learner)
        self.mark()
        self.decide_all([learner])

    def show_progress(self) -> None:
        """Show the table a tutor would look at."""
        from peerlab.records.progress import progress as of_cohort

        _step(f"Where everyone stands with {UNIT}")
        with self.here.database.read() as session:
            show_table(of_cohort(session, self.qualification, COHORT), self.qualification, self.unit)

    def issue(self) -> list[Issued]:
        """Issue to everyone who is ready, and show why one other learner cannot have one yet."""
        _step("Completions")
        issued, blocked = issue_all(self.here, UNIT, COHORT, by=self.staff("sam-reid"), at=now())
        for one in issued:
            say_issued(one)
        learner, problem = blocked[0]
        say(f"Not issued to {len(blocked)} others. For example {learner}:")
        say(f"  {problem.what}")
        return issued

    def employer_checks(self, issued: list[Issued]) -> None:
        """Verify a certificate, an altered copy, and one that was withdrawn."""
        _step("An employer checks")
        first, last = issued[0], issued[-1]
        say_verdict(first.pdf, verdict_of(self.here, first.pdf))
        altered = first.pdf.with_name("altered.jwt")
        altered.write_text(_with_another_name(first.jwt.read_text("utf-8")), "utf-8")
        say_verdict(altered, verdict_of(self.here, altered))
        with self.here.database.begin() as session:
            office(self.here, now()).withdraw(
                session, last.number, by=self.staff("sam-reid"), reason="Demo: shown to be withdrawn.", at=now()
            )
        say_verdict(last.pdf, verdict_of(self.here, last.pdf))


def _step(title: str) -> None:
    say()
    console.print(title, style="bold", markup=False)


def _clear(folder: Path) -> None:
    """Make *folder* empty; refuse when it is not an earlier demo's."""
    if folder.exists() and any(folder.iterdir()) and not (folder / MARKER).exists():
        raise InputError(str(folder), "this folder holds something that no demo made.", "Choose another folder.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / MARKER).touch()


def _centre(folder: Path) -> Path:
    from peerlab.awards.centre import make_centre, staff_id

    made = make_centre(
        folder / "centre",
        name="Tynford Recovery College (demo)",
        issuer="https://peer-research.example",
        admin="Sam Reid",
        at=now(),
    )
    with made.settings.open("a", encoding="utf-8") as settings:
        for name, role in PEOPLE:
            settings.write(f'\n[[person]]\nid = "{staff_id(name)}"\nname = "{name}"\n')
            settings.write(f'roles = [{{role = "{role}", since = {now().date()}}}]\n')
    say(f"{made.root.name}/ has its settings, its records and its signing key.")
    return made.root


def _with_another_name(credential: str) -> str:
    """Return a signed credential with one letter of what it says changed, and its signature left as it was."""
    header, payload, signature = credential.strip().split(".")
    middle = len(payload) // 2
    other = "A" if payload[middle] != "A" else "B"
    return ".".join([header, payload[:middle] + other + payload[middle + 1 :], signature])


def _where_to_look(folder: Path, centre: Path, issued: Issued, took: float) -> None:
    _step("Where to look")
    here = folder / "centre"
    say(f"  a certificate          {here / issued.pdf.relative_to(centre)}")
    say(f"  the centre's settings  {here / 'centre.toml'}")
    say(f"  nbgrader's own folder  {here / 'cohorts' / COHORT}")
    say(f"  everyone's progress    .venv/bin/peerlab progress --cohort {COHORT} --unit {UNIT} --centre {here}")
    say("  the lesson itself      make lab")
    say(f"\nThe whole way took {took:.0f} seconds.")
