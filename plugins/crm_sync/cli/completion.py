"""`crm-sync completion`: the script by which a shell completes commands, CRMs and entities."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

_SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what lets a shell complete commands, CRMs and entities.

    In bash: crm-sync completion bash > ~/.local/share/bash-completion/completions/crm-sync
    """
    build = get_completion_class(shell)
    if build is None:
        raise click.ClickException(f"There is no completion for {shell}.")
    click.echo(build(ctx.find_root().command, {}, "crm-sync", "_CRM_SYNC_COMPLETE").source())
