"""The pages in a real browser. Playwright drives Debian's Chromium. No test downloads anything."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from hingecheck.history.triage import Row
from hingecheck.judgement import criteria
from hingecheck.metrics import comparison
from hingecheck.records import Code, Measure, Reason, SelfReport
from hingecheck.records.season import Clip, Entry, Outcome
from hingecheck.report.film import keyframes
from hingecheck.report.page import analysis as report_page
from hingecheck.report.page import comparison as comparison_page
from hingecheck.report.page import session_line
from hingecheck.results import folder
from tests.staged import blank_pictures, shown, side, staged
from tests.test_page import HOSTILE

sync_api = pytest.importorskip("playwright.sync_api", reason="extra `dev` is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("CI"),  # CI installs Chromium; if it is missing there, these tests fail
    reason="no Chromium: apt-get install chromium",
)

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
DESKTOP, PHONE = (1280, 900), (390, 844)


@dataclass
class Opened:
    """An open page, its messages and the addresses that it requested."""

    tab: Any
    messages: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def film(self, words: str) -> Any:
        """Evaluate a property or a call of the film."""
        return self.tab.evaluate(f"document.getElementById('film').{words}")

    def refuse(self, dialog: Any) -> None:
        """Record the message of a dialog and close the dialog."""
        self.messages.append(dialog.message)
        dialog.dismiss()

    def until(self, condition: str, wait_s: float = 60.0) -> None:
        """Wait for a condition. Poll from outside, because the page's policy blocks waiting inside the page."""
        for _ in range(round(wait_s / 0.05)):
            if self.tab.evaluate(condition):
                return
            self.tab.wait_for_timeout(50)
        raise AssertionError(condition)

    def settle(self, seconds: float) -> None:
        """Wait until the film shows a time within 50 ms."""
        film = "document.getElementById('film')"
        self.until(f"!{film}.seeking && Math.abs({film}.currentTime - {seconds}) < 0.05")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Any]:
    contexts = []

    def open_in_new_context(path: Path, size: tuple[int, int] = DESKTOP, *, dark: bool = False) -> Opened:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            has_touch=size == PHONE,
        )
        context.set_default_timeout(120_000)  # a busy machine is slow
        contexts.append(context)
        page = Opened(context.new_page())
        page.tab.on("console", lambda message: page.messages.append(message.text))
        page.tab.on("pageerror", lambda error: page.messages.append(str(error)))
        page.tab.on("dialog", page.refuse)
        page.tab.on("request", lambda request: page.requests.append(request.url))
        page.tab.goto(path.as_uri())
        page.tab.wait_for_load_state("load")
        return page

    yield open_in_new_context
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page without a film. Its clip name and its note contain code."""
    analysis = staged()
    analysis = replace(
        analysis, video=replace(analysis.video, file=HOSTILE), self_report=SelfReport(note=HOSTILE, load_kg=100.0)
    )
    path = tmp_path_factory.mktemp("hostile") / "report.html"
    frames = keyframes.take(analysis, blank_pictures)
    path.write_text(report_page.html(analysis, report_page.Extra(frames, criteria.load())), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def compared(result: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A comparison of a clip with one whose name contains code; both have a film."""
    name = HOSTILE.replace("/", "")
    hostile_analysis = replace(staged(), video=replace(staged().video, file=name, sha256="1" * 64))
    pair = comparison.compare(side(staged(), 1), side(hostile_analysis, 2))
    film = (result / "annotated.mp4").read_bytes()
    out = tmp_path_factory.mktemp("compared")
    shown_sides = (shown(staged(), 1, film), shown(hostile_analysis, 2, film))
    folder.write(out, comparison_page.files(pair, shown_sides, ("Monday", HOSTILE)))
    return out / "comparison.html"


def violations(tab: Any) -> list[str]:
    tab.evaluate(AXE.read_text(encoding="utf-8"))
    report = tab.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{item['id']}: {node['html'][:120]}" for item in report["violations"] for node in item["nodes"]]


