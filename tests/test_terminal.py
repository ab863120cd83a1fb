"""The terminal output: 80 columns, no colours in a pipe, as verbose as requested."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

from hingecheck import analysis as stages
from hingecheck import cli, texts
from hingecheck.records import Analysis, Code, Measure, Reason
from hingecheck.report import result_folder
from hingecheck.report.terminal import sparkline, summary
from tests.staged import lost, staged

TIME_S = np.arange(0, 8.0, 0.1)


def printed(analysis: Analysis, *, everything: bool = False, colours: bool = False) -> str:
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    system: Literal["truecolor"] | None = "truecolor" if colours else None
    console = Console(file=out, width=80, highlight=False, force_terminal=colours, color_system=system)
    summary.show(analysis, console)
    if everything:
        summary.show_all(analysis, console)
    out.seek(0)
    return out.read()


def many(analysis: Analysis) -> Analysis:
    """Fourteen repetitions, some missed, one metric with a long reason."""
    reps = []
    for index in range(14):
        rep = analysis.reps[index % 2]
        values = dict(rep.values) | {
            "lumbar_peak_deg": Measure.missing(texts.stored("the back's edge is lost behind a " + "x" * 90))
        }
        reps.append(replace(rep, rep=replace(rep.rep, number=index + 1, complete=index % 3 > 0), values=values))
    return replace(analysis, reps=tuple(reps))


def test_every_line_fits_80_columns() -> None:
    for line in printed(many(staged()), everything=True).splitlines():
        assert len(line) <= 80, line


def test_verbose_prints_every_metric_rule_and_version() -> None:
    analysis = staged()
    text = " ".join(printed(analysis, everything=True).split())
    for words in ("Fastest lumbar extension", "lean back (", "hingecheck: 0", "Tempo unevenness"):
        assert words in text
        assert words not in printed(analysis)


def test_verbose_omits_values_that_were_not_requested() -> None:
    text = printed(staged(), everything=True)
    assert "Bar forward" in text
    assert "max" not in text
    assert "no scale" not in text


def test_a_sparkline_follows_the_angle_and_is_blank_in_gaps() -> None:
    assert sparkline.line(TIME_S, TIME_S, 8) == "▁▂▃▄▅▆▇█"
    values = TIME_S.copy()
    values[20:40] = np.nan
    assert sparkline.line(TIME_S, values, 8) == "▁▂  ▅▆▇█"
    assert sparkline.line(TIME_S, np.full(80, np.nan), 8) == " " * 8
    assert sparkline.line(TIME_S, np.full(80, 3.0), 8) == "▁" * 8


def test_the_ruler_marks_the_repetitions() -> None:
    rep = replace(staged().reps[0].rep, start_s=2.0, onset_s=2.0, end_s=4.9)
    rep = replace(rep, liftoff_s=2.5, knee_pass_s=3.0, lockout_s=3.5, top_s=3.6, lowering_s=4.0)
    assert sparkline.ruler(TIME_S, [rep], 8) == "  1──"


def test_an_unmeasured_angle_has_no_line() -> None:
    analysis = staged()
    unknown = lost(analysis.angles.lumbar_flexion, 0, len(analysis.angles.time_s), Code.TRUNK_CUT)
    text = printed(replace(analysis, angles=replace(analysis.angles, lumbar_flexion=unknown)))
    lines = [line for line in text.splitlines() if set(line) & set(sparkline.BARS)]
    assert [line.split()[0] for line in lines] == ["hip"]
    assert "In up to 100 % of the frames the trunk is cut off by the picture's border" in " ".join(text.split())


def test_where_no_share_is_measured_the_repetitions_are_counted() -> None:
    analysis = staged()
    unknown = replace(analysis.verdict, share=Measure.missing(Reason(Code.VIEW_OBLIQUE)), pattern="cannot_tell")
    assert "Found: 2 repetitions." in printed(replace(analysis, verdict=unknown))
    assert "Found: 1 repetition." in printed(replace(analysis, verdict=unknown, reps=analysis.reps[:1]))
    assert "Found:" not in printed(analysis)


def test_no_reason_stands_twice() -> None:
    oblique = Reason(Code.YAW_WIDENS, (24.0,))
    analysis = staged()
    view, outcome = replace(analysis.view, reasons=(oblique,)), replace(analysis.verdict, reasons=(oblique,))
    text = " ".join(printed(replace(analysis, view=view, verdict=outcome)).split())
    assert text.count("The camera is about 24 degrees off the side view") == 1


@pytest.fixture
def without_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """`analyze` with a ready analysis in place of the measurement."""
    monkeypatch.setattr(stages, "analyze", lambda *_args, **_options: staged())
    monkeypatch.setattr(result_folder, "files", lambda *_args: {"analysis.json": b"{}"})


def run(*arguments: str, tmp_path: Path) -> tuple[int, str]:
    done = CliRunner().invoke(cli.app, ["analyze", "clip.mp4", "--out", str(tmp_path / "out"), *arguments])
    return done.exit_code, done.output


@pytest.mark.usefixtures("without_work")
def test_quiet_prints_nothing_and_excludes_verbose(tmp_path: Path) -> None:
    assert run("--quiet", tmp_path=tmp_path) == (0, "")
    code, text = run("--quiet", "--verbose", "--force", tmp_path=tmp_path)
    assert code == 2
    assert "Give only one of them." in " ".join(text.split())


@pytest.mark.usefixtures("without_work")
def test_a_pipe_gets_no_colours(tmp_path: Path) -> None:
    code, text = run("--verbose", tmp_path=tmp_path)
    assert code == 0
    assert "\x1b" not in text
    assert "Results:" in text


def test_no_color_removes_colours_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = staged()
    assert "\x1b[1;3" in printed(analysis, colours=True)  # bold in a colour
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[1;3" not in printed(analysis, colours=True)
