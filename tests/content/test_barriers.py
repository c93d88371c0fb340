"""The barriers survey: every number that lessons lean on, what is planted on purpose, and what people said."""

from __future__ import annotations

import tomllib
from collections import Counter
from math import comb
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "datasets" / "barriers"
KEYS = ROOT / "grading" / "keys"
BARRIERS = {
    "b_confidence": 88,
    "b_gaps": 84,
    "b_mental_health": 83,
    "b_record": 78,
    "b_employers": 71,
    "b_benefits": 61,
    "b_qualifications": 57,
    "b_online": 50,
    "b_travel": 49,
    "b_housing": 44,
    "b_appointments": 38,
    "b_id_bank": 27,
    "b_caring": 12,
    "b_other": 15,
}
MARGINALS = {
    "route": {"Recovery group": 38, "Day centre": 34, "Housing project": 30, "Probation": 16, "Online link": 18},
    "age_band": {"18 to 24": 8, "25 to 34": 34, "35 to 44": 49, "45 to 54": 33, "55 and over": 12},
    "gender": {"Man": 88, "Woman": 44, "Another way": 3, "Prefer not to say": 1},
    "ethnic_group": {"White": 125, "Asian": 4, "Black": 3, "Mixed": 3, "Other": 1},
    "main_substance": {"Alcohol": 44, "Opiates": 46, "Other drugs": 22, "Mixed": 20, "Prefer not to say": 4},
    "conviction": {"Yes": 84, "No": 41, "Prefer not to say": 11},
    "programme": {"Yes": 64, "No": 72},
    "last_job": {
        "Working now": 11,
        "Under 1 year ago": 16,
        "1 year to under 5 years ago": 39,
        "5 years ago or more": 58,
        "Never had a job": 12,
    },
    "ready_now": {"Yes": 68, "No": 68},
    "digital_barrier": {"Yes": 52, "No": 84},
    "quote_ok": {"Yes": 97, "No": 39},
    "contact_ok": {"Yes": 61, "No": 75},
}


@pytest.fixture(scope="module", name="clean")
def _clean() -> pd.DataFrame:
    frame = pd.read_csv(FOLDER / "barriers.csv")
    return frame.assign(
        settled=frame.housing.eq("Own or rented tenancy"),
        early=frame.time_in_recovery.isin(["Under 6 months", "6 months to under 1 year"]),
        person=frame.gender.where(frame.gender.isin(["Man", "Woman"]), "Other"),
    )


@pytest.fixture(scope="module", name="key")
def _key() -> dict:
    return tomllib.loads((KEYS / "barriers.toml").read_text("utf-8"))


def cells(frame: pd.DataFrame, by: list[str], column: str) -> dict[tuple, tuple[int, int]]:
    """Return (said yes, people) per group."""
    groups = frame.groupby(by)[column]
    return {group: (int(answers.eq("Yes").sum()), len(answers)) for group, answers in groups}


# ---- the numbers ----


def test_136_people_have_a_code_of_their_own(clean):
    """136 rows, codes in order, and none of the four codes that were taken out."""
    assert len(clean) == 136
    assert clean.id.is_unique
    assert clean.id.is_monotonic_increasing
    assert not clean.id.isin(["T031", "T077", "T102", "T119"]).any()


@pytest.mark.parametrize("column", MARGINALS)
def test_each_answer_is_given_as_often_as_the_specification_says(clean, column):
    assert clean[column].value_counts().to_dict() == MARGINALS[column]


def test_housing_and_recovery_join_to_the_planned_halves(clean):
    """74 are settled and 62 are not; 64 are under a year in recovery and 72 are over."""
    assert (clean.settled.sum(), (~clean.settled).sum()) == (74, 62)
    assert (clean.early.sum(), (~clean.early).sum()) == (64, 72)
    assert clean.housing.nunique() == clean.time_in_recovery.nunique() == 4


