"""Datasets of texts: recognised by their digest, split the same way every time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from plainbase.platform.runners import AnyRunner
from plainbase.typed import DatasetsGetRow
from plainbase.values import uuid7


@dataclass(frozen=True, slots=True)
class Text:
    """A text and where it was found."""

    title: str
    content: str

    @property
    def key(self) -> str:
        """A digest of title and content: the order of texts by it is arbitrary, and always the same."""
        return _digest((self.title, self.content))


@dataclass(frozen=True, slots=True)
class Registered:
    """A dataset's row; `created` tells whether it was unknown before."""

    dataset: DatasetsGetRow
    created: bool


def digest(texts: Iterable[Text]) -> str:
    """The SHA-256 of all titles and contents, whatever their order."""
    return _digest(sorted(text.key for text in texts))


def split(texts: Sequence[Text], fraction: float = 0.2) -> tuple[list[Text], list[Text]]:
    """Split into train and test by the texts' keys; the test part gets up to `fraction` of the characters.

    Neither part is empty where there are two texts or more.
    """
    ordered = sorted(texts, key=lambda text: text.key)
    room = fraction * sum(len(text.content) for text in ordered)
    train: list[Text] = []
    test: list[Text] = []
    for text in ordered:
        if len(text.content) <= room:
            test.append(text)
            room -= len(text.content)
        else:
            train.append(text)
    if not test and len(train) > 1:
        smallest = min(train, key=lambda text: len(text.content))
        train.remove(smallest)
        test.append(smallest)
    return train, test


def cut(texts: Sequence[Text], pieces: int = 20) -> list[Text]:
    """Cut fewer than `pieces` texts into about so many, at line ends where there are any; leave more as they are."""
    if len(texts) >= pieces:
        return list(texts)
    size = max(1, sum(len(text.content) for text in texts) // pieces)
    found = []
    for text in texts:
        parts = _parts(text.content, size)
        if len(parts) == 1:
            found.append(text)
            continue
        for number, part in enumerate(parts, 1):
            ending = f" [{number}]"
            found.append(Text(f"{text.title[: 255 - len(ending)]}{ending}", part))
    return found


async def register_texts(
    db: AnyRunner, name: str, texts: Sequence[Text], *, fraction: float = 0.2, source: str | None = None
) -> Registered:
    """Register texts as a dataset with a train and a test split, all or nothing; a known one is left as it is."""
    key = digest(texts)
    identifier = uuid7()
    async with db.transaction() as tx:
        dataset = await tx.datasets.register(
            id=identifier,
            name=name,
            version=key[:12],
            digest=key,
            format="text",
            size_bytes=sum(len(text.content.encode()) for text in texts),
            row_count=len(texts),
        )
        if dataset.id != identifier:
            return Registered(dataset, created=False)
        characters = sum(len(text.content) for text in texts)
        for part, members in zip(("train", "test"), split(texts, fraction), strict=True):
            own = sum(len(text.content) for text in members)
            row = await tx.datasets.add_split(
                dataset_id=identifier, name=part, row_count=len(members), fraction=own / characters if characters else 0
            )
            await tx.insert_rows(
                "corpus_texts",
                ("title", "content", "source", "split_id"),
                [(text.title, text.content, source, row.id) for text in members],
            )
        found = await tx.datasets.statistics(id=identifier)
        statistics = {"texts": found.texts, "words": found.words, "characters": found.characters}
        await tx.datasets.update_statistics(id=identifier, statistics=statistics)
        return Registered(await tx.datasets.get(id=identifier), created=True)


def _parts(content: str, size: int) -> list[str]:
    parts = []
    start = 0
    while len(content) - start > size:
        end = content.find("\n", start + size) + 1
        if not 0 < end <= start + 2 * size:
            end = start + size
        parts.append(content[start:end])
        start = end
    if start < len(content) or not parts:
        parts.append(content[start:])
    return parts


def _digest(parts: Iterable[str]) -> str:
    found = sha256()
    for part in parts:
        data = part.encode()
        found.update(len(data).to_bytes(8))
        found.update(data)
    return found.hexdigest()
