"""Draw surfaces with OpenGL.

It uses any driver that EGL offers; Mesa's software rasteriser is enough. Input: surfaces, camera and lights. Output: a
picture, or a mask of the lifter.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from samples.errors import MissingExtra
from samples.lifter.body import Array
from samples.scene.surfaces import PAINTS, Surface

Image = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
SHADOW_PX = 1024  # side of the shadow map
SAMPLES = 4  # samples per pixel against jagged edges
SHADOW_PAINTS = ("plain", "body", "garment", "shoe", "belt")
"""Paints that cast a shadow."""


@dataclass(frozen=True)
class Lights:
    """One sun and the light of the room. Directions are unit vectors; colours are linear."""

    sun: Array
    sun_colour: Array
    sky_colour: Array
    ground_colour: Array
    shadow: float
    exposure: float
    centre_m: Array  # centre of the shadow map
    hole: tuple[float, float, float, float]  # mirror in the wall: left, bottom, right, top


@dataclass(frozen=True)
class View:
    """The camera: its place, and the 4x4 matrix from metres to clip space."""

    eye_m: Array
    matrix: Array


Look = dict[str, tuple[float, ...]]


class Raster:
    """Draws scenes into a picture of fixed size. Use it as a context manager."""

    def __init__(self, width_px: int, height_px: int, *, samples: int = SAMPLES, shadow_px: int = SHADOW_PX) -> None:
        self.size = (width_px, height_px)
        self._gl = _context()
        self._depth = _program("depth", "plain")
        colour = self._gl.renderbuffer(self.size, 4, samples=samples)
        depth = self._gl.depth_renderbuffer(self.size, samples=samples)
        self._many = self._gl.framebuffer([colour], depth)
        self._one = self._gl.framebuffer([self._gl.renderbuffer(self.size, 4)], self._gl.depth_renderbuffer(self.size))
        self._shadow = self._gl.depth_texture((shadow_px, shadow_px))
        self._shadow.compare_func = "<="
        self._shadow.repeat_x = self._shadow.repeat_y = False
        self._shadow_target = self._gl.framebuffer(depth_attachment=self._shadow)
        self._kept: dict[int, tuple[Surface, Any]] = {}

    def __enter__(self) -> "Raster":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the driver's memory."""
        self._forget()
        for item in (self._many, self._one, self._shadow_target, self._shadow):
            item.release()

    def draw(
        self,
        fixed: Sequence[Surface],
        moving: Sequence[Surface],
        looks: Sequence[Look],
        shot: tuple[View, Lights],
    ) -> Image:
        """Return a picture, (height, width, 3) RGB. Surfaces in `fixed` are uploaded once and kept.

        1. Upload the surfaces.
        2. Draw the shadow map from the sun.
        3. Draw every surface with its own shader.
        """
        view, lights = shot
        temporary = [(surface, self._upload(surface, keep=False)) for surface in moving]  # 1.
        buffers = temporary + [(surface, self._upload(surface, keep=True)) for surface in fixed]  # near first is faster
        light = sun_matrix(lights)  # 2.
        self._draw_shadow(buffers, light)
        self._many.use()  # 3.
        self._many.clear(0.42, 0.42, 0.43)
        self._gl.enable_only(self._gl.DEPTH_TEST)
        values = _shot_values(view, lights, light)
        self._shadow.use(0)
        for surface, buffer in buffers:
            program = _program("surface", surface.paint)
            _set(program, values | {"gloss": surface.gloss} | looks[surface.wearer])
            _array(self._gl, program, buffer).render()
        self._gl.copy_framebuffer(self._one, self._many)
        picture = self._read()
        self._drop(temporary)
        return picture

    def person(self, surfaces: Sequence[Surface], view: View) -> Mask:
        """Return the mask (height, width) of the visible lifter."""
        self._one.use()
        self._one.clear()
        self._gl.enable_only(self._gl.DEPTH_TEST)
        self._depth["view_projection"].write(_bytes(view.matrix.T))
        for surface in surfaces:
            buffer = self._upload(surface, keep=False)
            self._depth["person"].value = 1.0 if surface.person else 0.0
            _array(self._gl, self._depth, buffer).render()
            self._drop([(surface, buffer)])
        mask: Mask = self._read()[..., 0] > 127
        return mask

    def _draw_shadow(self, buffers: list[tuple[Surface, Any]], light: Array) -> None:
        """Draw the depth map that the sun sees."""
        self._shadow_target.use()
        self._shadow_target.clear(depth=1.0)
        self._gl.enable_only(self._gl.DEPTH_TEST)
        self._depth["view_projection"].write(_bytes(light.T))
        for surface, buffer in buffers:
            if surface.paint in SHADOW_PAINTS and not surface.image:
                _array(self._gl, self._depth, buffer).render()

    def _upload(self, surface: Surface, *, keep: bool) -> Any:
        """Return the surface's vertex and index buffers; kept buffers are reused."""
        kept = self._kept.get(id(surface)) if keep else None
        if kept is not None:
            return kept[1]
        table = np.concatenate(
            [surface.places, surface.normals, surface.colours, surface.rest, surface.marks],
            axis=1,
            dtype=np.float32,
        )
        buffer = (
            self._gl.buffer(np.ascontiguousarray(table)),
            self._gl.buffer(np.ascontiguousarray(surface.faces)),
        )
        if keep:
            self._kept[id(surface)] = (surface, buffer)
        return buffer

    def _drop(self, buffers: Sequence[tuple[Surface, Any]]) -> None:
        """Release buffers."""
        for _, pair in buffers:
            for buffer in pair:
                buffer.release()

    def _forget(self) -> None:
        """Release all kept buffers."""
        self._drop(list(self._kept.values()))
        self._kept.clear()

    def _read(self) -> Image:
        """Return the drawn pixels, top row first."""
        width, height = self.size
        pixels = np.frombuffer(self._one.read(components=3, alignment=1), dtype=np.uint8)
        return np.ascontiguousarray(pixels.reshape(height, width, 3)[::-1])


