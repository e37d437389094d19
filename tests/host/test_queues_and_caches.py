"""Queues and caches as their blueprints build them: SQS with the SDKs of AWS as they are, RabbitMQ with the
definitions of another broker, memcached with and without TLS and passwords; lost, and brought back.
"""

import json
import os
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import httpx
import projects
import pytest
from botocore.exceptions import ClientError

from toolkit.drill import lab as labs
from toolkit.model import Platform
from toolkit.tools import ssh

HOST = "mq"
PORTS = (9324, 5671, 11211)
ONLY = ("--tags", "elasticmq,rabbitmq,memcached")
REDRIVE = {"deadLetterTargetArn": "jobs-dead", "maxReceiveCount": 3}
PLACED: dict[str, dict[str, Any]] = {
    "elasticmq": {
        "queues": {
            "jobs": {"VisibilityTimeout": 60, "RedrivePolicy": REDRIVE},
            "jobs-dead": {},
            "mails.fifo": {"ContentBasedDeduplication": True},
        }
    },
    "rabbitmq": {"users": {"billing": ["billing"]}},
    "memcached": {},
}
# what CloudAMQP's management interface answers at /api/definitions, shortened
DEFINITIONS = {
    "rabbitmq_version": "3.13.7",
    "users": [
        {"name": "qwzxhvkp", "password_hash": "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR",
         "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": ["administrator"], "limits": {}},
        {"name": "guest", "password_hash": "x", "tags": [], "limits": {}},
    ],
    "vhosts": [{"name": "qwzxhvkp", "description": "", "tags": [], "metadata": {"description": ""}}],
    "permissions": [
        {"user": "qwzxhvkp", "vhost": "qwzxhvkp", "configure": ".*", "write": ".*", "read": ".*"},
    ],
    "parameters": [{"component": "shovel", "vhost": "qwzxhvkp", "name": "s", "value": {"src-uri": "amqp://old"}}],
    "policies": [
        {"vhost": "qwzxhvkp", "name": "HA", "pattern": ".*", "apply-to": "all", "priority": 0,
         "definition": {"ha-mode": "all"}},
        {"vhost": "qwzxhvkp", "name": "short", "pattern": "^tmp", "apply-to": "queues", "priority": 1,
         "definition": {"message-ttl": 60000}},
    ],
    "exchanges": [
        {"name": "orders", "vhost": "qwzxhvkp", "type": "topic", "durable": True, "auto_delete": False,
         "internal": False, "arguments": {}},
    ],
    "queues": [
        {"name": "billing", "vhost": "qwzxhvkp", "durable": True, "auto_delete": False,
         "arguments": {"x-queue-type": "quorum"}},
        {"name": "mails", "vhost": "qwzxhvkp", "durable": True, "auto_delete": False,
         "arguments": {"x-dead-letter-exchange": "orders"}},
    ],
    "bindings": [
        {"source": "orders", "vhost": "qwzxhvkp", "destination": "billing", "destination_type": "queue",
         "routing_key": "order.#", "arguments": {}},
    ],
}  # fmt: skip
# by JavaScript's SDK as npm has it: what it sends to a queue it receives, in order
SDK = """
import { SQSClient, GetQueueUrlCommand, SendMessageBatchCommand, ReceiveMessageCommand, DeleteMessageCommand }
  from "@aws-sdk/client-sqs";
const sqs = new SQSClient({});
const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: "mails.fifo" }));
const Entries = ["one", "zwölf 🚀"].map((MessageBody, at) => ({ Id: `${at}`, MessageBody, MessageGroupId: "g" }));
await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
const got = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5 }));
for (const { ReceiptHandle } of got.Messages) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
console.log(JSON.stringify([QueueUrl, ...got.Messages.map((message) => message.Body)]));
"""
# an application's messages: sent so that the broker has taken them, or counted
PUBLISH = """
import json, ssl, sys, pika
url, authority, queue, number = json.load(sys.stdin)
parameters = pika.URLParameters(url)
parameters.ssl_options = pika.SSLOptions(ssl.create_default_context(cafile=authority), parameters.host)
channel = pika.BlockingConnection(parameters).channel()
channel.confirm_delivery()
kept = pika.BasicProperties(delivery_mode=2)
for at in range(number):
    channel.basic_publish("orders", "order.new", str(at).encode(), kept, mandatory=True)
print(channel.queue_declare(queue, passive=True).method.message_count)
"""
AUTHORITY = "/usr/local/share/ca-certificates/offramp.crt"


