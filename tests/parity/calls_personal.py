"""Calls of the queries about one person's data."""

from __future__ import annotations

from collections.abc import Iterator

from parity.call import UNKNOWN_ID, Call, Sample

OF_A_USER = (
    "account",
    "hold_account",
    "sessions",
    "api_keys",
    "one_time_tokens",
    "teams",
    "created",
    "evaluations",
    "inference_sessions",
    "inference_requests",
    "delete_sessions",
    "delete_api_keys",
    "delete_one_time_tokens",
    "leave_teams",
    "blank_inference_sessions",
    "blank_inference_requests",
    "blank_feedback",
)


def calls(sample: Sample) -> Iterator[Call]:
    """Each query of the domain."""
    users = sample["users"]
    yield Call("personal.forget_words", {})
    for query in OF_A_USER:
        for user_id in (*(user["id"] for user in users[:4]), UNKNOWN_ID):
            yield Call(f"personal.{query}", {"user_id": user_id})
    emails = [user["email"] for user in users]
    attempted = [row["email"] for row in sample["login_attempts"][:2]]
    for some in ([], emails[:1], emails, attempted):
        yield Call("personal.login_attempts", {"emails": some})
        yield Call("personal.delete_login_attempts", {"emails": some})
        yield Call("personal.ip_addresses", {"user_id": users[0]["id"], "emails": some})
    yield Call("personal.ip_addresses", {"user_id": UNKNOWN_ID, "emails": attempted})
    addresses = [row["ip_address"] for row in sample["predictions"] if row["ip_address"]]
    for some in ([], addresses[:2], ["no address"]):
        yield Call("personal.blank_predictions", {"ip_addresses": some})
    made_up = {"email": "erased-1@erased.invalid", "username": "erased-1"}
    yield Call("personal.pseudonymise", {"user_id": users[1]["id"], **made_up})
    yield Call("personal.pseudonymise", {"user_id": UNKNOWN_ID, **made_up})
    yield Call("personal.pseudonymise", {"user_id": users[1]["id"], **made_up, "email": users[0]["email"]})
    yield Call("personal.pseudonymise", {"user_id": users[1]["id"], **made_up, "username": ""})
