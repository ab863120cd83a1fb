"""The catalogue: German covers what people read, claims no more than English, and leaves names and files alone."""

from __future__ import annotations

import ast
import io
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from rich.table import Table
from rich.text import Text

from hingecheck import errors, language, texts
from hingecheck.backends import checkup
from hingecheck.commands import in_words
from hingecheck.commands.console import _Console
from hingecheck.errors import UsageError
from hingecheck.history import trends
from hingecheck.judgement import advice, criteria, self_report, style, verdict
from hingecheck.metrics import comparison
from hingecheck.progress import Stage
from hingecheck.records import Code, SelfReport
from hingecheck.report import sentences, wording
from hingecheck.report.film import keyframes
from hingecheck.report.page import analysis as report_page
from hingecheck.report.page import comparison as comparison_page
from hingecheck.report.page import template, translation
from hingecheck.report.terminal import rules, summary
from hingecheck.results import document
from tests.conftest import hingecheck
from tests.staged import blank_pictures, shown, side, staged

CATALOGUE: dict[str, dict[str, str]] = tomllib.loads((language.FOLDER / "de.toml").read_text(encoding="utf-8"))
PLACE = re.compile(r"\{\d\}")
FORBIDDEN = re.compile(
    r"amnesie|inaktiv|schwach|schwäche|diagnos|verletz|gefährlich|gefahrlos|risik|unbedenklich|schädlich", re.IGNORECASE
)
"""The German of the words that no report may use (BIOMECHANICS section 5 of the sources)."""

ALLOWED = re.compile("keine Diagnose")
CUE = "Keep the bar against the legs: pull it back into the shins as it rises."
FOR_PROGRAMMERS = ("__init__.py", "backends/replay.py", "records/", "report/clinic/front.py", "results/frames.py")
"""Files whose errors only a programmer sees."""

MADE_OF_PARTS = re.compile(
    r"\{athlete\}|^7[A-Z]|^(?:bug|crashed|memory|usage|opencv)$|^the process that analyzed the clip 7$"
)
"""Texts that are codes, or whose parts are texts of their own, or hold braces."""


@pytest.fixture(autouse=True)
def german(monkeypatch: pytest.MonkeyPatch) -> Iterator[language.Catalogue]:
    monkeypatch.setenv(language.VARIABLE, "en")
    language.use("de")
    used = language.current()
    assert used is not None
    used.missing.clear()
    yield used
    language.use("en")


def test_both_sides_of_the_catalogue_have_the_same_places() -> None:
    assert len(CATALOGUE["texts"]) > 700
    for english, german in [*CATALOGUE["texts"].items(), *CATALOGUE["scripts"].items()]:
        assert set(PLACE.findall(english)) == set(PLACE.findall(german)), english
        assert german.strip(), english


def test_no_german_text_claims_more_than_a_camera_can_measure() -> None:
    for english, german in [*CATALOGUE["texts"].items(), *CATALOGUE["scripts"].items()]:
        assert not FORBIDDEN.search(ALLOWED.sub("", german)), english


def test_every_text_of_the_vocabulary_is_translated(german: language.Catalogue) -> None:
    rules, drills = criteria.load().rules.values(), advice.known()
    made_of_others = {Code.AT_LIFTOFF, Code.AT_LOCKOUT, Code.SEVERAL, Code.STORED}
    filled = [
        words.format(*["7"] * len({name for _, name, _, _ in Formatter().parse(words) if name}))
        if Code(code) not in (Code.SHARE_OVER_ONE, Code.SHARE_UNDER_ZERO, Code.FITS_ALL_BUT)
        else words.format("the trunk's movement" if code is not Code.FITS_ALL_BUT else "a mixed lift")
        for code, words in _numbers_as_text(texts.REASONS).items()
        if code not in made_of_others
    ]
    wanted = [
        *filled,
        *texts.FILMING.values(),
        *texts.PATTERNS.values(),
        *texts.ROUNDINGS.values(),
        *texts.OPENINGS.values(),
        *(text for rule in rules for text in (rule.title, rule.flag, rule.ok, rule.cue)),
        *(text for drill in drills for text in (drill.name, drill.how, drill.purpose)),
        *(*self_report.RED_FLAGS, self_report.SEE, *verdict.REASONS.values()),
        *(verdict.MIXED_CUE, verdict.ROUND_CUE, verdict.SQUAT_CUE, verdict.FILMING_CUE),
        *(verdict.ROUND_REASON, verdict.SQUAT_REASON, verdict.CLOSE_REASON),
        *(site.replace("-", " ") for site in self_report.SITES),
        *(name.replace("_", " ") for name in style.LIFT_TYPES),
        *(*sentences.PATTERNS.values(), *sentences.GROUPS.values(), *sentences.MONTHS),
        *(stage.value for stage in Stage),
        *(metric.name for name, metric in wording.METRICS.items()),
        *(metric.short for metric in wording.METRICS.values()),
    ]
    for text in wanted:
        language.translated(text)
    assert sorted(german.missing) == []


