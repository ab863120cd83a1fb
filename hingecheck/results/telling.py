"""Change what the lifter said in a finished `analysis.json`.  Nothing that was measured changes."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hingecheck.records import Advice, LiftStyle, SelfReport
from hingecheck.results import document, folder, reading


def retell(path: Path, report: SelfReport, advice: Advice, style: str = "") -> None:
    """Write the self-report and the advice that follows from it into the file `path`.

    `style`: the style of the lift as the user names it; "" keeps the one in the file.  Raises ResultUnreadable if the
    file is damaged or would be, and OSError.
    """
    reading.read(path)
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    content["self_report"] = None if report.empty else document.plain(asdict(report))
    content["advice"] = document.plain(asdict(advice))
    if style:
        content["style"] = {"name": style, "confidence": 1.0, "given": True}
    data = document.text(content).encode()
    reading.parsed(data, path)
    folder.put(path, data)


def style(path: Path) -> LiftStyle | None:
    """The style of the lift in a finished `analysis.json`; None if the file does not hold it.  Raises OSError."""
    found = json.loads(path.read_text(encoding="utf-8")).get("style")
    return None if found is None else LiftStyle(found["name"], found["confidence"], given=found["given"])
