"""CycloneDX 1.6: the platform's services as a SaaS bill of materials. https://cyclonedx.org/docs/1.6/json/

What the format has no field for (role, capabilities, confidence, where it was seen) is a property `offramp:…`.
"""

import uuid
from typing import Any

import msgspec

from toolkit.catalog.entries import Catalog
from toolkit.model import Audit, Dependency
from toolkit.report import places
from toolkit.report.escape import visible

_PLATFORM = "platform"


def render(audit: Audit, catalog: Catalog) -> str:
    """One service per dependency. The serial number is made from the content: same audit, same document."""
    services = [_service(dependency, audit, catalog) for dependency in audit.dependencies]
    content = {
        "metadata": _metadata(audit),
        "services": services,
        "dependencies": [
            {"ref": _PLATFORM, "dependsOn": sorted({service["bom-ref"] for service in services})},
            *({"ref": service["bom-ref"]} for service in services),
        ],
    }
    serial = uuid.uuid5(uuid.NAMESPACE_OID, msgspec.json.encode(content, order="sorted").decode())
    head = {"bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": f"urn:uuid:{serial}", "version": 1}
    return msgspec.json.format(msgspec.json.encode(head | content), indent=1).decode() + "\n"


def _metadata(audit: Audit) -> dict[str, Any]:
    name, _, version = audit.tool.partition(" ")
    return {
        "lifecycles": [{"phase": "operations"}],
        "tools": {"components": [{"type": "application", "name": name, "version": version}]},
        "component": {"type": "application", "bom-ref": _PLATFORM, "name": visible(audit.platform.name)},
        "properties": [
            {"name": "offramp:catalog", "value": audit.catalog},
            {"name": "offramp:unread", "value": str(len(audit.survey.unread))},
        ],
    }


def _service(dependency: Dependency, audit: Audit, catalog: Catalog) -> dict[str, Any]:
    entry = catalog.entry(dependency.id)
    vendor = catalog.vendors.get(dependency.vendor)
    provider: dict[str, Any] = {"name": vendor.name if vendor else visible(dependency.vendor)}
    if vendor and vendor.homepage:
        provider["url"] = [vendor.homepage]
    return {
        "bom-ref": f"service:{visible(dependency.id)}",
        "provider": provider,
        "group": visible(dependency.vendor),
        "name": entry.name if entry else visible(dependency.id),
        "x-trust-boundary": True,
        "properties": [{"name": f"offramp:{name}", "value": value} for name, value in _properties(dependency, audit)],
    }


def _properties(dependency: Dependency, audit: Audit) -> list[tuple[str, str]]:
    survey = audit.survey
    seen = places.seen(dependency.evidence, survey)
    size = [] if dependency.size_bytes is None else [("sizeBytes", str(dependency.size_bytes))]
    return [
        ("role", dependency.role),
        ("confidence", dependency.confidence),
        ("declared", str(dependency.declared).lower()),
        ("quantity", str(dependency.quantity)),
        *size,
        *(("capability", capability) for capability in dependency.capabilities),
        *(("evidence", visible(places.words(item.root, item.where, survey))) for item in seen),
    ]
