"""`hingecheck explain`: show what a rule checks, its limit and its source."""

from __future__ import annotations

from typing import Annotated

import typer

from hingecheck.commands.console import out_console, reporting_errors

PREFIX = "verdict."
"""What stands before the name of a limit of the verdict where it is listed."""


def explain(
    rule: Annotated[
        str | None,
        typer.Argument(help="Name of a rule, or of a limit of the verdict. Default: list all of them."),
    ] = None,
) -> None:
    """Explain a rule or a limit of the verdict: what it checks, its value, and where the value comes from."""
    from hingecheck.judgement import criteria
    from hingecheck.report.terminal import rules

    with reporting_errors(as_json=False):
        known = criteria.load()
        if rule is None:
            rules.show(known, (known.rules, known.verdict), out_console)
        elif (name := rule.removeprefix(PREFIX)) in known.verdict:
            rules.show(known, ({}, {name: known.verdict[name]}), out_console)
        else:
            rules.show(known, ({rule: known.rule(rule)}, {}), out_console)
