"""From a scene to pictures and video files.

- `raster`: draws surfaces with OpenGL; its shaders are in `shaders/`.
- `photo`: lens, blur and noise of the phone. `encode`: video files.
- `clip`: a whole clip with its truth file. `draw`: random specs. `frames`: training frames.
"""
