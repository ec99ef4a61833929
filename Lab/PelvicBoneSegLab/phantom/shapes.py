"""Ask the shape model, which lives in an environment of its own, for subjects."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import numpy as np

from PelvicBoneSegLib.errors import PelvicBoneSegError

from .mesh import Mesh

DEFAULT_PYTHON = Path(".venv-llp/bin/python")
SCRIPT = Path(__file__).with_name("shape_model.py")


class ShapeModelError(PelvicBoneSegError):
    """The shape model's environment is missing or could not evaluate the model."""


def evaluate(python: Path, seeds: list[int]) -> list[dict[str, Mesh]]:
    """Return one subject a seed: bone name -> mesh in mm, LPS, midline at x = 0.

    Raises
    ------
    ShapeModelError
        Where `python` is missing or fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shapes.npz"
        command = [str(python), str(SCRIPT), str(path), *map(str, seeds)]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)
        except FileNotFoundError as error:
            raise ShapeModelError(
                f"No Python at {python}. Make the shape model's environment as "
                f"{SCRIPT.with_name('README.md')} says, or name it with --llp-python."
            ) from error
        except subprocess.CalledProcessError as error:
            last = (error.stderr.strip().splitlines() or ["no message"])[-1]
            raise ShapeModelError(
                f"The shape model failed ({last}). Make its environment anew as "
                f"{SCRIPT.with_name('README.md')} says."
            ) from error
        return read(path)


def evaluate_or_exit(python: Path, seeds: list[int]) -> list[dict[str, Mesh]]:
    """`evaluate` for a command line: what is wrong is one line, and the exit status is 1."""
    try:
        return evaluate(python, seeds)
    except ShapeModelError as error:
        raise SystemExit(str(error)) from error


def read(path: Path) -> list[dict[str, Mesh]]:
    """Return the subjects of an .npz file that ``shape_model.py`` wrote."""
    suffix = "_points"
    with np.load(path) as arrays:
        bones = [name.removesuffix(suffix) for name in arrays if name.endswith(suffix)]
        points = {bone: arrays[bone + suffix].astype(float) for bone in bones}
        triangles = {bone: arrays[f"{bone}_triangles"] for bone in bones}
        count = len(arrays["seeds"])
    return [{b: Mesh(points[b][n], triangles[b]) for b in bones} for n in range(count)]
