"""The files that set the project up agree with each other and with the layout the project was given."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
CONSTRAINTS = (ROOT / ".ci" / "constraints.txt").read_text("utf-8")


def ranges(requirements):
    return {canonicalize_name(r.name): r.specifier for r in map(Requirement, requirements)}


def conda_requirements():
    listed = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
    plain = [name for name in listed if isinstance(name, str) and name != "pip"]
    pip = next(entry["pip"] for entry in listed if isinstance(entry, dict))
    return plain, pip


def test_conda_and_pyproject_ask_for_the_same_libraries_in_the_same_ranges():
    plain, pip = conda_requirements()
    asked = ranges(name for name in [*plain, *pip] if not name.startswith(("python>", "--editable")))

    assert asked == ranges(PROJECT["dependencies"])


def test_conda_and_pyproject_ask_for_the_same_python():
    plain, _ = conda_requirements()

    assert f"python{PROJECT['requires-python']}" in plain


def test_the_conda_environment_installs_the_checkout():
    assert "--editable ." in conda_requirements()[1]


@pytest.mark.parametrize("name", ["jupyterlab", "nbgrader", "pandas", "ipywidgets", "seaborn"])
def test_the_five_fixed_packages_come_from_conda(name):
    assert any(entry.startswith(name) for entry in conda_requirements()[0])


def pins():
    lines = [line for line in CONSTRAINTS.splitlines() if line and not line.startswith("#")]
    return [Requirement(line) for line in lines]


def test_the_constraints_pin_every_library_inside_its_range():
    asked = ranges([*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]])
    pinned = {canonicalize_name(pin.name): pin.specifier for pin in pins()}

    for name, allowed in asked.items():
        version = str(pinned[name]).removeprefix("==")
        assert allowed.contains(version), f"{name} {version} is outside {allowed}"


def test_every_constraint_is_one_exact_version():
    assert all(re.fullmatch(r"==[\w.+!]+", str(pin.specifier)) for pin in pins())


def test_the_constraints_name_no_address():
    assert not re.search(r"https?:|file:|--", CONSTRAINTS)


def test_nothing_but_the_agreed_names_stands_at_the_top():
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}

    assert folders - {"build", "centre", "dist"} == {"course", "notebooks", "datasets", "grading", "tests"}


def test_no_module_lies_where_it_could_shadow_a_library():
    assert not list((ROOT / "course").glob("*.py"))
    assert not [
        folder for folder in ("course", "datasets", "grading", "notebooks") if (ROOT / folder / "__init__.py").exists()
    ]
