"""Writing text files so that a file that exists is complete."""

from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Write to a temporary name, then rename; create the folder if it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
