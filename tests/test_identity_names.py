"""Addresses and user names: one form for what is one, and no two accounts whose names look alike."""

from __future__ import annotations

import pytest

from identity_accounts import FAST, PASSWORD, account
from plainbase import ConstraintViolation, Database, DataInvalid
from plainbase.platform import identity
from plainbase.platform.identity import folded_username, normal_email, normal_username


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Ada@Example.ORG", "ada@example.org"),
        ("  ada@example.org\n", "ada@example.org"),
        ("ada+lab@example.org", "ada+lab@example.org"),
        ("ZOE\u0308@example.org", "zo\u00eb@example.org"),
        ("zo\u00cb@EX\u00c4MPLE.org", "zo\u00eb@xn--exmple-cua.org"),
        ("zo\u00eb@xn--EXMPLE-cua.org", "zo\u00eb@xn--exmple-cua.org"),
        ("ada@example\u3002org", "ada@example.org"),  # the ideographic full stop is one of IDNA's dots
        ("ada@\uff45xample.org", "ada@example.org"),
        ("ada@localhost", "ada@localhost"),
        ("o'hara@example.org", "o'hara@example.org"),
        ("x" * 64 + "@example.org", "x" * 64 + "@example.org"),
    ],
)
def test_an_address_has_one_form(given: str, kept: str) -> None:
    assert normal_email(given) == kept
    assert normal_email(kept) == kept


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "ada",
        "@example.org",
        "ada@",
        "ada@@example.org",
        "a@da@example.org",
        ".ada@example.org",
        "a..da@example.org",
        "ada lovelace@example.org",
        '"ada"@example.org',
        "ada@[192.0.2.1]",
        "ada@example..org",
        "ada@-example.org",
        "ada@exa_mple.org",
        "ada@" + "x" * 64 + ".org",
        "x" * 65 + "@example.org",
        "x" * 10_000 + "@example.org",
        "ada@" + "x." * 200 + "org",
        "ada\0@example.org",
        "ada\u200b@example.org",
        "ada\u202e@example.org",
        "\uff41da@example.org",  # a wide letter, which NFKC makes plain
        "\u0430da@example.org",  # a Cyrillic letter among Latin ones
        "ada@fa\u00df.example",  # two domains, by the two versions of IDNA
        "ada@example.org, bob@example.org",
        "ada@example.org\r\nBcc: bob@example.org",
        "\ud800@example.org",
        "ada@\ud800.org",
    ],
)
def test_what_is_no_address_is_refused_without_being_repeated(wrong: str) -> None:
    with pytest.raises(DataInvalid) as caught:
        normal_email(wrong)
    assert len(wrong) < 5 or wrong not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  Ada  Lovelace ", "Ada Lovelace"),
        ("Ada\u00a0Lovelace", "Ada Lovelace"),
        ("Zoe\u0308", "Zo\u00eb"),
        ("\uff21da", "Ada"),
        ("O\u2019Hara", "O'Hara"),
        ("\u5c71\u7530 Taro", "\u5c71\u7530 Taro"),
        ("\u3084\u307e\u3060 \u592a\u90ce", "\u3084\u307e\u3060 \u592a\u90ce"),
        ("\u0410\u043d\u043d\u0430", "\u0410\u043d\u043d\u0430"),
        ("\u0930\u093e\u092e", "\u0930\u093e\u092e"),
        ("ada-lovelace_1.2", "ada-lovelace_1.2"),
    ],
)
def test_a_name_has_one_form(given: str, kept: str) -> None:
    assert normal_username(given) == kept
    assert normal_username(kept) == kept


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "   ",
        "x" * 101,
        "x" * 100_000,
        "...",
        "ada@example.org",
        "ada\nb",
        "ada\tb",
        "ada\0",
        "a\u200bda",
        "\u202eada",
        "\u0301ada",
        "\u0430da",  # Cyrillic and Latin
        "\u03bfscar",  # Greek and Latin
        "\u13aada",  # Cherokee, which is not recommended
        "\U0001f600",
        "<script>",
        "\ue000",
        "\ud800",
    ],
)
def test_what_is_no_name_is_refused(wrong: str) -> None:
    with pytest.raises(DataInvalid):
        normal_username(wrong)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Ada", "ADA", True),
        ("\u0430\u0441\u0435", "ace", True),  # all Cyrillic
        ("\u039f\u039a", "ok", True),  # all Greek, in capitals
        ("Stra\u00dfe", "STRASSE", True),
        ("\u0131da", "ida", True),
        ("ada\u0663", "ada3", True),
        ("zo\u00eb", "zoe", False),
        ("ada1", "adal", False),
        ("\u0410\u043d\u043d\u0430", "Anna", False),
    ],
)
def test_names_that_look_alike_are_folded_together(one: str, other: str, alike: bool) -> None:
    assert (folded_username(one) == folded_username(other)) is alike


async def test_an_address_in_any_case_is_one_account(db: Database) -> None:
    made = await identity.create_user(db, "Ada@Example.org", "Ada", PASSWORD, passwords=FAST)
    assert (made.email, made.username, made.role, made.email_verified) == ("ada@example.org", "Ada", "user", False)
    for email, name in (
        ("ADA@EXAMPLE.ORG", "bob"),
        ("ada@example.org ", "bob"),
        ("b@example.org", "ada"),
        ("b@example.org", "\u0410\u0501\u0410"),  # all Cyrillic
    ):
        with pytest.raises(ConstraintViolation) as caught:
            await identity.create_user(db, email, name, PASSWORD, passwords=FAST)
        assert caught.value.kind == "unique"
    other = await account(db, "bob")
    for change in (
        identity.change_email(db, other.id, "ADA@example.org"),
        identity.change_username(db, other.id, "ADA"),
    ):
        with pytest.raises(ConstraintViolation) as caught:
            await change
        assert caught.value.kind == "unique"
    await identity.change_username(db, made.id, "ADA")  # one's own name in another case
    assert (await identity.authenticate(db, " ADA@example.ORG ", PASSWORD, passwords=FAST)).id == made.id


@pytest.mark.parametrize("text", ["' OR 1=1 --", "ada'; DROP TABLE users; --", "%", "\\", '"'])
async def test_sql_in_an_address_or_a_name_is_text(db: Database, text: str) -> None:
    await account(db)
    with pytest.raises(identity.LoginFailed):
        await identity.authenticate(db, text, text, passwords=FAST)
    with pytest.raises(identity.LoginFailed):
        await identity.authenticate(db, f"{text}@example.org", text, ip_address=text, user_agent=text, passwords=FAST)
    for email, name in ((text, "b"), ("b@example.org", text)):
        with pytest.raises(DataInvalid):
            await identity.create_user(db, email, name)
    assert await db.users.count() == 1
