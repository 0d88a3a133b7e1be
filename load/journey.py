"""What a user of the API does, and when an answer counts as failed: the same for Locust and for the stress test."""

import json
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import requests

from load.classification import failing, flaws
from load.limits import TOO_LONG

TIMEOUT = (3.0, 10.0)
"""Seconds to connect, and seconds for the whole of an answer."""

ID_HEADERS = ("X-Request-ID", "X-Correlation-ID")
"""They bring a request's mark, which its query has too: many an application logs one of them, and the path alone."""

TILES = Path(__file__).resolve().parents[1] / "fixtures" / "satellite" / "tiles" / "held_out"
"""Tiles that the reference classifier was not trained on; LAUNCH_CONTROL_TILES names another folder."""


@dataclass(frozen=True)
class Tile:
    """A satellite image to classify."""

    name: str
    jpeg: bytes

    @property
    def form(self) -> dict[str, tuple[str, bytes, str]]:
        """The multipart form of the course: one field, `file`."""
        return {"file": (self.name, self.jpeg, "image/jpeg")}


@dataclass(frozen=True)
class Sample:
    """One request and what became of it."""

    started: float
    """Seconds since 1970."""
    name: str
    """Method and path without the query: `POST /predict`."""
    ms: float
    status: int
    """HTTP status; 0 when there was no answer."""
    failure: str
    """Why it counts as failed, in a few words; empty for a good answer."""


COLUMNS = [field.name for field in fields(Sample)]  # of requests.csv


def read_tiles() -> tuple[Tile, ...]:
    """The tiles to send, by name. Raises FileNotFoundError when there are none."""
    folder = Path(os.environ.get("LAUNCH_CONTROL_TILES") or TILES)
    tiles = tuple(Tile(path.name, path.read_bytes()) for path in sorted(folder.rglob("*.jpg")))
    if not tiles:
        raise FileNotFoundError(f"No .jpg to send in {folder}: set LAUNCH_CONTROL_TILES to a folder of them.")
    return tiles


def failure_of_answer(path: str, status: int, body: bytes, *, named: bool = True) -> str:
    """Why this answer counts as failed, or nothing: all must say 200, and a prediction must be one, in JSON.

    It has to be a classification as API-3 finds it; where that goes by a schema of one's own, and so does not find its
    class by itself, `named` is false: then it must not say that it failed.
    """
    if status != 200:
        return f"HTTP {status}"
    if path != "/predict":
        return ""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return "not JSON"
    if named:
        return "JSON, but no classification" if flaws(answer) else ""
    return "JSON that says that it failed" if isinstance(answer, dict) and any(failing(answer)) else ""


def failure_of_error(error: BaseException | None) -> str:
    """Why there was no answer at all."""
    text = str(error).lower()
    if isinstance(error, requests.ConnectTimeout):
        return f"no connection within {TIMEOUT[0]:g} s"
    if TOO_LONG.lower() in text:
        return TOO_LONG
    if isinstance(error, requests.Timeout) or "timed out" in text:
        return f"no answer within {TIMEOUT[1]:g} s"
    return "connection refused" if "refused" in text else "connection lost"


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least `percent` % of the values do not exceed (nearest rank). Raises ValueError."""
    if not values or not 0 < percent <= 100:
        raise ValueError(f"no {percent}th percentile of {len(values)} values")
    return sorted(values)[math.ceil(len(values) * percent / 100) - 1]
