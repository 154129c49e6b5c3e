"""Templates that a cloud assembly uploads, by the URLs that name them; and an application with all of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scanner.report.report import Report
from scanner.verdicts.document import principal_document
from tests.cloudformation.assemblies import OPEN, manifest, nested, stack, template, user
from tests.scans import ROOT, Scan, scanned, verdicts

pytestmark = pytest.mark.slow

HASH = "5e7a0a77f164fb5ee88173fc33223d4a4b3e91bf94510d27fda4cdfb8db40c4f"
BUCKET = "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"
BY_HASH = f"{HASH}.json"


def asset(
    key: str = BY_HASH, path: str = "child.json", packaging: str = "file", bucket: str = BUCKET
) -> dict[str, Any]:
    source = {"path": path, "packaging": packaging}
    return {"source": source, "destinations": {"current": {"bucketName": bucket, "objectKey": key}}}


def sub(text: str) -> dict[str, str]:
    return {"Fn::Sub": text}


JOINED = {
    "Fn::Join": [
        "",
        ["https://s3.", {"Ref": "AWS::Region"}, ".", {"Ref": "AWS::URLSuffix"}, "/", sub(BUCKET), f"/{BY_HASH}"],
    ]
}
URLS: list[tuple[str, object, dict[str, Any], bool]] = [
    ("written out", f"https://s3.eu-west-1.amazonaws.com/bucket/{BY_HASH}", asset(bucket="bucket"), True),
    ("by Sub", sub(f"https://s3.${{AWS::Region}}.${{AWS::URLSuffix}}/{BUCKET}/{BY_HASH}"), asset(), True),
    ("by Join", JOINED, asset(), True),
    ("S3's own", sub(f"s3://{BUCKET}/{BY_HASH}"), asset(), True),
    ("the bucket as host", sub(f"https://{BUCKET}.s3.amazonaws.com/{BY_HASH}"), asset(), True),
    ("a bucket that is not known", sub(f"https://s3.amazonaws.com/${{AWS::StackId}}/{BY_HASH}"), asset(), True),
    ("a prefix", f"https://s3.amazonaws.com/b/team/{BY_HASH}", asset(f"team/{BY_HASH}"), True),
    ("without its prefix", f"https://s3.amazonaws.com/b/{BY_HASH}", asset(f"team/{BY_HASH}"), False),
    ("another hash", f"https://s3.amazonaws.com/b/{HASH[::-1]}.json", asset(), False),
    ("a name", sub(f"https://s3.amazonaws.com/{BUCKET}/child.json"), asset("child.json"), True),
    ("a name in the bucket as host", "https://b.s3.amazonaws.com/child.json", asset("child.json", bucket="b"), True),
    ("a name in another bucket", "https://s3.amazonaws.com/public/child.json", asset("child.json"), False),
    ("a name in another host", "https://public.s3.amazonaws.com/child.json", asset("child.json", bucket="b"), False),
    ("a directory", f"https://s3.amazonaws.com/b/{BY_HASH}", asset(packaging="zip"), False),
    ("outside the tree", f"https://s3.amazonaws.com/b/{BY_HASH}", asset(path="../../../child.json"), False),
    ("no file", f"https://s3.amazonaws.com/b/{BY_HASH}", asset(path="gone.json"), False),
]  # fmt: skip


@pytest.mark.parametrize(("url", "found", "followed"), [row[1:] for row in URLS], ids=[row[0] for row in URLS])
@pytest.mark.parametrize("kind", ["AWS::CloudFormation::Stack", "AWS::CloudFormation::StackSet"])
def test_which_urls_name_an_uploaded_template(
    tmp_path: Path, scan_files: Scan, kind: str, url: object, found: dict[str, Any], followed: bool
) -> None:
    (tmp_path / "child.json").write_text(template(Outside=user()))
    files = {
        "tree/.git/HEAD": "",
        "tree/cdk.out/manifest.json": manifest(
            {
                "S": stack(environment=OPEN, dependencies=["S.assets"]),
                "S.assets": {"type": "cdk:asset-manifest", "properties": {"file": "S.assets.json"}},
            }
        ),
        "tree/cdk.out/S.template.json": template(N={"Type": kind, "Properties": {"TemplateURL": url}}),
        "tree/cdk.out/S.assets.json": json.dumps({"version": "55.0.0", "files": {HASH: found}}),
        "tree/cdk.out/child.json": template(Anna=user()),
    }
    report = scan_files(files, "tree")
    assert verdicts(report) == ({"S/N/Anna": ("yes", "implicit_deny")} if followed else {})
    assert bool(report.warnings) is not followed
    assert report.errors == ()


def test_an_uploaded_file_is_included(scan_files: Scan) -> None:
    location = sub(f"s3://{BUCKET}/{HASH}.yaml")
    written = json.loads(template(Ben=user()))
    written["Resources"]["Fn::Transform"] = {"Name": "AWS::Include", "Parameters": {"Location": location}}
    files = {
        "cdk.out/manifest.json": manifest(
            {"S": stack(), "S.assets": {"type": "cdk:asset-manifest", "properties": {"file": "S.assets.json"}}}
        ),
        "cdk.out/S.template.json": json.dumps(written),
        "cdk.out/S.assets.json": json.dumps({"files": {HASH: asset(f"{HASH}.yaml", "people.yaml")}}),
        "cdk.out/people.yaml": json.dumps({"Anna": user()}),
    }
    report = scan_files(files)
    assert set(verdicts(report)) == {"S/Anna", "S/Ben"}
    assert report.diagnostics == ()


def test_a_stage_uploads_what_lies_beside_it(scan_files: Scan) -> None:
    url = f"https://s3.amazonaws.com/b/{BY_HASH}"
    files = {
        "cdk.out/manifest.json": manifest({"assembly-Live": nested("assembly-Live", displayName="Live")}),
        "cdk.out/child.json": template(Anna=user()),
        "cdk.out/assembly-Live/manifest.json": manifest(
            {
                "LiveS": stack(displayName="Live/S"),
                "LiveS.assets": {"type": "cdk:asset-manifest", "properties": {"file": "S.assets.json"}},
            }
        ),
        "cdk.out/assembly-Live/S.assets.json": json.dumps({"files": {HASH: asset(path="../child.json")}}),
        "cdk.out/assembly-Live/S.template.json": template(
            N={"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}
        ),
    }
    assert set(verdicts(scan_files(files))) == {"Live/S/N/Anna"}


def test_a_stack_without_an_asset_manifest_has_the_key_in_a_parameter(scan_files: Scan) -> None:
    """As ``LegacyStackSynthesizer`` of aws-cdk-lib 2.276.0 makes it."""
    key, bucket = f"AssetParameters{HASH}S3VersionKey15D5827F", f"AssetParameters{HASH}S3BucketB5DEFC0D"
    parts = [{"Fn::Select": [number, {"Fn::Split": ["||", {"Ref": key}]}]} for number in (0, 1)]
    url = {"Fn::Join": ["", ["https://s3.", {"Ref": "AWS::Region"}, ".amazonaws.com/", {"Ref": bucket}, "/", *parts]]}
    data = {"path": "child.json", "id": HASH, "packaging": "file", "sourceHash": HASH}
    data |= {"s3BucketParameter": bucket, "s3KeyParameter": key}
    written = json.loads(template(N={"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}))
    written["Parameters"] = {name: {"Type": "String"} for name in (key, bucket)}
    files = {
        "cdk.out/manifest.json": manifest({"S": stack(metadata={"/S": [{"type": "aws:cdk:asset", "data": data}]})}),
        "cdk.out/S.template.json": json.dumps(written),
        "cdk.out/child.json": template(Anna=user()),
    }
    assert set(verdicts(scan_files(files))) == {"S/N/Anna"}


BROKEN = [
    ("no file", None, 0),
    ("no JSON", "{", 1),
    ("a list", "[]", 0),
    ("odd entries", json.dumps({"files": {"a": 1, "b": {"source": [], "destinations": 3}, "c": {"source": {}}}}), 0),
]


@pytest.mark.parametrize(("text", "errors"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_no_asset_manifest_breaks_the_reader(scan_files: Scan, text: str | None, errors: int) -> None:
    files = {
        "cdk.out/manifest.json": manifest(
            {"S": stack(), "S.assets": {"type": "cdk:asset-manifest", "properties": {"file": "S.assets.json"}}}
        ),
        "cdk.out/S.template.json": template(Anna=user()),
    } | ({} if text is None else {"cdk.out/S.assets.json": text})
    report = scan_files(files)
    assert set(verdicts(report)) == {"S/Anna"}
    assert len(report.errors) == errors


@pytest.fixture(scope="module")
def teams() -> Report:
    return scanned(ROOT, "fixtures/cdk/teams/cdk.out")


def test_an_application_as_the_cdk_makes_it_today(teams: Report) -> None:
    """Weak references in stages, strong ones to another region, uploaded templates, stack tags, missing lookups."""
    people = {"Ada": "allowed", "Ben": "allowed", "Cleo": "allowed", "Dan": "implicit_deny", "Eve": "implicit_deny"}
    expected = {
        f"{stack}/{name}": login for stack in ("Test/People", "Live/People", "Local") for name, login in people.items()
    }
    expected |= {
        "Organization/Eve": "allowed",
        "Organization/Contractors/Fay": "allowed",
        "Organization/Guests/Ida": "allowed",
        "Organization/Guests/Jo": "implicit_deny",
        "Organization/Baseline/Administrator": "allowed",
        "Lookups/Gus": "unknown",
        "Lookups/Hal": "implicit_deny",
    }
    found = {_short(address): login for address, (console, login) in verdicts(teams).items() if console == "yes"}
    assert found == expected
    assert verdicts(teams)["Lookups/Support5CFB64A3"] == ("no", "implicit_deny")
    assert [problem.summary for problem in teams.diagnostics] == ["Incomplete cloud assembly"]


def _short(address: str) -> str:
    """An address without what the CDK adds to the names of its constructs."""
    parts = [part.partition("NestedStack")[0] for part in address.split("/")]
    last = parts[-1]
    return "/".join((*parts[:-1], last[:-8] if last[-8:].isupper() and any(map(str.isdigit, last[-8:])) else last))


def test_places_without_metadata_in_the_templates(teams: Report) -> None:
    """The assembly was made by ``app.synth()`` alone, so its templates do not say which construct made what."""
    assert "aws:cdk:path" not in (ROOT / "fixtures/cdk/teams/cdk.out/Organization.template.json").read_text()
    source = (ROOT / "fixtures/cdk/teams/bin/app.js").read_text().splitlines()
    lines = {}
    for found in teams.principals:
        place = principal_document(found)["location"]
        if place["path"].endswith("app.js"):
            lines[_short(found.definition.address)] = source[place["start_line"] - 1].strip()
    assert lines["Live/People/Ada"].startswith('new iam.User(this, "Ada"')
    assert lines["Organization/Contractors/Fay"].startswith('new iam.User(this, "Fay"')
    assert lines["Organization/Eve"].startswith('new iam.User(this, "Eve"')
    assert "Organization/Guests/Ida" not in lines
    fay = next(found.definition for found in teams.principals if "Fay" in found.definition.address)
    assert [note for note, _ in fay.notes] == ["construct Organization/Contractors/Fay/Resource"]
