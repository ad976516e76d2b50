"""Chosen columns encrypted: bound to their place, by keys that are nowhere, and rotated batch by batch."""

from __future__ import annotations

import pickle
from typing import Any
from uuid import UUID

import pytest

from plainbase import Database, DataInvalid, ParameterError, uuid7
from plainbase.platform.personal import ENCRYPTABLE, FieldCipher, new_key, rotate

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
ROW = UUID("01900000-0000-7000-8000-00000000beef")


def cipher(**keys: bytes) -> FieldCipher:
    return FieldCipher(keys or {"a": OLD})


@pytest.mark.parametrize("text", ["", "prompt", "ä\x00🦊", "pbf1:a:x", "x" * 100_000, "\ud800"])
def test_a_text_comes_back(text: str) -> None:
    sealed = cipher().encrypt("generations", "prompt", ROW, text)
    assert sealed.startswith("pbf1:a:")
    assert sealed.isascii()
    assert cipher().decrypt("generations", "prompt", ROW, sealed) == text
    assert cipher(b=NEW, a=OLD).decrypt("generations", "prompt", ROW, sealed) == text
    assert sealed != cipher().encrypt("generations", "prompt", ROW, text)
    assert not text.isalpha() or text not in sealed


@pytest.mark.parametrize(
    "place", [("generations", "response", ROW), ("generations", "prompt", uuid7()), ("checkpoints", "notes", ROW)]
)
def test_a_text_opens_nowhere_else(place: tuple[str, str, UUID]) -> None:
    sealed = cipher().encrypt("generations", "prompt", ROW, "prompt")
    with pytest.raises(DataInvalid, match="was changed, or comes from another place"):
        cipher().decrypt(*place, sealed)


def test_a_changed_text_is_refused_wherever_it_was_changed() -> None:
    sealed = cipher(a=OLD, b=NEW).encrypt("generations", "prompt", ROW, "prompt")
    for at in range(len(sealed)):
        for new in ("A", "b", "~"):
            if sealed[at] == new:
                continue
            with pytest.raises(DataInvalid):
                cipher(a=OLD, b=NEW).decrypt("generations", "prompt", ROW, sealed[:at] + new + sealed[at + 1 :])
    for cut in range(len(sealed)):
        with pytest.raises(DataInvalid):
            cipher().decrypt("generations", "prompt", ROW, sealed[:cut])
    with pytest.raises(DataInvalid):
        cipher().decrypt("generations", "prompt", ROW, f"{sealed}AAAA")


def test_what_is_not_encrypted_and_keys_that_are_missing_are_said() -> None:
    with pytest.raises(DataInvalid, match=r"generations\.prompt of row .* is not encrypted"):
        cipher().decrypt("generations", "prompt", ROW, "prompt")
    with pytest.raises(DataInvalid, match="by the key a, which is not here"):
        cipher(b=NEW).decrypt("generations", "prompt", ROW, cipher().encrypt("generations", "prompt", ROW, "x"))


@pytest.mark.parametrize("place", [("users", "email"), ("evaluations", "input"), ("generations", "id"), ("x", "y")])
def test_only_the_columns_of_the_list_can_be_encrypted(place: tuple[str, str]) -> None:
    with pytest.raises(ParameterError, match=r"can be encrypted are checkpoints\.notes"):
        cipher().encrypt(*place, ROW, "x")


@pytest.mark.parametrize(
    "keys",
    [{}, {"a": b"short"}, {"a": "x" * 32}, {"": OLD}, {"a:b": OLD}, {"a" * 33: OLD}, {"ä": OLD}, {7: OLD}],
)
def test_keys_that_are_none_are_refused_without_being_shown(keys: Any) -> None:
    with pytest.raises(ParameterError) as caught:
        FieldCipher(keys)
    assert "short" not in str(caught.value)
    assert "xxxx" not in str(caught.value)


def test_keys_are_nowhere_to_be_seen() -> None:
    made = cipher(a=OLD, b=NEW)
    assert repr(made) == "FieldCipher(keys=a, b)"
    assert not hasattr(made, "__dict__")
    with pytest.raises(TypeError, match="holds keys"):
        pickle.dumps(made)
    with pytest.raises(DataInvalid) as caught:
        made.decrypt("generations", "prompt", ROW, "pbf1:a:AAAA")
    for key in (OLD, NEW):
        assert repr(key)[2:-1] not in f"{caught.value!r} {made!r}"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_new_key_is_another_each_time() -> None:
    assert len(new_key()) == 32
    assert new_key() != new_key()


