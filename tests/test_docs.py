"""The documentation: its commands exist and run, its site builds offline and fetches nothing."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import pytest
from typer.testing import CliRunner

import hingecheck
from hingecheck import cli, errors
from hingecheck.batch import intake
from hingecheck.judgement import criteria
from tests import doc_commands, stored
from tests.doc_commands import PAGES, ROOT, Shown

CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser")
COMMANDS: Final = tuple(dict.fromkeys(command for page in PAGES for command in doc_commands.shown(page)))
RUN: Final = tuple(
    dict.fromkeys(
        command.words[1:]
        for command in COMMANDS
        if command.words[:1] == ("hingecheck",)
        and command.words[1] in ("report", "trend", "log", "explain", "batch")
        and command.page in ("README.md", "docs/coaches.md", "docs/clinicians.md")
        and command.whole
        and "--scheduler" not in command.words
    )
)
PATH: Final = re.compile(r"`((?:hingecheck|samples|tests|models|docs)/[\w./-]*(?:\.\w+|/))`")
FETCHING: Final = {
    ("script", "src"),
    ("img", "src"),
    ("source", "src"),
    ("video", "src"),
    ("iframe", "src"),
    ("use", "href"),
}
FETCHED_LINKS: Final = {"stylesheet", "icon", "preconnect", "preload", "prefetch", "dns-prefetch", "manifest"}
QUOTED_ADDRESS: Final = re.compile(r"(?:[\"'`]|url\()https?://([^/\"'`)\s]*)")
NOT_FETCHED: Final = {"www.w3.org", "api.github.com", "${e}"}
"""Names of XML vocabularies; and two that the theme asks about a linked repository, of which these pages have none."""


@pytest.mark.parametrize("command", COMMANDS, ids=str)
def test_every_command_in_the_documentation_exists(command: Shown) -> None:
    doc_commands.check(command)


@pytest.mark.parametrize(
    "line",
    [
        "hingecheck analyse lift.mov",
        "hingecheck analyze lift.mov --hight-cm 178",
        "hingecheck report a/analysis.json --paper a5",
        "hingecheck log remove Ana",
        "hingechek doctor",
        "pip install '.[clinics]'",
        "python -m samples.evaluat --out DIR",
        "python -m samples.evaluate --outt DIR",
        "python -m tests.plain_loop samples/clips/hipled.mp4",
        "pytest -m sloww",
        "mkdocs build --strikt",
    ],
)
def test_a_typing_error_in_a_command_is_noticed(line: str) -> None:
    with pytest.raises(Exception):  # noqa: B017, PT011 - each program refuses in its own way
        doc_commands.check(Shown("a page", tuple(shlex.split(line))))


def test_every_option_and_every_path_that_a_sentence_names_exists() -> None:
    sources = [*(ROOT / "samples").rglob("*.py"), *(ROOT / "models").rglob("*.py"), *(ROOT / ".ci").iterdir()]
    known = doc_commands.options() | {"--strict", "--nworkers", "--nthreads", "--help"}
    elsewhere = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    for page in (*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md"):
        text = page.read_text(encoding="utf-8")
        for option in doc_commands.OPTION.findall(text):
            assert option in known or option[2:].replace("-", "_") in elsewhere, f"{page.name}: {option}"
        for path in PATH.findall(text):
            assert (ROOT / path).exists(), f"{page.name}: {path}"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the documentation's commands find what they name; a stand-in measures the clips."""
    folder = tmp_path_factory.mktemp("desk")
    for day, share in (("2026-03-01", "0.3"), ("2026-03-08", "0.6")):
        clip = folder / "season" / "Ana" / f"{day}_100kg.mp4"
        clip.parent.mkdir(parents=True, exist_ok=True)
        clip.write_text(f"share {share}  {day}")
    (folder / "list.csv").write_text("file,athlete,date,load_kg\nAna/2026-03-01_100kg.mp4,Ana,2026-03-01,100\n")
    video = (ROOT / "samples" / "clips" / "refuse_empty_room.mp4").read_bytes()
    for name in ("p17", "march", "lift", "older/Ana/monday"):
        stored.write(folder / name, video=name.encode() if name == "march" else video)
    (folder / "lift.mov").write_bytes(video)
    command = [sys.executable, "-m", "tests.standin", "batch", "season/", "--out", "results/"]
    subprocess.run(command, cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, check=True)
    imported = ["log", "import", str(folder / "older"), "--logbook", str(folder / "results")]
    assert CliRunner().invoke(cli.app, imported).exit_code == 0
    return folder


