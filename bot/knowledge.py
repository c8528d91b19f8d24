"""The knowledge as the bot runs on it: the library and its index, from the cache or made anew.

The cache is keyed by the content of everything that the result comes from, the program included, and used
only if its checksum holds. Stale or damaged, it is made anew without a word; without a writable folder, the
bot runs without it.
"""

import gc
import os
import pickle
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

from bot.faq.entry import Library
from bot.faq.index import Index

PROGRAM = Path(__file__).parent
# Several knowledge bases may take turns on one machine.
MOST_FILES = 4


@dataclass(frozen=True, slots=True)
class Knowledge:
    library: Library
    index: Index


def cached_knowledge(folder: Path, cache: Path, make: Callable[[], Knowledge]) -> Knowledge:
    """The knowledge of `folder`, which `make` reads and fits when the cache doesn't hold it."""
    file = cache / f"knowledge-{fingerprint(folder)}"
    if (found := load(file)) is not None:
        return found
    made = make()
    save(file, made)
    return made


def fingerprint(folder: Path) -> str:
    """A name for the content of the knowledge files, of the program that reads them, and of its Python."""
    digest = sha256(sys.version.encode())
    program = [
        PROGRAM / name for name in ("making.py", "knowledge.py", "language.py", "source.py", "places.py")
    ]
    for path in sorted([*folder.rglob("*"), *(PROGRAM / "faq").iterdir(), *program]):
        if path.suffix in {".md", ".toml", ".py", ".txt"} and path.is_file():
            content = path.read_bytes()
            digest.update(f"{path.name} {path.parent.name} {len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()[:32]


def load(file: Path) -> Knowledge | None:
    """What `save` wrote; None if there is nothing, or nothing that can be trusted."""
    try:
        with file.open("rb") as stream:
            if not ours(os.fstat(stream.fileno()).st_uid):
                return None
            checksum, content = stream.readline().strip(), stream.read()
    except OSError:
        return None
    if sha256(content).hexdigest().encode() != checksum:
        return None
    # Pickle is as safe here as the compiled modules that Python keeps beside it: the file is this user's
    # own, whole, and written by this very program. It loads four times as fast as validated JSON.
    with collector_paused():
        knowledge: Knowledge = pickle.loads(content)  # noqa: S301
    return knowledge


@contextmanager
def collector_paused() -> Iterator[None]:
    """No garbage is looked for among the many small objects that all are to stay: a third of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def ours(owner: int) -> bool:
    return not hasattr(os, "getuid") or owner == os.getuid()


def save(file: Path, knowledge: Knowledge) -> None:
    content = pickle.dumps(knowledge, pickle.HIGHEST_PROTOCOL)
    with suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=file.parent, prefix="knowledge-", suffix=".part", delete=False) as part:
            part.write(sha256(content).hexdigest().encode() + b"\n" + content)
        Path(part.name).replace(file)
        for old in sorted(file.parent.glob("knowledge-*"), key=lambda it: it.stat().st_mtime)[:-MOST_FILES]:
            old.unlink()
