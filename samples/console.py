"""What the command lines of this folder share: a refusal is one line and an exit code, never a traceback."""

import sys

import typer

from samples.errors import SampleError


def run_app(app: typer.Typer) -> int:
    """Run; a refusal exits with 2, a folder or file that cannot be used with 3, Ctrl-C with 130."""
    try:
        app()
    except SampleError as error:
        print(f"refused: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"cannot write {error.filename}: {error.strerror}", file=sys.stderr)
        return 3
    except SystemExit as stop:
        return int(stop.code or 0)
    except KeyboardInterrupt:
        return 130
    return 0
