"""A watched folder of the server: below one root, in the organization's own part of it.

Every step down is opened relative to the step before and without following links, so neither a
link nor a folder that is exchanged meanwhile leads outside.
"""

import os
import stat
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Self

from django.conf import settings
from django.utils import timezone

from ingestion.sources.model import (
    Access,
    Checked,
    Gone,
    Item,
    Known,
    SourceRefused,
    StillWriting,
    in_handfuls,
    is_unfinished,
)

TAKEN = "processados"
REFUSED = "recusados"
DEEPEST = 8
CHUNK = 1024 * 1024
LONGEST_NAME = 255  # bytes, of every file system we write to
FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK


class Folder:
    """Files of one folder and of the folders in it."""

    def __init__(self, access: Access) -> None:
        if not settings.WATCHED_FOLDERS_ROOT:
            raise SourceRefused(
                "Pastas observadas não estão ativas neste servidor. Quem administra o servidor "
                "define WATCHED_FOLDERS_ROOT.",
                code="folders_off",
            )
        self.root = Path(settings.WATCHED_FOLDERS_ROOT)
        self.counts: Counter[str] = Counter()
        self.moves = access.settings["after"] == "move"
        self.calm = int(access.settings["settle_seconds"])
        self.steps = (access.tenant_key, *PurePosixPath(access.settings["path"]).parts)
        self.top = -1

    def __enter__(self) -> Self:
        try:
            start = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
            self.top = open_below(start, self.steps, make=True)
        except OSError as fault:
            raise SourceRefused(
                f"A pasta {'/'.join(self.steps)} não pode ser aberta nem criada dentro da pasta "
                "observada do servidor. Confira se ela não é um atalho e se há permissão.",
                code="folder_missing",
            ) from fault
        return self

    def __exit__(self, *fault: object) -> None:
        os.close(self.top)

    def pages(self, known: Known) -> Iterator[list[Item]]:
        yield from in_handfuls(list(self.found(self.top, "", 0)))

    def found(self, folder: int, prefix: str, depth: int) -> Iterator[Item]:
        for name in sorted(os.listdir(folder)):
            if depth == 0 and name in (TAKEN, REFUSED):
                continue
            entry = look_at(name, folder)
            if entry is None:
                continue
            if stat.S_ISDIR(entry.st_mode) and depth < DEEPEST:
                with suppress(OSError), closing(open_below(os.dup(folder), [name])) as inner:
                    yield from self.found(inner, f"{prefix}{name}/", depth + 1)
            elif stat.S_ISREG(entry.st_mode) and not is_unfinished(name):
                yield from self.settled(prefix + name, entry)

    def settled(self, place: str, entry: os.stat_result) -> Iterator[Item]:
        """The file, unless it is so young that somebody may still be writing it."""
        if abs(time.time() - entry.st_mtime) < self.calm:
            self.counts["waiting"] += 1
            return
        yield Item(f"{place}\0{version(entry)}", shown(place), place, entry.st_size)

    def read(self, item: Item) -> Iterator[bytes]:
        with self.opened(item) as handle:
            while chunk := os.read(handle, CHUNK):
                yield chunk
            if not item.identity.endswith(version(os.fstat(handle))):
                raise StillWriting(item.name)

    @contextmanager
    def opened(self, item: Item) -> Iterator[int]:
        *folders, name = item.place.split("/")
        try:
            with closing(open_below(os.dup(self.top), folders)) as folder:
                handle = os.open(name, FILE_FLAGS, dir_fd=folder)
        except PermissionError as fault:
            self.counts["unreadable"] += 1
            raise Gone(item.name) from fault
        except OSError as fault:
            raise Gone(item.name) from fault
        with closing(handle):
            yield handle

    def settle(self, item: Item, refusal: str) -> None:
        if not self.moves:
            return
        goal = [REFUSED] if refusal else [TAKEN, f"{timezone.localdate():%Y-%m}"]
        *folders, name = item.place.split("/")
        try:
            with closing(open_below(os.dup(self.top), folders)) as origin:
                self.move(origin, name, goal, refusal)
        except FileNotFoundError:
            return
        except OSError as fault:
            raise SourceRefused(
                f"O arquivo {item.name} foi recebido, mas não pôde ser movido para "
                f"{'/'.join(goal)}. Dê permissão de escrita na pasta ou escolha deixar os "
                "arquivos onde estão.",
                code="folder_read_only",
            ) from fault

    def move(self, origin: int, name: str, goal: list[str], refusal: str) -> None:
        with closing(open_below(os.dup(self.top), goal, make=True)) as target:
            free = free_name(target, name)
            if refusal:
                flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
                with closing(os.open(fitting(free, ".txt"), flags, 0o644, dir_fd=target)) as told:
                    os.write(told, f"{refusal}\n".encode())
            os.rename(name, free, src_dir_fd=origin, dst_dir_fd=target)

    def check(self) -> Checked:
        count = sum(1 for _ in self.found(self.top, "", 0))
        if self.moves and not os.access(f"/proc/self/fd/{self.top}", os.W_OK):
            raise SourceRefused(
                "A pasta pode ser lida, mas não escrita, e os arquivos devem ser movidos depois "
                "de lidos. Dê permissão de escrita ou escolha deixá-los onde estão.",
                code="folder_read_only",
            )
        return Checked(f"A pasta pode ser lida. Arquivos à espera agora: {count}.")


def open_below(folder: int, steps: list[str] | tuple[str, ...], *, make: bool = False) -> int:
    """Go down step by step from an open folder, which is closed, and return the last one."""
    for step in steps:
        with closing(folder):
            if step in ("", ".", "..") or "/" in step:
                raise NotADirectoryError(step)
            if make:
                with suppress(FileExistsError):
                    os.mkdir(step, dir_fd=folder)
            inner = os.open(step, FOLDER_FLAGS, dir_fd=folder)
        folder = inner
    return folder


def look_at(name: str, folder: int) -> os.stat_result | None:
    with suppress(FileNotFoundError):
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    return None


@contextmanager
def closing(handle: int) -> Iterator[int]:
    try:
        yield handle
    finally:
        os.close(handle)


def version(entry: os.stat_result) -> str:
    return f"\0{entry.st_size}\0{entry.st_mtime_ns}"


def free_name(folder: int, name: str) -> str:
    """The name, or `name (2).xml` when there is one already."""
    taken = set(os.listdir(folder))
    number, free = 1, name
    while free in taken or fitting(free, ".txt") in taken:
        number += 1
        free = numbered(name, number)
    return free


def numbered(name: str, number: int) -> str:
    stem, dot, ending = name.rpartition(".")
    if dot and stem:
        return fitting(stem, f" ({number}).{ending}")
    return fitting(name, f" ({number})")


def fitting(name: str, tail: str) -> str:
    """Both together; a long name is cut, or the disk would not take it, round after round."""
    room = LONGEST_NAME - len(os.fsencode(tail))
    return os.fsdecode(os.fsencode(name)[:room]) + tail


def shown(place: str) -> str:
    """A name of the disk as text: bytes that are none show as a question mark."""
    return place.encode(errors="surrogateescape").decode(errors="replace")
