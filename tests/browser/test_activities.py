"""Every kind of activity in a real Jupyter: by mouse, by keyboard, on small screens, and with axe."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def region(page, title):
    return page.get_by_role("region", name=title)


def saved(page, title):
    """Wait until the activity says that all is saved."""
    expect(region(page, title).locator(".pl-status")).to_contain_text("Saved at", timeout=8000)


def row(page, title, number):
    return region(page, title).get_by_role("group", name=f"Row {number}", exact=True)


def test_practice_works_by_mouse(lesson):
    """Each kind saves what is clicked at once, says so beside the control, and gives its feedback."""
    page = lesson.write("pets").open()
    pets = region(page, "Meet the pets")

    pets.get_by_text("A cat, which may be").click()
    expect(pets.get_by_text("You chose the cat.")).to_be_visible()
    expect(pets.get_by_role("group", name="Which animal barks?").locator(".pl-beside")).to_have_text("Saved")
    pets.get_by_text("A horse", exact=True).click()
    pets.get_by_text("A bird", exact=True).first.click()
    expect(pets.get_by_text("You ticked the bird.")).to_have_count(0)
    pets.get_by_role("button", name="Check my choices").click()
    expect(pets.get_by_text("You ticked the bird.")).to_be_visible()
    expect(pets.get_by_text("1 more thing to look at")).to_be_visible()
    pets.get_by_label("How kind and lovely").select_option(label="A stable")
    expect(pets.get_by_text("You chose the stable.")).to_be_visible()
    pets.get_by_label("Write a question").fill("Are our friendly dogs and cats happy?")
    expect(pets.get_by_text("You used “and”. Is this asking one thing, or two?")).to_be_visible()
    expect(pets.get_by_text("“friendly” may push people one way")).to_be_visible()
    expect(pets.get_by_text("4 of 5 answered")).to_be_visible()
    saved(page, "Meet the pets")

    assert lesson.answers("pets") == {
        "sound": "cat",
        "legs": ["horse", "bird"],
        "horse-home": "stable",
        "question": "Are our friendly dogs and cats happy?",
    }


def test_a_table_of_options_works_by_mouse(lesson):
    """Rows are added, removed and judged; a number that is not whole is never kept as an empty one."""
    page = lesson.write("ages", "201-a1").open(wait_for=2)
    ages = region(page, "Build the boxes")

    for number, (text, low, high) in enumerate([("18 to 25", "18", "25"), ("25 and over", "25", "x")], start=1):
        one = row(page, "Build the boxes", number)
        one.get_by_label("Words people read").fill(text)
        one.get_by_label("From").fill(low)
        one.get_by_label("To").fill(high)
    expect(ages.get_by_text("Not saved yet. One box needs a whole number.")).to_be_visible()
    row(page, "Build the boxes", 2).get_by_label("To").fill("")
    expect(ages.get_by_text("Someone who says 25 fits two boxes.")).to_be_visible()
    row(page, "Build the boxes", 2).get_by_label("From").fill("26")
    ages.get_by_role("button", name="Add a row").click()
    ages.get_by_role("button", name="Add a row").click()
    expect(row(page, "Build the boxes", 4).get_by_label("Words people read")).to_be_focused()
    ages.get_by_role("button", name="Remove row 4").click()
    expect(row(page, "Build the boxes", 3).get_by_label("Words people read")).to_be_focused()
    page.keyboard.type("Rather not say")
    row(page, "Build the boxes", 3).get_by_label("Kind of row").select_option(label="A way out")
    expect(ages.get_by_text("Every number fits one box")).to_be_visible()
    region(page, "Your own work").get_by_label("Name a pet.").fill("Rex")
    row(page, "Your own work", 1).get_by_label("Kind of row").select_option(label="Good")
    row(page, "Your own work", 1).get_by_label("Words people read").fill("Happy")
    saved(page, "Your own work")

    assert lesson.answers("ages")["bands"] == [
        {"label": "18 to 25", "role": "answer", "from": 18, "to": 25},
        {"label": "25 and over", "role": "answer", "from": 26, "to": None},
        {"label": "Rather not say", "role": "opt-out", "from": None, "to": None},
    ]
    assert lesson.answers("201-a1")["name"] == "Rex"
    assert lesson.answers("201-a1")["feelings"][0] == {"label": "Happy", "role": "good", "from": None, "to": None}


def test_order_scale_and_checklist_work_by_keyboard(lesson, violations):
    """Items move by named buttons, the focus goes along, each move is spoken and saved, and Jupyter hears no key."""
    page = lesson.write("walk").open()
    walk = region(page, "Walk the dog")

    walk.get_by_role("button", name="Keep this order").click()
    expect(walk.get_by_text("You began in the park.")).to_be_visible()
    walk.get_by_role("button", name="Move up: Put on the lead").focus()
    page.keyboard.press("Enter")
    expect(walk.get_by_role("button", name="Move up: Put on the lead")).to_be_focused()
    expect(walk.get_by_text("Put on the lead is now 1 of 3.")).to_be_attached()
    for key in "ddbax":
        page.keyboard.press(key)
    page.keyboard.press("Enter")  # at the end of the list: nothing moves, nothing is lost
    walk.get_by_role("button", name="Move down: Go to the park").focus()
    page.keyboard.press("Space")
    expect(walk.get_by_text("You began with the lead.")).to_be_visible()
    walk.get_by_role("radio", name="A little sure").focus()
    page.keyboard.press("Space")
    walk.get_by_role("checkbox", name="A ball").focus()
    page.keyboard.press("Space")
    saved(page, "Walk the dog")

    assert lesson.answers("walk") == {"steps": ["lead", "door", "park"], "sure": "2", "packed": ["ball"]}
    assert page.locator("section.pl-activity").count() == 1
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 700})
    fits = "e => e.scrollWidth <= e.clientWidth + 1 || getComputedStyle(e).display === 'inline'"
    assert page.evaluate(f"[...document.querySelectorAll('.pl-activity *')].every({fits})")
    shown = "[...document.querySelectorAll('.pl-activity button')].filter(e => e.offsetParent)"
    assert min(page.evaluate(f"{shown}.map(e => e.getBoundingClientRect().height)")) >= 44


def test_every_kind_works_by_keyboard(lesson):
    """From the first radio button on, Tab, arrows, Space and typing are enough."""
    page = lesson.write("pets", "ages").open(wait_for=2)
    keys = page.keyboard
    page.get_by_role("radio", name="A dog").focus()
    for key in ["ArrowDown", "Tab", "Space", "Tab", "Tab", "Space", "Tab", "Enter"]:
        keys.press(key)
    expect(page.get_by_text("You ticked both.")).to_be_visible()
    for key in ["Tab", "ArrowDown", "Tab", "ArrowDown", "ArrowDown", "Tab"]:
        keys.press(key)
    keys.type("Is it a dog?")
    keys.press("Tab")
    saved(page, "Meet the pets")
    assert lesson.answers("pets") == {
        "sound": "cat",
        "legs": ["horse", "mouse"],
        "horse-home": "stable",
        "bird-home": "nest",
        "question": "Is it a dog?",
    }

    row(page, "Build the boxes", 1).get_by_label("Words people read").focus()
    for text in ["Young", "18", "30"]:
        keys.type(text)
        keys.press("Tab")
    keys.press("ArrowDown")
    saved(page, "Build the boxes")
    assert lesson.answers("ages")["bands"][0] == {"label": "Young", "role": "opt-out", "from": 18, "to": 30}


@pytest.mark.parametrize("view", ["notebook", "lab"])
def test_keys_never_reach_the_notebook(lesson, view):
    """Typing Jupyter's one-key commands on any control neither deletes nor adds a cell."""
    page = lesson.write("pets", "ages").open(view, wait_for=2)
    pets = region(page, "Meet the pets")
    cells = page.locator(".jp-Cell").count()

    for control in (
        pets.get_by_role("radio", name="A dog"),
        pets.get_by_role("checkbox", name="A mouse"),
        pets.get_by_role("button", name="Check my choices"),
        region(page, "Build the boxes").get_by_role("button", name="Remove row 2"),
    ):
        control.focus()
        for key in ["d", "d", "b", "a", "x", "y", "m", "r", "c", "v", "z", "0", "0", "Shift+M", "Shift+L", "Control+s"]:
            page.keyboard.press(key)
        expect(control).to_be_focused()
    assert page.locator(".jp-Cell").count() == cells
    expect(page.locator("section.pl-activity")).to_have_count(2)
    expect(pets.get_by_text("Everything here is saved.")).to_be_visible()


