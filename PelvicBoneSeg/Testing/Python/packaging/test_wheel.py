from __future__ import annotations

import configparser
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

WHEEL_FOLDER_OF = {
    "PelvicBoneSeg/PelvicBoneSegLib": "PelvicBoneSegLib",
    "PelvicBoneSeg/Resources": "PelvicBoneSegLib/Resources",
    "Lab/PelvicBoneSegLab": "PelvicBoneSegLab",
    "Web/PelvicBoneSegWeb": "PelvicBoneSegWeb",
}


@pytest.fixture(scope="module")
def a_built_wheel(repository, tmp_path_factory) -> zipfile.ZipFile:
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", str(repository), "--wheel-dir", str(target)]
    offline = ["--no-deps", "--no-index", "--no-build-isolation", "--quiet"]
    built = subprocess.run([*command, *offline], capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (wheel,) = target.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        yield archive


@pytest.fixture(scope="module")
def names(a_built_wheel) -> set[str]:
    return set(a_built_wheel.namelist())


@pytest.fixture(scope="module")
def info_folder(project) -> str:
    return f"pelvicboneseg-{project['version']}.dist-info"


def files_of(folder: Path) -> list[Path]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return [path for path in paths if "__pycache__" not in path.parts and path.name[0] != "."]


@pytest.mark.parametrize(("source", "folder"), WHEEL_FOLDER_OF.items())
def test_wheel_holds_every_file(repository, a_built_wheel, names, source, folder):
    files = files_of(repository / source)
    expected = {f"{folder}/{path.relative_to(repository / source).as_posix()}" for path in files}
    assert expected
    assert sorted(expected - names) == []


def test_wheel_holds_nothing_else(names, info_folder):
    tops = {name.split("/")[0] for name in names}
    assert tops == {"PelvicBoneSegLib", "PelvicBoneSegLab", "PelvicBoneSegWeb", info_folder}


def test_wheel_carries_the_bytes_of_the_resources(repository, a_built_wheel):
    icon = "Icons/PelvicBoneSeg.svg"
    packed = a_built_wheel.read(f"PelvicBoneSegLib/Resources/{icon}")
    assert packed == (repository / "PelvicBoneSeg" / "Resources" / icon).read_bytes()


def test_wheel_says_what_it_is(a_built_wheel, names, info_folder):
    metadata = Parser().parsestr(a_built_wheel.read(f"{info_folder}/METADATA").decode())
    assert metadata["Name"] == "pelvicboneseg"
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Requires-Python"] == ">=3.10"
    assert {f"{info_folder}/licenses/LICENSE", f"{info_folder}/licenses/NOTICE"} <= names


def test_wheel_installs_the_command(a_built_wheel, info_folder):
    commands = configparser.ConfigParser()
    commands.read_string(a_built_wheel.read(f"{info_folder}/entry_points.txt").decode())
    assert dict(commands["console_scripts"]) == {"pelvicboneseg": "PelvicBoneSegLib.cli:main"}
