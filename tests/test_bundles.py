"""Model files: hingecheck finds them by name or path and checks packaged files against the manifest."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from hingecheck.backends import bundles
from hingecheck.errors import ModelError, ModelNotFound


@pytest.mark.parametrize("name", ["lite", "full", "heavy"])
def test_the_packaged_pose_models_match_the_manifest(name: str) -> None:
    bundle = bundles.find(name)
    assert (
        hashlib.sha256(bundle.path.read_bytes()).hexdigest()
        == bundle.sha256
        == bundles.manifest()["pose"][name]["sha256"]
    )


def test_every_manifest_entry_names_licence_origin_and_card() -> None:
    for entry in (entry for kind in bundles.manifest().values() for entry in kind.values()):
        assert entry["licence"] in {"Apache-2.0", "MIT"}
        assert len(entry["origin"]) > 20
        assert (bundles.folder() / entry["card"]).is_file()


def test_the_packaged_spine_model_matches_the_manifest_and_is_small() -> None:
    parts = bundles.spine()
    assert sum(part.path.stat().st_size for part in parts) <= 16_000_000
    for part in parts:
        assert hashlib.sha256(part.path.read_bytes()).hexdigest() == part.sha256


def test_a_damaged_or_missing_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundles.manifest()
    monkeypatch.setattr(bundles, "folder", lambda: tmp_path)
    with pytest.raises(ModelNotFound, match="is not there"):
        bundles.find("full")
    (tmp_path / "pose_full.task").write_bytes(b"half a model")
    with pytest.raises(ModelError, match="damaged"):
        bundles.find("full")


def test_a_bundle_given_by_path_is_not_checked_against_the_manifest(tmp_path: Path) -> None:
    (tmp_path / "mine.task").write_bytes(b"bytes")
    assert bundles.find(str(tmp_path / "mine.task")).name == "mine.task"
    with pytest.raises(FileNotFoundError):
        bundles.find("gigantic")
