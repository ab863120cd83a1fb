"""The clinician's report: always two pages, tagged PDF/A, the same bytes each time. It refuses invalid input."""

from __future__ import annotations

import io
import json
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pypdf
import pytest
import typst

from hingecheck.errors import ExtraMissing
from hingecheck.history import changes
from hingecheck.judgement import self_report
from hingecheck.report.clinic import back, clinical, printable
from hingecheck.report.clinic.clinical import Wanted
from hingecheck.results import reading
from tests import stored
from tests.conftest import hingecheck
from tests.test_judgement import ALLOWED, FORBIDDEN

HOSTILE = '#panic("x") $x$ ] [ \\ `raw` <b> @ref "quoted" 中文 😀 \u202e\x07 ' + "W" * 300


def page_texts(pdf: bytes) -> list[str]:
    """Return the text of each page with single spaces."""
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def report_pdf(folder: Path, document: dict[str, Any] | None = None, **wanted: Any) -> bytes:
    return clinical.pdf(reading.read(stored.write(folder, document)), Wanted(**wanted))


def test_the_two_pages_contain_what_a_clinician_needs(tmp_path: Path) -> None:
    front_page, back_page = page_texts(report_pdf(tmp_path, date=(2026, 11, 24), pseudonym="P17"))
    for words in (
        *(
            "What was lifted: 2 × deadlift, from the floor; style: trap bar (as given); 120 kg (self-reported)",
            "Hip-led",
            "25 % (17 to 33)",
        ),
        *("2 repetitions", "About hips_shoot_up.", "P17 · 2026-11-24", "Repetition 1", "112° (105 to 119)"),
        *(
            "The lifter reported soreness.",
            "2 values left out: the upper back is covered.",
            "Patient:",
            "90 % interval",
        ),
    ):
        assert words in front_page, words
    for words in (
        *("Definitions and signs", "+2° (−3 to +7)", "20.00 frames a second", "Describes movement; not a diagnosis."),
        *("all, yaw to 20°", "random mixtures", "24 trained lifters", "a history of cancer", "Clinician’s remarks"),
        *("Signature", "a" * 4, "Criteria version 2026-11", "no: the video was not found", "above 5°"),
    ):
        assert words in back_page, words
    assert "jane" not in front_page + back_page


