"""A Python image like Project 3's, made without a registry: Debian's own Python from a mirror, and what the API needs."""

import functools
import hashlib
import os
import subprocess
import sys

import pytest

from fixtures.settings.options import REFERENCE_APP
from tests import images

_NEEDED = REFERENCE_APP / "requirements.txt"
_SUITE, _VERSION = "bookworm", "3.11"
_INSTALL = f"""set -e
packages="$1/usr/lib/python3/dist-packages"
"$PYTHON" -m pip install --quiet --only-binary=:all: --python-version={_VERSION} --target="$packages" --requirement="$NEEDED"
sed -i '1c#!/usr/bin/python3' "$packages"/bin/*
mv "$packages"/bin/* "$1/usr/bin"
"""
_MAKE = ["mmdebstrap", "--quiet", "--variant=extract", "--include=python3,dash", f"--extract-hook={_INSTALL}", _SUITE]
"""Debian's packages are unpacked and not set up, which takes 5 seconds in place of 60 and is all that Python needs."""
_LONGEST_SECONDS = 300


@functools.cache
def python() -> str:
    """The name of the image, which stays in the local Docker. Where it is not there and cannot be made: skipped."""
    client = images.client()
    made_from = "".join([*_MAKE, _NEEDED.read_text(encoding="utf-8")])
    name = f"launch-control-test:python-{_VERSION}-{_SUITE}-{hashlib.sha256(made_from.encode()).hexdigest()[:12]}"
    if not client.images(name):
        client.import_image_from_data(_packed(), repository=name)
    return name


def _packed() -> bytes:
    """Its files, as a tar."""
    variables = os.environ | {"PYTHON": sys.executable, "NEEDED": str(_NEEDED)}
    try:
        return subprocess.run(_MAKE, env=variables, capture_output=True, timeout=_LONGEST_SECONDS, check=True).stdout
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").splitlines()
        why = next((line for line in said if line.startswith(("E: ", "ERROR: "))), str(error.returncode))
    except (OSError, subprocess.TimeoutExpired) as error:
        why = str(error).replace(_INSTALL, "…")
    pytest.skip(f"a Python image cannot be made here with mmdebstrap: {why}")
