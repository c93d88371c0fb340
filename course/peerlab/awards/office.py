"""Where a completion is made: gates looked at, certificate and credential made, records and files kept together."""

from __future__ import annotations

import secrets
import shutil
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import select

from peerlab.awards.certificate import date_in_words, render
from peerlab.awards.credential import CompletionFacts, UnitResult, credential
from peerlab.awards.fonts import refuse_unsettable
from peerlab.awards.keys import signing_key
from peerlab.awards.rules import Goal, gates, goal, shut
from peerlab.awards.signed import sign
from peerlab.awards.status_list import free_index, status_credential
from peerlab.errors import CentreError, InputError
from peerlab.parsing import near_miss
from peerlab.records.audit import record
from peerlab.records.enrolment import registration_of
from peerlab.records.progress import learner_progress
from peerlab.records.tables import Award, Completion, Decision

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.orm import Session

    from peerlab.awards.keys import SigningKey
    from peerlab.awards.rules import Gate
    from peerlab.places import CentreFolder
    from peerlab.qualification import Qualification
    from peerlab.records.progress import LearnerProgress
    from peerlab.records.settings import Centre, Staff
    from peerlab.records.tables import Registration

LIST_LASTS = timedelta(days=365)  # after that an employer is told that the list is old


@dataclass(frozen=True, kw_only=True, slots=True)
class Issued:
    """One completion as handed over: whose it is, its number, and where its files lie."""

    learner: str
    name: str
    title: str
    number: str
    folder: Path

    @property
    def pdf(self) -> Path:
        """The certificate."""
        return self.folder / "certificate.pdf"

    @property
    def jwt(self) -> Path:
        """The signed credential, which is inside the certificate too."""
        return self.folder / "credential.jwt"


@dataclass(frozen=True, kw_only=True, slots=True)
class Office:
    """Everything needed to issue: the centre, what it may award, the key it signs with, the page it prints on."""

    folder: CentreFolder
    settings: Centre
    qualification: Qualification
    key: SigningKey
    template: Path

    def issue(
        self, session: Session, learner: str, code: str, *, by: Staff, at: datetime, name_in_credential: bool = False
    ) -> Issued:
        """Issue *code* (a unit or an award) to *learner*; raises InputError, naming every shut gate, and keeps nothing.

        The files take their place just before the records are committed; a failure in between takes them away again.
        """
        by.require("admin", at.date())
        wanted = goal(self.qualification, code)
        registration = registration_of(session, learner)
        progress = learner_progress(session, self.qualification, registration)
        looked_at = gates(wanted, progress, assessors=_assessors(session, registration, wanted), issuer=by.id)
        _refuse_shut(learner, wanted, shut(looked_at))
        _refuse_issued(session, registration, wanted)
        facts = self._facts(session, wanted, progress, by=by, at=at, name_in_credential=name_in_credential)
        token = sign(credential(facts), self.key)
        pdf = render(facts, token, outcomes=_outcomes(wanted), template=self.template)
        _keep(session, registration, facts, looked_at, by=by, pdf_hash=sha256(pdf).hexdigest())
        issued = Issued(
            learner=learner,
            name=facts.learner_name,
            title=wanted.title,
            number=facts.number,
            folder=self.folder.completions / facts.number,
        )
        _place(issued.folder, {issued.pdf.name: pdf, issued.jwt.name: token.encode()})
        try:
            session.flush()
            self.publish_status(session, at=at)
        except BaseException:
            shutil.rmtree(issued.folder, ignore_errors=True)
            raise
        return issued

    def withdraw(self, session: Session, number: str, *, by: Staff, reason: str, at: datetime) -> Completion:
        """Withdraw a completion; its certificate then verifies as withdrawn. The reason stays in the records."""
        by.require("admin", at.date())
        if not reason.strip():
            raise InputError(number, "withdrawing needs a reason.", "Say why; it stays in the centre's records.")
        completion = session.scalar(select(Completion).where(Completion.number == number))
        if completion is None:
            known = session.scalars(select(Completion.number))
            raise InputError(number, "no completion has this number.", near_miss(number, known))
        if completion.withdrawn_at is not None:
            day = date_in_words(completion.withdrawn_at)
            raise InputError(number, f"it was withdrawn on {day} already.", "Nothing needs doing.")
        completion.withdrawn_at, completion.withdrawal_reason = at, reason.strip()
        learner = completion.award.registration.learner
        payload = {"number": number, "reason": reason.strip()}
        record(
            session, actor=by.id, action="completion.withdrawn", subject=f"{learner}/{number}", payload=payload, at=at
        )
        session.flush()
        self.publish_status(session, at=at)
        return completion

    def publish_status(self, session: Session, *, at: datetime) -> Path:
        """Sign the list of withdrawn completions anew and put it in its place."""
        rows = session.scalars(select(Completion.status_index).where(Completion.withdrawn_at.is_not(None)))
        listed = status_credential(self.settings.issuer, rows.all(), at=at, until=at + LIST_LASTS)
        path = status_list_file(self.folder)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        draft.write_text(sign(listed, self.key), "ascii")
        return draft.replace(path)

    def _facts(
        self,
        session: Session,
        wanted: Goal,
        progress: LearnerProgress,
        *,
        by: Staff,
        at: datetime,
        name_in_credential: bool,
    ) -> CompletionFacts:
        name = progress.name or ""
        if not name:
            raise InputError(progress.learner, "this person's details were erased.", "Nothing can be issued to them.")
        refuse_unsettable(name)
        credential_id = uuid4()
        used = set(session.scalars(select(Completion.status_index)))
        return CompletionFacts(
            number=_next_number(session, self.qualification.id, at.year),
            kind=wanted.kind,
            code=wanted.code,
            title=wanted.title,
            level=wanted.level,
            credit=wanted.credit,
            guided_hours=wanted.guided_hours,
            total_hours=wanted.total_hours,
            learner_name=name,
            name_in_credential=name_in_credential,
            centre_name=self.settings.name,
            issuer=self.settings.issuer,
            issued_by=by.name,
            issued_at=at.replace(microsecond=0),
            credential_id=credential_id.urn,
            subject_id=uuid4().urn,
            status_index=free_index(used, secrets.randbelow),
            verify_url=f"{self.settings.issuer}/v/{credential_id.hex[:12]}",
            units=tuple(
                UnitResult(code=one.id, title=one.title, credit=one.credit, criteria_met=len(one.criteria))
                for one in wanted.units
            ),
        )