def _numbers_as_text(reasons: Any) -> dict[Code, str]:
    """The words of the codes with places for texts, not for numbers."""
    return {code: re.sub(r"\{(\d):[^}]*\}", r"{\1}", words) for code, words in reasons.items()}


def test_every_error_is_german(german: language.Catalogue) -> None:
    kinds = {name for name, kind in vars(errors).items() if isinstance(kind, type)} | {"Refused", "Failure"}
    package = language.FOLDER.parent
    said = {
        text
        for path in package.rglob("*.py")
        if not path.relative_to(package).as_posix().startswith(FOR_PROGRAMMERS)
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and (isinstance(call.func, ast.Name) and (call.func.id in kinds or call.func.id.endswith("Error")))
        for text in _texts(call)
        if not MADE_OF_PARTS.search(text)
    }
    assert len(said) > 250
    for text in said:
        language.translated(text)
    assert sorted(german.missing) == []


def _texts(call: ast.Call) -> Iterator[str]:
    """The texts that a call is given, with 7 where something is filled in."""
    for given in (*call.args, *(keyword.value for keyword in call.keywords)):
        for each in (given.body, given.orelse) if isinstance(given, ast.IfExp) else (given,):
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                yield each.value
            elif isinstance(each, ast.JoinedStr):
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in each.values)


def test_criteria_and_doctor_are_german(german: language.Catalogue) -> None:
    out = io.StringIO()
    console = _Console(file=out, width=400)
    known = criteria.load()
    rules.show(known, (known.rules, known.verdict), console)
    for check in checkup.run():
        console.print(f"{check.what}: {check.state}")
    names = {f"{name}: " for name in known.rules} | {f"verdict.{name}" for name in known.verdict}
    assert {text for text in german.missing if f"{text} " not in names and text not in names} <= packages()
    assert "Warum: Darunter kamen etwa zwei Drittel" in out.getvalue()
    assert "wie im Verzeichnis" in out.getvalue()


def packages() -> set[str]:
    """The lines of `hingecheck doctor` that hold only a name and a version."""
    return {f"{check.what}: {check.state}" for check in checkup.run() if re.fullmatch(r"[\w.-]+ ?[\w.-]*", check.state)}


def test_report_and_comparison_are_german(german: language.Catalogue) -> None:
    report = SelfReport({"low-back": 8.0, "glutes": 1.0}, 9.0, 120.0, 8.0, "Film", 180.0)
    analysis = replace(staged(), self_report=report, advice=advice.of(report, ["hips_shoot_up"], "mixed"))
    film = report_page.Film("annotated.mp4")
    page = report_page.html(
        analysis, report_page.Extra(keyframes.take(analysis, blank_pictures), criteria.load(), film)
    )
    other = replace(staged(), video=replace(staged().video, sha256="1" * 64))
    pair = comparison.compare(side(staged(), 1), side(other, 2))
    comparison_page.files(pair, (shown(staged(), 1, b"x"), shown(other, 2, b"x")))
    left = {text for text in german.missing if "clip.mp4" not in text}
    assert left <= {"Versions: hingecheck"}
    assert '<html lang="de">' in page
    assert "Gemischtes Heben" in page
    assert "Gehen Sie umgehend in eine Praxis" in page
    assert '<dd class="free">Film</dd>' in page  # the lifter's own note


def test_a_place_of_one_sentence_does_not_hold_the_next_sentences(german: language.Catalogue) -> None:
    text = "Low back at the start of the pull: rounded by 34° (24 to 45). That may be the same."
    assert german.translated(text) == (
        "Unterer Rücken zu Beginn des Zugs: um 34° (24 bis 45) gerundet. Das kann gleich sein."
    )


def test_names_and_notes_are_never_translated() -> None:
    page = (
        '<html lang="en"><p>Film</p><bdi>Film</bdi><p class="file">Film, 100 kg</p>'
        '<p translate="no"><b>Film</b> Film</p>'
        '<img alt="Film"><input placeholder="Search"><script type="application/json" id="data">'
        '{"name":"mixed","verdict":"mixed","note":"mixed"}</script>'
        '<script type="application/json" id="words">{}</script><script>const Film = "mixed";</script>'
    )
    made = translation.page(page.replace("Film", "Search"))
    assert made.startswith('<html lang="de"><p>Suche</p><bdi>Search</bdi><p class="file">Search, 100 kg</p>')
    assert '<p translate="no"><b>Search</b> Search</p>' in made
    assert '<img alt="Suche"><input placeholder="Suche">' in made
    assert '{"name":"mixed","verdict":"gemischt","note":"mixed"}' in made
    assert '"Play":"Abspielen"' in made
    assert 'const Search = "mixed";' in made


