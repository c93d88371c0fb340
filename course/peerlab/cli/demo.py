"""`peerlab demo`: one module's whole way, from author to employer, with invented people and stored answers.

Every hand-in is built from an exemplar, and every tutor's decision is read from one; the records label both as
scripted. The centre it makes is a real one, to look around in afterwards.
"""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from peerlab.cli.centre import mark_with_progress, say_graded
from peerlab.cli.completing import issue_all, say_issued, say_verdict, verdict_of
from peerlab.cli.judging import show_table
from peerlab.cli.shared import OpenCentre, console, now, open_centre, progress, say
from peerlab.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from peerlab.awards.office import Issued
    from peerlab.grading.rounds import Round
    from peerlab.notebooks.exemplars import Exemplar
    from peerlab.notebooks.marking import TaskGuide
    from peerlab.qualification import Criterion, Qualification, Unit
    from peerlab.records.settings import Staff

MODULE = "02-asking-good-questions"
UNIT = "PRS-202"
COHORT = "2026-autumn"
CRASHES = "a pass, but the notebook stops its own Python"
TRIES_AGAIN = "touching-ranges"  # whoever answers like this hands in again, after the due date
SKIPS_PILOT = "skips-pilot"
MARKER = "made-by-demo"  # in a folder that a demo made, and may make anew

# Invented learners of an invented town, and the exemplar each one answers like.
LEARNERS = (
    ("Amara Okafor", "pass"),
    ("Zoë Łukasiewicz", "pass-differently"),
    ("Gurpreet Kaur", SKIPS_PILOT),
    ("Dilys Bevan", "polite-is-not-leading"),
    ("Sami Haddad", "double-barrel-saves-time"),
    ("Terry Whitlock", TRIES_AGAIN),
    ("Nkechi Adeyemi", "other-covers-gaps"),
    ("Róisín Byrne", "unbalanced-scale"),
    ("Jordan Pike", "prefer-not-to-say-wastes-data"),
    ("Farida Rahman", "long-recall-is-fine"),
    ("Colin Marsh", CRASHES),
    ("Bex Turnbull", "blank"),
)
PEOPLE = (("Amina Khan", "assessor"), ("Joe Lister", "assessor"), ("Priya Nair", "quality"))


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
        play = Play(here=here, work=folder.resolve() / "learners", workers=workers)
        play.enrol(folder / "learners.csv")
        play.release()
        play.hand_in_all()
        play.mark()
        play.compare_with_exemplars()
        play.decide_all(play.cast)
        play.one_tries_again()
        play.show_progress()
        issued = play.issue()
        play.employer_checks(issued)
    took = (now() - began).total_seconds()
    _where_to_look(folder, centre, issued[0], took)


