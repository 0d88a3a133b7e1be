"""Writes down every AWS call that is made, as IAM names its action. A pytest plugin: `-p tests.faults.record_calls`."""

import os
from pathlib import Path

import botocore.handlers

VARIABLE = "LAUNCH_CONTROL_RECORD"


def note(model, **_):
    """Before the call is sent: one that is denied or not known was made as well."""
    with Path(os.environ[VARIABLE]).open("a", encoding="utf-8") as file:
        file.write(f"{model.service_model.signing_name}:{model.name}\n")


if VARIABLE in os.environ:
    botocore.handlers.BUILTIN_HANDLERS.append(("before-call", note))
