"""The help of the commands: `-h` works too, types are named in plain words, and each help ends with an example."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from typer.core import TyperCommand, TyperGroup

TYPES: Final = {
    "bool": "yes/no",
    "boolean": "yes/no",
    "str": "text",
    "text": "text",
    "int": "number",
    "integer": "number",
    "integer range": "number",
    "float": "number",
    "float range": "number",
    "path": "file or folder",
}
"""A type as users think of it, by its name in the library."""

HELP_NAMES: Final = {"help_option_names": ["-h", "--help"]}
"""Settings of a command with which `-h` shows the help as well."""

EXAMPLES: Final = {
    "analyze": "hingecheck analyze lift.mov --load-kg 120",
    "app": "hingecheck app --folder clips/",
    "compare": "hingecheck compare monday.mov friday.mov",
    "report": "hingecheck report lift/analysis.json --pdf report.pdf",
    "export": "hingecheck export lift --to trc",
    "batch": "hingecheck batch season/ --out results/",
    "trend": "hingecheck trend Ana --logbook results/",
    "explain": "hingecheck explain hips_shoot_up",
    "doctor": "hingecheck doctor",
    "log": "hingecheck log list Ana --logbook results/",
}
"""One call of each command, shown at the end of its help."""


class PlainCommand(TyperCommand):
    """A command whose help names types in plain words."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help."""
        _name_types(self.get_params(ctx))
        super().format_help(ctx, formatter)


class PlainGroup(TyperGroup):
    """A group of commands whose help names types in plain words."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help."""
        _name_types(self.get_params(ctx))
        super().format_help(ctx, formatter)


def _name_types(params: Sequence[Any]) -> None:
    """Give every option and argument the plain name of its type."""
    for param in params:
        words = TYPES.get(_type_name(param), "")
        if param.param_type_name == "option":
            param.metavar = param.metavar or words
        else:
            param.display_type_rich = lambda ctx, words=words: words  # noqa: ARG005


def _type_name(param: Any) -> str:
    """The library's name for the type of an option.  Versions of the library keep it in different places."""
    old = getattr(getattr(param, "type", None), "name", "")
    return str(old or param.bare_type()).lower()


def options(name: str) -> dict[str, Any]:
    """What `typer` needs to know of the command `name` for its help."""
    return {"cls": PlainCommand, "context_settings": HELP_NAMES, "epilog": f"Example: {EXAMPLES[name]}"}
