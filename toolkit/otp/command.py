"""`offramp otp`: the commands. They compose and say what they do; nothing else."""

import time
from pathlib import Path

import click

from toolkit.errors import BadInput


@click.group()
def otp() -> None:
    """The OTP gateway: codes by SMS and e-mail for applications that speak to Twilio Verify."""


@otp.command("serve")
@click.option("--dev", is_flag=True, help="SQLite and ./otp-outbox.jsonl in this folder; loopback only.")
@click.option("--listen", default="127.0.0.1:8085", show_default=True, help="With --dev: ADDRESS:PORT.")
@click.option("--config", type=click.Path(path_type=Path), help="Production: a TOML file, see docs/otp.md.")
def serve_command(dev: bool, listen: str, config: Path | None) -> None:
    """Serve Twilio's Verify v2 and Messages API until interrupted."""
    if dev == (config is not None):
        raise BadInput("one of --dev and --config is needed", where="offramp otp serve", hint="see docs/otp.md")
    try:
        from toolkit.otp.development import development_settings, environment
        from toolkit.otp.serve import open_listener, serve
        from toolkit.otp.settings import read_settings
    except ImportError as err:
        raise BadInput(f"{err.name} is not installed", where="offramp otp", hint="pip install 'offramp[otp]'") from err
    if config is not None:
        settings = read_settings(config)
        return serve(settings, open_listener(settings), where=config)
    settings = development_settings(listen, Path.cwd())
    listener = open_listener(settings)
    for name, value in environment(settings).items():
        click.echo(f"{name}={value}")
    return serve(settings, listener, where=Path.cwd())


@otp.command("unlock")
@click.option("--config", type=click.Path(path_type=Path), required=True, help="The gateway's TOML file.")
@click.argument("what", metavar="NUMBER|MAILBOX|ADDRESS")
def unlock_command(config: Path, what: str) -> None:
    """Forget what was counted against a number, a mailbox or a user's address; numbers and mailboxes become members."""
    try:
        from toolkit.otp.settings import read_settings
        from toolkit.otp.unlock import unlock
    except ImportError as err:
        raise BadInput(f"{err.name} is not installed", where="offramp otp", hint="pip install 'offramp[otp]'") from err
    click.echo(f"unlocked: {unlock(read_settings(config), what, where=config, clock=time.time)}")
