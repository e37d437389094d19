"""Write docs/rules.md, the reference of all readiness rules, from checks/readiness/: `python docs/rules.py`."""

from itertools import groupby
from pathlib import Path

from toolkit.catalog.entries import Rule
from toolkit.catalog.folders import load

PAGE = Path(__file__).with_suffix(".md")
_HEAD = """\
# Readiness rules

What `offramp audit` asks, rule by rule. Generated from `checks/readiness/` by `python docs/rules.py`; a rule's id is
its anchor here and the rule id in SARIF. How findings come about (`toolkit/assess/rules.py`):

- **single-company**: per capability, a company whose loss alone is its loss; owners and foundations (`runs_on`) count.
- **same-company**: what should survive a loss is lost together with what it is for.
- **fallback**: a `[[fallback]]` is named and does not go with what it stands in for.
- **declared**: it is known who provides it.
- **exportable**: the vendor gives back everything; a vendor nobody has looked into is *unknown*.
- **waiver**: accepted risks have not expired.

Missing evidence is never *ready*. Severity is the rule's; one step lower where a single company stops no journey, *low*
where only optional dependencies are concerned.
"""


def page() -> str:
    rules = sorted(load().rules.values(), key=lambda rule: (_area(rule), rule.id))
    parts = [_HEAD]
    for area, some in groupby(rules, key=_area):
        parts += [f"## {area}\n", *(_section(rule) for rule in some)]
    return "\n".join(parts)


def _area(rule: Rule) -> str:
    return rule.of[0].partition(".")[0] if rule.of else "decisions"


def _section(rule: Rule) -> str:
    asks = f"`{rule.check}` of {', '.join(f'`{one}`' for one in rule.of) or 'waivers'}"
    if rule.with_:
        asks += f" with {', '.join(f'`{one}`' for one in rule.with_)}"
    return (
        f'### <a id="{rule.id}"></a>{rule.id}: {rule.title}\n\n'
        f"{rule.severity} · {asks} · about {rule.effort_hours:g} h\n\n"
        f"{rule.rationale}\n\n**What to do.** {rule.remediation}\n"
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
