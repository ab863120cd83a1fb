"""The help of the commands: short, with an example that works, and every pointer leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner

from hingecheck import cli
from hingecheck.commands.help import EXAMPLES
from hingecheck.judgement import criteria


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli.app, list(arguments), env={"COLUMNS": "200"})
    return done.exit_code, " ".join(done.output.split())


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_help_has_an_example_and_types_in_plain_words(name: str) -> None:
    code, text = run(name, "-h")
    assert code == 0
    assert f"Example: {EXAMPLES[name]}" in text
    assert EXAMPLES[name].startswith(f"hingecheck {name}")
    assert re.findall(r"<(?:bool|str|int|float|path)>|\b(?:BOOLEAN|INTEGER|FLOAT)\b", text) == []
    assert "-h" in text


def test_the_examples_use_options_that_exist() -> None:
    root = typer.main.get_command(cli.app)
    for name, example in EXAMPLES.items():
        _, text = run(*example.split()[1:2], "-h") if name != "log" else run("log", "list", "-h")
        for option in re.findall(r"--[a-z-]+", example):
            assert option in text, example
    assert root is not None


def test_the_general_help_works_with_h() -> None:
    code, text = run("-h")
    assert code == 0
    assert "analyze" in text
    assert "Example:" in text


def test_analyze_names_the_command_for_a_folder_and_for_two_clips(tmp_path: Path) -> None:
    code, text = run("analyze", str(tmp_path))
    assert code == 3
    assert f"hingecheck batch {tmp_path} --out DIR" in text.replace(" / ", "/")
    code, text = run("analyze", "a.mp4", "b.mp4")
    assert code == 2
    assert "hingecheck compare a.mp4 b.mp4" in text
    code, text = run("analyze", "a.mp4", "b.mp4", "c.mp4")
    assert code == 2
    assert "hingecheck batch" in text


def test_explain_knows_every_rule_and_every_limit_of_the_verdict() -> None:
    known = criteria.load()
    code, listing = run("explain")
    assert code == 0
    for name in (*known.rules, *(f"verdict.{limit}" for limit in known.verdict)):
        assert name in listing
        code, text = run("explain", name)
        assert code == 0
        assert "source:" in text
    code, text = run("explain", "verdict.low_back_led")
    assert code == 2
    assert "Did you mean verdict.low_back_led_above?" in text
