"""What AWS says becomes a cause and advice; what nobody has seen before is shown as it was said."""

import pytest

from fixtures.diagnosis import STARTUP, diagnose

SAID = [
    ("OutOfMemoryError: Container killed due to memory usage; exit code 137", "more memory than the task has"),
    ("CannotPullContainerError: … does not contain descriptor matching platform 'linux/amd64'", "another processor"),
    (
        "(service s) failed to launch a task with (error ECS was unable to assume the role 'r' …",
        "may not use the task's role",
    ),
    ("failed to validate logger args: … The specified log group does not exist.", "log group of the task definition"),
    ("AccessDeniedException: User: … is not authorized to perform: ecr:GetAuthorizationToken", "lacks a permission"),
    ("The task can’t pull the image. Check that the role has the permissions to pull images", "lacks a permission"),
    ("There is a connection issue … failed to resolve ref …: i/o timeout", "no way to the internet"),
    ("pull image manifest has been retried 1 time(s): failed to resolve ref x:v9: x:v9: not found", "not in the registry"),
    ("429 Too Many Requests - Server message: toomanyrequests", "pull limit"),
    ("Reason: You’ve reached the limit on the number of vCPUs you can run concurrently", "quota"),
    ("Reason: Capacity is unavailable at this time.", "no Fargate capacity"),
    ('exec: "uvicorm": executable file not found in $PATH: unknown', "program is not in the image"),
    ("Essential container in task exited; exit code 1", "ended by itself"),
    ("Essential container in task exited; exit code 137", "was killed"),
    ("Essential container in task exited; exit code 0", "without an error"),
]
LOGGED = [
    ("ModuleNotFoundError: No module named 'torch'", "cannot be imported"),
    ('ERROR:    Error loading ASGI app. Could not import module "app.main".', "cannot be imported"),
    ("ERROR:    Application startup failed. Exiting.", "start-up code"),
    ('RuntimeError: Form data requires "python-multipart" to be installed.', "lacks python-multipart"),
    ("[Errno 13] error while attempting to bind on address ('0.0.0.0', 80): permission denied", "may not listen on port 80"),
    ("exec /usr/local/bin/uvicorn: exec format error", "another processor"),
]


@pytest.mark.parametrize(("said", "cause"), SAID)
def test_what_aws_says_is_understood(said, cause):
    """Each text was seen in AWS's documentation or in somebody's issue."""
    found = diagnose(said)
    assert cause in found.cause
    assert found.said == said


@pytest.mark.parametrize(("line", "cause"), LOGGED)
def test_the_log_explains_an_exit_code(line, cause):
    """An exit code alone says little; the container's last lines say why."""
    assert cause in diagnose("Essential container in task exited; exit code 1", ["INFO: hello", line]).cause


def test_an_unknown_failure_shows_what_aws_said():
    """A failure that nobody foresaw still ends in AWS's own words."""
    found = diagnose("Something nobody has seen before")
    assert "Something nobody has seen before" in str(found)
    assert found.advice


@pytest.mark.parametrize("row", STARTUP, ids=lambda row: row.pattern)
def test_each_row_can_be_reached(row):
    """No row hides behind one above it."""
    texts = [text for text, _ in SAID] + [f"exit code 1\n{line}" for line, _ in LOGGED]
    assert row.cause in {diagnose(*text.split("\n", 1)[:1], text.split("\n")[1:]).cause for text in texts}