def open_office(
    folder: CentreFolder, settings: Centre, qualification: Qualification, template: Path, *, at: datetime
) -> Office:
    """Return the office of a centre; raises CentreError without a usable signing key."""
    key = signing_key(folder.keys, on=at)
    return Office(folder=folder, settings=settings, qualification=qualification, key=key, template=template)


def status_list_file(folder: CentreFolder) -> Path:
    """Return where the signed list of withdrawn completions lies."""
    return folder.completions / "status-list.jwt"


def _assessors(session: Session, registration: Registration, wanted: Goal) -> frozenset[str]:
    units = [unit.id for unit in wanted.units]
    rows = select(Decision.assessor).where(Decision.registration_id == registration.id, Decision.unit.in_(units))
    return frozenset(session.scalars(rows))


def _refuse_shut(learner: str, wanted: Goal, closed: tuple[Gate, ...]) -> None:
    if closed:
        told = " ".join(f"{gate.name}: {gate.reason}" for gate in closed)
        raise InputError(
            f"{learner}, {wanted.code}",
            f"it cannot be issued yet. {told}",
            f"See `peerlab progress --learner {learner}`.",
        )


def _refuse_issued(session: Session, registration: Registration, wanted: Goal) -> None:
    live = session.scalar(
        select(Completion)
        .join(Award)
        .where(Award.registration_id == registration.id, Award.code == wanted.code, Completion.withdrawn_at.is_(None))
    )
    if live:
        what = f"it was issued on {date_in_words(live.issued_at)} as {live.number}."
        raise InputError(f"{registration.learner}, {wanted.code}", what, "Withdraw that one first to issue it anew.")


def _next_number(session: Session, qualification: str, year: int) -> str:
    start = f"{qualification}-{year}-"
    taken = session.scalars(select(Completion.number).where(Completion.number.startswith(start)))
    last = max((int(number.removeprefix(start)) for number in taken), default=0)
    return f"{start}{last + 1:04}"


def _outcomes(wanted: Goal) -> tuple[str, ...]:
    """Return what the learner can now do, in the qualification's words: a unit's outcomes, or one for each unit."""
    if wanted.kind == "unit":
        return tuple(outcome.text for outcome in wanted.units[0].outcome)
    able = (
        next((one for one in unit.outcome if one.text.startswith("Be able")), unit.outcome[0]) for unit in wanted.units
    )
    return tuple(outcome.text for outcome in able)


def _keep(
    session: Session,
    registration: Registration,
    facts: CompletionFacts,
    looked_at: tuple[Gate, ...],
    *,
    by: Staff,
    pdf_hash: str,
) -> None:
    award = session.scalar(
        select(Award).where(Award.registration_id == registration.id, Award.code == facts.code)
    ) or Award(
        registration=registration,
        kind=facts.kind,
        code=facts.code,
        awarded_by=by.id,
        awarded_at=facts.issued_at,
        gates={gate.name: gate.reason for gate in looked_at},
    )
    completion = Completion(
        award=award,
        number=facts.number,
        credential_id=facts.credential_id,
        status_index=facts.status_index,
        holder=facts.learner_name,
        pdf_hash=pdf_hash,
        issued_at=facts.issued_at,
    )
    session.add_all([award, completion])
    payload = {"number": facts.number, "credential": facts.credential_id, "pdf": pdf_hash, "name": facts.learner_name}
    subject = f"{registration.learner}/{facts.number}"
    record(session, actor=by.id, action="completion.issued", subject=subject, payload=payload, at=facts.issued_at)


def _place(folder: Path, files: dict[str, bytes]) -> None:
    """Write *files* as *folder*, whole or not at all."""
    draft = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    try:
        draft.mkdir(parents=True)
        for name, content in files.items():
            (draft / name).write_bytes(content)
        if folder.exists():
            shutil.rmtree(folder)  # left by a command that was killed before its records were kept
        draft.rename(folder)
    except OSError as fault:
        raise CentreError(
            str(folder), f"it cannot be written ({fault.strerror}).", "Make room, then try again."
        ) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