def test_the_fieldwork_took_six_weeks(clean):
    """15 September to 24 October 2025, working days only for people met in person."""
    days = pd.to_datetime(clean.date, format="%Y-%m-%d")

    assert days.min() >= pd.Timestamp("2025-09-15")
    assert days.max() <= pd.Timestamp("2025-10-24")
    assert (days[clean.interviewer.ne("Self")].dt.day_of_week < 5).all()
    assert clean.interviewer.eq("Self").equals(clean.route.eq("Online link"))
    assert set(clean.interviewer) == {"P1", "P2", "P3", "P4", "P5", "P6", "Self"}


def test_each_barrier_is_ticked_as_planned_out_of_133(clean):
    """757 ticks of people who had any; 4 ticked none; 3 skipped all of it; nobody ticked everything."""
    ticks = clean.filter(like="b_")
    yes = ticks.eq("Yes")

    assert {column: int(yes[column].sum()) for column in BARRIERS} == BARRIERS
    assert sum(BARRIERS.values()) == 757
    assert (yes.b_none.sum(), yes.b_prefer_not.sum()) == (4, 0)
    assert (ticks.notna().sum() == 133).all()
    assert not yes.loc[yes.b_none, list(BARRIERS)].any(axis=None)
    assert yes.loc[ticks.b_none.eq("No"), list(BARRIERS)].sum(axis=1).between(1, 12).all()


def test_fair_chance_is_86_against_22(clean):
    item = clean.l_fair_chance

    assert (item.le(2).sum(), item.eq(3).sum(), item.ge(4).sum(), item.isna().sum()) == (86, 24, 22, 4)


def test_one_item_has_two_humps(clean):
    """Most people sit at the two ends of `l_computer`, and its average sits where hardly anyone does."""
    counts = clean.l_computer.value_counts()

    assert counts.idxmin() == 3
    assert counts[[1, 5]].min() > 3 * counts[3]
    assert clean.l_computer.mean() == pytest.approx(3.0, abs=0.25)


def test_the_digital_question_and_the_tick_differ(clean):
    """52 of 136 and 50 of 133, and not the same people."""
    both = pd.crosstab(clean.digital_barrier, clean.b_online)

    assert both.loc["Yes", "Yes"] == 41
    assert both.loc["No", "Yes"] == 9


# ---- what is planted ----


def test_planted_confounding(clean):
    """Men 38 of 88 and women 13 of 44; the gap is the housing."""
    assert cells(clean, ["person"], "digital_barrier") == {("Man",): (38, 88), ("Woman",): (13, 44), ("Other",): (1, 4)}
    assert cells(clean, ["person", "settled"], "digital_barrier") == {
        ("Man", False): (31, 52),
        ("Man", True): (7, 36),
        ("Other", True): (1, 4),
        ("Woman", False): (6, 10),
        ("Woman", True): (7, 34),
    }


def test_planted_reversal(clean):
    """The programme is behind in total and ahead at each time in recovery."""
    assert cells(clean, ["programme"], "ready_now") == {("Yes",): (30, 64), ("No",): (38, 72)}
    assert cells(clean, ["programme", "early"], "ready_now") == {
        ("Yes", True): (18, 48),
        ("Yes", False): (12, 16),
        ("No", True): (4, 16),
        ("No", False): (34, 56),
    }


def test_planted_small_cells(clean):
    """Four people in the joined group, three with a conviction."""
    assert cells(clean, ["person"], "conviction") == {("Man",): (54, 88), ("Woman",): (27, 44), ("Other",): (3, 4)}


def test_planted_interviewer_effect(clean):
    """17 of P3's 20 agree that they know where to get help; of other interviewers' people under half."""
    item = clean.l_know_help.dropna()
    asked = clean.loc[item.index, "interviewer"]
    shares = item.ge(4).groupby(asked).mean()

    assert (item[asked.eq("P3")].ge(4).sum(), asked.eq("P3").sum()) == (17, 20)
    assert shares.drop("P3").max() < 0.67
    assert item[asked.str.match("P[12456]")].ge(4).mean() == pytest.approx(46 / 96)


