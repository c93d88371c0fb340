"""The command line: parses what was typed, calls the floors below, prints; nothing is decided here."""

from __future__ import annotations

import sys

from peerlab.errors import PeerlabError


def main() -> None:
    """Run `peerlab`; a problem is said in two lines and the exit code is 1."""
    from peerlab.cli.app import app

    try:
        app()
    except PeerlabError as problem:
        print(f"{problem.where}: {problem.what}\nWhat to do: {problem.remedy}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("\nStopped. Nothing is half done; run the same command again to go on.", file=sys.stderr)
        sys.exit(130)