def test_hostile_texts_stay_harmless_in_every_language() -> None:
    hostile = "Flagged: </script><img src=x onerror=alert(1)>."
    data = template.data({"words": [hostile]})
    page = translation.page(
        f"<p>{template.fragment('session_line.html', {'clips': []})}</p>"
        f'<script type="application/json" id="data">{data}</script>'
    )
    assert "<img" not in page
    assert "Auff\\u00e4llig: " in page


def test_the_terminal_is_german_and_keeps_its_styles(german: language.Catalogue) -> None:
    out = io.StringIO()
    summary.show(staged(), _Console(file=out, width=200))
    assert "Passt zu gemischtem Heben: 40 % (35 bis 45) des Weges nach oben" in out.getvalue()
    left = {text for text in german.missing if not re.search("[▁▂▃▄▅▆▇█─]", text)}
    assert left == set()
    made = in_words.translated(Text.assemble(("Cue: ", "bold"), CUE))
    assert made.plain.startswith("Hinweis: Die Stange an den Beinen halten")
    assert [(span.start, span.end, span.style) for span in made.spans] == [(0, 9, "bold")]
    table = Table("rep")
    table.add_row("not measured")
    assert in_words.translated(table).columns[0].header == "Wdh."


def test_trends_are_told_in_german(german: language.Catalogue) -> None:
    change = trends.Change("changed", expected=0.66, difference=-0.48, detectable=0.22, days=1, since="2026-01-05")
    words = sentences.sentence(sentences.direction(change, "2026-03-01"))
    assert language.translated(words) == "Besser als am 5. Januar: 66 % → 18 %, mehr als der Messfehler."
    assert german.missing == set()


@pytest.mark.parametrize(
    ("english", "wanted"),
    [
        ("40 % (35 to 45)", "40 % (35 bis 45)"),
        ("1.2 s (1.1 to 1.3)", "1,2 s (1,1 bis 1,3)"),
        ("−8 to +12 points", "−8 bis +12 Punkte"),
        ("1 March 2026", "1. März 2026"),
        ("6 ok, 2 not assessed", "6 in Ordnung, 2 nicht beurteilt"),
        ("clip 1.2.mp4", "clip 1.2.mp4"),
        ("Something else.", "Something else."),
        ("", ""),
    ],
)
def test_numbers_and_days_are_written_as_germans_do(english: str, wanted: str) -> None:
    assert language.translated(english) == wanted


def test_files_for_other_programs_stay_english() -> None:
    made = document.text(document.document(staged()))
    language.use("en")
    assert made == document.text(document.document(staged()))


def test_every_text_of_the_scripts_is_in_the_catalogue() -> None:
    said = {
        text
        for path in template.ASSETS.glob("*.js")
        for text in re.findall(r'\bsay\("([^"]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(said) > 30
    assert said - set(CATALOGUE["scripts"]) == set()


def test_a_language_is_chosen_on_the_command_line_or_by_the_environment(tmp_path: Path) -> None:
    refused = hingecheck("--language", "xx", "explain")
    assert refused.returncode == 2
    assert "en, de" in refused.stderr
    missing = hingecheck("--language", "de", "report", tmp_path / "nothing.json", "--pdf", tmp_path / "a.pdf")
    assert "Fehler: " in missing.stderr
    assert (
        "Error: " in hingecheck("--language", "en", "report", tmp_path / "n.json", "--pdf", tmp_path / "a.pdf").stderr
    )
    with pytest.raises(UsageError):
        language.use("xx")


def test_the_pdf_is_german(result: Path) -> None:
    pytest.importorskip("typst", reason="extra `clinic` is not installed")
    pypdf = pytest.importorskip("pypdf")
    from hingecheck.report.clinic import clinical
    from hingecheck.results import reading

    stored = reading.read(result / "analysis.json")
    pdf = clinical.pdf(stored, clinical.Wanted(date=(2026, 3, 1), pseudonym="P17"))
    text = " ".join("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())
    for words in (
        "Bewegungsbericht: Kreuzheben",
        "Was gehoben wurde:",
        "keine Diagnose",
        "Methoden, Grenzen und Quellen",
        "Wirbelsäule, Kodierer",
        "unter Trainern anerkannt",
        "Lendenbeugung vom Beginn bis zur Streckung",
        "alle, Drehung bis 20°",
    ):
        assert words in text, words
    assert not FORBIDDEN.search(ALLOWED.sub("", text))
    assert json.loads((result / "analysis.json").read_text())["verdict"]["sentence"].startswith("Consistent")
