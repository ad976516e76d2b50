"""`plainbase completion`: what makes a shell complete this command's words."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

PROGRAM = "plainbase"
VARIABLE = "_PLAINBASE_COMPLETE"
"""What the shell's function sets when it asks the program for words."""


@click.command(short_help="Print what makes your shell complete commands.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print a script that makes SHELL complete commands and options.

    \b
    bash:  plainbase completion bash > ~/.plainbase.bash
           echo 'source ~/.plainbase.bash' >> ~/.bashrc
    zsh:   plainbase completion zsh > "${fpath[1]}/_plainbase"
    fish:  plainbase completion fish > ~/.config/fish/completions/plainbase.fish

    It holds from the next shell on.
    """
    kind = get_completion_class(shell)
    if kind is None:  # click knows all three
        raise click.ClickException(f"no completion for {shell}")
    script = kind(ctx.find_root().command, {}, PROGRAM, VARIABLE)
    click.echo(script.source_template % script.source_vars())
