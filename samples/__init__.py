"""Rendered deadlifts whose joint angles are known exactly.

Run from the repository root; never imported by the package.

Axes of the lifter, in metres: +x forward, +y to the lifter's left, +z up; the origin lies on the floor
between the ankles.  Angles in degrees; flexion and forward lean positive; 0 = upright standing.
"""
