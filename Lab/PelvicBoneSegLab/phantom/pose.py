"""Put the femurs in their sockets and turn them there."""

from __future__ import annotations

import numpy as np

from .grid import rotation
from .mesh import Mesh

PROXIMAL_MM = 60.0
JOINT_SPACE_MM = 2.5


def femoral_head(femur: Mesh) -> tuple[np.ndarray, float]:
    """Return centre (3,) and radius in mm of the sphere that fits the femoral head.

    The head is the proximal end's part next to the midline x = 0.
    """
    points = femur.points
    proximal = points[points[:, 2] > points[:, 2].max() - PROXIMAL_MM]
    lateral = np.abs(proximal[:, 0])
    head = proximal[lateral < lateral.min() + 15]
    for _ in range(5):
        centre, radius = _sphere(head)
        off = np.abs(np.linalg.norm(proximal - centre, axis=1) - radius)
        head = proximal[(off < 2) & (lateral < abs(centre[0]) + radius / 3)]
    return centre, radius


def _sphere(points: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the least-squares sphere of (n, 3) points."""
    matrix = np.column_stack([2 * points, np.ones(len(points))])
    solution = np.linalg.lstsq(matrix, (points**2).sum(axis=1), rcond=None)[0]
    centre = solution[:3]
    return centre, float(np.sqrt(solution[3] + centre @ centre))


def socket(hip_bone: Mesh, start: np.ndarray, radius: float) -> np.ndarray:
    """Return the centre (3,) of the sphere of a given radius in mm that fits the acetabulum.

    `start` is a point near that centre, such as where the shape model left the femoral head.
    """
    normals = hip_bone.normals()
    centre = start
    for tolerance in np.linspace(20, 4, 20):
        inward = centre - hip_bone.points
        distance = np.linalg.norm(inward, axis=1)
        facing = np.einsum("ij,ij->i", normals, inward) > 0.75 * distance
        rim = facing & (np.abs(distance - radius) < tolerance)
        towards = inward[rim] / distance[rim, np.newaxis]
        step = np.linalg.lstsq(towards, radius - distance[rim], rcond=None)[0]
        centre = centre + step
    return centre


def seated(subject: dict[str, Mesh]) -> dict[str, Mesh]:
    """Return the subject with the femoral heads in the middle of their sockets.

    The model varies all bones together as rigid pieces: away from its mean the heads leave the
    sockets or enter the hip bone.
    """
    result = dict(subject)
    for side in ("left", "right"):
        femur = subject[f"{side}_femur"]
        centre, radius = femoral_head(femur)
        target = socket(subject[f"{side}_hip_bone"], centre, radius + JOINT_SPACE_MM)
        result[f"{side}_femur"] = femur.moved(target - centre)
    return result


def posed(subject: dict[str, Mesh], rng: np.random.Generator) -> dict[str, Mesh]:
    """Return the subject with both femurs turned a little about their heads."""
    flexion = rng.uniform(4, 18)
    result = dict(subject)
    for name, left in (("left_femur", 1), ("right_femur", -1)):
        centre, _ = femoral_head(subject[name])
        abduction, outward = rng.uniform(-3, 8), rng.uniform(-8, 15)
        degrees = (-flexion + rng.uniform(-2, 2), -left * abduction, -left * outward)
        result[name] = subject[name].rotated(rotation(degrees), centre)
    return result
