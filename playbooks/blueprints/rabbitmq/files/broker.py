"""What the broker is asked and told, by its own `rabbitmqctl`: each call takes seconds, so there are few."""

import json
import shutil
import subprocess
import sys
import tempfile


def ctl(*words):
    """What `rabbitmqctl` answers. The program ends with its words where it fails."""
    command = ["rabbitmqctl", "--quiet", *words]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"rabbitmqctl {words[0]}: {(done.stderr or done.stdout).strip()[-2000:]}")
    return done.stdout


def definitions():
    """Everything but messages: {"users": […], "vhosts": […], "queues": […], …}."""
    return json.loads(ctl("export_definitions", "-"))


def take(wanted):
    """Add definitions; what is there already and not in them stays."""
    # `rabbitmqctl` becomes the user rabbitmq, and waits for ever for what comes by stdin
    with tempfile.NamedTemporaryFile("w", dir="/run", suffix=".json") as file:
        shutil.chown(file.name, "rabbitmq")
        json.dump(wanted, file)
        file.flush()
        ctl("import_definitions", file.name)


def lengths(vhost):
    """Queue → how many messages are in it, those on their way to a consumer included."""
    rows = json.loads(ctl("list_queues", "--vhost", vhost, "name", "messages", "--formatter", "json"))
    return {row["name"]: row["messages"] for row in rows}
