"""The stage: a standing rehearsal that all tests of this process share, and the warm Locust that loads what runs in it."""

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import boto3
import requests
from botocore.config import Config

from tests.course.standing import Standing
from tests.faults.application import APPLICATION
from tests.faults.warm_locust import WarmLocust

_SERVICES = {"ec2": "ec2", "ecs": "ecs", "iam": "iam", "logs": "logs", "ecr": "ecr", "scaling": "application-autoscaling"}
_SECONDS = 60.0
"""A rehearsal that is still starting answers late."""


class Stage:
    """A context manager. `reset` makes it as new again, which takes a twentieth of what a new rehearsal does."""

    def __init__(self, image: str = "") -> None:
        self.in_docker = bool(image)
        """Its tasks run in Docker, and `image` is what ECR holds."""
        self._folder = tempfile.TemporaryDirectory()
        self.app = Path(self._folder.name, "app")
        self.app.mkdir()
        (self.app / "main.py").write_text(APPLICATION, encoding="utf-8")
        if image:
            self.standing = Standing("--docker", image)
        else:
            self.standing = Standing("--app", self._folder.name, module="tests.faults.warm_rehearsal")
        self.url = self.standing.url
        self._locust = WarmLocust()
        self.variables = {"AWS_ENDPOINT_URL": self.url} | self._locust.variables
        """The environment of a run of the suite on this stage."""
        self.set_up_for: object = None
        """Who has set it up, and not left it otherwise since."""
        self._clients: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._locust.__exit__()
        self.standing.__exit__(None, None, None)
        self._folder.cleanup()

    def reset(self, application: str = "") -> None:
        """A new account, and an application of which no old one has left anything; `application` replaces parts of it."""
        self.set_up_for = None
        requests.post(f"{self.url}/moto-api/reset", timeout=_SECONDS).raise_for_status()
        for leftover in self.app.glob("*.flag"):  # what an application has noted of its past
            leftover.unlink()
        (self.app / "main.py").write_text(APPLICATION + application, encoding="utf-8")

    @contextlib.contextmanager
    def guarded(self, key: Mapping[str, str]) -> Iterator[dict[str, str]]:
        """IAM denies what no policy allows, as long as this lasts; the environment of whoever has the access key."""
        self._allow_at_first("0")
        try:
            yield {
                "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
                "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
                "AWS_REGION": "us-east-1",
            }
        finally:
            self._allow_at_first("inf")

    def _allow_at_first(self, calls: str) -> None:
        """moto counts so many calls before it begins to ask IAM."""
        plain = {"Content-Type": "text/plain"}
        answer = requests.post(f"{self.url}/moto-api/reset-auth", calls, headers=plain, timeout=_SECONDS)
        answer.raise_for_status()

    def clients(self, region: str) -> dict[str, Any]:
        """boto3's clients, which try each call once: ec2, ecs, iam, logs, ecr, scaling."""
        if region not in self._clients:
            session = boto3.Session("somebody", "something", region_name=region)
            options = {"endpoint_url": self.url, "config": Config(retries={"total_max_attempts": 1})}
            self._clients[region] = {name: session.client(service, **options) for name, service in _SERVICES.items()}
        return self._clients[region]