def test_the_pdf_is_tagged_and_archivable_and_embeds_its_fonts(tmp_path: Path) -> None:
    pdf = pypdf.PdfReader(io.BytesIO(report_pdf(tmp_path)))
    root: Any = pdf.trailer["/Root"]
    assert bool(root["/MarkInfo"]["/Marked"])
    assert root["/Lang"] == "en"
    assert "/StructTreeRoot" in root
    xmp = root["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in xmp
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
    for page in pdf.pages:
        resources: Any = page["/Resources"]
        assert resources["/Font"]
        for font in resources["/Font"].values():
            (descendant,) = font.get_object()["/DescendantFonts"]
            assert "/FontFile3" in descendant.get_object()["/FontDescriptor"]


@pytest.mark.parametrize(("paper", "size"), [("a4", (595, 842)), ("letter", (612, 792))])
@pytest.mark.parametrize("reps", [1, 12])
def test_the_report_always_has_two_pages(paper: Any, size: tuple[int, int], reps: int, tmp_path: Path) -> None:
    document = stored.document(reps)
    document["self_report"]["note"] = HOSTILE * 5
    document["video"]["file"] = "n" * 200 + ".mp4"
    document["verdict"]["reasons"] = [HOSTILE] * 9
    document["advice"] |= {
        "context": [HOSTILE] * 3,
        "see": self_report.SEE_SOON + "; ".join(self_report.RED_FLAGS) + HOSTILE,
    }
    document["findings"] = [
        rule | {"rule": f"rule_{n}", "text": HOSTILE, "source": HOSTILE, "unit": HOSTILE, "status": "flag"}
        for n, rule in enumerate(document["findings"] * 8)
    ]
    for rep in document["reps"]:
        rep |= {"style": HOSTILE, "notes": [HOSTILE, HOSTILE + "2"]}
        rep["reasons"] = {name: f"{HOSTILE} {name}" for name in rep["reasons"]}
    document["provenance"]["versions"] = {f"package {n}": HOSTILE for n in range(30)}
    document["provenance"] |= {"zero": HOSTILE, "losses": {HOSTILE: HOSTILE}, "criteria": HOSTILE}
    earlier = [
        reading.read(stored.write(tmp_path / str(n), stored.document(2, video_sha256=str(n) * 64))) for n in (1, 2, 3)
    ]
    pdf = pypdf.PdfReader(io.BytesIO(report_pdf(tmp_path, document, paper=paper, previous=earlier)))
    assert len(pdf.pages) == 2
    assert [round(edge) for edge in pdf.pages[0].mediabox[2:]] == list(size)


def test_the_report_says_which_pictures_are_missing(tmp_path: Path) -> None:
    path = stored.write(tmp_path)
    (tmp_path / "angles.csv").unlink()
    (tmp_path / "keyframes.png").unlink()
    front, _ = page_texts(clinical.pdf(reading.read(path), Wanted()))
    assert "No curves" in front
    assert "No key frames" in front


def test_the_letter_is_in_the_third_person_and_holds_what_it_cites(tmp_path: Path) -> None:
    document = stored.document(2)
    document["findings"] = [stored.finding("low_back_led", "flag", 0.55) | {"source": "own choice, see [9]"}]
    plain, back_page = page_texts(report_pdf(tmp_path / "a", document))
    text = plain + back_page
    assert not re.search(r"\b[Yy]ou\b|\byour\b|own choice|See a clinician|this report to", text)
    assert "calls for these questions" not in plain
    for number in set(re.findall(r"\[(\d+)\]", back_page)):
        assert f"[{number}] " in back_page.split("Sources")[-1], number
    document["advice"]["see"] = f"{self_report.SEE_SOON}fever."
    alarmed, _ = page_texts(report_pdf(tmp_path / "b", document))
    assert "calls for these questions" in alarmed
    assert "night pain" in alarmed


def test_a_report_is_made_without_measured_metrics_or_complete_repetitions(tmp_path: Path) -> None:
    document = stored.document(1)
    (rep,) = document["reps"]
    rep |= stored.rep(1, complete=False)
    rep["metrics"] = dict.fromkeys(rep["metrics"])
    rep["reasons"] = dict.fromkeys(rep["metrics"], "the back is covered")
    document["verdict"] |= {"pattern": "cannot_tell", "lumbar_share_trunk": None, "reps_used": []}
    document |= {"self_report": None, "findings": []}
    front, _ = page_texts(report_pdf(tmp_path, document))
    for words in ("1 not locked out", "Not measured", "not measured", "1, missed", "top did not happen"):
        assert words in front


def test_the_pages_make_no_claim_that_a_camera_cannot_support(tmp_path: Path) -> None:
    text = " ".join(page_texts(report_pdf(tmp_path)))
    assert FORBIDDEN.findall(ALLOWED.sub("", text)) == []
    assert text.count("diagnosis") == 3  # the required sentence: in both footers and in the limits


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    assert report_pdf(tmp_path / "one") == report_pdf(tmp_path / "two")
    assert report_pdf(tmp_path / "one") != report_pdf(tmp_path / "one", date=(2026, 11, 24))


def test_changes_from_an_earlier_session_are_compared_with_the_detectable_change(tmp_path: Path) -> None:
    near, far = stored.document(2, video_sha256="1" * 64), stored.document(2, video_sha256="2" * 64)
    for rep in far["reps"]:
        rep["metrics"]["hip_change_deg"] = stored.measure(70.0, 7.0)
    far["reps"][0]["style"] = "romanian"
    earlier = [
        reading.read(stored.write(tmp_path / name, document)) for name, document in (("near", near), ("far", far))
    ]
    front, _ = page_texts(report_pdf(tmp_path, previous=earlier))
    assert front.count("Compared with an earlier session") == 2
    assert front.count("larger than error") == 1
    assert front.count("within error") == 7
    assert "The styles of the two lifts differ" in front
    by_metric = {change.metric: change for change in changes.compare(earlier[1].reps, earlier[0].reps)}
    hips = by_metric["hip_change_deg"]
    assert hips.change == pytest.approx(41.5)
    assert hips.exceeds_error


def test_thresholds_are_listed_only_if_the_analysis_used_the_default_criteria(tmp_path: Path) -> None:
    facts = back.Facts("", False, "x", True, "")
    default = reading.read(stored.write(tmp_path / "a"))
    document = stored.document()
    document["provenance"]["criteria"] = "2026-11 with jane.toml"
    custom = reading.read(stored.write(tmp_path / "b", document))
    listed = [{row[0] for row in back.page(analysis, facts)["rules"]} for analysis in (default, custom)]
    assert "Verdict: hip led below" in listed[0]
    assert "Verdict: hip led below" not in listed[1]
    assert "jane" not in str(back.page(custom, facts))


def test_missing_letters_become_boxes_and_long_text_is_cut() -> None:
    assert printable.text("a\u0308 中\x07 b\n c") == "ä □□ b c"
    assert len(printable.text("x " * 900, 50)) <= 50
    assert "\u200b" in printable.text("x" * 60)


def test_a_missing_typesetter_or_missing_fonts_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class NoFonts:
        def __init__(self, **_: object) -> None: ...

        def families(self) -> list[str]:
            return []

    with monkeypatch.context() as patch:
        patch.setattr(typst, "Fonts", NoFonts)
        with pytest.raises(ExtraMissing, match="lacks its fonts"):
            report_pdf(tmp_path)
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(ExtraMissing) as caught:
        report_pdf(tmp_path)
    assert "hingecheck[clinic]" in caught.value.remedy
    assert caught.value.exit_code == 2


def test_the_command_writes_complete_files_that_only_their_owner_can_read(tmp_path: Path) -> None:
    path = stored.write(tmp_path / "result", video=b"a video")
    pdf, fhir = tmp_path / "out.pdf", tmp_path / "out.json"
    command = ("report", path, "--pdf", pdf, "--fhir", fhir, "--date", "2026-11-24", "--pseudonym", "P17")
    done = hingecheck(*command)
    assert done.returncode == 0, done.stderr
    assert "yes: the video has the stored hash" in page_texts(pdf.read_bytes())[1]
    assert [stat.S_IMODE(file.stat().st_mode) for file in (pdf, fhir)] == [0o600, 0o600]
    assert hingecheck(*command).returncode == 2
    before = pdf.read_bytes(), fhir.read_bytes()
    assert hingecheck(*command, "--force").returncode == 0
    assert (pdf.read_bytes(), fhir.read_bytes()) == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["out.json", "out.pdf", "result"]


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ((), 2, "no report to write"),
        (("--pdf", "nowhere/out.pdf"), 2, "cannot be written"),
        (("--pdf", "other.mp4/out.pdf"), 2, "cannot be written"),
        (("--pdf", "result"), 2, "is a folder"),
        (("--pdf", "out.pdf", "--date", "24.11.2026"), 2, "is not a valid date"),
        (("--pdf", "out.pdf", "--date", "video"), 2, "the video was not found"),
        (("--fhir", "out.json", "--patient", "Jane Doe"), 2, "neither a reference nor an identifier"),
        (("--pdf", "out.pdf", "--patient", "Patient/1"), 2, "used only in a FHIR bundle"),
        (("--pdf", "out.pdf", "--previous", "result/analysis.json"), 2, "is of the same video"),
        (("--pdf", "out.pdf", "--previous", "nowhere.json"), 3, "cannot be read"),
        (("--pdf", "out.pdf", "--video", "other.mp4"), 3, "hashes differ"),
    ],
)
def test_invalid_options_give_their_message_and_write_no_file(
    options: tuple[str, ...], code: int, words: str, tmp_path: Path
) -> None:
    stored.write(tmp_path / "result")
    (tmp_path / "other.mp4").write_bytes(b"another")
    before = sorted(tmp_path.iterdir())
    done = hingecheck("report", "result/analysis.json", *options, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert words in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert sorted(tmp_path.iterdir()) == before


def test_a_report_never_replaces_another_one_or_a_file_that_it_is_made_from(tmp_path: Path) -> None:
    analysis = stored.write(tmp_path)
    before = analysis.read_bytes()
    over = hingecheck("report", analysis, "--pdf", analysis, "--force")
    assert over.returncode == 2
    assert "is a file that the report is made from" in " ".join(over.stderr.split())
    assert analysis.read_bytes() == before
    both = hingecheck("report", analysis, "--pdf", tmp_path / "same", "--fhir", tmp_path / "x" / ".." / "same")
    assert both.returncode == 2
    assert "is given for both reports" in " ".join(both.stderr.split())
    assert not (tmp_path / "same").exists()


def test_a_newer_or_damaged_analysis_exits_with_3(tmp_path: Path) -> None:
    path = stored.write(tmp_path / "result", stored.document(schema="hingecheck/analysis/9"))
    newer = hingecheck("report", path, "--pdf", tmp_path / "out.pdf")
    assert newer.returncode == 3
    assert "this version reads" in " ".join(newer.stderr.split())
    path.write_text(json.dumps(stored.document())[:-40])
    assert hingecheck("report", path, "--pdf", tmp_path / "out.pdf").returncode == 3
    assert not (tmp_path / "out.pdf").exists()


def test_a_report_loads_neither_pose_model_nor_decoder(tmp_path: Path) -> None:
    path = stored.write(tmp_path)
    code = (
        "import sys; from pathlib import Path;"
        "from hingecheck.report.clinic import clinical; from hingecheck.results import reading;"
        f"clinical.pdf(reading.read(Path({str(path)!r})), clinical.Wanted());"
        "print(sorted({'mediapipe', 'av'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
