"""The preflight's look at the image: whether ECR has it, and for which processor."""

import json
from dataclasses import replace

import pytest

from fixtures.preflight.finding import Level
from fixtures.preflight.image import image
from tests.unit.preflight.preflight_support import AMD64, ATTESTATION, INDEX, fresh_account, show_manifest, the_only

HOST = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
ARM64 = {"platform": {"os": "linux", "architecture": "arm64"}}
DIGEST = "sha256:" + "a" * 64


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A run in a fresh account."""
    with fresh_account(tmp_path, monkeypatch) as it:
        yield it


def with_image(run, uri):
    """The run with --image."""
    return replace(run, settings=replace(run.settings, image=uri))


def test_an_image_for_fargates_processor_is_right(run, monkeypatch):
    """What the build noted beside it has a platform that is unknown, and is no platform."""
    asked = show_manifest(run, monkeypatch, {"mediaType": INDEX, "manifests": [ARM64, AMD64, ATTESTATION]})
    assert the_only(Level.OK, image(run)).said == f"{HOST}/satellite-api:v1 is in ECR, for linux/amd64, linux/arm64"
    assert asked[0]["repositoryName"] == "satellite-api"
    assert asked[0]["imageIds"] == [{"imageTag": "v1"}]
    assert INDEX in asked[0]["acceptedMediaTypes"]


@pytest.mark.parametrize(
    ("entries", "named"),
    [
        ([ARM64, ATTESTATION], "linux/arm64"),
        ([ATTESTATION], "no processor at all"),
        ([], "no processor at all"),
        ([{"platform": {"os": "windows", "architecture": "amd64"}}], "windows/amd64"),
        ([{}], "no processor at all"),
    ],
    ids=["built on a Mac", "attestations only", "empty", "Windows", "no platform"],
)
def test_an_image_for_another_processor_is_refused(run, monkeypatch, entries, named):
    """With the command that builds the right one."""
    show_manifest(run, monkeypatch, {"manifests": entries})
    found = the_only(Level.REFUSAL, image(run))
    assert f"is for {named}," in found.said
    assert f"docker buildx build --platform linux/amd64 --tag {HOST}/satellite-api:v1 --push ." in found.remedy


def test_a_single_image_does_not_tell_its_processor(run, monkeypatch):
    """Only its configuration would, which lies in S3."""
    show_manifest(run, monkeypatch, {"schemaVersion": 2, "config": {"digest": "sha256:c0ffee" + "0" * 58}})
    found = the_only(Level.NOTE, image(run))
    assert "(sha256:c0ffee" in found.said
    assert "--platform linux/amd64" in found.remedy


def test_a_manifest_that_moto_keeps_is_read(tmp_path, monkeypatch):
    """Put into ECR, and found again, by its tag and by its digest."""
    with fresh_account(tmp_path, monkeypatch) as run:
        monkeypatch.undo()
        run.aws.ecr.create_repository(repositoryName="satellite-api")
        manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "layers": []}
        put = run.aws.ecr.put_image(repositoryName="satellite-api", imageManifest=json.dumps(manifest), imageTag="v1")
        digest = put["image"]["imageId"]["imageDigest"]
        assert digest[:19] in the_only(Level.NOTE, image(run)).said
        assert digest[:19] in the_only(Level.NOTE, image(with_image(run, f"{HOST}/satellite-api@{digest}"))).said


def test_an_image_that_is_not_in_ecr_is_refused(tmp_path, monkeypatch):
    """First the repository is missing, then the tag; each with the command that mends it."""
    with fresh_account(tmp_path, monkeypatch) as run:
        monkeypatch.undo()
        found = the_only(Level.REFUSAL, image(run))
        assert "there is no repository satellite-api" in found.said
        assert "RepositoryNotFoundException" in found.said
        assert (
            "aws ecr create-repository --repository-name satellite-api --region us-east-1 && aws ecr get-login"
            in found.remedy
        )
        run.aws.ecr.create_repository(repositoryName="satellite-api")
        found = the_only(Level.REFUSAL, image(run))
        assert found.said == f"{HOST}/satellite-api:v1 is not in ECR. AWS: ImageNotFound: Requested image not found"
        assert f"docker login --username AWS --password-stdin {HOST}" in found.remedy


def test_an_image_is_pushed_to_the_registry_of_its_name(run, monkeypatch):
    """Docker keeps a login by the registry's name, and ECR has several."""
    show_manifest(run, monkeypatch, {"manifests": [ARM64]})
    uri = "123456789012.dkr-ecr.us-east-1.on.aws/team/api:v2"
    remedy = the_only(Level.REFUSAL, image(with_image(run, uri))).remedy
    assert f"--region us-east-1 | docker login --username AWS --password-stdin {uri.partition('/')[0]} && " in remedy


@pytest.mark.parametrize(
    ("uri", "key"),
    [
        (f"{HOST}/team/api", {"imageTag": "latest"}),
        (f"{HOST}/team/api:v2", {"imageTag": "v2"}),
        ("123456789012.dkr-ecr.us-east-1.on.aws/team/api:v2", {"imageTag": "v2"}),
        (f"{HOST.replace('ecr', 'ecr-fips')}/team/api:v2", {"imageTag": "v2"}),
        (f"{HOST}/team/api:v2@{DIGEST}", {"imageDigest": DIGEST}),
    ],
)
def test_an_image_is_looked_up_as_docker_reads_its_name(run, monkeypatch, uri, key):
    """Without a tag it is `latest`; a digest counts more than a tag."""
    asked = show_manifest(run, monkeypatch, {"manifests": [AMD64]})
    the_only(Level.OK, image(with_image(run, uri)))
    assert asked[0]["repositoryName"] == "team/api"
    assert asked[0]["imageIds"] == [key]


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("nginx", "is not in ECR, so it is not looked at, and TASK-3 will fail"),
        ("docker.io/library/nginx:1", "is not in ECR"),
        ("999999999999.dkr.ecr.us-east-1.amazonaws.com/api:v1", "in the ECR of account 999999999999 in us-east-1"),
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com/api:v1", "in the ECR of account 123456789012 in eu-west-1"),
    ],
)
def test_an_image_elsewhere_is_noted(run, monkeypatch, uri, words):
    """It is not this account's, so AWS is not asked."""
    asked = show_manifest(run, monkeypatch, {"manifests": []})
    assert words in the_only(Level.NOTE, image(with_image(run, uri))).said
    assert not asked


@pytest.mark.parametrize(
    "uri", ["Satellite-API:v1", "a b", "", "api:", f"{HOST}/api@sha256:1", "https://x/api", "<your image>"]
)
def test_what_is_no_image_uri_is_refused(run, uri):
    """Capitals and blanks are not for images; the message shows one as it is to be."""
    found = the_only(Level.REFUSAL, image(with_image(run, uri or " ")))
    assert "is no image URI" in found.said
    assert f"--image {HOST}/satellite-api:v1" in found.remedy
