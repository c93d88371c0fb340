"""`python -m peerlab` is the same as `peerlab`."""

from peerlab.cli import main

main()
