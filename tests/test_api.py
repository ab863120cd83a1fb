"""The Python interface: what is public, what a result gives, and that the examples of the documentation run."""

from __future__ import annotations

import inspect
import json
import math
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

import hingecheck
from hingecheck import api, stages
from hingecheck.errors import ExtraMissing, OutputExists, ResultUnreadable, UsageError
from hingecheck.progress import Progress, Stage
from tests import stored
from tests.doc_commands import ROOT, root
from tests.recordings import SAMPLES, Stored, in_place_of_the_network

CLIP: Final = SAMPLES / "hip_led.mp4"
PUBLIC: Final = [
    "HingecheckError",
    "Measure",
    "Progress",
    "Result",
    "Stage",
    "__version__",
    "analyze",
    "errors",
    "load",
    "schema",
    "stages",
]
STAGES: Final = ("observe", "infer", "orient", "measure", "find_bar", "segment", "believed", "describe", "judge")


@pytest.fixture(scope="module")
def told() -> list[Progress]:
    """What the analysis of the module tells of its progress."""
    return []


@pytest.fixture(scope="module")
def a(told: list[Progress]) -> hingecheck.Result:
    """The result of a shipped clip."""
    return hingecheck.analyze(CLIP, load_kg=120, source=Stored(), progress=told.append)


