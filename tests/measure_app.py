"""Measure the app with many clips: how long the board takes, and how long the list takes to answer a keystroke.

    python -m tests.measure_app --clips 2000

It makes results from given numbers, opens the list of all clips in Chromium, types a name letter by letter and scrolls
to the end.  It prints a line for each measurement, in milliseconds: median, 95th percentile and largest value.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright import sync_api

from hingecheck.app.questions import Answers
from hingecheck.app.shelf import Item, Shelf
from hingecheck.records import SelfReport
from tests import standin
from tests.serving import Served, serving
from tests.test_browser import CHROMIUM

ATHLETES = 100
TYPED = "athlete 42"
CLIPS = "board/index.html?by=clip"

KEYSTROKE = """([text]) => new Promise((done) => {
  const field = document.querySelector('input[type=search]');
  const begin = performance.now();
  field.value = text;
  field.dispatchEvent(new Event('input', {bubbles: true}));
  document.body.getBoundingClientRect();
  const after = new MessageChannel();
  after.port1.onmessage = () => done(performance.now() - begin);
  requestAnimationFrame(() => after.port2.postMessage(0));
})"""
"""Milliseconds from a keystroke to the picture after it."""

SCROLL = """() => new Promise((done) => {
  const times = []; let last = performance.now(); let still = 0;
  const step = (now) => {
    times.push(now - last); last = now;
    const before = scrollY; scrollBy(0, 1500);
    still = scrollY === before ? still + 1 : 0;
    if (still < 10) requestAnimationFrame(step); else done(times.slice(1, -10));
  };
  requestAnimationFrame(step);
})"""
"""Milliseconds between two pictures while the page scrolls to its end."""


def shelve(folder: Path, count: int) -> None:
    """Put results from given numbers on the shelf of a folder."""
    store = Shelf(folder)
    for number in range(count):
        athlete, day = f"athlete {number % ATHLETES}", number // ATHLETES
        file, sha256 = f"set {number}.mp4", hashlib.sha256(str(number).encode()).hexdigest()
        report = SelfReport(load_kg=100.0 + day)
        answers = Answers(athlete, f"2026-{1 + day // 28:02}-{1 + day % 28:02}", report)
        item = Item(sha256[:16], file, "", sha256, "done", answers)
        place = folder / item.folder
        place.mkdir()
        document = standin.result(0.1 + 0.8 * (number % 17) / 17, file=file, sha256=sha256, load_kg=report.load_kg)
        (place / "analysis.json").write_text(json.dumps(document), encoding="utf-8")
        (place / "report.html").write_text("<p>A report</p>", encoding="utf-8")
        store.add(item)
    store.close()


def spent_ms(work: Any) -> float:
    begin = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - begin)


def answered_ms(app: Served, page: Any, number: int) -> float:
    """Milliseconds from the last file of an analysis until the first page shows its answer and the report is open."""
    page.goto(app.address)
    name, known = f"new {number}.mp4", set((app.folder / "clips").iterdir())
    page.locator("#files").set_input_files({"name": name, "mimeType": "video/mp4", "buffer": b"G share 0.2"})
    card = page.locator(".clip", has_text=name)
    card.get_by_role("link", name="Open the result").click()
    page.get_by_text("A report").wait_for()
    (place,) = set((app.folder / "clips").iterdir()) - known
    return float(1000 * (time.time() - (place / "clip.json").stat().st_mtime))


def line(what: str, values_ms: list[float]) -> None:
    high = sorted(values_ms)[math.ceil(0.95 * len(values_ms)) - 1]
    print(f"{what:<46}{statistics.median(values_ms):8.0f} ms median{high:8.0f} ms 95 %{max(values_ms):8.0f} ms at most")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=2000)
    count = parser.parse_args().clips
    with tempfile.TemporaryDirectory() as place:
        shelve(Path(place), count)
        begin = time.perf_counter()
        with serving(Path(place)) as app, sync_api.sync_playwright() as playwright:
            line(f"start of the app with {count} clips", [1000 * (time.perf_counter() - begin)])
            line("the board, first time", [spent_ms(lambda: app.ask("GET", "board/index.html"))])
            line("the list of all clips", [spent_ms(lambda: app.ask("GET", CLIPS)) for _ in range(5)])
            line("the state of the first page", [spent_ms(lambda: app.ask("GET", "state")) for _ in range(10)])
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.set_default_timeout(300_000)
            page.goto(app.address + CLIPS)
            typed = [TYPED[: end + 1] for end in range(len(TYPED))]
            texts = [*typed, *typed[-2::-1], ""] * 3
            line("a keystroke in the search", [page.evaluate(KEYSTROKE, [text]) for text in texts])
            line("between two pictures while scrolling", page.evaluate(SCROLL))
            rows = page.evaluate("document.querySelectorAll('#rows tr').length")
            page.focus("#filters [name=words]")
            line(f"the first keystroke after {rows} rows were drawn", [page.evaluate(KEYSTROKE, ["a"])])
            line("from the end of an analysis to its answer", [answered_ms(app, page, n) for n in range(5)])
            browser.close()


if __name__ == "__main__":
    main()
