"""A small catalogue for the file engine's tests: signals without anything else."""

from toolkit.catalog.entries import Catalog, Service, SignalKind, Vendor


def catalog(signals: dict[str, dict[SignalKind, tuple[str, ...]]], hash: str = "test") -> Catalog:
    """`signals`: "vendor" or "vendor/service" → its signals by kind."""
    return Catalog(
        hash=hash,
        capabilities={},
        vendors={name: Vendor(name=name, signals=found) for name, found in signals.items() if "/" not in name},
        services={name: Service(name=name, signals=found) for name, found in signals.items() if "/" in name},
        rules={},
        scenarios={},
        blueprints={},
    )