class Built:
    """The host with all three, and its project."""

    def __init__(self, lab: labs.Lab, project: projects.Project) -> None:
        self.lab, self.project, self.address = lab, project, lab.host(HOST).address
        self.endpoint = f"https://{self.address}:9324"

    def run(self, script: str, stdin: str = "") -> str:
        return ssh.run(self.lab.login, self.address, [script], stdin=stdin.encode())

    def play(self, playbook: str, *options: str) -> str:
        return self.project.play(playbook, *ONLY, *options)

    def sqs(self, **other: str) -> Any:
        keys = {
            "aws_access_key_id": "offramp-queue",
            "aws_secret_access_key": self.project.secrets()["elasticmq_secret_key"],
            "endpoint_url": self.endpoint,
            "region_name": "us-east-1",
        }
        return boto3.client("sqs", verify=str(self.project.folder / "ca.crt"), **{**keys, **other})

    def publish(self, number: int) -> int:
        """Send as many orders; how many are then in the queue `billing`."""
        url = f"amqps://shop:{self.project.secrets()['rabbitmq_password']}@{self.address}:5671/shop"
        self.run("cat > /tmp/publish.py", PUBLISH)
        return int(self.run("python3 /tmp/publish.py", json.dumps([url, AUTHORITY, "billing", number])))

    def settings(self, **values: Any) -> None:
        opened = [{"port": port, "from": [self.lab.gateway]} for port in PORTS]
        folder = self.project.folder / "host_vars"
        folder.mkdir(exist_ok=True)
        (folder / f"{HOST}.yml").write_text(json.dumps({"base_open_ports": opened, **values}))


