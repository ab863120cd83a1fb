"""Errors of the renderer.

SampleError                  anything refused here
├── SpecError                a key, value or combination of a spec; also a ValueError
├── ImpossiblePose           the body cannot take the pose asked for
├── MissingExtra             anny, torch or moderngl is not installed, or no OpenGL driver is found
└── MissingCodec             this build of PyAV has no such encoder
"""


class SampleError(Exception):
    """Root of everything that the renderer refuses."""


class SpecError(SampleError, ValueError):
    """A spec key or value is unknown or out of range."""


class ImpossiblePose(SampleError):
    """No joint angles put the hands on the bar with planted feet."""


class MissingExtra(SampleError, ImportError):
    """A package or driver of the `render` extra is absent."""


class MissingCodec(SampleError):
    """The video encoder asked for is absent from this PyAV build."""