@functools.cache
def _context() -> Any:
    """Open OpenGL once; raise MissingExtra if it is not available."""
    try:
        import moderngl
    except ImportError as error:
        raise MissingExtra("moderngl is missing: pip install 'hingecheck[render]'") from error
    try:
        context = moderngl.create_context(standalone=True, backend="egl")  # type: ignore[arg-type]
    except Exception as error:  # moderngl raises bare Exception when the driver is absent
        raise MissingExtra(f"no OpenGL through EGL ({error}): install libegl-mesa0 and libgl1-mesa-dri") from error
    context.gc_mode = "auto"
    return context


@functools.cache
def _program(name: str, paint: str) -> Any:
    """Return the compiled shader of a paint."""
    folder = Path(__file__).parent / "shaders"
    vertex, fragment = ((folder / f"{name}.{kind}").read_text(encoding="utf-8") for kind in ("vert", "frag"))
    version, rest = fragment.split("\n", 1)
    return _context().program(vertex, f"{version}\nconst int kind = {PAINTS[paint]};\n{rest}")


def _shot_values(view: View, lights: Lights, light: Array) -> dict[str, Any]:
    """Uniforms of the camera and the lights."""
    values = {
        name: tuple(getattr(lights, name)) for name in ("sun", "sun_colour", "sky_colour", "ground_colour", "hole")
    }
    matrices = {"view_projection": _bytes(view.matrix.T), "light_projection": _bytes(light.T)}
    single = {
        "eye": tuple(view.eye_m),
        "shadow_depth": lights.shadow,
        "exposure": lights.exposure,
        "shadow_map": 0,
    }
    return values | matrices | single


def _set(program: Any, values: dict[str, Any]) -> None:
    """Set the uniforms that this program uses."""
    for name, value in values.items():
        if name not in program:
            continue
        if isinstance(value, bytes):
            program[name].write(value)
        else:
            program[name].value = value


def _bytes(matrix: Array) -> bytes:
    """A matrix as 32-bit floats."""
    return np.ascontiguousarray(matrix, dtype=np.float32).tobytes()


def _array(gl: Any, program: Any, buffer: Any) -> Any:
    """Bind the buffers' columns to the inputs that this program uses."""
    names = {"in_place": "3f", "in_normal": "3f", "in_colour": "3f", "in_rest": "3f", "in_paint": "2f"}
    layout = " ".join(form if name in program else f"{4 * int(form[0])}x" for name, form in names.items())
    return gl.vertex_array(program, [(buffer[0], layout, *(name for name in names if name in program))], buffer[1])


def sun_matrix(lights: Lights, reach_m: float = 2.6) -> Array:
    """Return the parallel projection along the sun's rays around the lit centre."""
    return parallel(reach_m) @ look_at(lights.centre_m + lights.sun * 6.0, lights.centre_m)


def parallel(reach_m: float) -> Array:
    """Return the orthographic projection of a cube."""
    matrix = np.diag([1.0 / reach_m, 1.0 / reach_m, -2.0 / 12.0, 1.0])
    matrix[2, 3] = -1.0
    return matrix


def look_at(eye: Array, target: Array, roll_deg: float = 0.0) -> Array:
    """Return the world-to-camera matrix; the camera looks along its -z, and +y is up."""
    back = (eye - target) / np.linalg.norm(eye - target)
    right = np.cross([0.0, 0.0, 1.0], back)
    right /= np.linalg.norm(right)
    up = np.cross(back, right)
    roll = np.radians(roll_deg)
    matrix = np.eye(4)
    matrix[0, :3] = np.cos(roll) * right + np.sin(roll) * up
    matrix[1, :3] = np.cos(roll) * up - np.sin(roll) * right
    matrix[2, :3] = back
    matrix[:3, 3] = -matrix[:3, :3] @ eye
    return matrix
