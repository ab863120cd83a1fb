"""The way a person stands: lumbar arch and upper-back curve, built into the resting body.

The spine's angles are 0 in this standing posture, because the lifter's own standing is the analyzer's zero as well.
"""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from samples.lifter.body import Array, Body, build_body
from samples.lifter.skeleton import pitch, pose_body, skin
from samples.spec import BodySpec


@lru_cache(maxsize=16)
def standing_body(spec: BodySpec) -> Body:
    """Return the body that rests in this person's own standing posture.

    1. Build the body with the average spine.
    2. Bend the spine by the spec's lordosis and kyphosis.
    3. Put the feet back on the floor and restore the body height.
    """
    average = build_body(replace(spec, lordosis_deg=0.0, kyphosis_deg=0.0))  # 1.
    if spec.lordosis_deg == 0.0 and spec.kyphosis_deg == 0.0:
        return average
    curved = pose_body(average, curves(spec), average.head("root"))  # 2.
    vertices = skin(average, curved)
    floor, scale = vertices[:, 2].min(), spec.stature_m / float(np.ptp(vertices[:, 2]))
    down = np.array([0.0, 0.0, floor])  # 3.
    return replace(average, vertices=(vertices - down) * scale, heads=(curved.joints - down) * scale)


def curves(spec: BodySpec) -> dict[str, Array]:
    """Return the world rotations that arch the lumbar spine and round the upper back.

    The pelvis makes half of the lumbar arch. Head, arms and legs keep their directions.
    """
    arch, top = spec.lordosis_deg, spec.kyphosis_deg - 0.5 * spec.lordosis_deg
    turned = {"root": 0.5, "spine04": 0.1, "spine03": -0.25, "spine02": -0.5}
    world = {name: pitch(share * arch) for name, share in turned.items()}
    world |= {"spine01": pitch(top), "neck01": pitch(0.5 * top), "neck02": pitch(0.25 * top)}
    unrotated = ["neck03", *(f"{name}.{side}" for name in ("upperleg01", "upperarm01") for side in "LR")]
    return world | {name: np.eye(3) for name in unrotated}
