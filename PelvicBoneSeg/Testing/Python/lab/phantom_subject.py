"""A pelvis of spheres and ellipsoids, for tests without the shape model."""

from __future__ import annotations

import numpy as np

from PelvicBoneSegLab.phantom.mesh import Mesh, superellipsoid

HEAD_RADIUS = 23.0
SOCKET_RADIUS = 25.5
SOCKET = np.array([82.0, -4.0, -12.0])
HEAD = np.array([86.0, 0.0, -8.0])


def sphere(centre, radius: float) -> Mesh:
    return superellipsoid(np.asarray(centre, dtype=float), np.eye(3), (radius,) * 3, steps=40)


def joined(first: Mesh, second: Mesh) -> Mesh:
    triangles = np.vstack([first.triangles, second.triangles + len(first.points)])
    return Mesh(np.vstack([first.points, second.points]), triangles)


def mirrored(mesh: Mesh) -> Mesh:
    return Mesh(mesh.points * (-1, 1, 1), mesh.triangles[:, ::-1])


def inside_out(mesh: Mesh) -> Mesh:
    return Mesh(mesh.points, mesh.triangles[:, ::-1])


def ellipsoid_subject() -> dict[str, Mesh]:
    """Return hollow hip bones, femurs of a head and a shaft, and a sacrum."""
    femur = joined(
        sphere(HEAD, HEAD_RADIUS), superellipsoid(HEAD + (42, 0, -110), np.eye(3), (15, 15, 100))
    )
    hip = joined(
        superellipsoid(SOCKET + (0, 5, 20), np.eye(3), (34, 50, 70), steps=40),
        inside_out(sphere(SOCKET, SOCKET_RADIUS)),
    )
    sacrum = superellipsoid(np.array([0, 50, 60]), np.eye(3), (40, 30, 45))
    return {
        "left_femur": femur,
        "right_femur": mirrored(femur),
        "left_hip_bone": hip,
        "right_hip_bone": mirrored(hip),
        "sacrum": sacrum,
    }
