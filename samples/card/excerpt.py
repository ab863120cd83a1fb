"""The error card's rows as the report page shows them: from `samples/ERRORS.md` into the package.

python -m samples.card.excerpt
"""

import json
from pathlib import Path

ROOT = Path(__file__).parents[2]
CARD = ROOT / "samples" / "ERRORS.md"
EXCERPT = ROOT / "hingecheck" / "report" / "error_card.json"
TABLES = {
    "Lumbar change, °": "lumbar_change_deg",
    "Pelvis change, °": "pelvis_change_deg",
    "Hip change, °": "hip_change_deg",
    "Knee change, °": "knee_change_deg",
    "Lumbar share of the trunk's movement": "lumbar_share_trunk",
}
COLUMNS = ("clips", "reps", "bias", "mean abs. error", "95 % limits", "inside 90 % interval", "unread")


def excerpt(card: str) -> dict[str, dict[str, dict[str, str]]]:
    """Metric -> condition -> column -> cell, of every condition table of the card."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for part in card.split("\n### ")[1:]:
        title, _, body = part.partition("\n")
        if title.strip() in TABLES:
            found[TABLES[title.strip()]] = _rows(body)
    return found


def text(card: str) -> str:
    """The excerpt as a file."""
    return json.dumps(excerpt(card), indent=1, ensure_ascii=False) + "\n"


def _rows(body: str) -> dict[str, dict[str, str]]:
    table = [line for line in body.split("\n## ", maxsplit=1)[0].splitlines() if line.startswith("|")]
    head, _, *rows = ([cell.strip().strip("*") for cell in line.strip("|").split("|")] for line in table)
    named = (dict(zip(head, row, strict=True)) for row in rows)
    return {row["condition"]: {name: row[name] for name in COLUMNS} for row in named}


if __name__ == "__main__":
    EXCERPT.write_text(text(CARD.read_text(encoding="utf-8")), encoding="utf-8")
