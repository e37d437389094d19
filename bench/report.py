"""Every format of an audit with 5,000 findings: size and time, and the HTML against its budget (2 MB) and the JSON."""

import importlib
import time
from statistics import median

from msgspec.structs import replace

from toolkit.catalog.entries import Catalog
from toolkit.catalog.folders import load
from toolkit.console import formats
from toolkit.model import (
    Answer,
    Assessment,
    Audit,
    Company,
    Evidence,
    Finding,
    Journey,
    JourneyRisk,
    Platform,
    Root,
    Score,
    ScorePart,
    Survey,
)

FINDINGS = 5_000
RUNS = 5


def _audit(catalog: Catalog) -> Audit:
    """As many findings as the budget speaks of, spread over all rules, each with three places."""
    rules = sorted(catalog.rules)
    evidence = tuple(
        Evidence(
            "files.python",
            "aws/s3#pypi:boto3",
            "shop",
            f"services/checkout/storage_{n % 700}.py:{n % 900 + 1}",
            "runtime",
        )
        for n in range(3 * FINDINGS)
    )
    findings = tuple(
        Finding(
            rules[n % len(rules)], f"aws/service-{n}", "not ready", "high", "high",
            f"Message queue: Amazon Web Services alone can take it away (aws/service-{n}).",
            "data.queue", ("read",), (3 * n, 3 * n + 1, 3 * n + 2),
        )
        for n in range(FINDINGS)
    )  # fmt: skip
    survey = Survey((Root("shop", "checkout", "."),), ("files",), evidence)
    assessment = Assessment(
        Score(10.0, (ScorePart("Journeys", 10.0, 100.0, "0 of 1 journeys survive the loss of any one company"),)),
        (Company("aws", "Amazon Web Services", ("aws",), (), ("read",)),),
        (JourneyRisk("read", stops=(Answer("aws", ("aws",)),), cut_sets=(("aws",),)),),
        findings,
    )
    audit = Audit("1.0", "offramp 0.1.0", catalog.hash, Platform("shop"), survey, (), assessment)
    return replace(audit, platform=replace(audit.platform, journeys=(Journey("read", "Read", ("data.queue",)),)))


def main() -> None:
    catalog = load()
    audit = _audit(catalog)
    sizes: dict[str, int] = {}
    for name in formats("render"):
        render = importlib.import_module(f"toolkit.report.{name}").render
        seconds = []
        for _ in range(RUNS):
            begin = time.perf_counter()
            text = render(audit, catalog)
            seconds.append(time.perf_counter() - begin)
        sizes[name] = len(text.encode())
        print(f"{name:<10} {sizes[name] / 1e6:7.3f} MB  {median(seconds):6.3f} s")
    print(
        f"html is {sizes['html'] / 2e6:.2f} of its budget of 2 MB and {sizes['html'] / sizes['json']:.2f} of the JSON"
    )


if __name__ == "__main__":
    main()