@dataclass(kw_only=True)
class Play:
    """The demo's cast and stage: the open centre, where the invented learners work, and who is who."""

    here: OpenCentre
    work: Path
    workers: int

    def __post_init__(self) -> None:
        """Nobody is enrolled yet."""
        self.cast: dict[str, str] = {}

    @cached_property
    def qualification(self) -> Qualification:
        """The course's qualification."""
        from peerlab.qualification import the_qualification

        return the_qualification()

    @cached_property
    def unit(self) -> Unit:
        """The unit that the demo's module teaches."""
        unit = self.qualification.find_unit(UNIT)
        assert unit is not None  # noqa: S101 - the course has it
        return unit

    @cached_property
    def exemplars(self) -> dict[str, Exemplar]:
        """Every stored set of answers of the module, and the pass whose notebook crashes."""
        from peerlab.notebooks.exemplars import read_exemplars
        from peerlab.places import course

        found = dict(read_exemplars(course().grading / "exemplars" / MODULE))
        return {**found, CRASHES: found["pass"]}

    @cached_property
    def guides(self) -> dict[str, TaskGuide]:
        """The marking guides, whose ready comments the scripted tutors use."""
        from peerlab.notebooks.marking import read_marking
        from peerlab.places import course

        return dict(read_marking(course().grading / "marking" / f"{MODULE}.toml"))

    @cached_property
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
        self.cast = {one.learner: like[one.name] for one in enrolled}
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
        with progress("Handing in", len(self.cast)) as step:
            for learner, like in self.cast.items():
                self._hand_in(learner, self.exemplars[like], crash=like == CRASHES)
                step()

    def mark(self) -> None:
        """Collect and mark."""
        _step("A tutor collects and grades")
        report = self.round.collect(by=self.staff("amina-khan"), grace=timedelta(0), at=now())
        say(f"{len(report.new)} new attempts.")
        for one in report.new:
            if one.late:
                say(
                    f"{one.learner}'s attempt {one.number} came after the due date. It is kept and marked all the same."
                )
        from peerlab.grading import sandbox

        bare = bool(sandbox.missing())
        if bare:
            say(
                f"Marking with no sandbox, because {sandbox.missing()}. These hand-ins are our own; a centre's are not."
            )
        self.graded = mark_with_progress(self.round, workers=self.workers, bare=bare, at=now())
        say_graded(self.graded)

    def compare_with_exemplars(self) -> None:
        """Hold what was earned to what each exemplar says it earns; raises when the two differ."""
        agreed = 0
        for one in self.graded:
            if one.fault:
                continue
            stated = self.exemplars[self.cast[one.learner]].earns
            for mark in one.marks:
                wanted = stated.get(mark.task)
                if mark.state == "marked" and wanted and wanted.points is not None:
                    if (wanted.points, set(wanted.misconceptions)) != (mark.points, set(mark.misconceptions)):
                        what = f"{mark.task} earned {mark.points}, and the exemplar says {wanted.points}."
                        raise InputError(f"{one.learner}, like {self.cast[one.learner]}", what, "Mend the exemplar.")
                    agreed += 1
        say(f"{agreed} marks by test compared with the exemplars: all as stated.")

    def decide_all(self, learners: Mapping[str, str]) -> None:
        """Let two scripted tutors decide what the exemplars say a tutor would."""
        _step("Tutors decide (scripted)")
        count = {"met": 0, "nearly": 0, "not-yet": 0}
        for index, (learner, like) in enumerate(learners.items()):
            if like in {CRASHES, "blank"}:
                continue
            tutor = self.staff(("amina-khan", "joe-lister")[index % 2])
            for criterion in self.unit.criteria:
                outcome = self._decide(learner, self.exemplars[like], criterion, tutor)
                if outcome:
                    count[outcome] += 1
        say(f"{count['met']} met, {count['nearly']} nearly, {count['not-yet']} not yet.")

    def one_tries_again(self) -> None:
        """Let one learner mend the work and hand in again, after the due date."""
        from peerlab.records.releases import NewRelease, add_release, latest_release

        _step("One learner reads the feedback, mends it, and hands in again, late")
        learner = next(name for name, like in self.cast.items() if like == TRIES_AGAIN)
        with self.here.database.begin() as session:
            before = latest_release(session, COHORT, MODULE)
            assert before is not None  # noqa: S101 - it was released above
            new = NewRelease(
                cohort=COHORT, module=MODULE, release_hash=before.release_hash, released_at=now(), due_at=now()
            )
            add_release(session, new, by="amina-khan")
        self._hand_in(learner, self.exemplars["pass"], crash=False)
        self.cast[learner] = "pass"
        self.mark()
        self.decide_all({learner: "pass"})

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
        from peerlab.cli.completing import office

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

    def _hand_in(self, learner: str, like: Exemplar, *, crash: bool) -> None:
        from peerlab.grading.exchange import fetch, hand_in
        from peerlab.places import module_slug

        folder = self.work / learner / MODULE
        if not folder.exists():
            fetch(self.round.cohort, MODULE, learner, self.work / learner)
        if like.answers:
            stamp = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            (folder / "answers.json").write_text(like.answers_file(module_slug(MODULE), stamp), "utf-8")
        if crash:
            _add_crash(next(folder.glob("*.ipynb")))
        hand_in(self.round.cohort, MODULE, learner, self.work / learner)

    def _decide(self, learner: str, like: Exemplar, criterion: Criterion, tutor: Staff) -> str | None:
        from peerlab.records.decisions import NewDecision, decide

        portfolio = bool(criterion.by_kind("portfolio"))
        tasks = [one.task for one in criterion.by_kind("tutor")]
        if not portfolio and not tasks:
            return None
        outcomes = [like.earns[task].outcome or "met" for task in tasks]
        outcome = next((one for one in ("not-yet", "nearly") if one in outcomes), "met")
        if portfolio and like.name == SKIPS_PILOT and criterion.id == "4.2":
            outcome = "not-yet"
        new = NewDecision(
            learner=learner,
            unit=UNIT,
            criterion=criterion.id,
            outcome=outcome,
            feedback="" if outcome == "met" else self._feedback(tasks, like),
            note=f"Seen: {criterion.evidence[0].note}." if portfolio else "",
            scripted=True,
        )
        with self.here.database.begin() as session:
            decide(session, new, qualification=self.qualification, assessor=tutor, at=now())
        return outcome

    def _feedback(self, tasks: list[str], like: Exemplar) -> str:
        """Return the marking guide's own words about an answer of that outcome."""
        for task in tasks:
            for example in self.guides[task].example:
                if example.outcome == like.earns[task].outcome != "met":
                    return example.why
        return "Ask two people to say your questions back in their own words, and write down what you change."


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


def _add_crash(path: Path) -> None:
    notebook = json.loads(path.read_text("utf-8"))
    cell = {"cell_type": "code", "id": "boom", "metadata": {}, "source": "import os\nos._exit(3)"}
    notebook["cells"].insert(1, cell | {"execution_count": None, "outputs": []})
    path.write_text(json.dumps(notebook, indent=1), "utf-8")


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
