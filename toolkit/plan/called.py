"""What a platform is called that nobody named: by its checkouts. In: the audit. Out: a name; empty where it has one."""

from toolkit.model import Audit, Platform

_MOST = 3  # checkouts


def called(audit: Audit) -> str:
    """`board` or `board, worker and 2 more`."""
    if audit.platform.name != Platform().name:
        return ""
    roots = [root.id for root in audit.survey.roots if root.kind == "checkout"]
    hidden = f" and {len(roots) - _MOST} more" if len(roots) > _MOST else ""
    return ", ".join(roots[:_MOST]) + hidden
