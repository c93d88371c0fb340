"""Each thing that can be handed to a command and not fit: one clear message, exit code 1, nothing half done."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest

MODULE = "02-asking-good-questions"


def rows(centre, table):
    with closing(sqlite3.connect(centre / "records.db")) as database:
        return database.execute(f"select count(*) from {table}").fetchone()[0]


def learner(peerlab, name="Ada Obi"):
    return re.search(rf"(L-\w{{4}}) +{name}", peerlab("progress", "--cohort", "2026-autumn").out).group(1)


def refused(done, *said):
    """Hold that a command ended badly, with one message in the agreed two lines."""
    assert done.code == 1
    assert "Traceback" not in done.err + done.out
    where, _, remedy = done.err.strip().rpartition("\nWhat to do: ")
    assert where
    assert remedy
    for part in said:
        assert part in done.err


@pytest.fixture(name="csv")
def _csv(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "new.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return write


@pytest.fixture(name="enrol")
def _enrol(peerlab, centre, csv):
    """Enrol this file into a new cohort; hold that a refusal leaves nobody behind."""

    def run(text, *more, cohort="2027-spring", encoding="utf-8"):
        before = rows(centre, "registration"), rows(centre, "cohort"), rows(centre, "audit_event")
        done = peerlab("enrol", csv(text, encoding), "--cohort", cohort, "--by", "sam-reid", *more)
        if done.code:
            assert (rows(centre, "registration"), rows(centre, "cohort"), rows(centre, "audit_event")) == before
        return done

    return run


@pytest.mark.parametrize(
    "words",
    [
        ["progress", "--cohort", "2026-autumn"],
        ["enrol", "x.csv", "--cohort", "a", "--by", "b"],
        ["verify", "x.pdf"],
        ["withdraw", "PRS-2026-0001", "--by", "a", "--reason", "b"],
        ["issue", "PRS-202", "--cohort", "a", "--by", "b"],
        ["grade", MODULE, "--cohort", "a", "--by", "b"],
    ],
    ids=lambda words: words[0],
)
def test_any_command_outside_a_centre_says_so(peerlab, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PEERLAB_CENTRE", raising=False)
    if words[0] == "enrol":
        (tmp_path / "x.csv").write_text("name,reference\nA,1\n", "utf-8")

    refused(peerlab(*words), "this is not a centre", "peerlab init")


def test_a_centre_is_not_made_over_something_else(peerlab, tmp_path):
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "notes.txt").write_text("mine", "utf-8")

    done = peerlab("init", tmp_path / "work", "--name", "A", "--issuer", "https://a.example", "--admin", "Sam")

    refused(done, "something is there already")
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["notes.txt"]


def test_a_centre_whose_address_is_not_https_is_not_made(peerlab, tmp_path):
    done = peerlab("init", tmp_path / "c", "--name", "A", "--issuer", "http://a.example", "--admin", "Sam")

    refused(done, "`issuer` is 'http://a.example'")
    assert list(tmp_path.iterdir()) == []


def test_a_list_without_a_column_names_it_and_its_near_miss(enrol):
    refused(enrol("name,referense\nAda,1\n"), "reference", "referense")


def test_a_list_with_a_learner_twice_names_both_lines(enrol):
    refused(enrol("name,reference\nAda,1\nBo,2\nAda O,1\n"), "lines 2 and 4")


def test_a_learner_who_is_in_the_cohort_already_is_refused(enrol):
    refused(enrol("name,reference\nAda Obi,1001\n", "--add", cohort="2026-autumn"), "1001", "already")


def test_a_list_with_a_byte_order_mark_is_read(enrol):
    done = enrol("name,reference\nZoë,1\n", encoding="utf-8-sig")

    assert done.code == 0
    assert "Zoë" in done.out


def test_a_windows_1252_list_shows_how_it_would_read_and_asks(enrol):
    refused(enrol("name,reference\nZoë,1\n", encoding="windows-1252"), "Zoë", "--encoding windows-1252")

    assert "Zoë" in enrol("name,reference\nZoë,1\n", "--encoding", "windows-1252", encoding="windows-1252").out


@pytest.mark.parametrize("text", ["", "name,reference\n", "\n\n"], ids=["nothing", "a header", "blank lines"])
def test_a_list_of_nobody_is_refused(enrol, text):
    refused(enrol(text))


def test_a_cohort_that_exists_is_not_made_again(enrol):
    refused(enrol("name,reference\nDee,7\n", cohort="2026-autumn"), "there is a cohort of this name already", "--add")


def test_a_list_that_is_not_there_is_named(peerlab, centre, tmp_path):
    refused(peerlab("enrol", tmp_path / "no.csv", "--cohort", "a", "--by", "sam-reid"), "no.csv")


def test_someone_without_the_role_is_refused_with_who_holds_it(peerlab, centre, csv):
    done = peerlab("enrol", csv("name,reference\nA,1\n"), "--cohort", "a", "--by", "amina-khan")

    refused(done, "is not a course admin", "Sam Reid (sam-reid)")


def test_a_person_nobody_knows_is_refused_with_the_near_miss(peerlab, centre):
    refused(peerlab("collect", MODULE, "--cohort", "2026-autumn", "--by", "amina-kahn"), "Did you mean `amina-khan`?")


def test_a_cohort_nobody_knows_is_refused_with_the_near_miss(peerlab, centre):
    refused(peerlab("progress", "--cohort", "2026-autum"), "Did you mean `2026-autumn`?")


def test_a_learner_who_is_not_enrolled_is_refused(peerlab, centre):
    done = peerlab("decide", "L-0000", "PRS-202", "1.2", "met", "--by", "amina-khan")

    refused(done, "L-0000", "nobody with this id is enrolled")


def test_a_module_that_is_not_there_is_refused_with_the_near_miss(peerlab, centre):
    done = peerlab("release", "02-asking-good-question", "--cohort", "2026-autumn", "--by", "amina-khan")

    refused(done, "there is no such module", f"Did you mean `{MODULE}`?")


def test_a_due_date_that_is_no_date_is_refused(peerlab, centre):
    words = ["release", MODULE, "--cohort", "2026-autumn", "--by", "amina-khan", "--due", "18 December"]

    refused(peerlab(*words), "this is not a date", "2026-12-18")


def test_collecting_before_anything_was_released_is_refused(peerlab, centre):
    refused(peerlab("collect", MODULE, "--cohort", "2026-autumn", "--by", "amina-khan"), "nothing was released")


def test_a_decision_with_nothing_to_judge_is_refused(peerlab, centre):
    done = peerlab("decide", learner(peerlab), "PRS-202", "1.2", "met", "--by", "amina-khan")

    refused(done, "PRS-202")
    assert rows(centre, "decision") == 0


def test_a_criterion_with_a_printed_threshold_is_not_decided_by_hand(peerlab, centre):
    refused(peerlab("decide", learner(peerlab), "PRS-202", "1.1", "met", "--by", "amina-khan"), "10 of 12")


def test_nearly_without_feedback_is_refused(peerlab, centre):
    done = peerlab("decide", learner(peerlab), "PRS-202", "4.1", "nearly", "--by", "amina-khan", "--seen", "form")

    refused(done, "feedback")


def test_an_outcome_that_is_none_is_refused(peerlab, centre):
    refused(peerlab("decide", learner(peerlab), "PRS-202", "4.1", "mat", "--by", "amina-khan", "--seen", "x"), "met")


def test_issuing_before_every_criterion_is_met_lists_what_is_missing(peerlab, centre):
    done = peerlab("issue", "PRS-202", "--learner", learner(peerlab), "--by", "sam-reid")

    refused(done, "8 of 8 criteria are not met", "202-A1 is not answered yet", "202-P2")
    assert rows(centre, "completion") == 0
    assert list((centre / "completions").iterdir()) == []


def test_issuing_something_that_is_no_award_is_refused_with_the_near_miss(peerlab, centre):
    refused(peerlab("issue", "PRS-220", "--learner", learner(peerlab), "--by", "sam-reid"), "Did you mean `PRS-20")


def test_a_missing_key_stops_issuing(peerlab, centre):
    next((centre / "keys").glob("*.pem")).unlink()

    refused(peerlab("issue", "PRS-202", "--learner", learner(peerlab), "--by", "sam-reid"), "key is missing")


def test_a_damaged_key_stops_issuing(peerlab, centre):
    key = next((centre / "keys").glob("*.pem"))
    key.write_bytes(key.read_bytes()[:200])

    refused(peerlab("issue", "PRS-202", "--learner", learner(peerlab), "--by", "sam-reid"), "key is damaged")


def test_a_key_that_others_could_read_stops_issuing(peerlab, centre):
    next((centre / "keys").glob("*.pem")).chmod(0o644)

    refused(peerlab("issue", "PRS-202", "--learner", learner(peerlab), "--by", "sam-reid"), "chmod 600")


def test_withdrawing_a_number_nobody_issued_is_refused(peerlab, centre):
    refused(peerlab("withdraw", "PRS-2026-0009", "--by", "sam-reid", "--reason", "x"), "no completion has this number")


def test_verifying_a_file_that_is_not_there_is_refused(peerlab, centre, tmp_path):
    refused(peerlab("verify", tmp_path / "no.pdf"), "no.pdf")


@pytest.mark.parametrize("name", ["a.pdf", "a.jwt", "a.json"])
def test_verifying_something_else_says_it_is_not_ours(peerlab, centre, tmp_path, name):
    (tmp_path / name).write_bytes(b"hello")

    done = peerlab("verify", tmp_path / name)

    assert done.code == 1
    assert "NOT OURS" in done.out or "What to do" in done.err


def test_settings_with_an_unknown_key_are_refused_with_the_near_miss(peerlab, centre):
    settings = centre / "centre.toml"
    settings.write_text(settings.read_text("utf-8").replace("issuer =", "issuers ="), "utf-8")

    refused(peerlab("progress", "--cohort", "2026-autumn"), "issuer")


def test_records_that_are_not_there_are_named(peerlab, centre):
    (centre / "records.db").unlink()

    refused(peerlab("progress", "--cohort", "2026-autumn"), "records")


def test_progress_needs_a_cohort_or_a_learner(peerlab, centre):
    refused(peerlab("progress"), "--cohort")


def test_a_new_key_is_not_made_over_an_old_one(peerlab, centre):
    name = next((centre / "keys").glob("*.jwk.json")).name.removesuffix(".jwk.json")

    refused(peerlab("new-key", name, "--by", "sam-reid"), "keys are kept for ever")
    assert rows(centre, "audit_event where action = 'key.made'") == 0


def test_after_a_new_key_the_old_public_key_is_still_there(peerlab, centre):
    assert peerlab("new-key", "2027-spring", "--by", "sam-reid").code == 0
    assert len(list((centre / "keys").glob("*.jwk.json"))) == 2


def test_records_that_are_up_to_date_stay_as_they_are(peerlab, centre):
    before = rows(centre, "registration")

    assert peerlab("upgrade").code == 0
    assert rows(centre, "registration") == before
