"""The command line: the process starts here."""

from syndicate.cli.main import main

__all__ = ["main"]
