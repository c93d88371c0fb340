"""`peerlab`: every command by name."""

from __future__ import annotations

import typer

from peerlab import __version__
from peerlab.cli import author

app = typer.Typer(
    name="peerlab",
    help="Peer Research Skills: the course, and the records behind an award.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"peerlab {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Say the version."),
) -> None:
    """Peer Research Skills: the course, and the records behind an award."""
    del version


AUTHOR = "For people who write the course"
app.command(rich_help_panel=AUTHOR)(author.check)
app.command(rich_help_panel=AUTHOR)(author.tidy)
app.command(rich_help_panel="For learners")(author.learn)
