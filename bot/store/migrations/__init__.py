"""The steps by which the tables came to be as they are."""

from pathlib import Path

FOLDER = Path(__file__).parent
