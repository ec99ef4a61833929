"""Evaluate the LLP26 shape model: seeds in, closed bone meshes out.

Runs as a script in the environment of the README beside it (``gias3-fieldwork`` needs
numpy < 2), hence it imports nothing of this project.

LLP26 has the left limb only: the right femur is the left one, mirrored about the pelvic midline.
"""

from __future__ import annotations

import argparse
import pickle
from pathlib import Path
from typing import Any

import numpy as np

MODES = 12
LIMIT_SD = 2.0
TRIANGLES_PER_EDGE = 8
PELVIS_NODES = 1946
FEMUR_NODES = 634
PIECES = ("right_hip_bone", "left_hip_bone", "sacrum")
BONES = ("left_hip_bone", "right_hip_bone", "sacrum", "left_femur", "right_femur")


def weights_of(seed: int, modes: int = MODES) -> np.ndarray:
    """Return the weights of one subject in standard deviations, shape (modes,), within +-2."""
    drawn = np.random.default_rng(seed).standard_normal(modes)
    return np.clip(drawn, -LIMIT_SD, LIMIT_SD)


class _ArraysOnly(pickle.Unpickler):
    """Reads the package's file of principal components and lets nothing but arrays come out."""

    _ALLOWED = frozenset(
        {
            ("numpy.core.multiarray", "_reconstruct"),
            ("numpy", "ndarray"),
            ("numpy", "dtype"),
            ("_codecs", "encode"),
        }
    )

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in self._ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} is no array")
        return super().find_class(module, name)


def _load_model() -> tuple[np.ndarray, np.ndarray]:
    """Return the mean nodes (3, nodes) and the modes (3, nodes, modes), each of one sd."""
    import musculoskeletal.models as models

    path = models.get_model_path("shape_models/LLP26_rigid.pc")
    with Path(path).open("rb") as file:
        content = _ArraysOnly(file).load()
    mean = np.asarray(content["mean"])
    modes = np.asarray(content["modes"]) * np.sqrt(np.asarray(content["weights"]))
    return mean.reshape(3, -1), modes.reshape(3, mean.size // 3, -1)


def _load_field(geometry: str, flat: str):
    """Return one bone's geometric field with its ensemble and its mesh."""
    import musculoskeletal.models as models
    from gias3.fieldwork.field.geometric_field import load_geometric_field

    names = (f"{geometry}.geof", f"{flat}.ens", f"{flat}.mesh")
    return load_geometric_field(*(str(models.get_model_path(f"atlas_meshes/{n}")) for n in names))


def _triangulate(field, nodes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return points (n, 3) and triangles (m, 3) of a field with the given nodes (3, nodes)."""
    field.set_field_parameters(nodes[:, :, np.newaxis])
    density = [TRIANGLES_PER_EDGE, TRIANGLES_PER_EDGE]
    points, triangles = field.triangulate(density)[:2]
    return np.asarray(points), np.asarray(triangles)


def _split(points: np.ndarray, triangles: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Split the pelvis into its three closed pieces, in the order of the model's elements."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    ends = np.vstack([triangles[:, :2], triangles[:, 1:]])
    graph = coo_matrix((np.ones(len(ends)), ends.T), shape=(len(points), len(points)))
    count, piece_of = connected_components(graph, directed=False)
    if count != len(PIECES):
        raise RuntimeError(f"LLP26's pelvis has {count} pieces, not 3: use version 0.2.4.")
    pieces = {}
    for number, name in enumerate(PIECES):
        kept = np.flatnonzero(piece_of == number)
        renumbered = np.full(len(points), -1)
        renumbered[kept] = np.arange(len(kept))
        pieces[name] = (points[kept], renumbered[triangles[piece_of[triangles[:, 0]] == number]])
    return pieces


def _midline_frame(right: np.ndarray, left: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return rotation (3, 3) and origin (3,) that put the midline at x = 0, left at +x.

    Parameters are the two hip bones' points, (n, 3) each, in mirrored correspondence.
    """
    across = left - right
    normal = np.linalg.svd(across, full_matrices=False)[2][0]
    normal *= np.sign(normal @ across.mean(axis=0))
    up = np.array([0.0, 0.0, 1.0]) - normal[2] * normal
    up /= np.linalg.norm(up)
    rotation = np.vstack([normal, np.cross(up, normal), up])
    return rotation, (left + right).mean(axis=0) / 2


def meshes_of(nodes: np.ndarray, pelvis, femur) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return the five bones as (points (n, 3) in mm LPS, outward triangles (m, 3))."""
    meshes = _split(*_triangulate(pelvis, nodes[:, :PELVIS_NODES]))
    last = PELVIS_NODES + FEMUR_NODES
    meshes["left_femur"] = _triangulate(femur, nodes[:, PELVIS_NODES:last])
    rotation, origin = _midline_frame(meshes["right_hip_bone"][0], meshes["left_hip_bone"][0])
    meshes = {name: ((p - origin) @ rotation.T, t) for name, (p, t) in meshes.items()}
    points, triangles = meshes["left_femur"]
    meshes["right_femur"] = (points * (-1, 1, 1), triangles[:, ::-1])
    return meshes


def write(seeds: list[int], path: Path) -> None:
    """Write ``<bone>_points`` (seeds, n, 3), ``<bone>_triangles``, ``seeds``, ``weights``."""
    mean, modes = _load_model()
    pelvis = _load_field("pelvis_combined_cubic_mean_rigid_LLP26", "pelvis_combined_cubic_flat")
    femur = _load_field("femur_left_mean_rigid_LLP26", "femur_left_quartic_flat")
    weights = np.array([weights_of(seed) for seed in seeds])
    shapes = [meshes_of(mean + modes[:, :, :MODES] @ w, pelvis, femur) for w in weights]
    arrays: dict[str, Any] = {"seeds": np.array(seeds), "weights": weights}
    for bone in BONES:
        arrays[f"{bone}_points"] = np.array([s[bone][0] for s in shapes], dtype=np.float32)
        arrays[f"{bone}_triangles"] = shapes[0][bone][1].astype(np.int32)
    np.savez_compressed(path, **arrays)


def main() -> None:
    """Command line: ``shape_model.py OUTPUT.npz SEED [SEED ...]``."""
    parser = argparse.ArgumentParser(description="Bone meshes from the LLP26 shape model.")
    parser.add_argument("output", type=Path, help="the .npz file to write")
    parser.add_argument("seeds", type=int, nargs="+", help="one subject each")
    arguments = parser.parse_args()
    write(arguments.seeds, arguments.output)


if __name__ == "__main__":
    main()
