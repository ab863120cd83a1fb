"""Rendered deadlifts whose joint angles are known exactly.

The renderer draws a lifter with known joint angles and writes a video and a truth file. The analyzer's errors are
measured against the truth. Run the commands from the repository root. The package `hingecheck` never imports this
folder.

Axes of the lifter, in metres: +x forward, +y to the lifter's left, +z up. The origin lies on the floor between the
ankles. Angles are in degrees. Flexion and forward lean are positive. 0 is upright standing.

- `lifter`: body, clothes, and one posture as a skeleton.
- `lift`: the postures of a set over time, and their exact angles and events.
- `scene`: room, bar and camera.
- `film`: pictures and video files.
- `sets`, `card`: designed clips, and what the analyzer gets wrong on them.
"""
