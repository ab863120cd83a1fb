"""The app in a real browser, from the drop of a clip to the deletion of an athlete. No test downloads anything."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.recordings import SAMPLES
from tests.serving import REPLAYED, Served, of, serving, with_results
from tests.test_browser import CHROMIUM, PHONE, SMALL, sync_api, violations
from tests.test_browser import browser as browser  # noqa: PLC0414  # the fixture
from tests.test_browser import pytestmark as pytestmark  # noqa: PLC0414
from tests.test_page import HOSTILE

pytest.importorskip("uvicorn", reason="extra `app` is not installed")
WIDE = (1440, 900)

assert sync_api, CHROMIUM


class Tab:
    """A page of the app in the browser, with its messages and the addresses that it requested."""

    def __init__(self, browser: Any, size: tuple[int, int] = WIDE, *, dark: bool = False) -> None:
        self.context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            has_touch=size == PHONE,
            accept_downloads=True,
        )
        self.context.set_default_timeout(120_000)  # a busy machine is slow
        self.page = self.context.new_page()
        self.messages: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.messages.append(message.text))
        self.page.on("pageerror", lambda error: self.messages.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def go(self, app: Served, path: str = "") -> Any:
        """Open a page below the token."""
        self.page.goto(app.address + path)
        return self.page

    def until(self, part: Any, words: str) -> None:
        """Wait until a part of the page holds these words. Poll from outside: the page's policy blocks it inside."""
        for _ in range(2400):
            if part.count() and words in part.first.inner_text():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{words}: not in {part.all_inner_texts()}")


@pytest.fixture
def tab(browser: Any) -> Iterator[Tab]:
    opened = Tab(browser)
    yield opened
    opened.context.close()


