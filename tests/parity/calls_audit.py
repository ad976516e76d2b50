"""Calls of the audit log's queries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from parity.call import AT, UNKNOWN_ID, UNTIL, Call, Sample


def calls(sample: Sample) -> Iterator[Call]:
    """Each query of the domain."""
    entry = next(row for row in sample["audit_logs"] if row["actor_id"] and row["entity_id"])
    middle = sample["audit_logs"][len(sample["audit_logs"]) // 2]
    new = {"action": "update", "entity_type": "models"}
    yield Call("audit_logs.record", new)
    changes = {"status": {"before": "a", "after": None}}
    yield Call(
        "audit_logs.record", {**new, "entity_id": "7", "changes": changes, "personal": {"email": {"after": "a"}}}
    )
    for wrong in ({"action": ""}, {"action": "x" * 101}, {"entity_type": ""}, {"entity_type": None}, {"entity_id": 7}):
        yield Call("audit_logs.record", {**new, **wrong})
    yield Call("audit_logs.get", {"id": entry["id"]})
    yield Call("audit_logs.get", {"id": 0})
    some = {"since": AT - timedelta(days=20), "until": UNTIL - timedelta(days=3)}
    what = {"action": entry["action"], "entity_type": entry["entity_type"]}
    of_one = {"entity_type": entry["entity_type"], "entity_id": entry["entity_id"]}
    last = sample["audit_logs"][-2]["id"]
    yield Call(
        "audit_logs.list", {"user_id": entry["actor_id"], **what, **of_one, **some, "before_id": last, "limit": 9}
    )
    yield Call("audit_logs.list", {"action": "nothing", "limit": 0})
    yield Call("audit_logs.list", {"since": middle["created_at"], "until": middle["created_at"], "limit": 20})
    yield Call("audit_logs.count", {"actor_id": entry["actor_id"], **what, **some})
    yield Call("audit_logs.list_by_user", {"actor_id": entry["actor_id"], "before_id": middle["id"], "limit": 4})
    yield Call("audit_logs.list_by_user", {"actor_id": UNKNOWN_ID})
    yield Call("audit_logs.list_by_entity", {**of_one, "before_id": last, "limit": 5})
    yield Call("audit_logs.list_by_entity", {**of_one, "entity_id": "nothing"})
    yield Call("audit_logs.count_unsealed")
    yield Call("audit_logs.chain", {"after_position": 100, "limit": 3})
    yield Call("audit_logs.chain", {"after_position": 10_000_000})
    yield Call("audit_logs.erase_for", {"subject_id": UNKNOWN_ID})
    erased = {row["subject_id"] for row in sample["erasures"]}
    for subject_id in sorted(erased)[:3]:
        yield Call("audit_logs.erase_for", {"subject_id": subject_id})
    alive = next(row["actor_id"] for row in sample["audit_logs"] if row["actor_id"] and row["actor_id"] not in erased)
    yield Call("audit_logs.erase_for", {"subject_id": alive})
    yield Call("audit_head.get")
    yield Call("audited_tables.list")
