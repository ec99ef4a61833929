"""The tutorial says what is so."""

from __future__ import annotations

import re

import pytest

from panel.hosts import needs_stand_in
from panel.test_whole_loop import SAMPLES, load

TUTORIAL = SAMPLES.parents[2] / "docs" / "tutorial.md"


@pytest.fixture(scope="module")
def text():
    return TUTORIAL.read_text(encoding="utf-8")


def test_its_pictures_and_pages_are_there(text):
    targets = re.findall(r'(?:src="|\]\()([^")#]+)', text)
    assert len(targets) > 10
    assert [one for one in targets if not (TUTORIAL.parent / one).is_file()] == []


@needs_stand_in
def test_its_script_runs_as_it_is_written(text, module, scene, qapp, tmp_path, monkeypatch, capsys):
    (script,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    exec(
        compile(script, str(TUTORIAL), "exec"),
        {"volumeNode": load(SAMPLES / "pelvic_phantom.nii.gz")},
    )
    assert "GREEN" in capsys.readouterr().out
    assert len(list((tmp_path / "folder").glob("*.stl"))) == 4
    assert len(list((tmp_path / "cases" / "labels").glob("*.nii.gz"))) == 1
    assert scene.GetNumberOfNodesByClass("vtkMRMLTableNode") == 1
    assert scene.GetNumberOfNodesByClass("vtkMRMLSegmentationNode") == 2
