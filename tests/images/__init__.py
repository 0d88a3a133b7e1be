"""Tiny images for tests, of Debian's busybox-static: a shell that answers as the course's API does."""

import functools
import hashlib
import io
import json
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import docker
import pytest

from fixtures.rehearsal import daemon
from fixtures.settings.trouble import Trouble

_HERE = Path(__file__).parent
_SCRIPTS = ("answer", "uvicorn")


@functools.cache
def missing() -> str:
    """Why there are no images here; empty where there are."""
    try:
        daemon.reach()
    except Trouble as trouble:
        return str(trouble)
    return "" if _busybox() else "there is no static busybox (Debian's package busybox-static)"


def client() -> docker.APIClient:
    """The daemon's, or the test is skipped."""
    if missing():
        pytest.skip(missing())
    return daemon.reach()


@functools.cache
def base() -> str:
    """The image with the course's API, whose CMD listens on 8000 as that of Project 3 does."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name in "tmp", "app":
            _add(tar, name, None)
        _add(tar, "bin/busybox", Path(_busybox()).read_bytes())
        for applet in subprocess.run([_busybox(), "--list"], capture_output=True, text=True, check=True).stdout.split():
            if applet not in ("busybox", *_SCRIPTS, "sendmail"):
                link = tarfile.TarInfo(f"bin/{applet}")
                link.type, link.linkname = tarfile.SYMTYPE, "busybox"
                tar.addfile(link)
        for script in _SCRIPTS:
            _add(tar, f"bin/{script}", (_HERE / f"{script}.sh").read_bytes())
        _add(tar, "etc/passwd", b"root:x:0:0::/:/bin/sh\napp:x:1000:1000::/:/bin/sh\n")
    content = packed.getvalue()
    name = f"launch-control-test:{hashlib.sha256(content).hexdigest()[:12]}"
    if not daemon.find(client(), name):
        changes = ['CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8000"]', "EXPOSE 8000", "WORKDIR /app"]
        client().import_image_from_data(content, repository=name, changes=changes)
    return name


def built(dockerfile: str, name: str = "", **files: str) -> str:
    """The name of an image of the base, with these lines of a Dockerfile more; `files` are what COPY finds."""
    packed = io.BytesIO()
    text = f"FROM {base()}\n{dockerfile}\n"
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for path, content in {"Dockerfile": text, **files}.items():
            _add(tar, path, content.encode())
    packed.seek(0)
    name = name or f"launch-control-test:{hashlib.sha256(packed.getvalue()).hexdigest()[:12]}"
    for part in client().build(fileobj=packed, custom_context=True, tag=name, rm=True, forcerm=True, decode=True):
        assert "error" not in part, part
    return name


def for_arm(name: str) -> None:
    """An image of that name for another processor, as a new Mac builds it."""
    layer = io.BytesIO()
    tarfile.open(fileobj=layer, mode="w").close()
    root = {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer.getvalue()).hexdigest()}"]}
    config = {"architecture": "arm64", "os": "linux", "config": {"Cmd": ["uvicorn"]}, "rootfs": root}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        _add(tar, "layer.tar", layer.getvalue())
        _add(tar, "config.json", json.dumps(config).encode())
        told = [{"Config": "config.json", "RepoTags": [name], "Layers": ["layer.tar"]}]
        _add(tar, "manifest.json", json.dumps(told).encode())
    client().load_image(packed.getvalue())


def _busybox() -> str:
    """The path of a busybox that needs no library; empty where there is none."""
    for path in "/usr/bin/busybox", "/bin/busybox":
        if Path(path).exists() and b"ld-linux" not in Path(path).read_bytes()[:4096]:
            return path
    return ""


def _add(tar: tarfile.TarFile, name: str, content: bytes | None) -> None:
    """A file, or a folder that anybody may write to; never newer than another, so that the same is the same."""
    about: Any = tarfile.TarInfo(name)
    about.mode = 0o755 if content is not None else 0o1777
    about.type, about.size = (tarfile.REGTYPE, len(content)) if content is not None else (tarfile.DIRTYPE, 0)
    tar.addfile(about, io.BytesIO(content or b""))