OVERFLOWING = """[...document.querySelectorAll('section.pl-activity, section.pl-activity *')]
  .filter((one) => one.clientWidth > 1 && one.scrollWidth > one.clientWidth + 1) // 1 px: words for a screen reader
  .filter((one) => getComputedStyle(one).display !== 'inline' && !one.matches('select, input, textarea'))
  .map((one) => one.outerHTML.slice(0, 120))"""
OUTSIDE = """[...document.querySelectorAll('section.pl-activity *')]
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 || one.getBoundingClientRect().left < 0)
  .map((one) => one.outerHTML.slice(0, 120))"""
SMALL = """[...document.querySelectorAll(
    'section.pl-activity :is(button, select, textarea, input:not([type=radio], [type=checkbox]), .pl-option)')]
  .filter((one) => one.offsetParent && (one.offsetHeight < 44 || one.offsetWidth < 44))
  .map((one) => one.outerHTML.slice(0, 120))"""


def test_everyone_can_see_and_reach_it(lesson, violations):
    """Axe finds nothing in light, dark or forced colours; at 320 px and 200 % zoom all fits; targets are 44 px."""
    page = lesson.write("pets", "ages", "201-a1").open(wait_for=3)
    pets = region(page, "Meet the pets")
    pets.get_by_role("radio", name="A cat").check()
    pets.get_by_role("checkbox", name="A bird").check()
    pets.get_by_role("button", name="Check my choices").click()
    pets.get_by_label("Write a question").fill("Is the terrible dog and the cat here?")
    row(page, "Build the boxes", 1).get_by_label("From").fill("x")
    expect(pets.get_by_text("You used “and”")).to_be_visible()

    assert violations(page) == []
    for width in (320, 640, 1280):  # 640 px is 1280 px at 200 % zoom
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(OVERFLOWING) == []
        assert page.evaluate(OUTSIDE) == []
        assert page.evaluate(SMALL) == []
    shown = page.locator(".jp-Cell-outputArea").first.evaluate("(one) => one.scrollHeight - one.clientHeight")
    assert shown <= 1, "the activity sits in a small scrolling window"

    page.emulate_media(color_scheme="dark")
    page.locator('body[data-jp-theme-light="false"]').wait_for(state="attached")
    assert violations(page) == []
    page.emulate_media(forced_colors="active")
    assert violations(page) == []
