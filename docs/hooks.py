"""What MkDocs calls while it builds the site: adds the generated pages, keeps the pages from fetching anything."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # MkDocs loads this file by its path and knows nothing of the package around it

from docs import figures, reference  # noqa: E402

PICTURES: Final = ("keyframes.jpg", "film.jpg", "report.jpg", "agreement.png", "peers.png", "yaw.png")
CARDS: Final = {
    "POSE": "pose-model",
    "SPINE": "spine-model",
    "PLATES": "plate-finder",
    "FACE": "face-detector",
    "SEGMENTATION": "repetition-model",
}

REMOTE: Final = re.compile(r"https://unpkg\.com/")
"""Where the theme's script would fetch scripts for old browsers and for diagrams, which these pages do not use."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what is written from the code, and the documents that live elsewhere in the repository."""
    made = {
        "commands.md": reference.commands(),
        "thresholds.md": reference.thresholds(),
        "changelog.md": _text("CHANGELOG.md"),
        "accuracy/error-card.md": _text("samples/ERRORS.md").replace("](pictures/", "](../pictures/"),
    }
    made |= {f"accuracy/{page}.md": _text(f"models/{name}.md") for name, page in CARDS.items()}
    made |= {f"pictures/{name}.svg": text for name, text in figures.all_figures().items()}
    for path, text in made.items():
        files.append(File.generated(config, path, content=text))
    for name in PICTURES:
        files.append(File.generated(config, f"pictures/{name}", abs_src_path=str(ROOT / "samples/pictures" / name)))
    return files


def on_post_build(config: MkDocsConfig) -> None:
    """Take the addresses out of the theme's script from which it would fetch."""
    for script in Path(config.site_dir).glob("assets/javascripts/*.js"):
        script.write_text(REMOTE.sub("", script.read_text(encoding="utf-8")), encoding="utf-8")


def _text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")
