"""The joints of the drawn body that training frames list."""

JOINTS = (
    "head",
    "neck01",
    "spine01",
    "spine02",
    "spine03",
    "spine04",
    "upperarm01.L",
    "upperarm01.R",
    "lowerarm01.L",
    "lowerarm01.R",
    "wrist.L",
    "wrist.R",
    "upperleg01.L",
    "upperleg01.R",
    "lowerleg01.L",
    "lowerleg01.R",
    "foot.L",
    "foot.R",
)
"""Their names, in the order of `joints_px`."""
