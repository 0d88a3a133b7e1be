"""Offline, the suite springs none of the traps that the caller's AWS set-up may hold."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOREIGN = "192.0.2.1"  # TEST-NET-1: nobody's address


def test_the_callers_aws_is_not_seen(tmp_path: Path) -> None:
    """A run whose environment and files are full of traps passes, and nothing of them is in its bundle."""
    trap = tmp_path / "sprung"
    poison = f"region = eu-west-3\nendpoint_url = http://{FOREIGN}\ncredential_process = touch {trap}\n"
    files = tmp_path / "home" / ".aws"
    files.mkdir(parents=True)
    (files / "config").write_text("[default]\n" + poison)
    (files / "credentials").write_text("[default]\naws_access_key_id = AKIAPOISON\naws_secret_access_key = poison\n")
    proxies = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    environment = os.environ | dict.fromkeys([*proxies, *map(str.lower, proxies)], f"http://{FOREIGN}:3128")
    environment |= {
        "HOME": str(files.parent),
        "AWS_PROFILE": "missing",
        "AWS_REGION": "eu-west-3",
        "AWS_DEFAULT_REGION": "eu-west-3",
        "AWS_ENDPOINT_URL": f"http://{FOREIGN}",
        "AWS_ENDPOINT_URL_ECS": f"http://{FOREIGN}",
        "AWS_ACCESS_KEY_ID": "AKIAPOISON",
        "AWS_SECRET_ACCESS_KEY": "poison",
        "AWS_CA_BUNDLE": "/no/such/file",
        "MOTO_ECS_SERVICE_RUNNING": "7",
    }
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_EC2_METADATA_DISABLED"):
        del environment[name]  # conftest.py set them for this process
    reports = tmp_path / "reports"
    options = ["tests/acceptance", "-k", "NET", "-p", "no:cacheprovider", "--reports", str(reports)]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == pytest.ExitCode.OK, run.stdout
    assert not trap.exists()
    evidence = [path.read_text(encoding="utf-8") for path in (reports / "latest").rglob("*.json*")]
    assert evidence
    assert not [text for text in evidence for word in ("POISON", "eu-west-3", FOREIGN) if word in text]