def point_on_chart(tab: Any, seconds: float) -> tuple[float, float]:
    """Return the window position of a moment on the first chart."""
    tab.evaluate("document.querySelector('.plot').scrollIntoView({block: 'start'})")
    box = tab.locator(".u-over").first.bounding_box()
    end = tab.evaluate("JSON.parse(document.getElementById('data').textContent).time_s.at(-1)")
    return box["x"] + box["width"] * seconds / end, box["y"] + box["height"] / 2


def test_the_page_loads_without_messages_and_requests_only_the_film(result: Path, open_page: Any) -> None:
    opened = open_page(result / "report.html")
    opened.until("document.getElementById('film').readyState >= 2")
    assert opened.messages == []
    assert {url.split("?")[0] for url in opened.requests if not url.startswith("data:")} == {
        (result / "report.html").as_uri(),
        (result / "annotated.mp4").as_uri(),
    }
    assert opened.tab.locator("canvas").count() == 2


def test_a_click_on_a_chart_moves_the_film_the_legend_and_the_slider(result: Path, open_page: Any) -> None:
    opened = open_page(result / "report.html")
    opened.tab.mouse.click(*point_on_chart(opened.tab, 3.5))
    opened.settle(3.5)
    assert "rep 1" in opened.tab.locator("#now").inner_text()
    assert re.search(r"° \(.* to .*\)", opened.tab.locator(".legend button").first.inner_text())
    slider = opened.tab.locator("[role=slider]").first
    assert float(slider.get_attribute("aria-valuenow")) == pytest.approx(3.5, abs=0.05)
    assert "Hip" in slider.get_attribute("aria-valuetext")
    assert opened.tab.locator("#coupled-now").get_attribute("visibility") == "visible"


def test_hovering_over_a_chart_and_pressing_keys_move_a_paused_film(result: Path, open_page: Any) -> None:
    opened = open_page(result / "report.html")
    for seconds in (2.0, 6.0, 8.0):
        opened.tab.mouse.move(*point_on_chart(opened.tab, seconds))
    opened.settle(8.0)
    opened.tab.locator("[role=slider]").first.focus()
    opened.tab.keyboard.press("Home")
    opened.settle(0.0)
    opened.tab.keyboard.press("PageUp")
    opened.tab.keyboard.press("ArrowRight")
    opened.settle(1.0 + 1 / 30)


def test_a_tap_on_a_phone_moves_the_film(result: Path, open_page: Any) -> None:
    opened = open_page(result / "report.html", PHONE)
    opened.tab.get_by_text("Angles over time").tap()
    opened.tab.wait_for_timeout(300)
    opened.tab.touchscreen.tap(*point_on_chart(opened.tab, 8.0))
    opened.settle(8.0)


def test_the_chart_cursor_follows_the_playing_film(result: Path, open_page: Any) -> None:
    opened = open_page(result / "report.html")
    before = opened.tab.locator(".playhead").first.bounding_box()["x"]
    opened.film("muted = true")
    opened.film("play()")
    opened.until("document.getElementById('film').currentTime > 0.5")
    opened.film("pause()")
    assert opened.tab.locator(".playhead").first.bounding_box()["x"] > before
    assert opened.film("videoWidth") == 540


def test_the_controls_stand_below_the_film_and_move_it(result: Path, open_page: Any) -> None:
    opened = open_page(result / "report.html", size=PHONE)
    film, player = (opened.tab.locator(place).bounding_box() for place in ("#film", "#player"))
    assert player["y"] >= film["y"] + film["height"]
    assert opened.film("controls") is False
    opened.tab.locator("#place").fill("3")
    opened.settle(3.0)
    opened.film("muted = true")
    opened.tab.get_by_role("button", name="Play").click()
    opened.until("document.getElementById('film').currentTime > 3.3")
    assert float(opened.tab.locator("#place").input_value()) > 3.0
    opened.tab.get_by_role("button", name="Pause").click()
    assert opened.film("paused") is True


def test_buttons_and_key_frames_move_the_film_to_their_moment(result: Path, open_page: Any) -> None:
    opened = open_page(result / "report.html")
    button = opened.tab.get_by_role("button", name="Repetition 2, top").first
    button.click()
    opened.settle(float(button.get_attribute("data-seek")))
    picture = opened.tab.locator("button.picture").first
    picture.click()
    opened.settle(float(picture.get_attribute("data-seek")))


