"""A small catalogue for the file engine's tests: signals without anything else."""

from toolkit.catalog.entries import Catalog, Service, SignalKind, Vendor
from toolkit.model import Role


def catalog(
    signals: dict[str, dict[SignalKind, tuple[str, ...]]], hash: str = "test", role: Role | None = None
) -> Catalog:
    """`signals`: "vendor" or "vendor/service" → its signals by kind, all for the `role` where there is one."""
    return Catalog(
        hash=hash,
        capabilities={},
        vendors={
            name: Vendor(name=name, signals=found, role=role) for name, found in signals.items() if "/" not in name
        },
        services={name: Service(name=name, signals=found) for name, found in signals.items() if "/" in name},
        rules={},
        scenarios={},
        blueprints={},
    )