@pytest.fixture(scope="module")
def built(lab_possible: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    folder = tmp_path_factory.mktemp("queues")
    with labs.temporary([HOST], log=print, state=folder / "labs") as lab:
        platform = Platform(name="shop", domains=("shop.example",))
        made = Built(lab, projects.make(folder, lab, platform, PLACED, host=HOST))
        made.settings()
        made.project.play("site.yml")
        yield made


def test_the_second_run_changes_nothing_and_all_is_well(built: Built) -> None:
    assert projects.changed(built.project.play("site.yml")) == 0
    built.play("verify.yml")


def test_queues_are_as_described(built: Built) -> None:
    sqs = built.sqs()
    urls = sqs.list_queues()["QueueUrls"]
    assert sorted(urls) == [f"{built.endpoint}/000000000000/{name}" for name in ("jobs", "jobs-dead", "mails.fifo")]
    url = sqs.get_queue_url(QueueName="jobs")["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert found["VisibilityTimeout"] == "60"
    assert json.loads(found["RedrivePolicy"])["deadLetterTargetArn"] == "arn:aws:sqs:us-east-1:000000000000:jobs-dead"


def _refused(ask: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as refused:
        ask()
    return str(refused.value.response["Error"]["Code"])


def test_who_is_let_in(built: Built) -> None:
    assert _refused(built.sqs(aws_secret_access_key="wrong").list_queues) == "SignatureDoesNotMatch"
    assert _refused(built.sqs(aws_access_key_id="AKIAOTHER").list_queues) == "InvalidClientTokenId"
    assert _refused(built.sqs(aws_access_key_id="constructor").list_queues) == "InvalidClientTokenId"
    sqs = built.sqs()
    url = sqs.get_queue_url(QueueName="jobs-dead")["QueueUrl"]

    def other_body(request: Any, **_: Any) -> None:
        request.body = request.body.replace(b"signed", b"forged")

    sqs.meta.events.register("before-send.sqs.SendMessage", other_body)
    assert _refused(lambda: sqs.send_message(QueueUrl=url, MessageBody="signed")) == "SignatureDoesNotMatch"
    trusted = ssl.create_default_context(cafile=built.project.folder / "ca.crt")
    unsigned = httpx.post(built.endpoint, data={"Action": "ListQueues"}, verify=trusted, timeout=30)
    assert (unsigned.status_code, "MissingAuthenticationToken" in unsigned.text) == (403, True)
    with pytest.raises(httpx.HTTPError):
        httpx.get(f"http://{built.address}:9325/", timeout=10)


def test_the_sdk_of_another_language_works_as_it_is(built: Built, tmp_path: Path) -> None:
    assert shutil.which("npm"), "npm is not installed"
    fetch = ["npm", "install", "--silent", "--ignore-scripts", "--prefix", str(tmp_path), "@aws-sdk/client-sqs@3"]
    subprocess.run(fetch, check=True)
    (tmp_path / "send.mjs").write_text(SDK)
    environment = {
        "PATH": os.environ["PATH"],
        "AWS_ENDPOINT_URL_SQS": built.endpoint,
        "AWS_ACCESS_KEY_ID": "offramp-queue",
        "AWS_SECRET_ACCESS_KEY": built.project.secrets()["elasticmq_secret_key"],
        "AWS_REGION": "eu-central-1",  # a request may be signed for any
        "NODE_EXTRA_CA_CERTS": str(built.project.folder / "ca.crt"),
    }
    done = subprocess.run(
        ["node", tmp_path / "send.mjs"], env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [f"{built.endpoint}/000000000000/mails.fifo", "one", "zwölf 🚀"]


def test_a_message_that_was_answered_is_on_disk(built: Built) -> None:
    sqs = built.sqs()
    url = sqs.get_queue_url(QueueName="jobs")["QueueUrl"]
    sent = {sqs.send_message(QueueUrl=url, MessageBody=f"job {number}")["MessageId"] for number in range(30)}
    built.run("systemctl kill --signal=KILL elasticmq.service")
    built.run(
        "until python3 -c 'import urllib.request as u; u.urlopen(\"http://127.0.0.1:9325/health\")'; do sleep 1; done"
    )
    attributes = _once_restored(sqs.get_queue_attributes, QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    assert int(attributes["Attributes"]["ApproximateNumberOfMessages"]) == len(sent)


def _once_restored(ask: Callable[..., Any], **query: Any) -> Any:
    """For some seconds after it answers again the server knows no queue: it reads them from the disk."""
    for _ in range(60):
        try:
            return ask(**query)
        except ClientError as err:
            if not err.response["Error"]["Code"].endswith(("NonExistentQueue", "QueueDoesNotExist")):
                raise
            time.sleep(1)
    return ask(**query)


def test_definitions_of_another_broker_are_taken_over(built: Built, tmp_path: Path) -> None:
    def take_in() -> str:
        return built.project.play("import.yml", "--tags", "rabbitmq", "-e", f"dataset={tmp_path}")

    (tmp_path / "definitions.json").write_text(json.dumps(DEFINITIONS))
    said = take_in()
    assert "policy HA: mirrored queues" in said
    assert "1 parameters: shovels" in said
    assert projects.changed(take_in()) == 0, "the same definitions again"
    other = json.loads(json.dumps(DEFINITIONS))
    other["exchanges"][0]["type"] = "fanout"
    (tmp_path / "definitions.json").write_text(json.dumps(other))
    with pytest.raises(AssertionError, match="are here already and differ, nothing was changed: exchanges"):
        take_in()
    (tmp_path / "definitions.json").write_text("<html>Not authorized</html>")
    with pytest.raises(AssertionError, match=r"definitions\.json cannot be read as JSON"):
        take_in()
    users = json.loads(built.run("rabbitmqctl --quiet list_users --formatter json"))
    assert {user["user"]: user["tags"] for user in users} == {"shop": [], "billing": [], "qwzxhvkp": []}


def test_everything_is_lost_and_brought_back(built: Built) -> None:
    assert built.publish(20) == 20
    built.play("backup.yml")
    for name in ("elasticmq", "rabbitmq"):
        [file] = built.run(f"find /var/backups/offramp/{name} -type f").split()
        assert built.run(f"head -c 21 {file}") == "age-encryption.org/v1"
    built.play("drill-steady.yml")
    built.play("drill-break.yml")
    built.play("restore.yml")
    built.play("verify.yml")
    assert projects.changed(built.play("site.yml")) == 0
    assert built.publish(0) == 20
    built.sqs().send_message(QueueUrl=f"{built.endpoint}/000000000000/jobs", MessageBody="since")
    with pytest.raises(AssertionError, match="MESSAGE_JOBS"):
        built.project.play("verify.yml", "--tags", "elasticmq")


@pytest.mark.parametrize("unit", ["elasticmq", "rabbitmq-server", "memcached"])
def test_a_service_that_is_taken_over_can_do_little(built: Built, unit: str) -> None:
    said = built.run(f"systemd-analyze security --no-pager {unit}.service").splitlines()[-1]
    assert float(said.partition(": ")[2].split()[0]) <= 3, said
    assert "infinity" not in built.run(f"systemctl show -P MemoryMax -P TasksMax {unit}.service").split()


def test_nothing_listens_for_other_hosts_but_what_is_declared(built: Built) -> None:
    listening = built.run("ss --listening --tcp --numeric --no-header").splitlines()
    places = [line.split()[3].rpartition(":") for line in listening]
    assert {int(port) for host, _, port in places if not re.fullmatch(r"127\..*|\[::1\]|\[::ffff:127\..*\]", host)} <= {
        22, 80, *PORTS,
    }  # fmt: skip


def test_memcached_with_tls_and_with_a_password(built: Built) -> None:
    for values in ({"memcached_tls": True}, {"memcached_sasl": True, "memcached_tls": True}, {}):
        built.settings(**values)
        built.project.play("site.yml", "--tags", "memcached")
        assert projects.changed(built.project.play("site.yml", "--tags", "memcached")) == 0
        built.project.play("verify.yml", "--tags", "memcached")


def test_secrets_are_in_no_log(built: Built) -> None:
    secrets = built.project.secrets()
    for name in ("elasticmq_secret_key", "rabbitmq_password", "memcached_password"):
        search = "read -r text; { journalctl --output=export; cat /var/log/rabbitmq/* /var/log/nginx/*; } 2>/dev/null"
        found = built.run(f'{search} | grep -caF -e "$text" || true', stdin=f"{secrets[name]}\n")
        assert int(found) == 0, name
