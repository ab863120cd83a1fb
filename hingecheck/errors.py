"""Everything that can go wrong, as one tree; the text says what happened, where, and what to do.

HingecheckError                 exit code
├── UsageError                      2     the call makes no sense
│   ├── OutputExists                      a result is there already
│   ├── UnknownRule                       no such rule
│   └── ExtraMissing                      an optional part is not installed, or not whole
├── InputError                      3     the video, or a result, cannot be read
│   ├── VideoNotFound                     also a FileNotFoundError
│   └── ResultUnreadable                  an analysis that is damaged, edited or of another version
├── NobodyFound                     4     no person in the picture
├── NoRepetition                    5     a person, but no deadlift
└── ModelError                      6     a model is damaged
    └── ModelNotFound                     also a FileNotFoundError
"""

from __future__ import annotations

from typing import ClassVar


class HingecheckError(Exception):
    """Root of the tree.  `message` says what and where, `remedy` what to do about it."""

    exit_code: ClassVar[int] = 1
    kind: ClassVar[str] = "error"

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __reduce__(self) -> tuple[type[HingecheckError], tuple[str, str]]:
        """Travel between processes with both texts."""
        return type(self), (self.message, self.remedy)


class UsageError(HingecheckError):
    """The command was called in a way that makes no sense."""

    exit_code = 2
    kind = "usage"


class OutputExists(UsageError):
    """The output folder already holds a result."""

    kind = "output_exists"


class UnknownRule(UsageError):
    """No rule of that name."""

    kind = "unknown_rule"


class ExtraMissing(UsageError):
    """A part of the package that is installed on request is not there, or lacks something."""

    kind = "extra_missing"


class InputError(HingecheckError):
    """The video, or a result, cannot be read."""

    exit_code = 3
    kind = "input_unreadable"


class VideoNotFound(InputError, FileNotFoundError):
    """There is no file at the path given."""

    kind = "input_not_found"

    def __str__(self) -> str:
        return self.message


class ResultUnreadable(InputError):
    """A result cannot be read back: damaged, edited, of another version, or not of this video."""

    kind = "result_unreadable"


class NobodyFound(HingecheckError):
    """The pose model found no person, or in too few frames to measure anything."""

    exit_code = 4
    kind = "nobody_found"


class NoRepetition(HingecheckError):
    """A person is there, but nothing that is a repetition of a deadlift."""

    exit_code = 5
    kind = "no_repetition"


class ModelError(HingecheckError):
    """A model file is damaged or not what it claims to be."""

    exit_code = 6
    kind = "model_damaged"


class ModelNotFound(ModelError, FileNotFoundError):
    """A model file is missing."""

    kind = "model_missing"

    def __str__(self) -> str:
        return self.message
