"""The container recipe: no root, only what it needs, and a command that exists. Building it needs a network."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

from tests import doc_commands
from tests.doc_commands import ROOT, Shown

LINES = re.sub(r"\\\n", " ", (ROOT / "Containerfile").read_text(encoding="utf-8")).splitlines()
STEPS = [line.split(maxsplit=1) for line in LINES if line and not line.startswith("#")]


def last_stage() -> list[list[str]]:
    begin = max(index for index, step in enumerate(STEPS) if step[0] == "FROM")
    return STEPS[begin:]


def test_it_runs_without_root_and_names_its_base() -> None:
    users = [words for step, words in last_stage() if step == "USER"]
    assert len(users) == 1
    assert int(users[0]) > 1000
    for step, words in STEPS:
        if step == "FROM":
            assert re.match(r"docker\.io/library/python:3\.\d+-slim\b", words)
        assert step != "ADD"
        assert "http" not in words


def test_it_takes_only_what_the_package_needs() -> None:
    kept = {line[1:] for line in (ROOT / ".containerignore").read_text().splitlines() if line.startswith("!")}
    copied = {
        name for step, words in STEPS if step == "COPY" and "--from" not in words for name in shlex.split(words)[:-1]
    }
    assert copied == kept
    for name in copied:
        assert (ROOT / name).exists()
    force = re.findall(r'^"(models/[^"]+)" =', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert force
    assert all(Path(path).parts[0] in kept for path in force)


def test_its_command_and_those_of_its_page_exist() -> None:
    entry = next(json.loads(words) for step, words in last_stage() if step == "ENTRYPOINT")
    command = next(json.loads(words) for step, words in last_stage() if step == "CMD")
    doc_commands.check(Shown("Containerfile", (*entry, *command)))
    page = (ROOT / "docs/app.md").read_text(encoding="utf-8")
    runs = re.findall(r"^podman run .*$", page, re.MULTILINE)
    assert len(runs) == 2
    (batch,) = (run.partition(" hingecheck ")[2] for run in runs if " batch " in run)
    doc_commands.check(Shown("docs/app.md", ("hingecheck", *shlex.split(batch))))
