"""Writes down every AWS call that is made, as IAM names its action, and what answers have that no model knows.

A pytest plugin: `-p tests.faults.record_calls`.
"""

import os
from pathlib import Path

import botocore.handlers

from tests.faults.shapes import unknown_members

VARIABLE = "LAUNCH_CONTROL_RECORD"


def note(model, **_):
    """Before the call is sent: one that is denied or not known was made as well."""
    with Path(os.environ[VARIABLE]).open("a", encoding="utf-8") as file:
        file.write(f"{model.service_model.signing_name}:{model.name}\n")


def note_unknown(operation_model, response_dict, **_):
    """Before botocore reads the answer: it passes over what its model does not have."""
    if response_dict["status_code"] < 300:
        name = f"{operation_model.service_model.service_name}.{operation_model.name}"
        with unknown_beside(Path(os.environ[VARIABLE])).open("a", encoding="utf-8") as file:
            file.writelines(f"{name} {member}\n" for member in unknown_members(response_dict["body"], operation_model))


def unknown_beside(record):
    """Where the unknown members lie, of whose calls that is the record."""
    return record.with_name("unknown.txt")


if VARIABLE in os.environ:
    botocore.handlers.BUILTIN_HANDLERS.append(("before-call", note))
    botocore.handlers.BUILTIN_HANDLERS.append(("before-parse", note_unknown))
