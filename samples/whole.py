"""Text files that are whole where they exist."""

from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Write under another name, then rename; the folder is made if missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