@pytest.mark.parametrize("words", RUN, ids=shlex.join)
def test_the_commands_for_coaches_and_clinicians_run(
    words: tuple[str, ...], desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk)
    if words[0] == "batch":  # run once, for the desk; here only the clips are looked for, as the line says
        given = doc_commands.parsed(words)
        found = intake.find(given["folder"], pattern=given["pattern"], manifest=given["manifest"], skip=given["out"])
        assert {clip.athlete for clip in found.clips} == {"Ana"}
        assert found.unmatched == 0
        return
    for target in (desk / "p17.pdf", desk / "p17.json"):
        target.unlink(missing_ok=True)
    ran = CliRunner().invoke(cli.app, list(words), input="y\n")
    assert ran.exit_code == 0, ran.output


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site, made in a process that may open no network socket."""
    out = tmp_path_factory.mktemp("site")
    watched = [sys.executable] + ["-m", "tests.no_network"] * (sys.platform == "linux")
    command = [*watched, "mkdocs"] if sys.platform == "linux" else [*watched, "-m", "mkdocs"]
    place = os.environ | {"PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"}
    command += ["build", "--strict", "--quiet", "--site-dir", str(out)]
    done = subprocess.run(command, cwd=ROOT, env=place, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


class _Resources(HTMLParser):
    """Collects the addresses that a browser fetches by itself, and the names of the parts of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.parts: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.fetched += [value for name, value in given.items() if (tag, name) in FETCHING]
        if tag == "link" and FETCHED_LINKS & set(given.get("rel", "").split()):
            self.fetched.append(given.get("href", ""))
        self.fetched += re.findall(r"url\(([^)]*)\)", given.get("style", ""))
        self.parts.add(given.get("data-md-component", ""))


def test_the_pages_fetch_nothing_from_elsewhere(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        found = _Resources()
        found.feed(page.read_text(encoding="utf-8"))
        assert found.fetched, page.name
        away = [one for one in found.fetched if re.match(r"(?:[a-z]+:)?//", one)]
        assert not away, f"{page.name}: {away}"
        assert "source" not in found.parts, f"{page.name}: a linked repository would be asked"


@pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("CI"),  # the gate installs one: without it there, this fails
    reason="no Chromium: apt-get install chromium",
)
def test_a_page_opened_from_the_disk_is_searched_and_asks_nobody(site: Path) -> None:
    sync_api = pytest.importorskip("playwright.sync_api", reason="extra `dev` is not installed")
    asked: list[str] = []
    with sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page()
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto((site / "development" / "rule.html").as_uri())
        tab.wait_for_selector(".md-search__form", state="visible")
        tab.keyboard.press("s")
        tab.keyboard.type("lumbar share")
        tab.wait_for_selector(".md-search-result__item")
        browser.close()
    assert asked
    assert not [address for address in asked if not address.startswith(("file:", "data:", "blob:"))]


def test_scripts_and_styles_name_no_address_to_fetch_from(site: Path) -> None:
    for file in (path for ending in ("js", "css", "svg") for path in site.rglob(f"*.{ending}")):
        hosts = set(QUOTED_ADDRESS.findall(file.read_text(encoding="utf-8"))) - NOT_FETCHED
        assert not hosts, f"{file.name}: {hosts}"


def test_the_generated_pages_hold_every_command_threshold_and_error(site: Path) -> None:
    commands, thresholds, api = (
        (site / f"{name}.html").read_text(encoding="utf-8") for name in ("commands", "thresholds", "api")
    )
    visible = {
        option
        for command in doc_commands.leaves(doc_commands.root())
        for one in command.params
        if not one.hidden
        for option in one.opts
        if option.startswith("--")
    }
    assert not [option for option in visible if option not in commands]
    known = criteria.load()
    assert not [name for name in (*known.verdict, *known.rules) if f'id="{name}"' not in thresholds]
    assert not [name for name in vars(errors) if name.endswith("Found") and f"hingecheck.errors.{name}" not in api]
    assert "hingecheck.analysis.analyze" in api


def test_the_figures_show_every_angle(site: Path) -> None:
    columns = (
        "trunk_lean",
        "trunk_thigh",
        "knee_flexion",
        "hip_flexion",
        "pelvis_tilt",
        "lumbar_flexion",
        "thoracic_flexion",
    )
    page = (site / "measures.html").read_text(encoding="utf-8")
    for name in columns:
        assert f"pictures/{name}.svg" in page
        assert name in (site / "pictures" / f"{name}.svg").read_text(encoding="utf-8")


def test_the_readme_is_short_and_its_links_lead_somewhere() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text)
    assert len(links) > 20
    assert not [link for link in links if not (ROOT / link).is_file()]


def test_the_citation_names_this_version_and_licence() -> None:
    lines = (ROOT / "CITATION.cff").read_text(encoding="utf-8").splitlines()
    assert "cff-version: 1.2.0" in lines
    assert f"version: {hingecheck.__version__}" in lines
    assert "license: Apache-2.0" in lines
