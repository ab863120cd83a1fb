"""Errors of the renderer.

SampleError                  every error that this folder raises on purpose
├── SpecError                a key, value or combination of a spec is wrong; also a ValueError
├── ImpossiblePose           the body cannot take the requested pose
├── MissingExtra             a package (anny, torch, moderngl ...) or an OpenGL driver is missing
└── MissingCodec             this build of PyAV has no such encoder
"""


class SampleError(Exception):
    """Base class of every error that the renderer raises on purpose."""


class SpecError(SampleError, ValueError):
    """A spec key or value is unknown or out of range."""


class ImpossiblePose(SampleError):
    """No joint angles put the hands on the bar with planted feet."""


class MissingExtra(SampleError, ImportError):
    """A package or driver of the `render` extra is missing."""


class MissingCodec(SampleError):
    """The requested video encoder is not in this PyAV build."""
