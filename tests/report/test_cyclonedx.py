"""CycloneDX: valid by the official 1.6 schema, one service per dependency."""

import json
from collections.abc import Callable

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from toolkit.catalog.entries import Catalog
from toolkit.model import Audit
from toolkit.report import cyclonedx


@pytest.mark.parametrize("which", ["audit", "hostile"])
def test_valid_by_the_official_schema(which: str, audit: Audit, hostile: Audit, catalog: Catalog) -> None:
    text = cyclonedx.render({"audit": audit, "hostile": hostile}[which], catalog)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


@pytest.mark.parametrize("which", ["audit", "hostile"])
def test_valid_by_the_official_schema_of_the_next_version(
    which: str, audit: Audit, hostile: Audit, catalog: Catalog
) -> None:
    text = cyclonedx.render({"audit": audit, "hostile": hostile}[which], catalog)
    newer = text.replace('"specVersion": "1.6"', '"specVersion": "1.7"')
    assert newer != text
    assert JsonStrictValidator(SchemaVersion.V1_7).validate_str(newer) is None


def test_the_validator_refuses_a_wrong_document(audit: Audit, catalog: Catalog) -> None:
    text = cyclonedx.render(audit, catalog).replace('"provider"', '"owner"')
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is not None


def test_every_dependency_is_a_service_of_the_platform(audit: Audit, catalog: Catalog) -> None:
    document = json.loads(cyclonedx.render(audit, catalog))
    services = {service["bom-ref"]: service for service in document["services"]}
    assert set(services) == {f"service:{dependency.id}" for dependency in audit.dependencies}
    (platform,) = [item for item in document["dependencies"] if item["ref"] == "platform"]
    assert set(platform["dependsOn"]) == set(services)
    s3 = services["service:aws/s3"]
    assert (s3["name"], s3["provider"]["name"]) == ("S3", "Amazon Web Services")
    properties = [(item["name"], item["value"]) for item in s3["properties"]]
    assert ("offramp:evidence", "harbour/pictures.py:14") in properties
    assert ("offramp:sizeBytes", "42000000000") in properties
    assert ("offramp:declared", "true") in [
        (item["name"], item["value"]) for item in services["service:gandi"]["properties"]
    ]


def test_the_serial_number_is_made_from_the_content(make_audit: Callable[..., Audit], catalog: Catalog) -> None:
    assert cyclonedx.render(make_audit(), catalog) == cyclonedx.render(make_audit(), catalog)
    serials = {
        json.loads(cyclonedx.render(make_audit(planted=planted), catalog))["serialNumber"] for planted in ("", "x")
    }
    assert len(serials) == 2
