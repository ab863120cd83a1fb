"""`hingecheck explain`: show what a rule checks, its limit and its source."""

from __future__ import annotations

from typing import Annotated

import typer

from hingecheck.commands.console import out_console, reporting_errors


def explain(
    rule: Annotated[str | None, typer.Argument(help="Name of a rule. Default: list all rules.")] = None,
) -> None:
    """Explain a rule: what it checks, its limit, and where the limit comes from."""
    from hingecheck.judgement import criteria
    from hingecheck.report.terminal import rules

    with reporting_errors(as_json=False):
        known = criteria.load()
        rules.show(known, known.rules if rule is None else {rule: known.rule(rule)}, out_console)