@pytest.fixture(scope="module")
def saved(a: hingecheck.Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its result folder, without the film."""
    return a.save(tmp_path_factory.mktemp("saved") / "monday", film=False)


def alike(one: object, other: object) -> bool:
    """True if both have the same text.  NaN is not equal to itself, but its text is."""
    return repr(one) == repr(other)


def test_exactly_these_names_are_public_and_the_documentation_lists_them() -> None:
    assert dir(hingecheck) == sorted(PUBLIC)
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8").partition("## What is public")[2]
    assert sorted(set(re.findall(r"`(\w+)`", page)) & set(PUBLIC)) == sorted(PUBLIC)
    for name in PUBLIC:
        assert getattr(hingecheck, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = hingecheck.nothing


def test_the_package_says_that_it_is_typed() -> None:
    assert (Path(hingecheck.__file__).parent / "py.typed").is_file()


def test_loading_a_result_loads_no_network_and_no_decoder(tmp_path: Path) -> None:
    stored.write(tmp_path)
    heavy = {"mediapipe", "ai_edge_litert", "av", "cv2", "typer", "scipy", "pandas", "polars", "jinja2"}
    code = (
        "import sys, hingecheck\n"
        f"a = hingecheck.load({str(tmp_path)!r}); a.reps, a.angles, a.verdict, a.to_dict()\n"
        f"print(sorted({heavy!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_keywords_are_the_options_of_the_command_with_their_defaults() -> None:
    keywords = inspect.signature(hingecheck.analyze).parameters
    options = {parameter.name: parameter.default for parameter in root().commands["analyze"].params}
    shared = keywords.keys() & options.keys()
    assert shared == set(keywords) - {"video", "workers", "source", "progress"}
    for name in shared - {"soreness"}:  # text on the command line, a table here
        assert keywords[name].default == options[name], name


def test_a_saved_and_loaded_result_is_the_same(a: hingecheck.Result, saved: Path) -> None:
    again = hingecheck.load(saved)
    assert again.to_dict() == a.to_dict() == json.loads((saved / "analysis.json").read_text(encoding="utf-8"))
    assert alike(again.reps, hingecheck.load(saved / "analysis.json").reps)
    assert alike(again.reps, a.reps)
    assert alike(again.verdict, a.verdict)
    assert alike(again, a)
    assert again.analysis is None
    assert a.analysis is not None
    assert again.angles.keys() == a.angles.keys()
    for name, column in again.angles.items():
        assert column == pytest.approx(a.angles[name], abs=0.00501, nan_ok=True)


def test_a_result_gives_numbers_with_intervals_or_reasons(a: hingecheck.Result) -> None:
    assert len(a.reps) == 2
    share = a.reps[0].metrics["lumbar_share_trunk"]
    assert isinstance(share, hingecheck.Measure)
    assert 0 < share.low < share.value < share.high < 1
    unknown = a.reps[0].metrics["lumbar_peak_percent_of_max"]
    assert not unknown.known
    assert unknown.reason is not None
    assert len(a.angles["time_s"]) == len(a.angles["hip_flexion_deg"]) == a.video.frames_read
    assert not a.angles["hip_flexion_deg"].flags.writeable
    a.to_dict()["reps"].clear()
    assert len(a.to_dict()["reps"]) == 2


def test_progress_is_told_in_the_order_of_the_stages(a: hingecheck.Result, told: list[Progress]) -> None:
    seen = list(dict.fromkeys(progress.stage for progress in told))
    assert seen == [Stage.STARTING, Stage.MEASURING, Stage.JUDGING]
    assert max(progress.done for progress in told) == a.video.frames_read


def test_the_stages_one_by_one_give_what_analyze_gives(a: hingecheck.Result) -> None:
    assert all(callable(getattr(stages, name)) for name in STAGES)
    seen = stages.observe(CLIP, Stored())
    spine = stages.infer(seen)
    view = stages.orient(seen, spine)
    angles = stages.measure(seen, view, spine)
    plates = stages.find_bar(seen, view)
    found = stages.segment(angles, seen, plates)
    reps = stages.describe(stages.believed(angles, found), found.reps, view, plates=plates)
    judged = stages.judge(reps, view)
    assert a.analysis is not None
    assert alike(reps, a.analysis.reps)
    assert alike(judged.verdict, a.analysis.verdict)
    assert alike(judged.findings, a.analysis.findings)
    assert np.array_equal(angles.time_s, a.analysis.angles.time_s)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_data_frames_hold_the_numbers_and_the_reasons(library: Any, a: hingecheck.Result) -> None:
    pytest.importorskip(library, reason=f"extra `{library}` is not installed")
    reps = a.to_dataframe("reps", library)
    assert list(reps["rep"]) == [1, 2]
    assert list(reps["lumbar_share_trunk"]) == [rep.metrics["lumbar_share_trunk"].value for rep in a.reps]
    assert list(reps["lumbar_share_trunk_low"]) == [rep.metrics["lumbar_share_trunk"].low for rep in a.reps]
    measures = a.to_dataframe("measures", library)
    assert len(measures) == sum(len(rep.metrics) for rep in a.reps)
    for value, reason in zip(measures["value"], measures["reason"], strict=True):
        assert math.isnan(value) == bool(reason)
    angles = a.to_dataframe("angles", library)
    assert list(angles.columns) == list(a.angles)
    assert len(angles) == a.video.frames_read


def test_a_missing_library_names_its_extra(a: hingecheck.Result, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ExtraMissing, match="pandas") as missing:
        a.to_dataframe()
    assert "hingecheck[pandas]" in missing.value.remedy
    with pytest.raises(UsageError, match="no such table"):
        a.to_dataframe("rep")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="is not known"):
        a.to_dataframe("reps", "arrow")  # type: ignore[arg-type]


def test_save_refuses_to_replace_a_result_and_copies_a_loaded_one(saved: Path, tmp_path: Path) -> None:
    again = hingecheck.load(saved)
    with pytest.raises(OutputExists):
        again.save(saved)
    copied = again.save(tmp_path / "copy")
    assert {path.name: path.read_bytes() for path in copied.iterdir()} == {
        path.name: path.read_bytes() for path in saved.iterdir()
    }
    assert again.save(copied, force=True) == copied


def test_a_folder_without_a_result_is_refused_and_one_without_angles_has_none(tmp_path: Path) -> None:
    with pytest.raises(ResultUnreadable, match="cannot be read"):
        hingecheck.load(tmp_path)
    path = stored.write(tmp_path)
    (tmp_path / "angles.csv").unlink()
    assert hingecheck.load(path).angles == {}


def test_a_notebook_shows_verdict_and_repetitions_and_escapes_names(tmp_path: Path) -> None:
    document = stored.document()
    document["video"]["file"] = "<script>.mp4"
    stored.write(tmp_path, document)
    html = hingecheck.load(tmp_path)._repr_html_()
    assert "consistent with a hip-led lift" in html
    assert "&lt;script&gt;.mp4" in html
    assert "<script" not in html
    assert html.count("<tr>") == 3
    assert "25 % (17 to 33)" in html


def test_wrong_options_and_missing_clips_raise_the_errors_of_the_tree(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="sideways"):
        hingecheck.analyze(CLIP, style="sideways")
    with pytest.raises(FileNotFoundError) as missing:
        hingecheck.analyze(tmp_path / "nothing.mp4")
    assert isinstance(missing.value, hingecheck.HingecheckError)
    assert missing.value.remedy


def test_the_documented_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for library in ("pandas", "polars"):
        pytest.importorskip(library, reason=f"extra `{library}` is not installed")
    shutil.copy(CLIP, tmp_path / "lift.mov")
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 7
    names: dict[str, Any] = {}
    with in_place_of_the_network(Stored()):
        for block in blocks:
            exec(compile(block, "docs/python.md", "exec"), names)
    assert names["again"].verdict.sentence == names["a"].verdict.sentence
    assert names["judged"].verdict.pattern == names["a"].verdict.pattern


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "examples").glob("*.ipynb")), ids=lambda path: path.stem)
def test_the_example_notebooks_run_and_hold_no_output(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pandas", reason="extra `pandas` is not installed")
    monkeypatch.chdir(ROOT)
    cells = [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    assert not any(cell["outputs"] or cell["execution_count"] for cell in cells)
    names: dict[str, Any] = {}
    with in_place_of_the_network(Stored()):
        for cell in cells:
            exec(compile("".join(cell["source"]), path.name, "exec"), names)
    assert isinstance(names["a"], hingecheck.Result)


def test_every_file_of_a_result_folder_is_copied_when_a_loaded_result_is_saved(result: Path) -> None:
    assert {path.name for path in result.iterdir()} == set(api.FILES)
