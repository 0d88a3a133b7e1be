"""A process that has imported uvicorn and forks containers: `python warm_container.py <socket> <uvicorn> <shim> <inside>`.

A forked container is what a started one is: a child of the rehearsal, in a session of its own, with its own environment,
folder, network and output. It is a script, so that the container's modules are its own.
"""

import importlib.util
import json
import os
import runpy
import socket
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import uvicorn.lifespan.on  # what uvicorn imports when it starts to serve
import uvicorn.loops.auto
import uvicorn.main
import uvicorn.protocols.http.auto
import uvicorn.protocols.websockets.auto  # noqa: F401


def asked_in_a_fork(asking: socket.socket) -> tuple[dict[str, Any], int]:
    """Fork for whoever asks; in the fork, what was asked and where its output goes. Exits when nobody can ask any more."""
    while True:
        text, (*outputs,), _, _ = socket.recv_fds(asking, 1 << 20, 1)
        if not text:
            os._exit(0)
        number, told = os.pipe()
        between = os.fork()
        if between == 0:
            container = os.fork()
            if container == 0:
                os.close(number)
                os.close(told)
                return json.loads(text), outputs[0]
            os.write(told, str(container).encode())
            os._exit(0)  # the orphan becomes a child of the rehearsal
        os.waitpid(between, 0)
        asking.send(os.read(number, 64))
        for each in (number, told, outputs[0]):
            os.close(each)


def become(asked: dict[str, Any], output: int, uvicorn_script: str, shim: str, inside: ModuleType) -> None:
    """What starting Python would have made of this process."""
    os.setsid()
    for number in (1, 2):
        os.dup2(output, number)
    os.close(output)
    os.environ.clear()
    os.environ.update(asked["variables"])
    os.chdir(asked["folder"])
    if asked["walls"]:
        inside.enter(**asked["walls"])
    sys.argv = asked["command"]
    sys.path[0:1] = [str(Path(uvicorn_script).parent), shim]
    sys.modules["sitecustomize"] = loaded("sitecustomize", Path(shim, "sitecustomize.py"))


def loaded(name: str, path: Path) -> ModuleType:
    """That file as a module that nobody can import."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    _number, _uvicorn, _shim, _inside = sys.argv[1:]
    _walls = loaded("inside", Path(_inside))
    with socket.socket(fileno=int(_number)) as _asking:
        _given = asked_in_a_fork(_asking)
    become(*_given, _uvicorn, _shim, _walls)
    runpy.run_path(_uvicorn, run_name="__main__")
