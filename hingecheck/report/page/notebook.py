"""Show a result in a notebook: the verdict, the cue and a short table of the repetitions, as a piece of HTML."""

from __future__ import annotations

from typing import Final

from hingecheck.records.stored import Stored
from hingecheck.report import sentences, wording
from hingecheck.report.page import template

COLUMNS: Final = ("lumbar_share_trunk", "lumbar_at_start_deg", "hip_change_deg", "concentric_s")
"""Metrics of each repetition in the table."""


def html(stored: Stored) -> str:
    """The result as HTML without scripts; it fetches nothing."""
    verdict = stored.verdict
    rows = [
        {
            "number": rep.number,
            "remarks": ", ".join(rep.remarks),
            "cells": [wording.measure(name, rep.values[name]) for name in COLUMNS],
        }
        for rep in stored.reps
    ]
    context: dict[str, object] = {
        "file": stored.video.file,
        "title": sentences.outcome(verdict.pattern, measured=verdict.share.known),
        "verdict": verdict,
        "head": [wording.name(name) for name in COLUMNS],
        "rows": rows,
    }
    return template.render("notebook.html", context)
