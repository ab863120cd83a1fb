"""The app as its users run it: a server in a process of its own, asked over HTTP."""

from __future__ import annotations

import contextlib
import http.client
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

from hingecheck.app.questions import Answers
from hingecheck.app.shelf import Item, Shelf, new_id
from hingecheck.records import SelfReport

ROOT: Final = Path(__file__).parents[1]
WAIT_S: Final = 120.0
STANDIN, REPLAYED = "tests.standin", "tests.replaying"


@dataclass
class Answer:
    """The answer to a request."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def data(self) -> Any:
        return json.loads(self.body)


@dataclass
class Served:
    """A running app: its process, its address and its folder."""

    process: subprocess.Popen[str]
    address: str
    folder: Path

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc

    @property
    def token(self) -> str:
        return urlsplit(self.address).path.strip("/")

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        token: str | None = None,
    ) -> Answer:
        """Send a request below the token, with headers that replace the usual ones."""
        connection = http.client.HTTPConnection(self.host, timeout=WAIT_S)
        data = json.dumps(body).encode() if isinstance(body, Mapping) else body
        try:
            connection.request(method, f"/{token or self.token}/{path}", data, dict(headers or {}))
            answer = connection.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def drop(self, name: str, words: str | bytes, kind: str = "set", **answers: object) -> Answer:
        """Drop a clip.  Words become a clip of the stand-in."""
        body = f"G {words}".encode() if isinstance(words, str) else words
        query = f"clips?name={quote(name)}&kind={kind}&answers={quote(json.dumps(answers))}"
        return self.ask("POST", query, body)

    def dropped(self, name: str, words: str | bytes, **answers: object) -> str:
        """Drop a clip and wait for its end; returns its id."""
        answer = self.drop(name, words, "set", **answers)
        assert answer.status == 201, answer.body
        self.until(answer.data["id"], "done", "failed")
        return str(answer.data["id"])

    def card(self, clip_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ask("GET", f"clips/{clip_id}/card").data
        return found

    def until(self, clip_id: str, *states: str) -> dict[str, Any]:
        """Wait until a clip is in one of these states."""
        for _ in range(round(WAIT_S / 0.05)):
            card = self.card(clip_id)
            if card["state"] in states and (card["outcome"] or card["state"] != "done"):
                return card
            time.sleep(0.05)
        raise AssertionError(f"{card['state']}, not {states}")

    def stop(self) -> None:
        """End the app as Ctrl-C does."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.communicate()


@contextlib.contextmanager
def serving(folder: Path, module: str = STANDIN) -> Iterator[Served]:
    """Run the app on a folder."""
    command = [sys.executable, "-m", module, "app", "--folder", str(folder), "--no-browser", "--workers", "2"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    lines = iter(process.stdout.readline, "")
    address = next((line.strip() for line in lines if line.startswith("http://")), "")
    if not address:
        raise AssertionError(process.communicate()[1])
    served = Served(process, address, folder)
    try:
        yield served
    finally:
        served.stop()


def with_results(folder: Path, result: Path, clips: Mapping[str, Answers]) -> list[str]:
    """Put copies of a finished result on the shelf of a folder: file name -> answers.  Returns their ids."""
    shelf, ids = Shelf(folder), []
    for number, (file, answers) in enumerate(clips.items()):
        item = Item(new_id(), file, "", f"{number:064x}", "done", answers)
        target = folder / item.folder
        shutil.copytree(result, target)
        text = (target / "analysis.json").read_text(encoding="utf-8")
        sha256 = json.loads(text)["video"]["sha256"]
        (target / "analysis.json").write_text(text.replace(sha256, item.sha256), encoding="utf-8")
        shelf.add(item)
        ids.append(item.id)
    shelf.close()
    return ids


def of(athlete: str, date: str, load_kg: float | None = None) -> Answers:
    """The answers about a clip."""
    return Answers(athlete, date, SelfReport(load_kg=load_kg))
