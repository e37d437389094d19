"""A client of the platform's queues, as its applications log in: for the role's other programs, and the check that a
message comes through.

In (stdin, JSON): {"access": {endpoint, region, access_key, secret_key, authority}}. Run as a program it makes a
queue, sends itself a message through it, and deletes it; then it asks with a wrong key and without TLS, and is
refused.
"""

import json
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

PROBE = "offramp-verify"


def client(access, **other):
    """Of SQS; `other` replaces parts of the access."""
    access = {**access, **other}
    return boto3.client(
        "sqs",
        endpoint_url=access["endpoint"],
        region_name=access["region"],
        aws_access_key_id=access["access_key"],
        aws_secret_access_key=access["secret_key"],
        verify=access["authority"],
        config=Config(connect_timeout=5, retries={"total_max_attempts": 5, "mode": "standard"}),
    )


def passes_a_message(sqs):
    queue = sqs.create_queue(QueueName=PROBE)["QueueUrl"]
    try:
        sent = sqs.send_message(QueueUrl=queue, MessageBody="written")["MessageId"]
        for _ in range(3):
            answer = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5, MaxNumberOfMessages=10)
            if sent in [message["MessageId"] for message in answer.get("Messages", [])]:
                return
        sys.exit("a message that was sent did not come")
    finally:
        sqs.delete_queue(QueueUrl=queue)


def refuses(access):
    try:
        client(access, secret_key="wrong").list_queues()  # noqa: S106  # which it is
    except ClientError as err:
        if err.response["Error"]["Code"] != "SignatureDoesNotMatch":
            raise
    else:
        sys.exit("a wrong key was let in")
    try:
        client(access, endpoint=access["endpoint"].replace("https:", "http:")).list_queues()
    except (ClientError, ConnectionError, HTTPClientError):
        return
    sys.exit("a request in the clear was answered")


def main():
    access = json.load(sys.stdin)["access"]
    began = time.monotonic()
    passes_a_message(client(access))
    refuses(access)
    print(json.dumps({"seconds": round(time.monotonic() - began, 2)}))


if __name__ == "__main__":
    main()
