"""Typeset the clinician's report as a PDF.  Only this file imports typst.

The PDF follows PDF/A-2a and PDF/UA-1: it is tagged and embeds its fonts.  It uses only the fonts in the typst wheel, so
the same data give the same bytes on every machine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from hingecheck import language
from hingecheck.errors import ExtraMissing

FONT: Final = "Libertinus Serif"
KEPT: Final = frozenset(("subject", "date", "created", "paper", "sources"))
"""Keys of the data whose texts are names, codes or sources."""

TEMPLATE: Final = Path(__file__).with_name("pages.typ")
_EXTRA: Final = "Run pip install 'hingecheck[clinic]'."


def pdf(data: Mapping[str, Any]) -> bytes:
    """The report as PDF bytes.  `data` fills pages.typ.  Raises ExtraMissing if typst or its fonts are missing."""
    try:
        import typst
    except ModuleNotFoundError as error:
        raise ExtraMissing("the PDF report needs typst, which is not installed", _EXTRA) from error
    if FONT not in typst.Fonts(include_system_fonts=False, include_embedded_fonts=True).families():
        raise ExtraMissing(
            f"the installed typst lacks its fonts ({FONT} is missing)",
            "Run pip install --force-reinstall typst. The wheel contains the fonts.",
        )
    return typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        ignore_system_fonts=True,
        pdf_standards=["a-2a", "ua-1"],
        sys_inputs={"data": json.dumps(_translated(data), ensure_ascii=False, allow_nan=False)},
    )


def _translated(data: Mapping[str, Any]) -> dict[str, Any]:
    """The data in the language in use, with the translations of the template's own words."""
    used = language.current()
    words = {} if used is None else {text: used.texts[text] for text in used.texts if "{" not in text}
    return dict(language.data(data, KEPT)) | {"font": FONT, "lang": language.code(), "words": words}
