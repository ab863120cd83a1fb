"""The report page shows every result, runs no foreign script and fetches nothing."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jinja2 import UndefinedError
from markupsafe import escape

from hingecheck import texts
from hingecheck.judgement import criteria
from hingecheck.records import Analysis, Code, Finding, Measure, Reason, SelfReport, for_readers
from hingecheck.report import missing, sentences, wording
from hingecheck.report.film import keyframes
from hingecheck.report.page import analysis as report_page
from hingecheck.report.page import plots, series, template
from tests.staged import blank_pictures, lost, staged

HOSTILE = "</script><script>alert(1)</script>'\"><img src=x onerror=alert(2)>&{{7*7}}.mp4"


def html(analysis: Analysis, film: report_page.Film | None = None) -> str:
    frames = keyframes.take(analysis, blank_pictures)
    return report_page.html(analysis, report_page.Extra(frames, criteria.load(), film))


def island(text: str) -> dict[str, Any]:
    match = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert match
    data: dict[str, Any] = json.loads(match[1])
    return data


def with_metric(analysis: Analysis, name: str, measure: Measure) -> Analysis:
    first = replace(analysis.reps[0], values=dict(analysis.reps[0].values) | {name: measure})
    return replace(analysis, reps=(first, *analysis.reps[1:]))


def test_the_page_shows_the_verdict_the_cue_and_every_metric() -> None:
    analysis = staged()
    text = html(analysis)
    assert analysis.verdict.cue in text
    assert wording.measure("lumbar_share_trunk", analysis.verdict.share) in text
    names = for_readers([rep.values for rep in analysis.reps])
    assert len(names) > 5
    for name in names:
        known = any(rep.values[name].known for rep in analysis.reps)
        assert (f'title="{name}"' in text) is known


def test_the_page_shows_an_optional_metric_only_if_a_repetition_has_it() -> None:
    plain = staged()
    assert 'title="bar_forward_cm"' not in html(plain)
    assert texts.REASONS[Code.NO_SCALE] not in html(plain)
    analysis = with_metric(plain, "bar_forward_cm", Measure(3.0, 2.0, 4.0))
    assert 'title="bar_forward_cm"' in html(analysis)
    missing_lines = missing.lines(analysis)
    no_scale = sentences.sentence(texts.REASONS[Code.NO_SCALE])
    assert f"{no_scale} Not measured in repetition 2: Bar forward." in missing_lines


def test_the_page_escapes_hostile_names_and_notes() -> None:
    analysis = staged()
    analysis = replace(
        analysis,
        video=replace(analysis.video, file=HOSTILE),
        self_report=SelfReport(note=HOSTILE),
        provenance=dict(analysis.provenance) | {"own_clips": {"standing": HOSTILE}},
    )
    text = html(analysis)
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert text.count("&lt;script&gt;alert(1)") >= 3
    assert "{{7*7}}" in text


def test_the_policy_allows_only_the_pages_own_styles_and_scripts() -> None:
    text = html(staged())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy
    directives = policy[1].replace("&#39;", "'")
    assert "default-src 'none'" in directives
    assert "unsafe" not in directives
    assert "http" not in directives
    for kind, tag in (("script-src", "script"), ("style-src", "style")):
        inside = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert len(inside) == (4 if tag == "script" else 2)
        hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()}'" for part in inside]
        assert f"{kind} {' '.join(hashes)};" in directives
    assert not re.search(r"\son\w+=|\sstyle=", re.sub(r"<(script|style)>.*?</\1>", "", text, flags=re.DOTALL))


def test_the_page_fetches_nothing() -> None:
    outside = re.sub(r"<(script|style)>.*?</\1>", "", html(staged()), flags=re.DOTALL)
    assert not re.search(r"(src|href)=\"(?!data:|#|annotated)", outside)


def test_the_page_shows_unknown_rules_readably() -> None:
    analysis = staged()
    odd = Finding("grip_slips", "flag", Measure(2.0, 1.0, 3.0), 1.5, "deg", (1,), None, "The grip slipped.", "own")
    text = html(replace(analysis, findings=(*analysis.findings, odd)))
    assert "Grip slips" in text
    assert "The grip slipped." in text


def test_the_page_gives_the_reason_and_repetitions_of_each_missing_value() -> None:
    analysis = with_metric(staged(), "lumbar_peak_deg", Measure.missing(Code.BACK_HIDDEN))
    angles = replace(analysis.angles, lumbar_flexion=lost(analysis.angles.lumbar_flexion, 10, 46, Code.TRUNK_CUT))
    missing_lines = missing.lines(replace(analysis, angles=angles))
    assert "The back's edge is hidden. Not measured in repetition 1: Peak lumbar flexion in the pull." in missing_lines
    cut = "In up to 10 % of the frames the trunk is cut off by the picture's border (Lumbar flexion)."
    assert cut in missing_lines


def test_each_cause_is_named_once() -> None:
    analysis = staged()
    for name in ("hip_change_deg", "lumbar_share_trunk", "lumbar_peak_deg"):
        for moment in (Code.AT_LIFTOFF, Code.AT_LOCKOUT):
            analysis = with_metric(analysis, name, Measure.missing(Reason(moment, causes=(Reason(Code.BACK_HIDDEN),))))
    said = [line for line in missing.lines(analysis) if "edge is hidden" in line]
    assert len(said) == 1
    assert html(analysis).count("edge is hidden") <= 8


def test_the_answer_stands_in_three_lines_above_everything() -> None:
    analysis = staged()
    head = html(analysis).split("<main>")[0]
    for line in (texts.verdict(analysis.verdict), texts.rounding(analysis.verdict), texts.cue(analysis.verdict)):
        assert escape(line) in head
    for name in ("hip-led", "mixed", "low-back-led"):
        assert f">{name}</text>" in head
    assert len(re.findall(r"<h1>.*?</h1>", head)[0].split()) < 10


def test_a_refused_view_says_how_far_off_the_camera_stood_and_which_way_to_walk() -> None:
    view = replace(staged().view, yaw_deg=Measure(41.0, 36.0, 46.0), assessable=False)
    words = texts.camera(view)
    assert "41° off the side view, behind the lifter. Walk around the lifter toward the front" in words
    assert "about 2 m if you stand 3 m away" in words
    verdict = replace(staged().verdict, pattern="cannot_tell", share=Measure.missing(Code.VIEW_OBLIQUE))
    page = html(replace(staged(), view=view, verdict=replace(verdict, reasons=(Reason(Code.VIEW_OBLIQUE),))))
    assert words in page
    assert texts.reason(Reason(Code.VIEW_OBLIQUE)).capitalize() not in page.split("</header>")[0]
    assert texts.camera(staged().view) == ""


def test_charts_have_null_in_unmeasured_frames() -> None:
    analysis = staged()
    angles = replace(analysis.angles, lumbar_flexion=lost(analysis.angles.lumbar_flexion, 10, 46, Code.LIFTER_UNSEEN))
    lines = {line["name"]: line for line in series.data(replace(analysis, angles=angles))["angles"]}
    lumbar = lines["lumbar_flexion"]
    assert lumbar["value"][10:46] == lumbar["half"][10:46] == [None] * 36
    assert None not in lines["knee_flexion"]["value"]
    assert lumbar["value"][100] == round(100 * analysis.angles.lumbar_flexion.value_deg[100])
    angle = analysis.angles.lumbar_flexion
    value, half = float(angle.value_deg[100]), float(angle.half_deg[100])
    written = wording.measure("lumbar_flexion", Measure(value, value - half, value + half))
    assert lumbar["words"][lumbar["text"][100]] == written  # the page rounds nothing itself
    assert lumbar["words"][lumbar["text"][20]] == "not measured"
    assert island(html(analysis))["angles"][0]["name"] == "hip_flexion"


def test_the_page_of_a_long_set_stays_below_the_size_limit() -> None:
    """The set has sixteen repetitions, more frames than a chart has points, and detailed pictures."""
    analysis = staged()
    reps = tuple(replace(rep, rep=replace(rep.rep, number=i + 1)) for i, rep in enumerate(analysis.reps * 8))
    detail = np.random.default_rng(3).integers(60, 190, (40, 30, 3)).astype(np.uint8)
    picture = np.asarray(np.kron(detail, np.ones((12, 12, 1))), np.uint8)
    frames = tuple(
        replace(frame, picture=picture) for frame in keyframes.take(replace(analysis, reps=reps), blank_pictures)
    )
    text = report_page.html(replace(analysis, reps=reps), report_page.Extra(frames, criteria.load()))
    assert text.count("data:image/webp;base64,") == 48 + 1  # that beside the answer
    assert len(text.encode()) <= 400_000
    assert len(series.data(analysis)["time_s"]) <= series.MOST_POINTS


def test_a_trend_needs_three_repetitions_and_a_template_needs_every_variable() -> None:
    analysis = staged()
    assert plots.trends(analysis) == ()
    trend = plots.trends(replace(analysis, reps=(*analysis.reps, analysis.reps[0])))[0]
    first = trend.marks[0]
    assert first.high <= first.y <= first.low  # y grows downwards in a picture
    with pytest.raises(UndefinedError):
        template.render("report.html", {})


def test_the_coupling_picture_runs_from_bent_to_upright() -> None:
    picture = plots.coupling(staged())
    assert picture is not None
    assert picture.courses
    for course in picture.courses:
        places = [tuple(map(float, pair.split())) for pair in course.path.removeprefix("M").split("L")]
        assert places[0][0] > places[-1][0]
        assert places[0][1] < places[-1][1]
        assert course.across[0] < course.start[0] < course.across[1]


def test_the_error_cards_rows_match_the_clip() -> None:
    analysis = staged()
    assert "all, yaw to 20°" in html(analysis)
    assert "facing left" not in html(analysis)
    turned = replace(analysis, view=replace(analysis.view, facing="left", yaw_deg=Measure(27.0, 24.0, 30.0)))
    assert "all, yaw over 20° to 30°" in html(turned)
    assert "facing left" in html(turned)


def test_the_page_of_the_sample_is_small_and_contains_no_path(result: Path, sample_clip: Path) -> None:
    text = (result / "report.html").read_text(encoding="utf-8")
    assert len(text.encode()) <= 400_000
    assert sample_clip.name in text
    assert str(sample_clip.parent) not in text