@pytest.fixture(scope="module")
def shelved(result: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An app with finished results: two of Ana, one with a hostile name, and clips of the stand-in."""
    folder = tmp_path_factory.mktemp("shelved")
    clips = {
        "first.mp4": of("Ana", "2026-03-01", 100),
        "second.mp4": of("Ana", "2026-03-08", 120),
        HOSTILE: of(HOSTILE[:100], "", None),
    }
    with_results(folder, result, clips)
    with serving(folder) as app:
        app.dropped("empty.mp4", "nobody")
        yield app


def ids(app: Served) -> dict[str, str]:
    return {card["file"]: card["id"] for card in app.ask("GET", "state").data["clips"]}


def clip(folder: Path, name: str, words: str) -> Path:
    """A file for the stand-in."""
    path = folder / name
    path.write_text(f"G {words}")
    return path


@pytest.mark.slow
def test_a_lifter_drops_a_clip_and_gets_the_answer(tab: Tab, tmp_path: Path) -> None:
    """The real analysis, with replayed landmarks: drop, progress, result, questions, trend, deletion."""
    with serving(tmp_path, REPLAYED) as app:
        page = tab.go(app)
        page.get_by_label("Athlete").first.fill("Ana")
        page.locator("#files").set_input_files(SAMPLES / "hip_led.mp4")
        tab.until(page.locator(".clip .state"), "pictures")
        tab.until(page.locator(".clip .state"), "hip-led")
        assert "Consistent with a hip-led lift" in page.locator(".clip .sentence").inner_text()
        page.get_by_role("link", name="Open the result").click()
        page.locator("#film").wait_for()
        assert page.locator("h1").inner_text() == "Hip-led lift"
        page.locator(".session a", has_text="Questions and files").click()
        page.locator("input[name=load_kg]").fill("120")
        page.locator("input[name=date]").fill("2026-03-01")
        tab.until(page.locator(".saved"), "Saved.")
        page.go_back()
        tab.until(page.locator(".file"), "120 kg")
        page.locator(".session a", has_text="Ana").click()
        assert page.locator("h1").inner_text() == "Ana"
        assert tab.messages == []
        assert {url.split("/")[2] for url in tab.requests if url.startswith("http")} == {app.host}


def test_progress_cancel_and_a_restart_in_the_middle(tab: Tab, tmp_path: Path) -> None:
    (tmp_path / "app" / "videos").mkdir(parents=True)
    gate = tmp_path / "app" / "videos" / "gate"
    gate.write_text("0")
    with serving(tmp_path / "app") as app:
        page = tab.go(app)
        page.locator("#files").set_input_files(
            [clip(tmp_path, "one.mp4", "gate 1 share 0.2"), clip(tmp_path, "two.mp4", "hang")]
        )
        one, two = (page.locator(".clip", has_text=name) for name in ("one.mp4", "two.mp4"))
        tab.until(one.locator(".state"), "Measuring the lifter: 30 of 120 pictures")
        assert one.locator("progress").get_attribute("value") == "0.25"
        tab.until(two.locator(".state"), "Measuring")
        two.get_by_role("button", name="Cancel").click()
        tab.until(two.locator(".state"), "Cancelled")
        app.process.send_signal(signal.SIGKILL)
        app.process.wait()
        page.locator("#lost").wait_for()
        assert "does not answer" in page.locator("#lost").inner_text()
    gate.write_text("1")
    with serving(tmp_path / "app") as app:
        page = tab.go(app)
        tab.until(page.locator(".clip", has_text="one.mp4").locator(".state"), "hip-led")
        assert page.locator(".clip", has_text="two.mp4").locator(".state").inner_text() == "Cancelled"
        page.locator(".clip", has_text="two.mp4").get_by_role("button", name="Measure again").wait_for()


def test_clips_are_dropped_with_the_mouse_and_wrong_ones_are_refused_in_words(tab: Tab, shelved: Served) -> None:
    page = tab.go(shelved)
    drop = """(files) => { const data = new DataTransfer();
        for (const [name, text] of files) data.items.add(new File([text], name));
        const event = new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true});
        document.getElementById('zone').dispatchEvent(event); }"""
    page.evaluate(drop, [["notes.txt", "hello"], ["<img src=x onerror=alert(1)>.mp4", "G share 0.7"]])
    tab.until(page.locator("#problems"), "notes.txt: is not a video")
    dropped = page.locator(".clip", has_text="onerror")
    tab.until(dropped.locator(".state"), "low-back-led")
    assert page.locator("img[src=x]").count() == 0
    failed = page.locator(".clip", has_text="empty.mp4")
    assert "Nobody was found. Film the whole lifter." in failed.locator(".sentence").inner_text()
    assert [line for line in tab.messages if "415" not in line] == []


def sparse(path: Path, head: bytes, size: int) -> Path:
    """A file of a size that takes no room on the disk."""
    with path.open("wb") as file:
        file.write(head)
        file.truncate(size)
    return path


def test_large_files_are_refused_in_words(tab: Tab, shelved: Served, tmp_path: Path) -> None:
    """2 GB are not even sent. A large file that is no video is refused while it is still being sent."""
    page = tab.go(shelved)
    before = sorted((shelved.folder / "videos").iterdir())
    page.locator("#files").set_input_files(sparse(tmp_path / "long.mp4", b"\0\0\0\x20ftypisom", 2_000_000_000))
    tab.until(page.locator("#problems"), "long.mp4: is too large")
    assert not [url for url in tab.requests if "clips?" in url]
    page.locator("#files").set_input_files(sparse(tmp_path / "disk image.mp4", b"no video at all!", 1_900_000_000))
    tab.until(page.locator("#problems"), "disk image.mp4: is not a video. Drop the video file that")
    assert sorted((shelved.folder / "videos").iterdir()) == before


def test_a_new_measurement_that_fails_is_told_beside_the_earlier_result(tab: Tab, tmp_path: Path) -> None:
    with serving(tmp_path) as app:
        clip_id = app.dropped("a.mp4", "share 0.2")
        (tmp_path / "videos" / "gate").write_text("0")
        (tmp_path / "videos" / clip_id / "a.mp4").write_text("G gate 1 nobody")
        page = tab.go(app)
        card = page.locator(".clip", has_text="a.mp4")
        assert card.locator(".remark").is_hidden()
        card.get_by_role("button", name="Measure again").click()
        tab.until(card.locator(".state"), "Measuring")
        (tmp_path / "videos" / "gate").write_text("1")
        tab.until(card.locator(".remark"), "The new measurement failed. This is the earlier result. Nobody was found.")
        assert card.locator(".state").inner_text() == "hip-led"
        assert "A stand-in, hip_led." in card.locator(".sentence").inner_text()
        tab.until(page.locator("#live"), "a.mp4: The new measurement failed.")
        card.get_by_role("link", name="Open the result").click()
        page.get_by_text("A report").wait_for()


def test_a_page_that_the_browser_kept_shows_the_new_answers(tab: Tab, result: Path, tmp_path: Path) -> None:
    (clip_id,) = with_results(tmp_path, result, {"a.mp4": of("Ana", "2026-03-01", 100)})
    back = "dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))"
    with serving(tmp_path) as app:
        page = tab.go(app, f"board/clips/{clip_id}/report.html")
        app.ask("PATCH", f"clips/{clip_id}", {"load_kg": "142.5", "athlete": "Cleo"})
        page.evaluate(back)
        tab.until(page.locator(".file").first, "142.5 kg")
        page.locator(".session a", has_text="Cleo").click()
        tab.until(page.locator("h1"), "Cleo")
        trend = page.url
        app.ask("PATCH", f"clips/{clip_id}", {"date": "2026-03-09"})
        page.evaluate(back)
        tab.until(page.locator("main"), "9 March")
        page.goto(app.address + "table")
        page.goto(trend)
        app.ask("PATCH", f"clips/{clip_id}", {"date": "2026-03-19"})
        page.go_back()
        page.go_forward()
        tab.until(page.locator("main"), "19 March")


def test_a_foreign_page_and_a_wrong_token_get_nothing(tab: Tab, shelved: Served, tmp_path: Path) -> None:
    page = tab.page
    answer = page.goto(shelved.address.replace(shelved.token, "wrong") + "board/index.html")
    assert answer.status == 403
    assert "token" in page.content()
    (tmp_path / "foreign.html").write_text("<title>foreign</title>")
    page.goto((tmp_path / "foreign.html").as_uri())
    send = """async (url) => { try { const answer = await fetch(url, {method: 'POST', body: '{}'});
        return answer.status; } catch (error) { return 'blocked'; } }"""
    count = len(shelved.ask("GET", "state").data["clips"])
    assert page.evaluate(send, shelved.address + "athletes/delete") == "blocked"
    assert page.evaluate(send, shelved.address + "clips?name=a.mp4") == "blocked"
    image = """(url) => new Promise((done) => { const image = new Image();
        image.onload = () => done('shown'); image.onerror = () => done('blocked'); image.src = url; })"""
    clip_id = ids(shelved)["first.mp4"]
    assert page.evaluate(image, f"{shelved.address}board/clips/{clip_id}/keyframes.png") == "blocked"
    assert len(shelved.ask("GET", "state").data["clips"]) == count


def test_a_coach_filters_compares_shares_and_makes_the_pdf(tab: Tab, shelved: Served) -> None:
    pytest.importorskip("typst", reason="extra `clinic` is not installed")
    page = tab.go(shelved, "board/index.html?by=clip")
    rows = page.locator("#rows tr")
    page.locator("select[name=athlete]").select_option("Ana")
    assert rows.count() == 2
    page.get_by_label("From").fill("2026-03-05")
    assert rows.count() == 1
    page.get_by_label("From").fill("")
    for box in page.locator("input.pick").all():
        box.check()
    page.get_by_role("button", name="Compare these two").click()
    page.locator("#play").wait_for()
    assert "aligned at lift-off" in page.locator("h1").inner_text()
    films = "[...document.querySelectorAll('video')].every((film) => film.readyState >= 2)"
    for _ in range(600):
        if page.evaluate(films):
            break
        page.wait_for_timeout(50)
    assert page.evaluate("document.querySelectorAll('video').length") == 2
    page.locator(".session a", has_text="Board").click()
    page.locator("#rows a", has_text="Ana").first.click()
    assert "clips on" in page.locator("main p").first.inner_text()
    page.go_back()
    page.goto(f"{shelved.address}clips/{ids(shelved)['second.mp4']}")
    page.frame_locator("iframe").locator("h1").wait_for()
    page.get_by_text("Share, PDF, FHIR").click()
    with page.expect_download() as shared:
        page.get_by_role("link", name="Result as one file").click()
    assert shared.value.suggested_filename == "second.html"
    page.get_by_label("Pseudonym").fill("P17")
    page.get_by_label("Previous session").select_option(index=1)
    with page.expect_download() as pdf:
        page.get_by_role("button", name="Make the PDF").click()
    assert pdf.value.suggested_filename == "P17.pdf"
    assert Path(pdf.value.path()).read_bytes().startswith(b"%PDF")
    assert tab.messages == []


def test_a_shared_file_opens_alone_and_plays(tab: Tab, shelved: Served, tmp_path: Path) -> None:
    page = tab.page
    (tmp_path / "a.html").write_bytes(shelved.ask("GET", f"clips/{ids(shelved)['first.mp4']}/share.html").body)
    page.goto((tmp_path / "a.html").as_uri())
    for _ in range(600):
        if page.evaluate("document.getElementById('film').readyState >= 2"):
            break
        page.wait_for_timeout(50)
    assert page.evaluate("document.getElementById('film').duration") > 5
    assert page.locator(".session").count() == 0
    assert tab.messages == []


def test_missing_details_are_filled_in_and_an_athlete_is_deleted(tab: Tab, result: Path, tmp_path: Path) -> None:
    with_results(tmp_path, result, {"a.mp4": of("", ""), "b.mp4": of("Bo", "2026-03-01", 100)})
    with serving(tmp_path) as app:
        page = tab.go(app, "table")
        assert page.locator("#rows tr").count() == 1
        clip_id = ids(app)["a.mp4"]
        fields = (("Date", "2026-03-02", "date"), ("Load, kg", "142,5", "load_kg"), ("Athlete", "Zoë", "athlete"))
        for label, text, name in fields:
            page.get_by_label(label).fill(text)
            page.keyboard.press("Tab")
            for _ in range(600):
                if app.card(clip_id)["answers"][name]:
                    break
                page.wait_for_timeout(50)
            tab.until(page.locator("#saved"), "Saved.")
        page.reload()
        assert page.locator("#rows").inner_text() == "Nothing is missing."
        tab.go(app, "athletes")
        page.locator("summary", has_text="Zoë").click()
        page.get_by_label("Type the name to confirm").last.fill("Zo")
        page.get_by_role("button", name="Delete for good").last.click()
        tab.until(page.locator("details.athlete[open] output"), "This is not the name above.")
        page.get_by_label("Type the name to confirm").last.fill("Zoë")
        page.get_by_role("button", name="Delete for good").last.click()
        tab.until(page.locator("details.athlete output"), "")
        tab.until(page.locator("details.athlete summary").last, "deleted")
        assert [card["file"] for card in app.ask("GET", "state").data["clips"]] == ["b.mp4"]
        assert b"Zo\xc3\xab" not in (tmp_path / "logbook.sqlite").read_bytes()


def test_the_lifter_is_chosen_with_a_click_or_with_the_keyboard(tab: Tab, tmp_path: Path) -> None:
    with serving(tmp_path) as app:
        clip_id = app.dropped("two.mp4", "share 0.2")
        person = {"x": 0.25, "y": 0.5, "left": 0.1, "top": 0.2, "right": 0.4, "bottom": 0.9}
        other = person | {"x": 0.75, "left": 0.6, "right": 0.9}
        places = {"width": 1000, "height": 500, "people": [other, person]}
        (tmp_path / "people" / f"{clip_id}.json").write_text(json.dumps(places))
        (tmp_path / "people" / f"{clip_id}.jpg").write_bytes((SAMPLES.parent / "pictures" / PICTURE).read_bytes())
        page = tab.go(app)
        page.get_by_text("Several people: who is the lifter?").wait_for()
        assert violations(page) == []
        page.get_by_role("button", name="Person 2 of 2, from the left").focus()
        page.keyboard.press("Enter")
        for _ in range(600):
            if app.card(clip_id)["answers"]["person"] == "750,250":
                break
            page.wait_for_timeout(50)
        assert app.until(clip_id, "done")["answers"]["person"] == "750,250"
        page.locator(".who summary").click()
        box = page.locator(".people img").bounding_box()
        page.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + 0.1 * box["height"])
        for _ in range(600):
            if app.card(clip_id)["answers"]["person"] == "500,50":
                break
            page.wait_for_timeout(50)
        assert re.fullmatch("(499|500|501),(49|50|51)", app.card(clip_id)["answers"]["person"])


PICTURE = next(path.name for path in sorted((SAMPLES.parent / "pictures").iterdir()) if path.suffix in (".png", ".jpg"))


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_page_is_accessible_and_fits_the_window(
    size: tuple[int, int], *, dark: bool, shelved: Served, browser: Any
) -> None:
    tab = Tab(browser, size, dark=dark)
    hostile = next(clip_id for file, clip_id in ids(shelved).items() if file.startswith("</script>"))
    trend = re.search(r'"page":"(trends/ana-[^"]*)"', shelved.ask("GET", "board/index.html").body.decode())
    assert trend
    paths = (
        "",
        f"clips/{hostile}",
        "board/index.html",
        "board/index.html?by=clip",
        f"board/{trend[1]}",
        "table",
        "athletes",
    )
    for path in paths:
        page = tab.go(shelved, path)
        page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], path
        small = [part for part in page.evaluate(SMALL) if not part.startswith(("<label", "<bdi"))]
        assert small == [], path
        assert page.locator("h1").count() == page.locator("main").count() == 1, path
    assert tab.messages == []
    tab.context.close()


def test_the_keyboard_reaches_everything_on_the_first_page(tab: Tab, shelved: Served) -> None:
    page = tab.go(shelved)
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "document.activeElement.id || document.activeElement.className || document.activeElement.name"
            )
        )
    assert {"files", "skip", "kind", "button open", "button page"} <= reached
