"""HTML pages from the templates that travel with the package; every value is escaped unless it says that it is HTML."""

from __future__ import annotations

from functools import cache

import jinja2


def render(template_name: str, **data: object) -> str:
    """The page; raises jinja2.UndefinedError if the template asks for what is not given."""
    return _templates().get_template(template_name).render(**data)


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("hingecheck.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
