"""Estimators of other packages are found by their entry points; the documented example works."""

from __future__ import annotations

import importlib
import re
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

import hingecheck
from hingecheck.backends import bundles, plugins
from hingecheck.errors import ModelError, ModelNotFound, UsageError
from tests.doc_commands import ROOT
from tests.recordings import SAMPLES, Stored, in_place_of_the_network

PAGE = (ROOT / "docs" / "development" / "estimator.md").read_text(encoding="utf-8").partition("## As a plug-in")[2]


def install(folder: Path, toml: str, module: str, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lay a package on the path as an installer does: its module, its metadata and its entry points."""
    found = tomllib.loads(toml)["project"]
    info = folder / f"{found['name'].replace('-', '_')}-{found['version']}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {found['name']}\nVersion: {found['version']}\n")
    groups = [
        "\n".join([f"[{group}]", *(f"{name} = {value}" for name, value in points.items())])
        for group, points in found["entry-points"].items()
    ]
    (info / "entry_points.txt").write_text("\n".join(groups) + "\n")
    (folder / f"{module}.py").write_text(code)
    monkeypatch.syspath_prepend(folder)
    importlib.invalidate_caches()


def project(name: str, version: str, group: str, point: str) -> str:
    """The project file of a package with one entry point."""
    return f'[project]\nname = "{name}"\nversion = "{version}"\n[project.entry-points."hingecheck.{group}"]\n{point}\n'


def example(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture
def documented(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The package of the documentation, installed; its name of an estimator."""
    install(tmp_path, example("toml"), "my_poses", example("python"), monkeypatch)
    monkeypatch.delitem(sys.modules, "my_poses", raising=False)
    return "slow-motion"


def test_the_documented_pose_source_is_used_and_named_in_the_result(documented: str) -> None:
    assert documented in plugins.names(plugins.POSE)
    with in_place_of_the_network(Stored()):
        a = hingecheck.analyze(SAMPLES / "hip_led.mp4", model=documented)
    assert a.analysis is not None
    assert np.nanmin(a.analysis.pose.visibility) == 1.0
    assert a.provenance["plugins"] == {"slow-motion": "my-poses 1.2"}
    assert a.provenance["models"]["pose"] == {"name": "slow-motion", "sha256": ""}
    assert a.reps


def test_a_spine_model_is_loaded_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toml = (
        '[project]\nname = "my-spine"\nversion = "3"\n[project.entry-points."hingecheck.spine"]\nflat = "my_spine:make"'
    )
    install(
        tmp_path,
        toml,
        "my_spine",
        "from tests.lifter import Model\n\ndef make():\n    return Model(0.1)\n",
        monkeypatch,
    )
    from hingecheck import stages

    assert getattr(stages.spine_model("flat"), "share", None) == 0.1
    assert plugins.package(plugins.SPINE, "flat") == "my-spine 3"
    with pytest.raises(UsageError, match="round: no package") as unknown:
        stages.spine_model("round")
    assert "flat" in unknown.value.remedy


def test_a_plugin_that_cannot_be_loaded_names_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toml = (
        '[project]\nname = "bad"\nversion = "0.1"\n[project.entry-points."hingecheck.pose"]\nbroken = "bad_poses:make"'
    )
    install(tmp_path, toml, "bad_poses", "raise RuntimeError('no licence')", monkeypatch)
    with pytest.raises(ModelError, match=r"broken: the estimator of bad 0\.1 cannot be loaded .*no licence"):
        plugins.load(plugins.POSE, "broken")


def test_an_unknown_model_names_the_plugins_too(documented: str) -> None:
    with pytest.raises(ModelNotFound) as missing:
        bundles.find("fast-motion")
    assert documented in missing.value.remedy
    assert bundles.find("lite").package == ""
