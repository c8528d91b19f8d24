"""The secret that seals the audit and marks phone numbers, made once beside the database."""

import os
import secrets
from pathlib import Path

LENGTH = 32


def kept_secret(file: Path) -> bytes:
    """The secret in `file`; a new one, for its owner's eyes only, where there is none yet.

    Raises:
        OSError: when it can't be read or written.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        # Linked into place only when whole: two processes that start at once end with one secret.
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            stream.write(secrets.token_hex(LENGTH))
        os.link(part, file)
    except FileExistsError:
        pass
    finally:
        part.unlink(missing_ok=True)
    return bytes.fromhex(file.read_text("ascii"))
