from __future__ import annotations

import re
from pathlib import Path

import pytest

SCRIPTS = "MODULE_PYTHON_SCRIPTS"
RESOURCES = "MODULE_PYTHON_RESOURCES"


@pytest.fixture(scope="module")
def the_module_folder(repository) -> Path:
    return repository / "PelvicBoneSeg"


@pytest.fixture(scope="module")
def files_on_disk(the_module_folder) -> dict[str, set[str]]:
    """Return what Slicer has to install, relative to the module, by the list it belongs in."""
    found: dict[str, set[str]] = {SCRIPTS: {"PelvicBoneSeg.py"}, RESOURCES: set()}
    for folder in ("PelvicBoneSegLib", "Resources"):
        for path in (the_module_folder / folder).rglob("*"):
            relative = path.relative_to(the_module_folder)
            hidden = any(part.startswith(".") or part == "__pycache__" for part in relative.parts)
            if path.is_file() and not hidden:
                found[SCRIPTS if path.suffix == ".py" else RESOURCES].add(relative.as_posix())
    return found


def listed_in(cmake: str, variable: str) -> list[str]:
    body = re.search(rf"set\({variable}\s+([^)]*)\)", cmake)
    assert body, f"set({variable} ...) is gone"
    return [name.replace("${MODULE_NAME}", "PelvicBoneSeg") for name in body.group(1).split()]


@pytest.mark.parametrize("variable", [SCRIPTS, RESOURCES])
def test_cmake_lists_every_file(the_module_folder, files_on_disk, variable):
    listed = listed_in((the_module_folder / "CMakeLists.txt").read_text("utf-8"), variable)
    missing = sorted(files_on_disk[variable] - set(listed))
    stale = sorted(set(listed) - files_on_disk[variable])
    assert not missing, f"PelvicBoneSeg/CMakeLists.txt: add to {variable}: {missing}"
    assert not stale, f"PelvicBoneSeg/CMakeLists.txt: remove from {variable}: {stale}"
    assert len(listed) == len(set(listed)), f"{variable} names a file twice"


def test_slicer_is_given_what_it_needs_to_show_the_module(the_module_folder):
    cmake = (the_module_folder / "CMakeLists.txt").read_text("utf-8")
    resources = listed_in(cmake, RESOURCES)
    assert "Resources/Icons/PelvicBoneSeg.png" in resources
    assert "Resources/UI/PelvicBoneSeg.ui" in resources
    assert "Resources/requirements.txt" in resources
    assert re.search(r"set\(MODULE_NAME PelvicBoneSeg\)", cmake)


def test_every_folder_that_cmake_enters_has_its_own_list(repository, extension_cmake):
    entered = re.findall(r"^add_subdirectory\((\w+)\)", extension_cmake, re.MULTILINE)
    assert entered == ["PelvicBoneSeg"]
    for folder in ("PelvicBoneSeg", "PelvicBoneSeg/Testing", "PelvicBoneSeg/Testing/Python"):
        assert (repository / folder / "CMakeLists.txt").is_file()
