"""`offramp completion SHELL`: what a shell needs to complete commands, options, formats and ids."""

import click

_SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion script of SHELL.

    \b
    bash: offramp completion bash >~/.local/share/bash-completion/completions/offramp
    zsh:  offramp completion zsh >"${fpath[1]}/_offramp"
    fish: offramp completion fish >~/.config/fish/completions/offramp.fish
    """
    from click.shell_completion import get_completion_class

    root = context.find_root()
    if (kind := get_completion_class(shell)) is not None:  # it knows all of _SHELLS
        click.echo(kind(root.command, {}, "offramp", "_OFFRAMP_COMPLETE").source())