async def fill(db: Database, count: int) -> dict[str, list[Any]]:
    """Rows with texts in every column that can be encrypted; some without."""
    ids = [uuid7() for _ in range(count)]
    await db.insert_rows(
        "generations",
        ("id", "prompt", "response", "model"),
        [(each, f"prompt {number}", f"response {number}", "m") for number, each in enumerate(ids)],
    )
    run = await db.training_runs.create(name="run")
    marks = [uuid7() for _ in range(3)]
    await db.insert_rows(
        "checkpoints",
        ("id", "run_id", "step", "notes"),
        [(each, run.id, number, None if number == 1 else f"notes {number}") for number, each in enumerate(marks)],
    )
    await db.insert_rows(
        "predictions",
        ("request_id", "model_version", "model_stage", "input_features", "status", "error_message"),
        [("r", "1", "production", {}, "error", "message 0")],
    )
    return {"generations": ids, "checkpoints": marks}


async def stored(db: Database) -> dict[str, dict[Any, str]]:
    """What stands in every such column, by id."""
    return {
        f"{table}.{column}": {
            row["id"]: row["content"]
            for row in await db.fetch_all(
                f"SELECT id, {column} AS content FROM {table} WHERE {column} IS NOT NULL ORDER BY id"
            )
        }
        for table, columns in ENCRYPTABLE.items()
        for column in columns
    }


def opened(box: FieldCipher, texts: dict[str, dict[Any, str]]) -> dict[str, dict[Any, str]]:
    """The same, decrypted."""
    places = {place: place.split(".") for place in texts}
    return {
        place: {key: box.decrypt(table, column, key, text) for key, text in texts[place].items()}
        for place, (table, column) in places.items()
    }


async def test_texts_are_encrypted_and_rotated_batch_by_batch(db: Database) -> None:
    await fill(db, 11)
    plain = await stored(db)
    first, second = cipher(a=OLD), cipher(b=NEW, a=OLD)
    assert await rotate(db, first, batch=4, encrypt_plain=False) == dict.fromkeys(plain, 0)
    assert await stored(db) == plain
    counts = {"generations.prompt": 11, "generations.response": 11, "checkpoints.notes": 2}
    counts |= {"inference_requests.error": 0, "predictions.error_message": 1}
    assert await rotate(db, first, batch=4) == counts
    assert opened(first, await stored(db)) == plain
    assert await rotate(db, first, batch=4) == dict.fromkeys(plain, 0)
    assert await rotate(db, second, batch=1) == counts
    now = await stored(db)
    assert all(text.startswith("pbf1:b:") for found in now.values() for text in found.values())
    assert opened(cipher(b=NEW), now) == plain


async def test_an_interrupted_rotation_goes_on_where_it_was(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await fill(db, 9)
    plain = await stored(db)
    box = cipher()
    encrypt, calls = FieldCipher.encrypt, []

    def failing(self: FieldCipher, *place: Any) -> str:
        calls.append(place)
        if len(calls) == 8:
            raise OSError("cut off")
        return encrypt(self, *place)

    monkeypatch.setattr(FieldCipher, "encrypt", failing)
    with pytest.raises(OSError, match="cut off"):
        await rotate(db, box, batch=3)
    done = sum(text.startswith("pbf1:") for found in (await stored(db)).values() for text in found.values())
    assert done == 5  # two whole batches: two texts, and three
    monkeypatch.undo()
    counts = await rotate(db, box, batch=3)
    assert sum(counts.values()) == sum(map(len, plain.values())) - 5
    assert opened(box, await stored(db)) == plain


async def test_a_text_that_is_changed_meanwhile_is_left_to_the_next_time(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    (changed, *_) = (await fill(db, 3))["generations"]
    box = cipher()

    async def change() -> None:
        await db.execute("UPDATE generations SET prompt = 'mine' WHERE id = :id", {"id": changed})

    fetch_all = db.fetch_all
    looked: list[bool] = []

    async def looking(sql: Any, params: Any = None) -> Any:
        rows = await fetch_all(sql, params)
        if not looked and rows and rows[0]["id"] == changed:
            looked.append(True)
            await change()
        return rows

    monkeypatch.setattr(db, "fetch_all", looking)
    counts = await rotate(db, box)
    monkeypatch.undo()
    assert counts["generations.prompt"] == 2
    assert await db.fetch_value("SELECT prompt FROM generations WHERE id = :id", {"id": changed}) == "mine"
    assert (await rotate(db, box))["generations.prompt"] == 1


async def test_a_rotation_without_the_old_key_changes_nothing(db: Database) -> None:
    await fill(db, 2)
    await rotate(db, cipher(a=OLD))
    before = await stored(db)
    with pytest.raises(DataInvalid, match="by the key a, which is not here"):
        await rotate(db, cipher(b=NEW))
    assert await stored(db) == before
    with pytest.raises(ParameterError, match="batch"):
        await rotate(db, cipher(), batch=0)