def test_planted_mode_effect(clean):
    """2 of 18 by the link, 50 of 118 in person."""
    by_mode = cells(clean.assign(link=clean.route.eq("Online link")), ["link"], "digital_barrier")

    assert by_mode == {(True,): (2, 18), (False,): (50, 118)}


def chance(yes: int, group: int, all_yes: int, everyone: int) -> float:
    """Return how often chance alone gives a table no likelier than this one (Fisher's exact test, two sides)."""

    def weight(k: int) -> int:
        return comb(all_yes, k) * comb(everyone - all_yes, group - k)

    ways = [weight(k) for k in range(max(0, group + all_yes - everyone), min(group, all_yes) + 1)]
    return sum(way for way in ways if way <= weight(yes)) / comb(everyone, group)


ACCIDENTS = [
    ("ethnic_group", "White", "conviction", "Yes"),
    ("ethnic_group", "White", "conviction", "Prefer not to say"),
    ("ethnic_group", "White", "route", "Probation"),
    ("ethnic_group", "White", "b_record", "Yes"),
    ("ethnic_group", "White", "digital_barrier", "Yes"),
    ("ethnic_group", "White", "ready_now", "Yes"),
    ("ethnic_group", "White", "programme", "Yes"),
    ("ethnic_group", "White", "main_substance", "Opiates"),
    ("ethnic_group", "White", "housing", "Own or rented tenancy"),
    ("gender", "Woman", "conviction", "Yes"),
    ("gender", "Woman", "b_caring", "Yes"),
    ("gender", "Woman", "b_mental_health", "Yes"),
    ("gender", "Woman", "ready_now", "Yes"),
    ("gender", "Woman", "main_substance", "Alcohol"),
    ("conviction", "Yes", "ready_now", "Yes"),
    ("conviction", "Yes", "main_substance", "Opiates"),
    ("interviewer", "P3", "digital_barrier", "Yes"),
    ("programme", "Yes", "digital_barrier", "Yes"),
]


@pytest.mark.parametrize(("column", "group", "other", "answer"), ACCIDENTS)
def test_no_link_is_there_by_accident(clean, column, group, other, answer):
    """Chance alone gives a gap as wide as this at least one time in ten."""
    asked = clean[clean[other].notna()]
    inside, yes = asked[column].eq(group), asked[other].eq(answer)

    assert chance(int((inside & yes).sum()), int(inside.sum()), int(yes.sum()), len(asked)) > 0.1


# ---- what people said ----


def test_112_people_said_something_and_no_two_the_same(clean):
    assert clean.help_text.notna().sum() == clean.help_text.nunique() == 112


def test_the_key_has_every_comment_with_its_themes(clean, key):
    """Six themes in even measure, and the ten planted comments."""
    kinds = Counter(comment["plant"] for comment in key["comment"] if "plant" in comment)
    first = Counter(comment["themes"][0] for comment in key["comment"] if comment["themes"])

    assert [comment["id"] for comment in key["comment"]] == list(clean.id[clean.help_text.notna()])
    assert kinds == {"identifier": 3, "third-party": 1, "current-risk": 1, "against-the-grain": 3, "joke": 2}
    assert set(first) == set(key["themes"])
    assert min(first.values()) >= 16
    assert sum(comment.get("spelling", False) for comment in key["comment"]) >= 20


def test_the_comment_with_a_risk_can_be_followed_up(clean, key):
    """It may not be quoted, and the person may be contacted."""
    risk = next(comment["id"] for comment in key["comment"] if comment.get("plant") == "current-risk")
    row = clean.set_index("id").loc[risk]

    assert (row.quote_ok, row.contact_ok) == ("No", "Yes")
