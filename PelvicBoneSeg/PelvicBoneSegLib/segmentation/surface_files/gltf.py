"""Binary glTF 2.0: bones with names and colours for viewers, web pages and presentations.

VTK's exporter wants a render window and loses the names. Section numbers are those of the glTF 2.0
specification, https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .mesh import LPS, Mesh, points_in

LPS_MM_TO_GLTF = np.array([[0.001, 0, 0], [0, 0, 0.001], [0, -0.001, 0]])
"""glTF is in metres, Y is up and the front of a thing faces +Z (section 3.4): the patient stands
and looks at the viewer, on whose right, +X, is the patient's left."""

_FLOAT, _UNSIGNED_INT = 5126, 5125
_POINTS, _INDICES = 34962, 34963
"""Component types (section 3.6.2.2) and targets of buffer views (section 5.11.5)."""

_MAGIC, _VERSION, _JSON, _BINARY = b"glTF", 2, b"JSON", b"BIN\0"
_ROUGHNESS = 0.8
"""Bone does not shine."""


def write_glb(path: Path, meshes: Sequence[Mesh]) -> None:
    """Write a binary glTF file: one node, mesh and material a bone.

    Raises
    ------
    OSError
        It cannot be stored.
    """
    blocks: list[bytes] = []
    document: dict[str, Any] = {
        "asset": {"version": "2.0", "generator": "PelvicBoneSeg"},
        "scene": 0,
        "scenes": [{"nodes": list(range(len(meshes)))}],
        "nodes": [{"name": mesh.name, "mesh": n} for n, mesh in enumerate(meshes)],
        "meshes": [_mesh(mesh.name, n) for n, mesh in enumerate(meshes)],
        "materials": [_material(mesh) for mesh in meshes],
        "accessors": [],
        "bufferViews": [],
    }
    for mesh in meshes:
        points = (points_in(mesh, LPS) @ LPS_MM_TO_GLTF.T).astype("<f4")
        bounds = {"min": points.min(axis=0).tolist(), "max": points.max(axis=0).tolist()}
        _add(document, blocks, points, "VEC3", _FLOAT, _POINTS, bounds)
        indices = mesh.triangles.ravel().astype("<u4")
        _add(document, blocks, indices, "SCALAR", _UNSIGNED_INT, _INDICES, {})
    binary = b"".join(blocks)
    document["buffers"] = [{"byteLength": len(binary)}]
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)  # chunks end at multiples of 4 bytes (section 4.4.3)
    chunks = _chunk(_JSON, text) + _chunk(_BINARY, binary)
    path.write_bytes(_MAGIC + struct.pack("<II", _VERSION, 12 + len(chunks)) + chunks)


def _mesh(name: str, number: int) -> dict[str, Any]:
    primitive = {
        "attributes": {"POSITION": 2 * number},
        "indices": 2 * number + 1,
        "material": number,
    }
    return {"name": name, "primitives": [primitive]}


def _material(mesh: Mesh) -> dict[str, Any]:
    # Factors are linear (section 3.9.2), Slicer's colours sRGB.
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in mesh.colour
    ]
    surface = {"baseColorFactor": [*linear, 1], "metallicFactor": 0, "roughnessFactor": _ROUGHNESS}
    return {"name": mesh.name, "pbrMetallicRoughness": surface}


def _add(
    document: dict[str, Any],
    blocks: list[bytes],
    values: np.ndarray,
    kind: str,
    component: int,
    target: int,
    bounds: dict[str, list[float]],
) -> None:
    view = {
        "buffer": 0,
        "byteOffset": sum(map(len, blocks)),
        "byteLength": values.nbytes,
        "target": target,
    }
    accessor = {
        "bufferView": len(document["bufferViews"]),
        "componentType": component,
        "count": len(values),
        "type": kind,
        **bounds,
    }
    document["bufferViews"].append(view)
    document["accessors"].append(accessor)
    blocks.append(values.tobytes())


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack("<I", len(content)) + kind + content
