"""Pulumi programs: the modules that an SDK's import, and what is built through it, stand for in Pulumi's own types.

`pulumi_aws.sqs`, `@pulumi/aws/sqs`, `github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sqs`, `Pulumi.Aws.Sqs` and
`com.pulumi.aws.sqs` all are `aws:sqs`.
"""

import re

_NAMES = re.compile(
    r"(?:pulumi_(?P<python>\w+)"
    r"|@pulumi/(?P<npm>[\w\-]+)"
    r"|github\.com/pulumi/pulumi-(?P<golang>[\w\-]+)/sdk(?:/v\d+)?(?:/go/[\w\-]+)?"
    r"|Pulumi\.(?P<dotnet>\w+)"
    r"|com\.pulumi\.(?P<jvm>\w+))"
    r"(?:[./](?P<module>\w+)(?:\.(?P<type>[A-Z]\w+))?)?"
)
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
MARKS = ("pulumi_", "@pulumi/")  # files with these are read whole: what is imported once is used everywhere


def resource(imported: str) -> str:
    """The module, and the type where it is named, that a chain of names stands for; '' when it is none of Pulumi's."""
    found = _NAMES.match(imported)
    if not found:
        return ""
    provider = next(name for name in found.group("python", "npm", "golang", "dotnet", "jvm") if name)
    provider = _CAPITAL.sub("-", provider).replace("_", "-").lower().replace("azurenative", "azure-native")
    if not found["module"]:
        return ""
    return ":".join(part for part in (provider, found["module"].lower(), found["type"]) if part)
