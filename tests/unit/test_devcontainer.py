"""The development container, by devContainer.base.schema.json (github.com/devcontainers/spec), and its commands."""

import json
import subprocess

import pytest

from fixtures.settings.options import ROOT

CONTAINER = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
FORMS = {
    "name": str,
    "image": str,
    "features": dict,
    "hostRequirements": dict,
    "onCreateCommand": str,
    "postCreateCommand": str,
    "customizations": dict,
}
"""Properties that the schema has for a container made from an image, with their types, as far as they are used here."""
HOST = {"cpus": int, "memory": str}
SUDO = """#!/bin/sh
echo "sudo $*"
"""


def test_it_keeps_the_schema():
    """Every property is one of the schema's, of its type; an editor ignores or refuses any other."""
    assert {name: type(value) for name, value in CONTAINER.items()} == FORMS
    assert {name: type(value) for name, value in CONTAINER["hostRequirements"].items()} == HOST
    assert all(type(options) is dict for options in CONTAINER["features"].values())
    assert set(CONTAINER["customizations"]["vscode"]) == {"extensions", "settings"}


def test_docker_is_included():
    """For the image of Project 3."""
    assert [name for name in CONTAINER["features"] if "docker-in-docker" in name]


def test_it_installs_the_browser_that_the_tests_open(tmp_path):
    """Its first command, with a stub in place of sudo: what would be installed."""
    stub = tmp_path / "sudo"
    stub.write_text(SUDO)
    stub.chmod(0o755)
    variables = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    ran = subprocess.run(["/bin/sh", "-c", CONTAINER["onCreateCommand"]], env=variables, capture_output=True, check=True)
    said = ran.stdout.decode().splitlines()
    assert said[0] == "sudo apt-get update"
    assert said[-1].startswith("sudo apt-get install -y")
    assert said[-1].endswith(" chromium")


def test_its_last_command_sets_everything_up():
    """It is make's own target: where it has run, as here, it has nothing to do."""
    if not (ROOT / ".venv" / ".ready-to-test").exists():
        pytest.skip("this environment was not made by make")
    ran = subprocess.run(
        ["/bin/sh", "-c", CONTAINER["postCreateCommand"]], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "up to date" in ran.stdout