def test_a_legend_button_hides_and_shows_its_line(result: Path, open_page: Any) -> None:
    opened = open_page(result / "report.html")
    button = opened.tab.locator(".legend button").first
    for pressed in ("false", "true"):
        button.click()
        assert button.get_attribute("aria-pressed") == pressed
    assert opened.messages == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_page_is_accessible_and_fits_the_window_in_both_themes(
    size: tuple[int, int], *, dark: bool, result: Path, hostile: Path, compared: Path, open_page: Any
) -> None:
    for path in (result / "report.html", hostile, compared):
        opened = open_page(path, size, dark=dark)
        assert opened.tab.locator("main").count() == opened.tab.locator("h1").count() == 1
        assert len(opened.tab.locator("h1").inner_text().split()) < 10
        opened.tab.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
        assert violations(opened.tab) == []
        assert opened.messages == []
        assert opened.tab.evaluate("document.documentElement.scrollWidth") <= size[0]
        background = opened.tab.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (background == "rgb(255, 255, 255)") != dark


def test_hostile_names_are_shown_as_text_and_run_no_code(hostile: Path, open_page: Any) -> None:
    opened = open_page(hostile)
    opened.tab.wait_for_timeout(300)
    assert opened.messages == []
    assert opened.requests == [hostile.as_uri(), *(url for url in opened.requests if url.startswith("data:"))]
    assert opened.tab.title().startswith(HOSTILE)
    assert opened.tab.locator(".file").inner_text() == f"{HOSTILE}, 100 kg"
    assert opened.tab.locator("img[src=x]").count() == 0
    assert opened.tab.locator("canvas").count() == 2


def test_the_content_security_policy_blocks_added_scripts_and_pictures(hostile: Path, open_page: Any) -> None:
    opened = open_page(hostile)
    opened.tab.evaluate(
        """() => { const bad = document.createElement("script"); bad.textContent = "window.hacked = 1";
        document.body.append(bad); const picture = new Image(); picture.src = "https://example.org/x.png"; }"""
    )
    opened.tab.wait_for_timeout(300)
    assert opened.tab.evaluate("window.hacked") is None
    assert sum("Content Security Policy" in line for line in opened.messages) >= 2


def test_a_single_file_page_plays_its_embedded_film(result: Path, tmp_path: Path, open_page: Any) -> None:
    inside = base64.b64encode((result / "annotated.mp4").read_bytes()).decode()
    frames = keyframes.take(staged(), blank_pictures)
    text = report_page.html(
        staged(), report_page.Extra(frames, criteria.load(), report_page.Film("annotated.mp4", inside))
    )
    (tmp_path / "alone.html").write_text(text, encoding="utf-8")
    opened = open_page(tmp_path / "alone.html")
    opened.tab.mouse.click(*point_on_chart(opened.tab, 4.0))
    opened.settle(4.0)
    assert opened.messages == []


def test_a_missing_film_is_reported_and_the_charts_still_work(result: Path, tmp_path: Path, open_page: Any) -> None:
    (tmp_path / "report.html").write_bytes((result / "report.html").read_bytes())
    opened = open_page(tmp_path / "report.html")
    opened.tab.locator("#film-missing").wait_for(state="visible")
    opened.tab.mouse.click(*point_on_chart(opened.tab, 3.5))
    assert "rep 1" in opened.tab.locator("#now").inner_text()


def test_printing_opens_every_fold_and_omits_the_film(result: Path, open_page: Any) -> None:
    opened = open_page(result / "report.html", dark=True)
    opened.tab.emulate_media(media="print")
    before = opened.tab.locator("details[open]").count()
    opened.tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert not opened.tab.locator("#film").is_visible()
    assert opened.tab.locator("details:not([open])").count() == 0
    opened.tab.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert opened.tab.locator("details[open]").count() == before


