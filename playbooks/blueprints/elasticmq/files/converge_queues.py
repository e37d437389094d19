"""Bring the queues to the described state: those that are missing are created, attributes that differ are set. Others
stay.

In (stdin, JSON): {"access": …, "queues": {name: {attribute: value}}}, attributes as SQS has them; a value that is a
table becomes the JSON that SQS wants, and "deadLetterTargetArn" there may be the name of a queue. Out: a list of what
changed.
"""

import json
import sys

from botocore.exceptions import ClientError
from use_queue import client

ONLY_AT_THE_BEGINNING = ("FifoQueue",)


def as_text(value):
    """A value as SQS writes it: true → "true", 60 → "60", a table → JSON."""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else json.dumps(value)


def attributes(name, wanted, access):
    """Attribute → text."""
    found = {}
    for key, value in wanted.items():
        if key == "RedrivePolicy" and isinstance(value, dict):
            value = {**value, "deadLetterTargetArn": arn(value["deadLetterTargetArn"], access)}
        found[key] = as_text(value)
    if name.endswith(".fifo"):
        found["FifoQueue"] = "true"
    return found


def arn(name, access):
    """The name that other queues know a queue by."""
    return name if name.startswith("arn:") else f"arn:aws:sqs:{access['region']}:{access['account']}:{name}"


def same(key, one, other):
    """Whether two texts of an attribute mean the same: numbers in JSON come back as numbers, or as text."""
    if key != "RedrivePolicy" or not one or not other:
        return one == other
    return {name: str(value) for name, value in json.loads(one).items()} == {
        name: str(value) for name, value in json.loads(other).items()
    }


def converge(sqs, name, wanted):
    """What was done to a queue, in a word or two each."""
    try:
        queue = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except ClientError as err:
        if not err.response["Error"]["Code"].endswith(("QueueDoesNotExist", "NonExistentQueue")):
            raise
        sqs.create_queue(QueueName=name, Attributes=wanted)
        return [f"created {name}"]
    now = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"]).get("Attributes", {})
    differs = {key: value for key, value in wanted.items() if not same(key, now.get(key), value)}
    if fixed := sorted(set(differs).intersection(ONLY_AT_THE_BEGINNING)):
        sys.exit(f"{name}: {', '.join(fixed)} can be set when a queue is made, not later")
    if differs:
        sqs.set_queue_attributes(QueueUrl=queue, Attributes=differs)
    return [f"{name}: {key}" for key in sorted(differs)]


def dead_letters_first(queues):
    """Names so that the queue a RedrivePolicy leads to is there before it is named."""
    return sorted(queues, key=lambda name: ("RedrivePolicy" in queues[name], name))


def main():
    given = json.load(sys.stdin)
    sqs, access, queues = client(given["access"]), given["access"], given["queues"]
    changed = []
    for name in dead_letters_first(queues):
        try:
            changed += converge(sqs, name, attributes(name, queues[name] or {}, access))
        except ClientError as err:
            sys.exit(f"queue {name}: {err}")
    print(json.dumps(changed))


if __name__ == "__main__":
    main()
