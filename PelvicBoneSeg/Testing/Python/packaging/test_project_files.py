from __future__ import annotations

import re

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

BROUGHT_BY_SLICER = {"numpy", "simpleitk", "vtk", "pydicom"}
BROUGHT_BY_THE_PYTORCH_EXTENSION = {"torch", "torchvision"}


@pytest.fixture(scope="module")
def constraints(repository) -> dict[str, str]:
    """Return the pinned version by canonical package name."""
    lines = (repository / "constraints.txt").read_text("utf-8").splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in pins}


@pytest.fixture(scope="module")
def slicer_requirements(repository) -> list[str]:
    path = repository / "PelvicBoneSeg" / "Resources" / "requirements.txt"
    lines = path.read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_slicer_installs_the_ranges_of_the_distribution(project, slicer_requirements):
    assert set(slicer_requirements) <= set(project["dependencies"])


def test_slicer_is_never_asked_to_replace_what_it_brings(slicer_requirements):
    names = {canonicalize_name(Requirement(line).name) for line in slicer_requirements}
    assert not names & (BROUGHT_BY_SLICER | BROUGHT_BY_THE_PYTORCH_EXTENSION)


@pytest.mark.parametrize("extra", [None, "lab", "test"])
def test_constraints_pin_a_version_that_the_ranges_allow(project, constraints, extra):
    lines = project["optional-dependencies"][extra] if extra else project["dependencies"]
    wanted = {canonicalize_name(Requirement(line).name): Requirement(line) for line in lines}
    wanted.pop("slicer-core", None)  # its pin is the range itself: one for each environment
    wanted.pop("tomli", None)  # Python 3.10 only
    for name, requirement in wanted.items():
        assert constraints[name] in requirement.specifier, name


def test_constraints_hold_on_every_operating_system(constraints):
    assert "slicer-core" not in constraints
    assert [v for v in constraints.values() if not re.fullmatch(r"[\d.]+(post\d+)?", v)] == []
    assert [name for name in constraints if name.startswith(("nvidia-", "triton"))] == []


def test_changelog_has_this_version(repository, project):
    changelog = (repository / "CHANGELOG.md").read_text("utf-8")
    assert re.findall(r"^## \[(\d[^\]]*)\]", changelog, re.MULTILINE)[0] == project["version"]


def test_the_commands_of_a_person_and_of_ci_are_one(repository):
    ci = (repository / ".ci" / "run").read_text("utf-8")
    assert "set -euo pipefail" in ci
    assert ci.rstrip().endswith("make test")
