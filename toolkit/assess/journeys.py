"""What people do with the platform, where `offramp.toml` does not say it: journeys by area of capability."""

from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase

from toolkit.model import Dependency, Journey, Platform

# What serving a page takes. Not in it: the registrar and DDoS protection, whose loss stops nothing at once.
_SERVING = ("hosting.*", "edge.dns", "edge.cdn", "edge.tls", "data.relational", "data.document",
            "data.object-storage", "data.cache", "data.search", "secrets.*")  # fmt: skip

# A default journey needs those of its capabilities that some dependency provides: nobody said that it needs more. It
# exists when one of its `marks` is provided; empty = always.
_DEFAULTS = (
    ("sign-up", "A new person opens an account",
     ("auth.customer-identity", "otp.*", "mail.outgoing", "abuse.captcha", *_SERVING),
     ("auth.customer-identity", "otp.*", "mail.outgoing")),
    ("sign-in", "A person signs in", ("auth.customer-identity", "auth.mfa", "otp.*", *_SERVING),
     ("auth.customer-identity", "auth.mfa", "otp.*")),
    ("read", "A person reads what is there", _SERVING, _SERVING),
    ("post", "A person adds something", (*_SERVING, "data.queue"), ("data.*",)),
    ("pay", "A person pays", ("payments.processing", *_SERVING), ("payments.processing",)),
    ("get-help", "A person asks for help and gets an answer", ("support.helpdesk", "support.chat", "mail.incoming"),
     ("support.helpdesk", "support.chat", "mail.incoming")),
    ("reach-staff", "Staff find each other and tell users what is happening",
     ("collab.*", "auth.workforce-sso", "support.status-page"), ("collab.*", "auth.workforce-sso")),
    ("operate", "Staff change and deploy the platform",
     ("auth.workforce-sso", "auth.directory", "hosting.*", "edge.dns", "edge.registrar", "secrets.*",
      "build.code-hosting", "build.ci", "build.packages", "build.images", "build.iac"),
     ("auth.workforce-sso", "hosting.*", "build.*")),
)  # fmt: skip


def journeys(platform: Platform, dependencies: Iterable[Dependency]) -> tuple[Journey, ...]:
    """The declared journeys; where there are none, the default ones."""
    return platform.journeys or default_journeys(dependencies)


def default_journeys(dependencies: Iterable[Dependency]) -> tuple[Journey, ...]:
    """The usual journeys, those that what was found gives a meaning to."""
    provided = {capability for one in dependencies for capability in one.capabilities if counts(one, capability)}
    return tuple(
        Journey(name, title, tuple(sorted(matching(needs, provided))))
        for name, title, needs, marks in _DEFAULTS
        if matching(marks, provided)
    )


def matching(patterns: Iterable[str], capabilities: Collection[str]) -> set[str]:
    """The capabilities that patterns ("otp.sms", "data.*") name."""
    return {one for one in capabilities for pattern in patterns if fnmatchcase(one, pattern)}


def counts(dependency: Dependency, capability: str) -> bool:
    """Whether its loss means the loss of the capability: what the platform runs on does, what only its build uses does
    for the build; what is optional degrades and does not stop."""
    if dependency.role == "build/ci":
        return capability.startswith("build.")
    return dependency.role != "optional"
