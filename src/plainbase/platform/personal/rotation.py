"""Columns brought under the current key, batch by batch."""

from __future__ import annotations

from typing import Any

from pypika import Parameter, Query, Table
from pypika.functions import Substring
from pypika.queries import QueryBuilder

from plainbase.errors import ParameterError
from plainbase.platform.personal.encryption import ENCRYPTABLE, FieldCipher, is_encrypted
from plainbase.platform.runners import AnyDatabase


async def rotate(
    db: AnyDatabase, cipher: FieldCipher, *, batch: int = 500, encrypt_plain: bool = True
) -> dict[str, int]:
    """Encrypt every text of the list under the cipher's current key; return the number of texts by `table.column`.

    Each batch is a transaction, and what it did is not looked at again, so that an interrupted rotation goes on where
    it was. A text that somebody changes meanwhile is left to the next time. Without `encrypt_plain` only texts that
    are encrypted already are. Raises DataInvalid for a text whose key is not among the cipher's, or that was changed.
    """
    if not isinstance(batch, int) or batch < 1:
        raise ParameterError("batch is a number of texts, 1 or more")
    done = {}
    for table, columns in ENCRYPTABLE.items():
        for column in columns:
            done[f"{table}.{column}"] = await _rotate(db, cipher, table, column, batch, encrypt_plain)
    return done


async def _rotate(
    db: AnyDatabase, cipher: FieldCipher, table: str, column: str, batch: int, encrypt_plain: bool
) -> int:
    done = 0
    values: dict[str, Any] = {"size": len(cipher.prefix), "prefix": cipher.prefix}
    while True:
        rows = await db.fetch_all(_to_do(table, column, batch, later="after_id" in values), values)
        if not rows:
            return done
        async with db.transaction() as tx:
            for row in rows:
                old = row["content"]
                if is_encrypted(old):
                    text = cipher.decrypt(table, column, row.id, old)
                elif encrypt_plain:
                    text = old
                else:
                    continue
                new = cipher.encrypt(table, column, row.id, text)
                done += await tx.execute(_change(table, column), {"id": row.id, "old": old, "new": new})
        values["after_id"] = rows[-1].id


def _to_do(table: str, column: str, batch: int, *, later: bool) -> QueryBuilder:
    """The next rows, by id, whose text is not under the current key."""
    source = Table(table)
    text = source.field(column)
    query = Query.from_(source).select(source.id, text.as_("content")).where(text.isnotnull())
    beginning = Substring(text, 1, Parameter(":size"))  # type: ignore[no-untyped-call]  # pypika's
    query = query.where(beginning != Parameter(":prefix"))
    if later:
        query = query.where(source.id > Parameter(":after_id"))
    return query.orderby(source.id).limit(batch)


def _change(table: str, column: str) -> QueryBuilder:
    source = Table(table)
    text = source.field(column)
    return (
        Query.update(source)
        .set(text, Parameter(":new"))
        .where(source.id == Parameter(":id"))
        .where(text == Parameter(":old"))
    )