def test_the_page_is_short_and_the_first_screen_has_the_answer(result: Path, tmp_path: Path, open_page: Any) -> None:
    film = report_page.Film("annotated.mp4")
    (tmp_path / film.name).write_bytes((result / film.name).read_bytes())
    reps = [replace(rep, rep=replace(rep.rep, number=i + 1)) for i, rep in enumerate(staged().reps * 5)]
    ten = replace(staged(), reps=tuple(reps))
    view = replace(staged().view, yaw_deg=Measure(41.0, 36.0, 46.0), assessable=False)
    share = Measure.missing(Code.VIEW_OBLIQUE)
    verdict = replace(staged().verdict, pattern="cannot_tell", share=share, reasons=(Reason(Code.VIEW_OBLIQUE),))
    refused = replace(staged(), view=view, verdict=verdict)
    pages = {"two": (result / "report.html", 2500)}
    for name, analysis, most_px in (("ten", ten, 3500), ("refused", refused, 1500)):
        frames = keyframes.take(analysis, blank_pictures)
        path = tmp_path / f"{name}.html"
        path.write_text(report_page.html(analysis, report_page.Extra(frames, criteria.load(), film)), encoding="utf-8")
        pages[name] = (path, most_px)
    clip = Clip(Path("a.mp4"), "a.mp4", "Ana Novak", "2026-03-01")
    line = session_line.line([Row(Outcome(Entry(clip), None), None, None, None)])
    in_batch = (result / "report.html").read_text().replace("<!--session-->", f"<!--session-->{line}")
    (tmp_path / "batch.html").write_text(in_batch)
    pages["in a batch"] = (tmp_path / "batch.html", 2500)
    for name, (path, most_px) in pages.items():
        opened = open_page(path, PHONE)
        opened.until("document.getElementById('film').readyState >= 1")
        assert opened.tab.evaluate("document.documentElement.scrollHeight") <= most_px, name
    opened = open_page(pages["two"][0], PHONE)
    for part in ("h1", ".gauge", "header .picture", "header .cue"):
        box = opened.tab.locator(part).first.bounding_box()
        assert box["y"] + box["height"] <= PHONE[1], part


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The index of a batch and the trend page of an athlete."""
    from tests.test_batch import hingecheck, season

    folder = tmp_path_factory.mktemp("board")
    clips = {"Ana/2026-01-05.mp4": "share 0.7", "Ana/2026-01-12.mp4": "share 0.2", "Bo/2026-01-05.mp4": "share none"}
    done = hingecheck("batch", season(folder / "clips", clips), "--out", folder / "out")
    assert done.returncode == 0, done.stderr
    (ana, *_) = sorted((folder / "out" / "trends").iterdir())
    return folder / "out" / "index.html", ana


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_index_and_trend_are_accessible_and_fit_the_window(
    size: tuple[int, int], *, dark: bool, board: tuple[Path, Path], open_page: Any
) -> None:
    for path in board:
        opened = open_page(path, size, dark=dark)
        assert violations(opened.tab) == []
        assert opened.messages == []
        assert opened.tab.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert opened.tab.evaluate(SMALL) == []
        assert opened.tab.locator("main").count() == 1
        assert len(opened.tab.locator("h1").first.inner_text().split()) < 10


def test_the_board_has_one_row_for_each_athlete_and_finds_and_sorts_them(
    board: tuple[Path, Path], open_page: Any
) -> None:
    opened = open_page(board[0])
    rows = opened.tab.locator("#rows tr")
    assert opened.tab.locator("#rows bdi").all_text_contents() == ["Ana", "Bo"]
    first = rows.first.text_content()  # `inner_text` leaves out rows that the browser has not drawn yet
    assert "12 January 2026" in first
    assert "Better than on 5 January: 70\u00a0% → 20\u00a0%, more than the measurement error." in first
    assert rows.first.locator("svg").get_attribute("aria-label") == "Lumbar share, 2 clips: 70 %, 20 %"
    opened.tab.get_by_label("Search").fill("plate covers")
    assert rows.count() == 1
    assert "Bo" in rows.first.text_content()
    opened.tab.get_by_label("Search").fill("")
    opened.tab.get_by_label("Order").select_option("name")
    assert rows.count() == 2
    opened.tab.get_by_label("changed").uncheck()
    assert rows.count() == 1


def test_a_long_board_grows_on_scrolling_and_is_trimmed_before_somebody_types(
    board: tuple[Path, Path], open_page: Any
) -> None:
    start = '<script type="application/json" id="data">'
    before, after = board[0].read_text(encoding="utf-8").split(start)
    data, after = after.split("</script>", 1)
    held = json.loads(data)
    held["rows"] *= 100
    long = board[0].with_name("long.html")
    long.write_text(before + start + json.dumps(held) + "</script>" + after, encoding="utf-8")
    opened = open_page(long)
    rows = opened.tab.locator("#rows tr")
    end = "window.scrollTo(0, document.documentElement.scrollHeight)"
    for _ in range(2):
        while rows.count() < 200:
            opened.tab.evaluate(end)
            opened.tab.wait_for_timeout(50)
        opened.tab.get_by_label("Search").focus()
        assert rows.count() == 100
        opened.tab.get_by_label("Search").blur()
    opened.tab.get_by_label("Search").fill("Ana")
    assert "100 of 200 rows" in opened.tab.locator("#matches").inner_text()
    assert opened.messages == []


def test_the_board_marks_what_is_new_until_it_was_opened(board: tuple[Path, Path], open_page: Any) -> None:
    opened = open_page(board[0])
    new = opened.tab.locator("#rows .new")
    assert new.count() == 0  # on the first look everything is old news
    key = "`hingecheck seen ${location.pathname}`"
    opened.tab.evaluate(f"localStorage.setItem({key}, 'another')")
    opened.tab.reload()
    assert new.count() == 2
    assert "2 new since your last look" in opened.tab.locator("#matches").inner_text()
    opened.tab.locator("#rows a", has_text="Ana").click()
    opened.tab.get_by_text("All athletes").click()
    assert new.count() == 1  # what was opened is seen
    opened.tab.get_by_role("button", name="Mark all as seen").click()
    assert new.count() == 0
    opened.tab.reload()
    assert new.count() == 0
    assert opened.messages == []


SMALL = """[...document.querySelectorAll('a, button, summary, label, select')].filter((part) => {
  const box = part.getBoundingClientRect();
  return box.width > 0 && !part.classList.contains('skip') && (box.height < 44 || box.width < 44);
}).map((part) => part.outerHTML.slice(0, 80))"""


def test_touch_targets_are_large_enough(result: Path, compared: Path, open_page: Any) -> None:
    for path in (result / "report.html", compared):
        assert open_page(path, PHONE).tab.evaluate(SMALL) == []


def test_the_films_of_a_comparison_play_together_from_lift_off_on(compared: Path, open_page: Any) -> None:
    opened = open_page(compared)
    data = "JSON.parse(document.getElementById('data').textContent)"
    apart = f"""(() => {{ const films = [...document.querySelectorAll('video')], zero = {data}.liftoff_s;
        return (films[1].currentTime - zero[1]) - (films[0].currentTime - zero[0]); }})()"""
    ready = "[...document.querySelectorAll('video')].every((film) => film.readyState >= 2 && !film.seeking)"
    opened.until(ready)
    first, second = opened.tab.evaluate(f"{data}.liftoff_s")
    assert second > first + 1.0  # another repetition of the same film
    assert abs(opened.tab.evaluate(apart)) < 0.02
    opened.tab.locator("#place").fill("0.5")
    opened.until(f"{ready} && Math.abs(document.querySelector('video').currentTime - {first + 0.5}) < 0.02")
    assert abs(opened.tab.evaluate(apart)) < 0.02
    assert opened.tab.locator("#since").inner_text() == "0.50 s"
    opened.tab.get_by_role("button", name="Play").click()
    opened.until(f"document.querySelector('video').currentTime > {first + 0.9}")
    opened.tab.get_by_role("button", name="Pause").click()
    assert abs(opened.tab.evaluate(apart)) < 0.15  # a busy machine shows frames late
    assert opened.messages == []
