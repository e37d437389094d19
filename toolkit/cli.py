"""The command line: all commands by name, and where every error ends.

A command stands in a module of its own in `toolkit/commands/`: its body is a composition of stage functions. Stages are
imported inside the bodies, so that `offramp --help` stays instant. Errors become exit codes in `main`.
"""

import os
import shutil
import sys
import traceback
from itertools import pairwise

import click

from toolkit import errors, interrupts, shipped
from toolkit.commands.assets import assets
from toolkit.commands.audit import audit
from toolkit.commands.catalog import catalog_group
from toolkit.commands.ci import ci
from toolkit.commands.completion import completion
from toolkit.commands.diff import diff_command
from toolkit.commands.doctor import doctor
from toolkit.commands.drill import drill
from toolkit.commands.explain import explain
from toolkit.commands.gate import gate
from toolkit.commands.generate import generate
from toolkit.commands.init import init
from toolkit.commands.pack import pack_command
from toolkit.commands.plan import plan
from toolkit.commands.simulate import simulate
from toolkit.commands.tabletop import tabletop
from toolkit.commands.talk import add_talk
from toolkit.console import say_visibly, talk_json
from toolkit.export.command import export
from toolkit.guard.command import guard
from toolkit.otp.command import otp

COMMANDS = (
    audit,
    init,
    simulate,
    plan,
    generate,
    drill,
    gate,
    explain,
    catalog_group,
    doctor,
    ci,
    completion,
    diff_command,
    export,
    otp,
    guard,
    pack_command,
    tabletop,
)


class _ReaderGone(Exception):
    """Whoever read stdout or stderr went away. Click would make exit code 1 of it, which says that the gate failed."""


class _Commands(click.Group):
    """What is left in the buffers is written before the exit code is settled."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError as err:
            raise _ReaderGone from err
        return result


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="offramp", message="%(prog)s %(version)s")
def cli() -> None:
    """Find what your platform depends on, say what breaks when a vendor cuts it off, plan the way out,
    generate the replacement, and prove it.

    \b
    offramp audit .            what you depend on, and who can stop you
    offramp init .             draft offramp.toml from what was found, for you to correct
    offramp plan audit.json    what to do, in what order
    offramp generate plan.json --target hosts --to infra/
    offramp pack infra/ --to gobag/          all that the rebuild fetches, for when there is no internet
    offramp drill infra/ --lab incus         build it, lose it, bring it back, with every step timed
    offramp tabletop audit.json --scenario parler-2021    go through the loss with the people

    \b
    Exit codes: 0 pass · 1 gate failed · 2 wrong input · 3 unread and --strict · 4 a program failed ·
    5 drill did not restore · 6 broken catalogue · 70 a bug in Offramp · 130 interrupted ·
    141 whoever read the output went away
    """


export.add_command(assets)
for _command in COMMANDS:
    cli.add_command(_command)
add_talk(cli)


def main() -> None:
    """Run the command line; every error ends here, as a message on stderr and an exit code."""
    try:
        sys.exit(cli.main(standalone_mode=False) or 0)
    except errors.OfframpError as err:
        _tell(err)
        sys.exit(err.exit_code)
    except click.ClickException as err:
        _show(err)
        sys.exit(errors.BAD_INPUT)
    except (KeyboardInterrupt, click.Abort):
        interrupts.end()
    except (_ReaderGone, BrokenPipeError):
        for number in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), number)  # what is left in the buffers goes nowhere
        sys.exit(errors.READER_GONE)
    except OSError as err:  # a full disk, a file where a folder should be: what no stage could tell better
        _tell(_of_the_system(err))
        sys.exit(errors.BAD_INPUT)
    except Exception:  # noqa: BLE001 - a bug of ours: its exit code must not read as a failed gate
        if interrupts.came():  # what was interrupted took it for a failure of its own
            interrupts.end()
        say_visibly(f"{traceback.format_exc()}{shipped.tool()}: this is a bug; please report the lines above")
        sys.exit(errors.BUG)


def _tell(err: errors.OfframpError) -> None:
    say_visibly(f"offramp: {err}")


def _show(err: click.ClickException) -> None:
    """In JSON where that was asked for: it may be a mistake before or beside that option that ends the command."""
    if ("--progress", "json") in pairwise(sys.argv) or "--progress=json" in sys.argv:
        talk_json(True)
        say_visibly(f"offramp: {err.format_message()}")
    else:
        err.show()


def _of_the_system(err: OSError) -> errors.BadInput:
    """What the system said, and of which file. Copying a folder collects what it said of each: the first is told."""
    if isinstance(err, shutil.Error) and err.args and isinstance(err.args[0], list):
        _, where, what = err.args[0][0]
        return errors.BadInput(what, where=where)
    return errors.BadInput(err.strerror or str(err), where=err.filename or "")
