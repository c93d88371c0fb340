"""A lesson's one tidy form: stable, without outputs, and free of what an editor leaves behind."""

from __future__ import annotations

import json

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

import factories
from peerlab.errors import CourseError
from peerlab.notebooks.tidy import is_tidy, tidy, tidy_file, written

sources = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60)
cells = st.lists(
    st.builds(
        lambda make, source, name: make(source, name),
        st.sampled_from([factories.prose, factories.code]),
        sources,
        st.text(max_size=12, alphabet=st.characters(exclude_categories=["Cs"])),
    ),
    max_size=5,
)


@given(cells)
def test_tidying_twice_changes_nothing_more(some):
    once = tidy(factories.notebook(*some))

    assert tidy(once) == once


@given(cells)
def test_a_tidy_notebook_is_a_valid_one(some):
    nbformat.validate(nbformat.from_dict(tidy(factories.notebook(*some))))


@given(cells)
def test_no_two_cells_share_an_id(some):
    ids = [cell["id"] for cell in tidy(factories.notebook(*some))["cells"]]

    assert len(ids) == len(set(ids))


def test_what_jupyterlab_adds_on_saving_is_taken_out_again():
    plain = tidy(factories.notebook(*factories.lesson_cells()))
    noisy = json.loads(json.dumps(plain))
    noisy["metadata"]["language_info"] |= {"version": "3.11.7", "mimetype": "text/x-python"}
    for cell in noisy["cells"]:
        cell["metadata"] |= {"execution": {"iopub.status.busy": "2026"}, "slideshow": {"slide_type": ""}, "tags": []}
        if cell["cell_type"] == "code":
            cell |= {"execution_count": 3, "outputs": [{"output_type": "stream", "name": "stdout", "text": ["x"]}]}

    assert written(tidy(noisy)) == written(plain)


def test_a_graded_cell_is_called_by_its_grade_id():
    cell = factories.auto("202-a1")
    cell["id"] = "a1b2c3"

    assert tidy(factories.notebook(cell))["cells"][0]["id"] == "202-a1"


def test_tidying_a_file_says_whether_it_changed(tmp_path):
    cell = factories.code("1 + 1")
    cell["execution_count"] = 1
    path = factories.write(tmp_path / "lesson.ipynb", factories.notebook(cell))

    assert tidy_file(path)
    assert is_tidy(path)
    assert not tidy_file(path)


def test_a_tidy_file_is_what_nbformat_would_write(tmp_path):
    path = factories.write(tmp_path / "lesson.ipynb", written(tidy(factories.notebook(*factories.lesson_cells()))))

    nbformat.write(nbformat.read(path, 4), tmp_path / "saved.ipynb")

    assert (tmp_path / "saved.ipynb").read_text("utf-8") == path.read_text("utf-8")


@pytest.mark.parametrize("text", ["", "not json", "[]", '{"cells": 1}', '{"cells": [], "nbformat": 3}'])
def test_a_file_that_is_not_a_notebook_is_named(tmp_path, text):
    path = factories.write(tmp_path / "lesson.ipynb", text)

    with pytest.raises(CourseError, match="this is not a notebook"):
        tidy_file(path)
