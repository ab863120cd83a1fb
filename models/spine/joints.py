"""The joint of the drawn body that each pair of landmarks belongs to."""

from hingecheck import landmarks

BONES = {
    "upperarm01": landmarks.SHOULDERS,
    "lowerarm01": landmarks.ELBOWS,
    "wrist": landmarks.WRISTS,
    "upperleg01": landmarks.HIPS,
    "lowerleg01": landmarks.KNEES,
    "foot": landmarks.ANKLES,
}
"""Name of the joint, without its side, and the landmarks on both sides."""
