"""Requests, seconds and memory of asking an AWS account with about 100 resources in one region (moto's server).

Budget: at most 400 requests. Where `prowler` is on PATH it is measured in the same run against the same server.
"""

import logging
import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import boto3
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from toolkit.collect.accounts.aws import account, collect_aws

REGION, BUDGET = "us-east-1", 400


class _Counted:
    """A WSGI application that counts what it is asked."""

    def __init__(self, application: Any) -> None:
        self.application, self.requests = application, 0

    def __call__(self, environ: Any, start_response: Any) -> Any:
        self.requests += 1
        return self.application(environ, start_response)


@contextmanager
def _aws() -> Iterator[_Counted]:
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    counted = _Counted(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, counted)
    os.environ.update(
        AWS_ENDPOINT_URL=f"http://127.0.0.1:{server.server_port}",
        AWS_ACCESS_KEY_ID="testing",
        AWS_SECRET_ACCESS_KEY="testing",  # noqa: S106  # moto takes any
        AWS_EC2_METADATA_DISABLED="true",
        MOTO_EC2_LOAD_DEFAULT_AMIS="false",
    )
    Thread(target=server.serve_forever, daemon=True).start()
    yield counted
    server.shutdown()


def _seed() -> None:
    boto3.client("ec2", region_name=REGION).run_instances(ImageId="ami-12c6146b", MinCount=20, MaxCount=20)
    for number in range(30):
        boto3.client("s3", region_name=REGION).create_bucket(Bucket=f"bench-{number}")
        boto3.client("sqs", region_name=REGION).create_queue(QueueName=f"bench-{number}")


def main() -> None:
    with _aws() as server:
        _seed()
        server.requests, begin = 0, time.perf_counter()
        session = boto3.Session()
        survey = collect_aws(session, account(session, regions=(REGION,)))
        seconds, memory = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"offramp: {len(survey.evidence)} resources, {server.requests} requests "
            f"({server.requests / BUDGET:.2f} of the budget), {seconds:.1f} s, {memory:.0f} MB with the server"
        )
        if prowler := shutil.which("prowler"):
            server.requests, begin = 0, time.perf_counter()
            with tempfile.TemporaryDirectory() as out:
                command = [prowler, "aws", "--region", REGION, "--output-directory", out, "--no-banner"]
                subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
            theirs = time.perf_counter() - begin
            print(f"prowler: {server.requests} requests, {theirs:.1f} s: {theirs / seconds:.0f} x as long")
        else:
            print("prowler is not on PATH: not measured")


if __name__ == "__main__":
    main()
