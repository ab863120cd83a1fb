"""The scene: everything around the lifter.

- `room`: floor, walls, furniture, mirror and light.
- `props`: bar, plates, kettlebell, trap bar, box, and their supports.
- `camera`: the place of the phone, its shake, and the projection of points to pixels.
- `surfaces`: triangle meshes and simple solids.
"""
