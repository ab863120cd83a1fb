"""Command line of the renderer: `python -m samples.render clip|grid|frames`."""

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from samples.console import run_app
from samples.film.frames import make_frames
from samples.grid import expand, parse_axis, render_all
from samples.specfile import read_spec

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Render deadlifts with exact joint angles.")
Out = Annotated[Path, typer.Option(help="folder for the results; created if missing")]
Processes = Annotated[int, typer.Option(min=1, help="number of parallel processes")]


@app.command()
def clip(
    specs: Annotated[list[Path], typer.Argument(help="spec files (TOML)")], out: Out, processes: Processes = 1
) -> None:
    """Render NAME.mp4 and NAME.truth.json from each spec file; finished clips are kept."""
    begin = time.monotonic()
    frames = render_all([read_spec(path) for path in specs], out, min(processes, len(specs)))
    _report_speed(frames, begin, processes)


@app.command()
def grid(
    spec: Annotated[Path, typer.Argument(help="spec file of the base clip")],
    out: Out,
    vary: Annotated[list[str], typer.Option(help="table.key=value,value; repeat it to combine several keys")],
    processes: Processes = 1,
) -> None:
    """Render every combination of the given values."""
    begin = time.monotonic()
    frames = render_all(expand(read_spec(spec), [parse_axis(text) for text in vary]), out, processes)
    _report_speed(frames, begin, processes)


@app.command("frames")
def frames_command(
    count: Annotated[int, typer.Argument(min=1, help="number of frames")],
    out: Out,
    seed: Annotated[int, typer.Option(min=0, max=2000, help="random seed; another seed draws other frames")] = 0,
    per_item: Annotated[int, typer.Option(min=2, max=64, help="frames per lifter")] = 8,
    processes: Processes = 1,
) -> None:
    """Draw random training frames with masks, landmarks and angles; finished items are kept."""
    begin = time.monotonic()
    new_frames = make_frames(count, out, seed=seed, per_item=per_item, processes=processes)
    _report_speed(new_frames, begin, processes)


def _report_speed(frames: int, begin_s: float, processes: int) -> None:
    """Print the number of new frames and the speed."""
    spent = time.monotonic() - begin_s
    print(
        f"{frames} new frames in {spent:.0f} s: {frames / spent / processes:.2f} frames/s per process",
        file=sys.stderr,
    )


def main() -> int:
    """Run the command line and return its exit code."""
    return run_app(app)


if __name__ == "__main__":
    sys.exit(main())
