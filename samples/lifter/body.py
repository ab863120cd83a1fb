"""The lifter's resting body: a mesh with a skeleton, made by the body model `anny` from a BodySpec.

anny (code Apache-2.0; shape data CC0 from MakeHuman) stands with +z up and faces -y. Here +x is forward, +y is left,
and the floor is z = 0. anny's arms are short: in real people the knuckles of a hanging arm are at about 0.44 of body
height (segment lengths of Drillis and Contini). So this module lengthens the arm bones until the knuckles reach that
height.
"""

import functools
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from samples.errors import MissingExtra
from samples.lifter.flesh import follow
from samples.spec import BodySpec

Array = npt.NDArray[np.float64]

KNUCKLE_SHARE_OF_STATURE = 0.44
ARM_BONES = ("upperarm01", "upperarm02", "lowerarm01", "lowerarm02")


@dataclass(frozen=True)
class Body:
    """Resting mesh and skeleton, in metres. A parent bone comes before its children."""

    vertices: Array  # (V, 3)
    faces: npt.NDArray[np.int32]  # (F, 3)
    weights: Any  # scipy CSR (V, B), rows sum to 1
    heads: Array  # (B, 3) joint centres
    parents: tuple[int, ...]  # -1 for the root
    names: tuple[str, ...]
    stature_m: float
    arm_stretch: float  # length factor of the arm bones
    lumbar_shares: tuple[tuple[str, float], ...]  # cumulative share of the lumbar flexion, from the pelvis up

    def bone(self, name: str) -> int:
        """Return the index of a bone."""
        return self.names.index(name)

    def head(self, name: str) -> Array:
        """Return the resting joint centre of a bone, (3,)."""
        head: Array = self.heads[self.names.index(name)]
        return head


@functools.cache
def _model() -> Any:
    """Load anny once; raise MissingExtra if a package is missing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import warp  # type: ignore[import-untyped,unused-ignore]

            warp.config.log_level = 40  # errors only: warp otherwise prints its version and devices
            import anny  # type: ignore[import-untyped,unused-ignore]
            import torch
    except ImportError as error:
        raise MissingExtra(f"{error.name} is missing: pip install 'hingecheck[render]'") from error
    torch.set_num_threads(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return anny.Anny(rig="anny", phenotypes="all", phenotype_blendshapes="original")


@functools.lru_cache(maxsize=16)
def build_body(spec: BodySpec) -> Body:
    """Build the resting body of a spec.

    1. Get the mesh and joints from anny.
    2. Scale them to the body height, turn them to this renderer's axes, put the floor at 0.
    3. Let the skin behind follow the bones as the spec says.
    4. Lengthen the arms.
    """
    model = _model()
    vertices, heads = _rest(model, spec)  # 1.
    scale = spec.stature_m / float(np.ptp(vertices[:, 2]))
    floor = vertices[:, 2].min()
    vertices, heads = (_turn(points, floor) * scale for points in (vertices, heads))  # 2.
    names, parents = tuple(model.bone_labels), tuple(int(parent) for parent in model.bone_parents)
    weights = _weights(model, len(vertices), len(names))
    joints = dict(zip(names, heads, strict=True))
    weights = follow(weights, vertices, joints, names, spec)  # 3.
    stretch = arm_stretch(joints, spec.stature_m)  # 4.
    vertices, heads = _lengthen_arms(vertices, heads, (names, parents, weights), stretch)
    shares = (("spine04", low := spec.low_lumbar_share), ("spine03", low + spec.mid_lumbar_share), ("spine02", 1.0))
    return Body(vertices, _faces(), weights, heads, parents, names, spec.stature_m, stretch, shares)


def phenotype(spec: BodySpec) -> dict[str, float]:
    """Return anny's shape parameters. Its age scale has 25 years at 2/3 and 90 years at 1."""
    return {
        "gender": spec.sex,
        "age": 2 / 3 + (spec.age_years - 25.0) / 65.0 / 3.0,
        "muscle": spec.muscle,
        "weight": spec.weight,
        "height": float(np.clip(0.5 + (spec.stature_m - 1.68), 0.3, 0.8)),
        "proportions": spec.proportions,
    }


