"""The two reference pages that are written from the code: every command and every threshold."""

from __future__ import annotations

import re
from typing import Any

import typer.main

from hingecheck import cli
from hingecheck.judgement import criteria
from hingecheck.judgement.criteria import Rule, Threshold

_DECIDE = {
    "probability": "the true value lies beyond the limit with a probability of at least `flag_support`",
    "interval": "the whole interval lies beyond the limit",
}


def commands() -> str:
    """Markdown: usage, arguments and options of every command."""
    root = typer.main.get_command(cli.app)
    lines = [
        "# Command reference",
        "",
        "This page is written from the command line itself. `hingecheck COMMAND --help` says the same.",
        "",
        *_exit_codes(),
    ]
    for name, command in _leaves(root, "hingecheck"):
        lines += _command(name, command)
    return "\n".join(lines) + "\n"


def thresholds() -> str:
    """Markdown: every number that a judgement rests on."""
    known = criteria.load()
    lines = [
        "# Every threshold",
        "",
        f"This page is written from `hingecheck/judgement/criteria.toml`, version {known.used.version}. "
        "Numbers in square brackets are [sources](sources.md).",
        "",
        "To use your own limits, write a TOML file with the lines that differ, and give it with `--criteria FILE`:",
        "",
        '```toml title="mine.toml"',
        "[rule.hips_shoot_up]",
        "limit = 7.0",
        "```",
        "",
        "The report names the file beside the criteria version.",
        "",
        "## The verdict",
        "",
    ]
    for name, one in known.verdict.items():
        lines += _threshold(name, one)
    lines += [
        "## The rules",
        "",
        "A rule compares one number of the set with a limit. Its answer is *flag*, *ok*, or *not assessed* with the "
        "reason. `hingecheck explain RULE` prints the same on the terminal.",
        "",
    ]
    for name, rule in known.rules.items():
        lines += _rule(name, rule)
    return "\n".join(lines) + "\n"


def _exit_codes() -> list[str]:
    return [
        "## Exit codes",
        "",
        "| code | meaning |",
        "|---|---|",
        "| 0 | the clip was analyzed, with or without findings |",
        "| 2 | wrong usage, or there is a result already (`--force` replaces it) |",
        "| 3 | the video, or a result, cannot be read |",
        "| 4 | nobody was found in the picture |",
        "| 5 | somebody was found, but no repetition |",
        "| 6 | a model is missing or damaged |",
        "| 10 | a batch has finished, and some clips have no result |",
        "| 130 | interrupted (Ctrl-C) |",
        "",
        'With 3, 4 and 5, `--json` still prints one object: `{"schema", "error": {"code", "message", "remedy"}}`.',
        "",
    ]


def _leaves(command: Any, path: str) -> list[tuple[str, Any]]:
    """Every command that does something, with its full name."""
    if not hasattr(command, "commands"):
        return [(path, command)]
    return [leaf for name, one in command.commands.items() for leaf in _leaves(one, f"{path} {name}")]


def _command(name: str, command: Any) -> list[str]:
    context = command.make_context(name, [], resilient_parsing=True)
    usage = " ".join([name, *command.collect_usage_pieces(context)])
    shown = [param for param in command.params if not param.hidden]
    lines = [f"## `{name}`", "", command.help.strip(), "", "```text", usage, "```", ""]
    lines += ["| argument or option | what it does |", "|---|---|"]
    for param in shown:
        left, right = param.get_help_record(context)
        lines.append(f"| {_option(left)} | {_cell(right)} |")
    return [*lines, ""]


def _option(left: str) -> str:
    """`--out PATH`, of which no part is broken over two lines at a hyphen."""
    return f'<code class="option">{_cell(left)}</code>'


def _cell(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "&#124;")
    return escaped.replace("[", "\\[").replace("_", "\\_").replace("*", "\\*")


def _threshold(name: str, one: Threshold) -> list[str]:
    return [
        f"### `verdict.{name}` {_anchor(name)}",
        "",
        f"**{one.value:g}** {one.unit}",
        "",
        _linked(one.rationale),
        "",
        *_origin(one.source, one.population),
    ]


def _rule(name: str, rule: Rule) -> list[str]:
    return [
        f"### {rule.title} {_anchor(name)}",
        "",
        f"`rule.{name}` flags `{rule.metric}` {rule.side} **{rule.limit:g}** {rule.unit}, if {_DECIDE[rule.decide]}.",
        "",
        _linked(rule.rationale),
        "",
        *_origin(rule.source, rule.population)[:-1],
        f"- If flagged: *{rule.flag}*",
        f"- If not: *{rule.ok}*",
        f"- Cue: *{rule.cue}*",
        "",
    ]


def _origin(source: str, population: str) -> list[str]:
    return [f"- Source: {_linked(source)}", f"- Measured on: {_linked(population)}", ""]


def _linked(text: str) -> str:
    """Source numbers as links."""
    return re.sub(r"\[(\d+)\]", r"[\\[\1\\]](sources.md#source-\1)", text)


def _anchor(name: str) -> str:
    return f"{{ #{name} }}"
