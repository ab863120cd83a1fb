"""The documentation: its commands exist and run. Its site builds offline and fetches nothing."""

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
"""The name of XML vocabularies, and two that the theme would use for a linked repository. These pages link none."""


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
        "python -m tests.faces_left samples/clips/hipled.mp4",
        "python -m tests.bench --foldr DIR",
        "pytest -m sloww",
        "mkdocs build --strikt",
    ],
)
def test_a_mistyped_command_is_refused(line: str) -> None:
    with pytest.raises(Exception):  # noqa: B017, PT011 - each program refuses in its own way
        doc_commands.check(Shown("a page", tuple(shlex.split(line))))


def test_every_option_and_path_named_in_the_documentation_exists() -> None:
    programs = [path for folder in ("samples", "models", "tests/bench") for path in (ROOT / folder).rglob("*.py")]
    sources = [*programs, *(ROOT / ".ci").iterdir()]
    known = doc_commands.options() | {"--strict", "--nworkers", "--nthreads", "--help", "--rm", "--network"}
    elsewhere = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    for page in (*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md"):
        text = page.read_text(encoding="utf-8")
        for option in doc_commands.OPTION.findall(text):
            assert option in known or option[2:].replace("-", "_") in elsewhere, f"{page.name}: {option}"
        for path in PATH.findall(text):
            assert (ROOT / path).exists(), f"{page.name}: {path}"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the documentation's commands name. A stand-in measures the clips."""
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
    if words[0] == "batch":  # the `desk` fixture runs it once; this test only checks which clips it finds
        parameters = doc_commands.parsed(words)
        intake_result = intake.find(
            parameters["folder"], pattern=parameters["pattern"], manifest=parameters["manifest"], skip=parameters["out"]
        )
        assert {clip.athlete for clip in intake_result.clips} == {"Ana"}
        assert intake_result.unmatched == 0
        return
    for target in (desk / "p17.pdf", desk / "p17.json"):
        target.unlink(missing_ok=True)
    ran = CliRunner().invoke(cli.app, list(words), input="y\n")
    assert ran.exit_code == 0, ran.output


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built in a process that cannot open a network socket."""
    out = tmp_path_factory.mktemp("site")
    python = [sys.executable] + ["-m", "tests.no_network"] * (sys.platform == "linux")
    command = [*python, "mkdocs"] if sys.platform == "linux" else [*python, "-m", "mkdocs"]
    env = os.environ | {"PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"}
    command += ["build", "--strict", "--quiet", "--site-dir", str(out)]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


class _Resources(HTMLParser):
    """Collects the addresses that a browser fetches without a click, and the components of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.parts: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.fetched += [value for name, value in values.items() if (tag, name) in FETCHING]
        if tag == "link" and FETCHED_LINKS & set(values.get("rel", "").split()):
            self.fetched.append(values.get("href", ""))
        self.fetched += re.findall(r"url\(([^)]*)\)", values.get("style", ""))
        self.parts.add(values.get("data-md-component", ""))


def test_the_pages_fetch_nothing_from_other_hosts(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        resources = _Resources()
        resources.feed(page.read_text(encoding="utf-8"))
        assert resources.fetched, page.name
        remote = [address for address in resources.fetched if re.match(r"(?:[a-z]+:)?//", address)]
        assert not remote, f"{page.name}: {remote}"
        assert "source" not in resources.parts, f"{page.name}: the theme would query a linked repository"


@pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("CI"),  # CI installs Chromium; if it is missing there, this test fails
    reason="no Chromium: apt-get install chromium",
)
def test_search_in_a_page_on_disk_works_without_network_requests(site: Path) -> None:
    sync_api = pytest.importorskip("playwright.sync_api", reason="extra `dev` is not installed")
    requested: list[str] = []
    with sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page()
        tab.on("request", lambda request: requested.append(request.url))
        tab.goto((site / "development" / "rule.html").as_uri())
        tab.wait_for_selector(".md-search__form", state="visible")
        tab.keyboard.press("s")
        tab.keyboard.type("lumbar share")
        tab.wait_for_selector(".md-search-result__item")
        browser.close()
    assert requested
    assert not [address for address in requested if not address.startswith(("file:", "data:", "blob:"))]


def test_scripts_and_styles_contain_no_remote_address(site: Path) -> None:
    for file in (path for ending in ("js", "css", "svg") for path in site.rglob(f"*.{ending}")):
        hosts = set(QUOTED_ADDRESS.findall(file.read_text(encoding="utf-8"))) - NOT_FETCHED
        assert not hosts, f"{file.name}: {hosts}"


def test_the_generated_pages_list_every_option_threshold_and_error(site: Path) -> None:
    commands, thresholds, api = (
        (site / f"{name}.html").read_text(encoding="utf-8") for name in ("commands", "thresholds", "api")
    )
    visible = {
        option
        for command in doc_commands.leaves(doc_commands.root())
        for parameter in command.params
        if not parameter.hidden
        for option in parameter.opts
        if option.startswith("--")
    }
    assert not [option for option in visible if option not in commands]
    known = criteria.load()
    assert not [name for name in (*known.verdict, *known.rules) if f'id="{name}"' not in thresholds]
    assert not [name for name in vars(errors) if name.endswith("Found") and f"hingecheck.errors.{name}" not in api]
    assert "hingecheck.analysis.analyze" in api


def test_every_angle_has_a_figure(site: Path) -> None:
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


def test_the_readme_is_short_and_its_links_exist() -> None:
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
