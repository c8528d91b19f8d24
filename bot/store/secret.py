"""The secret that seals the audit and marks phone numbers, made once beside the database."""

import os
import secrets
from pathlib import Path
from tempfile import NamedTemporaryFile

LENGTH = 32


def kept_secret(file: Path) -> bytes:
    """The secret in `file`; a new one, for its owner's eyes only, where there is none yet.

    Raises:
        OSError: when it can't be read or written.
        ValueError: when what stands there is no secret of ours.
    """
    if not file.exists():
        make_secret(file)
    secret = bytes.fromhex(file.read_text("ascii"))
    if len(secret) != LENGTH:
        raise ValueError(len(secret))
    return secret


def make_secret(file: Path) -> None:
    """Linked into place only when whole and on the disk: those who start at once end with one secret."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=file.parent, prefix=f".{file.name}.") as part:
        part.write(secrets.token_hex(LENGTH))
        part.flush()
        os.fsync(part.fileno())
        try:
            os.link(part.name, file)
        except FileExistsError:
            return
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
