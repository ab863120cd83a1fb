"""Everything that can go wrong, as one tree of exceptions.

Every error has two texts: `message` says what happened and where, `remedy` says what to do.  The command line prints
both and exits with the error's code.  A program can catch all of them by HingecheckError.

HingecheckError                 exit code
├── UsageError                      2     the call makes no sense
│   ├── OutputExists                      the output already holds a result
│   ├── UnknownRule                       there is no rule of that name
│   └── ExtraMissing                      an optional part is not installed, or incomplete
├── InputError                      3     a video or a result cannot be read
│   ├── VideoNotFound                     also a FileNotFoundError
│   └── ResultUnreadable                  a result is damaged, edited or of another version
├── NobodyFound                     4     no person in the picture
├── NoRepetition                    5     a person, but no deadlift
└── ModelError                      6     a model is damaged
    └── ModelNotFound                     also a FileNotFoundError
"""

from __future__ import annotations

from typing import ClassVar


class HingecheckError(Exception):
    """Root of the tree.

    `exit_code`: exit code of the command line.  `kind`: the error's name in JSON (`error.code`).
    """

    exit_code: ClassVar[int] = 1
    kind: ClassVar[str] = "error"

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __reduce__(self) -> tuple[type[HingecheckError], tuple[str, str]]:
        """Keep both texts when the error is sent to another process."""
        return type(self), (self.message, self.remedy)


class UsageError(HingecheckError):
    """The command was called in a way that makes no sense."""

    exit_code = 2
    kind = "usage"


class OutputExists(UsageError):
    """The output folder already holds a result."""

    kind = "output_exists"


class UnknownRule(UsageError):
    """There is no rule of that name."""

    kind = "unknown_rule"


class ExtraMissing(UsageError):
    """An optional part of the package is not installed, or is incomplete."""

    kind = "extra_missing"


class InputError(HingecheckError):
    """A video or a result cannot be read."""

    exit_code = 3
    kind = "input_unreadable"


class VideoNotFound(InputError, FileNotFoundError):
    """There is no file at the path given."""

    kind = "input_not_found"

    def __str__(self) -> str:
        return self.message


class ResultUnreadable(InputError):
    """A result cannot be read back: it is damaged, edited, of another version, or not of this video."""

    kind = "result_unreadable"


class NobodyFound(HingecheckError):
    """The pose model found nobody, or somebody in too few frames to measure anything."""

    exit_code = 4
    kind = "nobody_found"


class NoRepetition(HingecheckError):
    """The clip shows a person but no repetition of a deadlift."""

    exit_code = 5
    kind = "no_repetition"

    def __init__(self, message: str, remedy: str, bends: tuple[str, ...] = ()) -> None:
        """`bends`: one line for each bend of the hands that was seen, for `--explain-reps`."""
        super().__init__(message, remedy)
        self.bends = bends

    def __reduce__(self) -> tuple[type[HingecheckError], tuple[str, str, tuple[str, ...]]]:  # type: ignore[override]
        """Keep all texts when the error is sent to another process."""
        return type(self), (self.message, self.remedy, self.bends)


class ModelError(HingecheckError):
    """A model file is damaged, or not what its name says."""

    exit_code = 6
    kind = "model_damaged"


class ModelNotFound(ModelError, FileNotFoundError):
    """A model file is missing."""

    kind = "model_missing"

    def __str__(self) -> str:
        return self.message