def _rest(model: Any, spec: BodySpec) -> tuple[Array, Array]:
    """Vertices and joint centres in anny's own axes and size."""
    import torch

    parameters = {name: torch.tensor([value], dtype=model.dtype) for name, value in phenotype(spec).items()}
    rest = model.get_rest_model(model.get_phenotype_blendshape_coefficients(**parameters))
    return rest["rest_vertices"][0].numpy().astype(float), rest["rest_bone_heads"][0].numpy().astype(float)


def _turn(points: Array, floor: float) -> Array:
    """Turn points from anny's axes to this renderer's and lower them to the floor."""
    return np.column_stack([-points[:, 1], points[:, 0], points[:, 2] - floor])


@functools.cache
def _faces() -> npt.NDArray[np.int32]:
    """The triangles of the mesh, (F, 3)."""
    return np.ascontiguousarray(_model().get_triangular_faces().numpy(), dtype=np.int32)


def _weights(model: Any, vertex_count: int, bone_count: int) -> Any:
    """Skinning weights as a sparse matrix (V, B); each row sums to 1."""
    values = model.vertex_bone_weights.numpy().astype(float)
    columns = model.vertex_bone_indices.numpy()
    rows = np.repeat(np.arange(vertex_count), values.shape[1])
    matrix = sparse.csr_matrix((values.ravel(), (rows, columns.ravel())), shape=(vertex_count, bone_count))
    return sparse.diags(1.0 / np.asarray(matrix.sum(axis=1)).ravel()) @ matrix


def arm_stretch(joints: dict[str, Array], stature_m: float) -> float:
    """Return the length factor, 1 to 1.25, that puts the knuckles of a hanging arm at the measured height.

    Both arm segments get the same factor. `joints` gives the resting joint centres by name.
    """
    shoulder, elbow, wrist = (joints[f"{name}.L"] for name in ("upperarm01", "lowerarm01", "wrist"))
    hand = np.linalg.norm(joints["finger3-1.L"] - wrist)
    bones = np.linalg.norm(elbow - shoulder) + np.linalg.norm(wrist - elbow)
    wanted_m = shoulder[2] - KNUCKLE_SHARE_OF_STATURE * stature_m - hand
    return float(np.clip(wanted_m / bones, 1.0, 1.25))


def _lengthen_arms(
    vertices: Array, heads: Array, rig: tuple[tuple[str, ...], tuple[int, ...], Any], stretch: float
) -> tuple[Array, Array]:
    """Stretch each arm bone along its own axis; move everything beyond it outward."""
    names, parents, weights = rig
    scales = np.tile(np.eye(3), (len(names), 1, 1))
    for bone, name in enumerate(names):
        if name[:-2] in ARM_BONES:
            along = heads[_next_joint(names, name)] - heads[bone]
            along = along / np.linalg.norm(along)
            scales[bone] += (stretch - 1.0) * np.outer(along, along)
    moved = heads.copy()
    for bone, parent in enumerate(parents):
        if parent >= 0:
            moved[bone] = moved[parent] + scales[parent] @ (heads[bone] - heads[parent])
    offsets = moved - np.einsum("bij,bj->bi", scales, heads)
    transforms = np.concatenate([scales.reshape(-1, 9), offsets], axis=1)
    mixed = weights @ transforms
    return np.einsum("vij,vj->vi", mixed[:, :9].reshape(-1, 3, 3), vertices) + mixed[:, 9:], moved


def _next_joint(names: tuple[str, ...], name: str) -> int:
    """Index of the joint at the far end of an arm bone."""
    order = (*ARM_BONES, "wrist")
    return names.index(order[order.index(name[:-2]) + 1] + name[-2:])
