"""`peerlab`: every command by name."""

from __future__ import annotations

import typer

from peerlab import __version__
from peerlab.cli import author, centre, completing, demo, judging

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


CENTRE, AUTHOR, LEARNER = "For a centre", "For people who write the course", "For learners"

app.command(rich_help_panel=CENTRE)(centre.init)
app.command(rich_help_panel=CENTRE)(centre.enrol)
app.command(rich_help_panel=CENTRE)(centre.release)
app.command(rich_help_panel=CENTRE)(centre.collect)
app.command(rich_help_panel=CENTRE)(centre.grade)
app.command(rich_help_panel=CENTRE)(judging.decide)
app.command(rich_help_panel=CENTRE)(judging.progress)
app.command(rich_help_panel=CENTRE)(completing.issue)
app.command(rich_help_panel=CENTRE)(completing.verify)
app.command(rich_help_panel=CENTRE)(completing.withdraw)
app.command(rich_help_panel=CENTRE)(centre.new_key)
app.command(rich_help_panel=CENTRE)(centre.upgrade)
app.command(rich_help_panel=CENTRE)(demo.demo)
app.command(rich_help_panel=LEARNER)(author.learn)
for written in (author.check, author.tidy):
    app.command(rich_help_panel=AUTHOR)(written)
