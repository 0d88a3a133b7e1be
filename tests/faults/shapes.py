"""The forms of AWS's answers: by botocore's models, and by what AWS has really been seen to give, in shapes.txt."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "timestamp": (str, int, float),
}
_NO_ANSWER = {"ResponseMetadata", "requestId", "RequestId"}
_PAGES = {"IsTruncated", "Marker", "NextToken", "nextToken"}


@dataclass(frozen=True)
class Seen:
    """The keys of one structure of AWS's answers."""

    always: frozenset[str]
    sometimes: frozenset[str]


def table() -> dict[tuple[str, str], Seen]:
    """By operation and path; the path of what lies in a list has [] in it."""
    seen = {}
    for line in Path(__file__).with_name("shapes.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            where, always, sometimes = line.split(":")
            operation, _, path = where.partition(" ")
            seen[operation, path.strip()] = Seen(frozenset(always.split()), frozenset(sometimes.split()))
    return seen


def structures(answer: Any, path: str = "") -> Iterator[tuple[str, frozenset[str]]]:
    """Each structure of an answer: its path and its keys, but those that say which page it is."""
    if isinstance(answer, dict):
        yield path, frozenset(answer) - _NO_ANSWER - _PAGES
        for key, value in answer.items():
            yield from structures(value, f"{path}.{key}" if path else key)
    elif isinstance(answer, list):
        for value in answer:
            yield from structures(value, f"{path}[]")


def wrong_types(value: Any, shape: Shape, path: str = "") -> Iterator[str]:
    """What in a parsed answer is no member of the model, or of another type than the model's."""
    if isinstance(shape, StructureShape):
        for key, inner in value.items() if isinstance(value, dict) else [("", None)]:
            if key in shape.members:
                yield from wrong_types(inner, shape.members[key], f"{path}.{key}")
            elif key not in _NO_ANSWER:
                yield f"{path}.{key} is no member of {shape.name}"
    elif isinstance(shape, ListShape):
        for inner in value if isinstance(value, list) else [None]:
            yield from wrong_types(inner, shape.member, f"{path}[]")
    elif isinstance(shape, MapShape):
        for key, inner in value.items():
            yield from wrong_types(inner, shape.value, f"{path}.{key}")
    elif type(value) not in _TYPES.get(shape.type_name, (type(value),)):
        yield f"{path} is {value!r}, no {shape.type_name}"


def unknown_members(body: bytes, operation: OperationModel) -> Iterator[str]:
    """What the body of an answer has that the model has not, and that botocore passes over in silence."""
    shape = operation.output_shape
    if shape and body:
        if operation.service_model.resolved_protocol.startswith("json"):
            yield from _unknown_keys(json.loads(body), shape, "")
        else:
            root = ElementTree.fromstring(body)  # noqa: S314 - the rehearsal's own
            results = [
                each for each in root if _tag(each) == shape.serialization.get("resultWrapper", f"{operation.name}Result")
            ]
            yield from _unknown_tags(results[0] if results else root, shape, "")


def _unknown_keys(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        members = {inner.serialization.get("name", name): inner for name, inner in shape.members.items()}
        for key, inner in (value or {}).items():
            if key in members:
                yield from _unknown_keys(inner, members[key], f"{path}.{key}")
            else:
                yield f"{path}.{key}"
    elif isinstance(shape, ListShape):
        for inner in value or ():
            yield from _unknown_keys(inner, shape.member, f"{path}[]")


def _unknown_tags(node: ElementTree.Element, shape: Shape, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        members = {inner.serialization.get("name", name): inner for name, inner in shape.members.items()}
        for child in node:
            if _tag(child) in members:
                yield from _unknown_tags(child, members[_tag(child)], f"{path}.{_tag(child)}")
            elif _tag(child) not in _NO_ANSWER:
                yield f"{path}.{_tag(child)}"
    elif isinstance(shape, ListShape):
        for child in node:
            yield from _unknown_tags(child, shape.member, f"{path}[]")


def _tag(node: ElementTree.Element) -> str:
    return node.tag.rpartition("}")[2]


def by_place(found: list[tuple[str, str]]) -> dict[str, set[str]]:
    """What was found, without doubles, by operation."""
    places: dict[str, set[str]] = defaultdict(set)
    for operation, what in found:
        places[operation].add(what)
    return dict(places)
