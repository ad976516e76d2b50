"""The types of the queries that plainbase ships: written by `plainbase types`, not by hand.

At run time its classes are those of plainbase itself: `Database`, `Transaction`, `Row` for every class of rows.
"""

# Generated, so neither linted nor held to a stricter mode than others are.
# ruff: noqa
# pyright: basic

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any, NotRequired, TypedDict
    from uuid import UUID

    from plainbase import OMIT
    from plainbase.call_types import (
        Binary,
        Boolean,
        ExecOf,
        Integer,
        Integers,
        Json,
        Many,
        NoParams,
        OneOf,
        Optional,
        Real,
        Script,
        Text,
        Texts,
        Timestamp,
        TypedDatabase,
        TypedRow,
        TypedTransaction,
        Uuid,
        Uuids,
        Value,
    )
    from plainbase.sqlfile import Omit

    class AccuracyMetricsRecordRow(TypedRow):
        id: int
        checkpoint_id: UUID | None
        metric_type: str
        value: float
        metadata: Any
        created_at: datetime

    class AccuracyMetricsSummaryRow(TypedRow):
        metric_type: str
        measurements: int
        latest: float | None
        best: float
        lowest: float
        average: float
        latest_at: datetime

    class AccuracyMetricsRecordParams(TypedDict):
        checkpoint_id: NotRequired[Uuid | None | Omit]
        metric_type: Text
        value: Real
        metadata: NotRequired[Json | Omit]

    class AccuracyMetricsDeleteForCheckpointParams(TypedDict):
        checkpoint_id: Uuid

    class AccuracyMetricsQueries:
        @OneOf(AccuracyMetricsRecordParams)
        def record(
            self,
            *,
            checkpoint_id: Uuid | None | Omit = None,
            metric_type: Text,
            value: Real,
            metadata: Json | Omit = OMIT,
        ) -> AccuracyMetricsRecordRow:
            """Keeps an accuracy that was measured, of a checkpoint or of the whole."""
            ...

        @Many
        def list(
            self,
            *,
            metric_type: Text | Omit = OMIT,
            checkpoint_id: Uuid | Omit = OMIT,
            before_id: Integer | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> AccuracyMetricsRecordRow:
            """Accuracies, newest first; the next page begins after the last row's id."""
            ...

        @Many
        def summary(self, *, checkpoint_id: Uuid | Omit = OMIT) -> AccuracyMetricsSummaryRow:
            """For each type of accuracy how often it was measured, its newest, highest, lowest and mean value, by
            type.
            """
            ...

        @ExecOf(AccuracyMetricsDeleteForCheckpointParams)
        def delete_for_checkpoint(self, *, checkpoint_id: Uuid) -> int:
            """Deletes the accuracies of a checkpoint."""
            ...

    class ApiKeysGetRow(TypedRow):
        id: UUID
        user_id: UUID
        public_id: str
        name: str
        scopes: Any
        expires_at: datetime | None
        last_used_at: datetime | None
        revoked_at: datetime | None
        replaced_at: datetime | None
        created_at: datetime
        updated_at: datetime

    class ApiKeysGetByPublicIdRow(TypedRow):
        id: UUID
        user_id: UUID
        username: str
        role: str
        active: bool
        key_hash: bytes
        name: str
        scopes: Any
        expires_at: datetime | None
        last_used_at: datetime | None
        created_at: datetime
        unused: bool | None

    class ApiKeysFindByPublicIdRow(TypedRow):
        id: UUID
        user_id: UUID
        active: bool
        key_hash: bytes
        revoked_at: datetime | None
        expired: bool
        unrecorded: bool

    class ApiKeysReplaceRow(TypedRow):
        user_id: UUID
        name: str
        scopes: Any
        lifetime_seconds: float | None

    class ApiKeysCreateParams(TypedDict):
        id: NotRequired[Uuid | Omit]
        public_id: Text
        key_hash: Binary
        name: Text
        scopes: NotRequired[Json | Omit]
        lifetime_seconds: NotRequired[Real | None | Omit]
        user_id: Uuid

    class ApiKeysTouchParams(TypedDict):
        id: Uuid

    class ApiKeysExpireParams(TypedDict):
        seconds: Real | None
        id: Uuid

    class ApiKeysRenameParams(TypedDict):
        name: Text
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class ApiKeysRevokeParams(TypedDict):
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class ApiKeysRevokeForUserParams(TypedDict):
        now: NotRequired[Timestamp | Omit]
        user_id: Uuid

    class ApiKeysQueries:
        @OneOf(ApiKeysCreateParams)
        def create(
            self,
            *,
            id: Uuid | Omit = OMIT,
            public_id: Text,
            key_hash: Binary,
            name: Text,
            scopes: Json | Omit = OMIT,
            lifetime_seconds: Real | None | Omit = None,
            user_id: Uuid,
        ) -> ApiKeysGetRow:
            """A new key of an active user, good for so many seconds or for ever; what is given back holds no hash."""
            ...

        @Optional
        def get_by_public_id(self, *, public_id: Text) -> ApiKeysGetByPublicIdRow:
            """The key to compare a secret with, and its user; None where it is unknown, revoked or over. Whether the
            user is active is told, for the caller to refuse, and whether it is time to touch the key.
            """
            ...

        @ExecOf(ApiKeysTouchParams)
        def touch(self, *, id: Uuid) -> int:
            """Notes that a key is in use, at most once a minute; 0 rows when it was noted in the last one."""
            ...

        @ExecOf(ApiKeysTouchParams)
        def refuse(self, *, id: Uuid) -> int:
            """Notes that the refusal of a key is recorded; 0 rows where one was in the last minute."""
            ...

        @Optional
        def find_by_public_id(self, *, public_id: Text) -> ApiKeysFindByPublicIdRow:
            """The key with a public id, live or over, for an administrator to be told why it is refused; and whether
            that is to be recorded, as it is once a minute.
            """
            ...

        @Optional
        def replace(self, *, id: Uuid) -> ApiKeysReplaceRow:
            """Notes that another key takes the place of this one, and gives what that one is to be like; None where
            it is unknown or over, or was replaced before.
            """
            ...

        @ExecOf(ApiKeysExpireParams)
        def expire(self, *, seconds: Real | None, id: Uuid) -> int:
            """Lets a key end in so many seconds, unless it ends before; 0 rows when it does, or was revoked."""
            ...

        @OneOf(ApiKeysTouchParams)
        def get(self, *, id: Uuid) -> ApiKeysGetRow:
            """One key, without its hash."""
            ...

        @Many
        def list_for_user(
            self,
            *,
            user_id: Uuid,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> ApiKeysGetRow:
            """Keys of a user, revoked ones too, newest first; the next page begins after the last row's created_at
            and id.
            """
            ...

        @ExecOf(ApiKeysRenameParams)
        def rename(self, *, name: Text, now: Timestamp | Omit = OMIT, id: Uuid) -> int:
            """Gives a key another name."""
            ...

        @ExecOf(ApiKeysRevokeParams)
        def revoke(self, *, now: Timestamp | Omit = OMIT, id: Uuid) -> int:
            """Ends a key; 0 rows when it was revoked before."""
            ...

        @ExecOf(ApiKeysRevokeForUserParams)
        def revoke_for_user(self, *, now: Timestamp | Omit = OMIT, user_id: Uuid) -> int:
            """Ends all keys of a user."""
            ...

    class AuditHeadGetRow(TypedRow):
        position: int
        hash: bytes

    class AuditHeadQueries:
        @Optional
        def get(self) -> AuditHeadGetRow:
            """The end of the audit log's chain; none before the first entry is sealed."""
            ...

    class AuditLogsGetRow(TypedRow):
        id: int
        position: int | None
        actor_id: UUID | None
        actor: str | None
        ip_address: str | None
        user_agent: str | None
        action: str
        entity_type: str
        entity_id: str | None
        changes: Any
        personal: Any
        previous_hash: bytes | None
        hash: bytes | None
        created_at: datetime

    class AuditLogsChainRow(TypedRow):
        position: int
        id: int
        actor_id: str | None
        actor: str | None
        ip_address: str | None
        user_agent: str | None
        actor_salt: bytes | None
        actor_digest: bytes | None
        action: str
        entity_type: str
        entity_id: str | None
        changes: str | None
        personal: str | None
        personal_salt: bytes | None
        personal_digest: bytes | None
        previous_hash: bytes | None
        hash: bytes | None
        created_at: str

    class AuditLogsEraseForRow(TypedRow):
        id: int

    class AuditLogsRecordRow(TypedRow):
        id: int
        created_at: datetime

    class AuditLogsListRow(TypedRow):
        id: int
        position: int | None
        actor_id: UUID | None
        actor: str | None
        ip_address: str | None
        user_agent: str | None
        action: str
        entity_type: str
        entity_id: str | None
        changes: Any
        personal: Any
        created_at: datetime

    class AuditLogsListByUserRow(AuditLogsListRow):
        actor_id: UUID

    class AuditLogsListByEntityRow(AuditLogsListRow):
        entity_id: str

    class AuditLogsRecordParams(TypedDict):
        action: Text
        entity_type: Text
        entity_id: NotRequired[Text | None | Omit]
        changes: NotRequired[Json | None | Omit]
        personal: NotRequired[Json | None | Omit]

    class AuditLogsGetParams(TypedDict):
        id: Integer

    class AuditLogsQueries:
        @Many
        def chain(self, *, after_position: Integer | Omit = 0, limit: Integer | Omit = 1000) -> AuditLogsChainRow:
            """Entries in the order of the chain, each field as the text that its hash was made of; the next page
            begins after the last row's position.
            """
            ...

        @Many
        def erase_for(self, *, subject_id: Uuid) -> AuditLogsEraseForRow:
            """Takes an account out of the log, where its erasure is recorded: who it was out of what it did, and out
            of what is about it and nobody signed, such as a login that failed; its own fields out of what was
            done to it; the ids of the entries that had any of it.
            """
            ...

        @OneOf(AuditLogsRecordParams)
        def record(
            self,
            *,
            action: Text,
            entity_type: Text,
            entity_id: Text | None | Omit = None,
            changes: Json | None | Omit = None,
            personal: Json | None | Omit = None,
        ) -> AuditLogsRecordRow:
            """Notes what was done to which entity; by whom, the transaction says."""
            ...

        @OneOf(AuditLogsGetParams)
        def get(self, *, id: Integer) -> AuditLogsGetRow:
            """One entry, with its place in the chain."""
            ...

        @Many
        def list(
            self,
            *,
            before_id: Integer | Omit = 9223372036854775807,
            user_id: Uuid | Omit = OMIT,
            action: Text | Omit = OMIT,
            entity_type: Text | Omit = OMIT,
            entity_id: Text | Omit = OMIT,
            since: Timestamp | Omit = OMIT,
            until: Timestamp | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> AuditLogsListRow:
            """Entries from one time until before another, newest first; the next page begins after the last row's
            id.
            """
            ...

        @Many
        def list_by_user(
            self, *, actor_id: Uuid, before_id: Integer | Omit = OMIT, limit: Integer | Omit = 100
        ) -> AuditLogsListByUserRow:
            """What a user did, newest first; the next page begins after the last row's id."""
            ...

        @Many
        def list_by_entity(
            self, *, entity_type: Text, entity_id: Text, before_id: Integer | Omit = OMIT, limit: Integer | Omit = 100
        ) -> AuditLogsListByEntityRow:
            """What was done to one entity, newest first; the next page begins after the last row's id."""
            ...

        @Value
        def count(
            self,
            *,
            actor_id: Uuid | Omit = OMIT,
            action: Text | Omit = OMIT,
            entity_type: Text | Omit = OMIT,
            since: Timestamp | Omit = OMIT,
            until: Timestamp | Omit = OMIT,
        ) -> int:
            """How many entries there are from one time until before another."""
            ...

        @Value
        def count_unsealed(self) -> int:
            """How many entries are not in the chain yet."""
            ...

    class AuditedTablesListRow(TypedRow):
        table_name: str
        audited: bool
        entity_type: str | None
        reason: str | None

    class AuditedTablesQueries:
        @Many
        def list(self) -> AuditedTablesListRow:
            """Every table of the schema by name: how the audit log calls its rows, or why they are not audited."""
            ...

    class BenchmarksGetRow(TypedRow):
        id: UUID
        name: str
        description: str | None
        provider: str
        model: str
        dataset: str
        model_version_id: UUID | None
        dataset_id: UUID | None
        status: str
        total_iterations: int
        completed_iterations: int
        failed_iterations: int
        results: Any
        metrics: Any
        error: str | None
        started_at: datetime | None
        completed_at: datetime | None
        created_by: UUID | None
        team_id: UUID | None
        created_at: datetime
        updated_at: datetime

    class BenchmarksCountByStatusRow(TypedRow):
        status: str
        benchmarks: int

    class BenchmarksCreateParams(TypedDict):
        id: NotRequired[Uuid | Omit]
        name: Text
        description: NotRequired[Text | None | Omit]
        provider: Text
        model: Text
        dataset: Text
        model_version_id: NotRequired[Uuid | None | Omit]
        dataset_id: NotRequired[Uuid | None | Omit]
        total_iterations: NotRequired[Integer | Omit]
        created_by: NotRequired[Uuid | None | Omit]
        team_id: NotRequired[Uuid | None | Omit]

    class BenchmarksGetParams(TypedDict):
        id: Uuid

    class BenchmarksStartParams(TypedDict):
        now: NotRequired[Timestamp | Omit]
        total_iterations: NotRequired[Integer | Omit]
        id: Uuid

    class BenchmarksUpdateParams(TypedDict):
        status: NotRequired[Text | Omit]
        now: NotRequired[Timestamp | Omit]
        completed_iterations: NotRequired[Integer | Omit]
        failed_iterations: NotRequired[Integer | Omit]
        results: NotRequired[Json | Omit]
        metrics: NotRequired[Json | Omit]
        error: NotRequired[Text | None | Omit]
        id: Uuid

    class BenchmarksUpdateDetailsParams(TypedDict):
        name: NotRequired[Text | Omit]
        description: NotRequired[Text | None | Omit]
        total_iterations: NotRequired[Integer | Omit]
        model_version_id: NotRequired[Uuid | None | Omit]
        dataset_id: NotRequired[Uuid | None | Omit]
        team_id: NotRequired[Uuid | None | Omit]
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class BenchmarksRecordIterationsParams(TypedDict):
        completed: NotRequired[Integer | Omit]
        failed: NotRequired[Integer | Omit]
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class BenchmarksFinishParams(TypedDict):
        status: NotRequired[Text | Omit]
        results: NotRequired[Json | Omit]
        metrics: NotRequired[Json | Omit]
        error: NotRequired[Text | None | Omit]
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class BenchmarksQueries:
        @OneOf(BenchmarksCreateParams)
        def create(
            self,
            *,
            id: Uuid | Omit = OMIT,
            name: Text,
            description: Text | None | Omit = None,
            provider: Text,
            model: Text,
            dataset: Text,
            model_version_id: Uuid | None | Omit = None,
            dataset_id: Uuid | None | Omit = None,
            total_iterations: Integer | Omit = 0,
            created_by: Uuid | None | Omit = None,
            team_id: Uuid | None | Omit = None,
        ) -> BenchmarksGetRow:
            """Notes a run of a benchmark that is to be started."""
            ...

        @OneOf(BenchmarksGetParams)
        def get(self, *, id: Uuid) -> BenchmarksGetRow:
            """One run of a benchmark."""
            ...

        @Many
        def list_recent(
            self,
            *,
            statuses: Texts | Omit = OMIT,
            created_by: Uuid | Omit = OMIT,
            team_id: Uuid | Omit = OMIT,
            since: Timestamp | Omit = OMIT,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> BenchmarksGetRow:
            """Benchmarks, newest first; the next page begins after the last row's created_at and id."""
            ...

        @Many
        def list_by_status(
            self,
            *,
            status: Text,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> BenchmarksGetRow:
            """Benchmarks of one status, newest first; the next page begins after the last row's created_at and id."""
            ...

        @Many
        def list_for_provider(
            self,
            *,
            provider: Text,
            model: Text | Omit = OMIT,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> BenchmarksGetRow:
            """Benchmarks of one provider, of one of its models or of all, newest first; the next page begins after
            the last row's created_at and id.
            """
            ...

        @Many
        def count_by_status(self) -> BenchmarksCountByStatusRow:
            """How many benchmarks have each status, by status."""
            ...

        @ExecOf(BenchmarksStartParams)
        def start(self, *, now: Timestamp | Omit = OMIT, total_iterations: Integer | Omit = OMIT, id: Uuid) -> int:
            """Starts a pending benchmark; 0 rows when it is not pending."""
            ...

        @ExecOf(BenchmarksUpdateParams)
        def update(
            self,
            *,
            status: Text | Omit = OMIT,
            now: Timestamp | Omit = OMIT,
            completed_iterations: Integer | Omit = OMIT,
            failed_iterations: Integer | Omit = OMIT,
            results: Json | Omit = OMIT,
            metrics: Json | Omit = OMIT,
            error: Text | None | Omit = OMIT,
            id: Uuid,
        ) -> int:
            """Changes what is passed, and with a status the times; 0 rows when the way to that status is not legal."""
            ...

        @ExecOf(BenchmarksUpdateDetailsParams)
        def update_details(
            self,
            *,
            name: Text | Omit = OMIT,
            description: Text | None | Omit = OMIT,
            total_iterations: Integer | Omit = OMIT,
            model_version_id: Uuid | None | Omit = OMIT,
            dataset_id: Uuid | None | Omit = OMIT,
            team_id: Uuid | None | Omit = OMIT,
            now: Timestamp | Omit = OMIT,
            id: Uuid,
        ) -> int:
            """Changes what a benchmark is called, how long it is, and which registered ones it is about."""
            ...

        @ExecOf(BenchmarksRecordIterationsParams)
        def record_iterations(
            self, *, completed: Integer | Omit = 0, failed: Integer | Omit = 0, now: Timestamp | Omit = OMIT, id: Uuid
        ) -> int:
            """Counts iterations of a running benchmark that were completed or failed; 0 rows when it is not running."""
            ...

        @ExecOf(BenchmarksFinishParams)
        def finish(
            self,
            *,
            status: Text | Omit = "completed",
            results: Json | Omit = OMIT,
            metrics: Json | Omit = OMIT,
            error: Text | None | Omit = OMIT,
            now: Timestamp | Omit = OMIT,
            id: Uuid,
        ) -> int:
            """Ends a running benchmark as completed, failed or cancelled; 0 rows when it is not running."""
            ...

        @ExecOf(BenchmarksGetParams)
        def delete(self, *, id: Uuid) -> int:
            """Deletes a benchmark with its evaluations."""
            ...

    class CheckpointsGetRow(TypedRow):
        id: UUID
        run_id: UUID
        epochs: int | None
        step: int | None
        block_size: int | None
        path: str | None
        loss: float | None
        accuracy: float | None
        notes: str | None
        is_best: bool
        created_at: datetime
        updated_at: datetime

    class CheckpointsCreateParams(TypedDict):
        id: NotRequired[Uuid | Omit]
        run_id: Uuid
        epochs: NotRequired[Integer | None | Omit]
        step: NotRequired[Integer | None | Omit]
        block_size: NotRequired[Integer | None | Omit]
        path: NotRequired[Text | None | Omit]
        loss: NotRequired[Real | None | Omit]
        accuracy: NotRequired[Real | None | Omit]
        notes: NotRequired[Text | None | Omit]
        is_best: NotRequired[Boolean | Omit]

    class CheckpointsGetParams(TypedDict):
        id: Uuid

    class CheckpointsMarkBestParams(TypedDict):
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class CheckpointsQueries:
        @OneOf(CheckpointsCreateParams)
        def create(
            self,
            *,
            id: Uuid | Omit = OMIT,
            run_id: Uuid,
            epochs: Integer | None | Omit = None,
            step: Integer | None | Omit = None,
            block_size: Integer | None | Omit = None,
            path: Text | None | Omit = None,
            loss: Real | None | Omit = None,
            accuracy: Real | None | Omit = None,
            notes: Text | None | Omit = None,
            is_best: Boolean | Omit = False,
        ) -> CheckpointsGetRow:
            """Notes a saved state of a run; where the run has a best one already, mark this one by mark_best."""
            ...

        @OneOf(CheckpointsGetParams)
        def get(self, *, id: Uuid) -> CheckpointsGetRow:
            """One checkpoint."""
            ...

        @Optional
        def best(self, *, run_id: Uuid | Omit = OMIT) -> CheckpointsGetRow:
            """The checkpoint marked best, of one run, or of all runs that with the lowest loss."""
            ...

        @Optional
        def latest(self, *, run_id: Uuid | Omit = OMIT) -> CheckpointsGetRow:
            """The newest checkpoint, of one run or of all."""
            ...

        @Many
        def list(
            self,
            *,
            run_id: Uuid | Omit = OMIT,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> CheckpointsGetRow:
            """Checkpoints, of one run or of all, newest first; the next page begins after the last row's created_at
            and id.
            """
            ...

        @Value
        def lowest_loss(self, *, run_id: Uuid) -> float | None:
            """The lowest loss of a run's checkpoints; none where none has a loss."""
            ...

        @ExecOf(CheckpointsMarkBestParams)
        def mark_best(self, *, now: Timestamp | Omit = OMIT, id: Uuid) -> int:
            """Marks a checkpoint as its run's best; the one marked before loses the mark. Of marks at once the last
            one stays.
            """
            ...

        @ExecOf(CheckpointsGetParams)
        def delete(self, *, id: Uuid) -> int:
            """Deletes the note of a checkpoint; its file is not touched."""
            ...

    class ComparisonResultsGetRow(TypedRow):
        id: UUID
        kind: str
        a_id: UUID
        b_id: UUID
        a_label: str
        b_label: str
        experiment_id: UUID | None
        metric: str
        test: str
        paired: bool
        a_n: int
        b_n: int
        a_mean: float | None
        b_mean: float | None
        statistic: float | None
        p_value: float | None
        adjusted_p_value: float | None
        correction: str
        effect_name: str | None
        effect_size: float | None
        confidence_level: float | None
        confidence_low: float | None
        confidence_high: float | None
        alpha: float
        winner: str | None
        details: Any
        created_by: UUID | None
        created_at: datetime

    class ComparisonResultsListForExperimentRow(ComparisonResultsGetRow):
        experiment_id: UUID

    class ComparisonResultsRecordParams(TypedDict):
        id: NotRequired[Uuid | Omit]
        kind: Text
        a_id: Uuid
        b_id: Uuid
        a_label: Text
        b_label: Text
        experiment_id: NotRequired[Uuid | None | Omit]
        metric: Text
        test: Text
        paired: NotRequired[Boolean | Omit]
        a_n: Integer
        b_n: Integer
        a_mean: NotRequired[Real | None | Omit]
        b_mean: NotRequired[Real | None | Omit]
        statistic: NotRequired[Real | None | Omit]
        p_value: NotRequired[Real | None | Omit]
        adjusted_p_value: NotRequired[Real | None | Omit]
        correction: NotRequired[Text | Omit]
        effect_name: NotRequired[Text | None | Omit]
        effect_size: NotRequired[Real | None | Omit]
        confidence_level: NotRequired[Real | None | Omit]
        confidence_low: NotRequired[Real | None | Omit]
        confidence_high: NotRequired[Real | None | Omit]
        alpha: NotRequired[Real | Omit]
        winner: NotRequired[Text | None | Omit]
        details: NotRequired[Json | Omit]
        created_by: NotRequired[Uuid | None | Omit]

    class ComparisonResultsGetParams(TypedDict):
        id: Uuid

    class ComparisonResultsQueries:
        @OneOf(ComparisonResultsRecordParams)
        def record(
            self,
            *,
            id: Uuid | Omit = OMIT,
            kind: Text,
            a_id: Uuid,
            b_id: Uuid,
            a_label: Text,
            b_label: Text,
            experiment_id: Uuid | None | Omit = None,
            metric: Text,
            test: Text,
            paired: Boolean | Omit = False,
            a_n: Integer,
            b_n: Integer,
            a_mean: Real | None | Omit = None,
            b_mean: Real | None | Omit = None,
            statistic: Real | None | Omit = None,
            p_value: Real | None | Omit = None,
            adjusted_p_value: Real | None | Omit = None,
            correction: Text | Omit = "none",
            effect_name: Text | None | Omit = None,
            effect_size: Real | None | Omit = None,
            confidence_level: Real | None | Omit = None,
            confidence_low: Real | None | Omit = None,
            confidence_high: Real | None | Omit = None,
            alpha: Real | Omit = 0.05,
            winner: Text | None | Omit = None,
            details: Json | Omit = OMIT,
            created_by: Uuid | None | Omit = None,
        ) -> ComparisonResultsGetRow:
            """Keeps what a comparison of a and b found."""
            ...

        @OneOf(ComparisonResultsGetParams)
        def get(self, *, id: Uuid) -> ComparisonResultsGetRow:
            """One comparison."""
            ...

        @Many
        def list(
            self,
            *,
            kind: Text | Omit = OMIT,
            metric: Text | Omit = OMIT,
            winners: Texts | Omit = OMIT,
            since: Timestamp | Omit = OMIT,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> ComparisonResultsGetRow:
            """Comparisons, newest first; the next page begins after the last row's created_at and id."""
            ...

        @Many
        def list_for(
            self,
            *,
            id: Uuid,
            metric: Text | Omit = OMIT,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> ComparisonResultsGetRow:
            """Comparisons of one model, version, run or experiment with whatever, newest first; the next page begins
            after the last row's created_at and id.
            """
            ...

        @Many
        def list_for_experiment(
            self,
            *,
            experiment_id: Uuid,
            metric: Text | Omit = OMIT,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> ComparisonResultsListForExperimentRow:
            """Comparisons made for an experiment, newest first; the next page begins after the last row's created_at
            and id.
            """
            ...

        @ExecOf(ComparisonResultsGetParams)
        def delete(self, *, id: Uuid) -> int:
            """Deletes a comparison."""
            ...

    class ComparisonSamplesSubjectsRow(TypedRow):
        kind: str
        id: UUID
        label: str

    class ComparisonSamplesListForModelVersionsRow(TypedRow):
        input_digest: str | None
        undigested_input: str | None
        score: float | None
        human_rating: int | None
        latency_ms: float | None
        cost_usd: float | None
        input_tokens: int | None
        output_tokens: int | None
        metrics: Any

    class ComparisonSamplesQueries:
        @Many
        def subjects(self, *, ids: Uuids) -> ComparisonSamplesSubjectsRow:
            """Which models, model versions, training runs and experiments have one of these ids, by kind and id."""
            ...

        @Many
        def list_for_model_versions(
            self, *, experiment_id: Uuid | Omit = OMIT, since: Timestamp | Omit = OMIT, model_version_ids: Uuids
        ) -> ComparisonSamplesListForModelVersionsRow:
            """What was measured of the answers of some versions; the input itself only where it has no digest."""
            ...

        @Many
        def list_for_experiment(
            self, *, since: Timestamp | Omit = OMIT, experiment_id: Uuid
        ) -> ComparisonSamplesListForModelVersionsRow:
            """What was measured of the answers in an experiment; the input itself only where it has no digest."""
            ...

    class ConvergenceListRunsRow(TypedRow):
        run_id: UUID
        run: str
        status: str
        points: int
        nan_points: int
        first_step: int
        last_step: int
        first_value: float | None
        last_value: float | None
        min_value: float | None
        min_step: int | None
        max_value: float | None
        max_step: int | None
        avg_value: float | None

    class ConvergenceQueries:
        @Many
        def list_runs(
            self,
            *,
            metric: Text,
            run_ids: Uuids | Omit = OMIT,
            dataset_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> ConvergenceListRunsRow:
            """What a metric came to in each run that has it, the newest run first, as of the last refresh."""
            ...

        @Value
        def first_step(
            self, *, run_id: Uuid, metric: Text, from_step: Integer, to_step: Integer, sign: Real, bound: Real
        ) -> int | None:
            """The first step at which a metric of a run, times a sign, is no more than a bound, among the steps from
            one to another.
            """
            ...

        @Value
        def first_mark(
            self,
            *,
            from_step: Integer | None,
            apart: Integer | None,
            marks: Integer,
            run_id: Uuid,
            metric: Text,
            sign: Real,
            bound: Real,
        ) -> int | None:
            """The first of the marks from one step on, so many and so far apart, at which a metric of a run, times a
            sign, is no more than a bound; one point is looked at for each mark, the first there or after it.
            """
            ...

    class CorpusPassagesSearchRow(TypedRow):
        corpus_text_id: int
        title: str | None
        source: str | None
        created_at: datetime
        score: float
        position: int
        content: str

    class CorpusPassagesListForTextRow(TypedRow):
        id: int
        position: int
        title: str | None
        content: str

    class CorpusPassagesStatisticsRow(TypedRow):
        texts: int
        passages: int
        characters: int
        longest: int

    class CorpusPassagesQueries:
        @Many
        def search(
            self,
            *,
            query: Json,
            source: Text | Omit = OMIT,
            since: Timestamp | Omit = OMIT,
            until: Timestamp | Omit = OMIT,
            limit: Integer | Omit = 10,
            offset: Integer | Omit = 0,
        ) -> CorpusPassagesSearchRow:
            """On SQLite: The texts whose best passage matches, best first by BM25 (k1 1.2, b 0.75), then by id; call
            platform.corpus.search. Only the best thousand passages are looked at, so that a word that stands
            everywhere costs no more than its rank. On PostgreSQL: The texts whose best passage matches, best
            first by BM25 (k1 1.2, b 0.75), then by id; call platform.corpus.search. Only the best thousand
            passages are looked at, as on SQLite.
            """
            ...

        @Value
        def count(
            self,
            *,
            source: Text | Omit = OMIT,
            since: Timestamp | Omit = OMIT,
            until: Timestamp | Omit = OMIT,
            query: Json,
        ) -> int:
            """How many texts have a passage that matches; call platform.corpus.search with count=True."""
            ...

        @Value
        def check_index(self) -> int | None:
            """On SQLite: Raises StatementFailed where the index and corpus_passages tell different things; else
            nothing. On PostgreSQL: How many passages are indexed under other words than theirs: none, unless the
            functions were changed.
            """
            ...

        @Script
        def rebuild(self) -> None:
            """On SQLite: Makes the index anew, then cuts every text anew; call platform.corpus.rebuild. On
            PostgreSQL: Cuts every text anew, and makes the index anew; call platform.corpus.rebuild.
            """
            ...

        @Value
        def optimize(self) -> int | None:
            """On SQLite: Merges the index into one piece, which searches fastest; worth it after much was loaded or
            deleted. On PostgreSQL: Sorts what was added lately into the index, which searches fastest; worth it
            after much was loaded or deleted.
            """
            ...

        @Many
        def list_for_text(self, *, corpus_text_id: Integer) -> CorpusPassagesListForTextRow:
            """The passages of a text, in order."""
            ...

        @Value
        def count_stale(self) -> int:
            """How many texts have other passages than their content gives: none, unless triggers were switched off."""
            ...

        @Value
        def count_orphans(self) -> int:
            """How many passages have no text any more: none, unless foreign keys and triggers were switched off."""
            ...

        @OneOf(NoParams)
        def statistics(self) -> CorpusPassagesStatisticsRow:
            """How many texts and passages are searched, and how long the passages are, in characters."""
            ...

    class CorpusTextsGetRow(TypedRow):
        id: int
        title: str | None
        content: str
        source: str | None
        metadata: Any
        word_count: int
        char_count: int
        split_id: UUID | None
        created_at: datetime

    class CorpusTextsAddRow(TypedRow):
        id: int
        word_count: int
        char_count: int
        created_at: datetime

    class CorpusTextsListRow(TypedRow):
        id: int
        title: str | None
        source: str | None
        metadata: Any
        word_count: int
        char_count: int
        split_id: UUID | None
        created_at: datetime

    class CorpusTextsListSizesForSplitRow(TypedRow):
        id: int
        title: str | None
        word_count: int
        char_count: int

    class CorpusTextsStatisticsRow(TypedRow):
        texts: int
        words: int
        characters: int
        longest: int
        oldest_at: datetime | None
        newest_at: datetime | None

    class CorpusTextsListForSplitRow(CorpusTextsGetRow):
        split_id: UUID

    class CorpusTextsAddParams(TypedDict):
        title: NotRequired[Text | None | Omit]
        content: Text
        source: NotRequired[Text | None | Omit]
        metadata: NotRequired[Json | Omit]
        split_id: NotRequired[Uuid | None | Omit]

    class CorpusTextsGetParams(TypedDict):
        id: Integer

    class CorpusTextsStatisticsForSplitParams(TypedDict):
        split_id: Uuid

    class CorpusTextsUpdateMetadataParams(TypedDict):
        metadata: Json
        id: Integer

    class CorpusTextsQueries:
        @OneOf(CorpusTextsAddParams)
        def add(
            self,
            *,
            title: Text | None | Omit = None,
            content: Text,
            source: Text | None | Omit = None,
            metadata: Json | Omit = OMIT,
            split_id: Uuid | None | Omit = None,
        ) -> CorpusTextsAddRow:
            """Adds a text; the database counts its words and characters."""
            ...

        @OneOf(CorpusTextsGetParams)
        def get(self, *, id: Integer) -> CorpusTextsGetRow:
            """One text with its content."""
            ...

        @Many
        def list(
            self, *, source: Text | Omit = OMIT, before_id: Integer | Omit = OMIT, limit: Integer | Omit = 100
        ) -> CorpusTextsListRow:
            """Texts without their content, newest first; the next page begins after the last row's id."""
            ...

        @Many
        def list_for_split(self, *, split_id: Uuid) -> CorpusTextsListForSplitRow:
            """The texts of a dataset's split with their content, oldest first."""
            ...

        @Many
        def list_sizes_for_split(self, *, split_id: Uuid) -> CorpusTextsListSizesForSplitRow:
            """The texts of a dataset's split without their content, oldest first."""
            ...

        @OneOf(NoParams)
        def statistics(self) -> CorpusTextsStatisticsRow:
            """How many texts, words and characters the corpus holds."""
            ...

        @OneOf(CorpusTextsStatisticsForSplitParams)
        def statistics_for_split(self, *, split_id: Uuid) -> CorpusTextsStatisticsRow:
            """How many texts, words and characters a dataset's split holds."""
            ...

        @ExecOf(CorpusTextsUpdateMetadataParams)
        def update_metadata(self, *, metadata: Json, id: Integer) -> int:
            """Replaces a text's metadata."""
            ...

        @ExecOf(CorpusTextsGetParams)
        def delete(self, *, id: Integer) -> int:
            """Deletes a text; models that counted it keep its counts until they are cleared."""
            ...

    class DailyResourcesListRow(TypedRow):
        day: datetime
        source: str
        name: str
        unit: str
        readings: int
        total: float | None
        avg_value: float | None
        min_value: float | None
        max_value: float | None

    class DailyResourcesQueries:
        @Many
        def list(
            self,
            *,
            since: Timestamp | Omit = OMIT,
            until: Timestamp | Omit = OMIT,
            source: Text | Omit = OMIT,
            name: Text | Omit = OMIT,
            limit: Integer | Omit = 1000,
        ) -> DailyResourcesListRow:
            """What was used by day (UTC), source (system or training), name and unit, as of the last refresh, newest
            day first.
            """
            ...

    class DailyUsageListRow(TypedRow):
        day: datetime
        kind: str
        model: str
        requests: int
        errors: int
        input_tokens: int
        output_tokens: int
        cost_usd: float
        avg_latency_ms: float | None
        p50_latency_ms: float | None
        p95_latency_ms: float | None
        p99_latency_ms: float | None

    class DailyUsageTotalsRow(TypedRow):
        kind: str
        model: str
        requests: int
        errors: int
        input_tokens: int
        output_tokens: int
        cost_usd: float
        first_day: datetime
        last_day: datetime

    class DailyUsageQueries:
        @Many
        def list(
            self,
            *,
            since: Timestamp | Omit = OMIT,
            until: Timestamp | Omit = OMIT,
            kind: Text | Omit = OMIT,
            model: Text | Omit = OMIT,
            limit: Integer | Omit = 1000,
        ) -> DailyUsageListRow:
            """Requests, errors, tokens, cost and latency by day (UTC), kind and model, as of the last refresh,
            newest day first.
            """
            ...

        @Many
        def totals(
            self, *, since: Timestamp | Omit = OMIT, until: Timestamp | Omit = OMIT, kind: Text | Omit = OMIT
        ) -> DailyUsageTotalsRow:
            """The same added up over days, by kind and model, the dearest first; no percentiles, which cannot be
            added.
            """
            ...

    class DatasetUsageGetRow(TypedRow):
        dataset_id: UUID
        name: str
        version: str
        domain: str | None
        row_count: int | None
        runs: int
        completed_runs: int
        failed_runs: int
        success_rate: float | None
        experiments: int
        benchmarks: int
        avg_duration_seconds: float | None
        best_loss: float | None
        best_accuracy: float | None
        first_run_at: datetime | None
        last_run_at: datetime | None
        team_id: UUID | None

    class DatasetUsageQueries:
        @Optional
        def get(self, *, dataset_id: Uuid) -> DatasetUsageGetRow:
            """The runs, experiments and benchmarks on one dataset and the best that came out, as of the last
            refresh.
            """
            ...

        @Many
        def list(self, *, domain: Text | Omit = OMIT, limit: Integer | Omit = 100) -> DatasetUsageGetRow:
            """The same of all datasets, the most used first."""
            ...

    class DatasetsGetRow(TypedRow):
        id: UUID
        name: str
        version: str
        digest: str
        format: str | None
        domain: str | None
        size_bytes: int | None
        row_count: int | None
        statistics: Any
        metadata: Any
        created_by: UUID | None
        team_id: UUID | None
        created_at: datetime
        updated_at: datetime

    class DatasetsAddSplitRow(TypedRow):
        id: UUID
        dataset_id: UUID
        name: str
        row_count: int | None
        fraction: float | None
        created_at: datetime

    class DatasetsStatisticsRow(TypedRow):
        id: UUID
        name: str
        version: str
        size_bytes: int | None
        row_count: int | None
        splits: int
        texts: int
        words: int
        characters: int
        runs: int

    class DatasetsUsageRow(TypedRow):
        id: UUID
        name: str
        version: str
        runs: int
        completed_runs: int
        failed_runs: int
        last_run_at: datetime | None

    class DatasetsRegisterParams(TypedDict):
        id: NotRequired[Uuid | Omit]
        name: Text
        version: Text
        digest: Text
        format: NotRequired[Text | None | Omit]
        domain: NotRequired[Text | None | Omit]
        size_bytes: NotRequired[Integer | None | Omit]
        row_count: NotRequired[Integer | None | Omit]
        statistics: NotRequired[Json | Omit]
        metadata: NotRequired[Json | Omit]
        created_by: NotRequired[Uuid | None | Omit]
        team_id: NotRequired[Uuid | None | Omit]

    class DatasetsGetParams(TypedDict):
        id: Uuid

    class DatasetsUpdateStatisticsParams(TypedDict):
        row_count: NotRequired[Integer | None | Omit]
        size_bytes: NotRequired[Integer | None | Omit]
        statistics: Json
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class DatasetsUpdateMetadataParams(TypedDict):
        metadata: Json
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class DatasetsAddSplitParams(TypedDict):
        id: NotRequired[Uuid | Omit]
        dataset_id: Uuid
        name: Text
        row_count: NotRequired[Integer | None | Omit]
        fraction: NotRequired[Real | None | Omit]

    class DatasetsQueries:
        @OneOf(DatasetsRegisterParams)
        def register(
            self,
            *,
            id: Uuid | Omit = OMIT,
            name: Text,
            version: Text,
            digest: Text,
            format: Text | None | Omit = None,
            domain: Text | None | Omit = None,
            size_bytes: Integer | None | Omit = None,
            row_count: Integer | None | Omit = None,
            statistics: Json | Omit = OMIT,
            metadata: Json | Omit = OMIT,
            created_by: Uuid | None | Omit = None,
            team_id: Uuid | None | Omit = None,
        ) -> DatasetsGetRow:
            """The dataset of this name, version and digest, made if there is none: a known one keeps its id and its
            values.
            """
            ...

        @OneOf(DatasetsGetParams)
        def get(self, *, id: Uuid) -> DatasetsGetRow:
            """One dataset."""
            ...

        @Optional
        def get_by_name(self, *, name: Text, version: Text | Omit = OMIT) -> DatasetsGetRow:
            """The dataset of this name, the newest where there are several versions or contents."""
            ...

        @Optional
        def get_by_digest(self, *, digest: Text, name: Text | Omit = OMIT) -> DatasetsGetRow:
            """The dataset with this content, the newest where it was registered under several names or versions."""
            ...

        @Many
        def list(
            self,
            *,
            format: Text | Omit = OMIT,
            domain: Text | Omit = OMIT,
            team_id: Uuid | Omit = OMIT,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> DatasetsGetRow:
            """Datasets, newest first; the next page begins after the last row's created_at and id."""
            ...

        @ExecOf(DatasetsUpdateStatisticsParams)
        def update_statistics(
            self,
            *,
            row_count: Integer | None | Omit = OMIT,
            size_bytes: Integer | None | Omit = OMIT,
            statistics: Json,
            now: Timestamp | Omit = OMIT,
            id: Uuid,
        ) -> int:
            """Stores what was found out about a dataset's content."""
            ...

        @ExecOf(DatasetsUpdateMetadataParams)
        def update_metadata(self, *, metadata: Json, now: Timestamp | Omit = OMIT, id: Uuid) -> int:
            """Replaces a dataset's metadata."""
            ...

        @ExecOf(DatasetsGetParams)
        def delete(self, *, id: Uuid) -> int:
            """Deletes a dataset with its splits, their texts and its n-gram counts; refused while a training run
            refers to it.
            """
            ...

        @OneOf(DatasetsAddSplitParams)
        def add_split(
            self,
            *,
            id: Uuid | Omit = OMIT,
            dataset_id: Uuid,
            name: Text,
            row_count: Integer | None | Omit = None,
            fraction: Real | None | Omit = None,
        ) -> DatasetsAddSplitRow:
            """Adds a train, validation or test split, each once per dataset."""
            ...

        @Optional
        def get_split(self, *, dataset_id: Uuid, name: Text) -> DatasetsAddSplitRow:
            """One split of a dataset by its name."""
            ...

        @Many
        def list_splits(self, *, dataset_id: Uuid) -> DatasetsAddSplitRow:
            """The splits of a dataset by name."""
            ...

        @OneOf(DatasetsGetParams)
        def statistics(self, *, id: Uuid) -> DatasetsStatisticsRow:
            """What a dataset holds and how often it was used."""
            ...

        @Many
        def usage(self, *, id: Uuid | Omit = OMIT, limit: Integer | Omit = 100) -> DatasetsUsageRow:
            """Datasets by the training runs on them, the most used first."""
            ...

    class ErasuresRecordRow(TypedRow):
        id: UUID
        subject_id: UUID
        reason: str | None
        details: Any
        erased_by: UUID | None
        created_at: datetime

    class ErasuresRecordParams(TypedDict):
        id: NotRequired[Uuid | Omit]
        subject_id: Uuid
        reason: NotRequired[Text | None | Omit]
        details: NotRequired[Json | Omit]
        erased_by: NotRequired[Uuid | None | Omit]

    class ErasuresQueries:
        @OneOf(ErasuresRecordParams)
        def record(
            self,
            *,
            id: Uuid | Omit = OMIT,
            subject_id: Uuid,
            reason: Text | None | Omit = None,
            details: Json | Omit = OMIT,
            erased_by: Uuid | None | Omit = None,
        ) -> ErasuresRecordRow:
            """Notes that somebody's personal data was erased: how many rows of which table, why and by whom."""
            ...

        @Many
        def list(
            self,
            *,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> ErasuresRecordRow:
            """Erasures, newest first; the next page begins after the last row's created_at and id."""
            ...

        @Many
        def list_for_subject(self, *, subject_id: Uuid) -> ErasuresRecordRow:
            """Erasures of one account's data, newest first."""
            ...

    class EvaluatedModelsListRow(TypedRow):
        provider: str
        model: str
        evaluations: int
        avg_score: float | None
        rated_evaluations: int
        avg_rating: float | None
        avg_latency_ms: float | None
        input_tokens: int
        output_tokens: int
        cost_usd: float
        avg_cost_usd: float | None
        last_evaluated_at: datetime

    class EvaluatedModelsQueries:
        @Many
        def list(self, *, limit: Integer | Omit = 100) -> EvaluatedModelsListRow:
            """Scores, ratings, latencies, tokens and cost of each evaluated model, all its versions together, the
            one with the best average score first, as of the last refresh.
            """
            ...

    class EvaluationsGetRow(TypedRow):
        id: UUID
        experiment_id: UUID | None
        benchmark_id: UUID | None
        model_version_id: UUID | None
        provider: str
        model: str
        input: str
        input_digest: str | None
        output: str
        expected: str | None
        metrics: Any
        score: float | None
        human_rating: int | None
        human_feedback: str | None
        latency_ms: float | None
        input_tokens: int | None
        output_tokens: int | None
        cost_usd: float | None
        metadata: Any
        created_by: UUID | None
        team_id: UUID | None
        created_at: datetime
        updated_at: datetime

    class EvaluationsHoldBeforeRow(TypedRow):
        id: UUID

    class EvaluationsAggregatesRow(TypedRow):
        provider: str
        model: str
        evaluations: int
        scored_evaluations: int
        avg_score: float | None
        min_score: float | None
        max_score: float | None
        rated_evaluations: int
        avg_rating: float | None
        avg_latency_ms: float | None
        p50_latency_ms: float | None
        p95_latency_ms: float | None
        input_tokens: int
        output_tokens: int
        cost_usd: float

    class EvaluationsCountBeforeRow(TypedRow):
        matched: int
        removable: int

    class EvaluationsListBeforeRow(TypedRow):
        id: UUID
        age: datetime

    class EvaluationsListForExperimentRow(EvaluationsGetRow):
        experiment_id: UUID

    class EvaluationsListForBenchmarkRow(EvaluationsGetRow):
        benchmark_id: UUID

    class EvaluationsListForModelVersionRow(EvaluationsGetRow):
        model_version_id: UUID

    class EvaluationsListForInputRow(EvaluationsGetRow):
        input_digest: str

    class EvaluationsCreateParams(TypedDict):
        id: NotRequired[Uuid | Omit]
        experiment_id: NotRequired[Uuid | None | Omit]
        benchmark_id: NotRequired[Uuid | None | Omit]
        model_version_id: NotRequired[Uuid | None | Omit]
        provider: Text
        model: Text
        input: Text
        input_digest: NotRequired[Text | None | Omit]
        output: Text
        expected: NotRequired[Text | None | Omit]
        metrics: NotRequired[Json | Omit]
        score: NotRequired[Real | None | Omit]
        human_rating: NotRequired[Integer | None | Omit]
        human_feedback: NotRequired[Text | None | Omit]
        latency_ms: NotRequired[Real | None | Omit]
        input_tokens: NotRequired[Integer | None | Omit]
        output_tokens: NotRequired[Integer | None | Omit]
        cost_usd: NotRequired[Real | None | Omit]
        metadata: NotRequired[Json | Omit]
        created_by: NotRequired[Uuid | None | Omit]
        team_id: NotRequired[Uuid | None | Omit]

    class EvaluationsGetParams(TypedDict):
        id: Uuid

    class EvaluationsRateParams(TypedDict):
        human_rating: Integer | None
        human_feedback: NotRequired[Text | None | Omit]
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class EvaluationsSetScoreParams(TypedDict):
        score: Real | None
        metrics: NotRequired[Json | Omit]
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class EvaluationsCountBeforeParams(TypedDict):
        before: Timestamp

    class EvaluationsDeleteListedParams(TypedDict):
        ids: Uuids

    class EvaluationsQueries:
        @Many
        def hold_before(self, *, ids: Uuids, before: Timestamp) -> EvaluationsHoldBeforeRow:
            """Of these evaluations those that a cleanup may remove, held until the transaction ends, by id."""
            ...

        @OneOf(EvaluationsCreateParams)
        def create(
            self,
            *,
            id: Uuid | Omit = OMIT,
            experiment_id: Uuid | None | Omit = None,
            benchmark_id: Uuid | None | Omit = None,
            model_version_id: Uuid | None | Omit = None,
            provider: Text,
            model: Text,
            input: Text,
            input_digest: Text | None | Omit = None,
            output: Text,
            expected: Text | None | Omit = None,
            metrics: Json | Omit = OMIT,
            score: Real | None | Omit = None,
            human_rating: Integer | None | Omit = None,
            human_feedback: Text | None | Omit = None,
            latency_ms: Real | None | Omit = None,
            input_tokens: Integer | None | Omit = None,
            output_tokens: Integer | None | Omit = None,
            cost_usd: Real | None | Omit = None,
            metadata: Json | Omit = OMIT,
            created_by: Uuid | None | Omit = None,
            team_id: Uuid | None | Omit = None,
        ) -> EvaluationsGetRow:
            """Keeps one output of a model; the latency in milliseconds, the cost in US dollars."""
            ...

        @OneOf(EvaluationsGetParams)
        def get(self, *, id: Uuid) -> EvaluationsGetRow:
            """One evaluation."""
            ...

        @Many
        def list(
            self,
            *,
            provider: Text | Omit = OMIT,
            model: Text | Omit = OMIT,
            min_score: Real | Omit = OMIT,
            min_rating: Integer | Omit = OMIT,
            since: Timestamp | Omit = OMIT,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> EvaluationsGetRow:
            """Evaluations, newest first; the next page begins after the last row's created_at and id."""
            ...

        @Many
        def list_for_experiment(
            self,
            *,
            experiment_id: Uuid,
            model: Text | Omit = OMIT,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> EvaluationsListForExperimentRow:
            """The evaluations of an experiment, newest first; the next page begins after the last row's created_at
            and id.
            """
            ...

        @Many
        def list_for_benchmark(
            self,
            *,
            benchmark_id: Uuid,
            model: Text | Omit = OMIT,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> EvaluationsListForBenchmarkRow:
            """The evaluations of a benchmark, newest first; the next page begins after the last row's created_at and
            id.
            """
            ...

        @Many
        def list_for_model_version(
            self,
            *,
            model_version_id: Uuid,
            since: Timestamp | Omit = OMIT,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> EvaluationsListForModelVersionRow:
            """The evaluations of a version of a model, newest first; the next page begins after the last row's
            created_at and id.
            """
            ...

        @Many
        def list_for_model(
            self,
            *,
            model: Text,
            provider: Text | Omit = OMIT,
            since: Timestamp | Omit = OMIT,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> EvaluationsGetRow:
            """The evaluations of a model by its name, of one provider or of all, newest first; the next page begins
            after the last row's created_at and id.
            """
            ...

        @Many
        def list_for_input(
            self,
            *,
            input_digest: Text,
            experiment_id: Uuid | Omit = OMIT,
            after_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> EvaluationsListForInputRow:
            """What was answered to one input, by whatever model, in the order of the ids."""
            ...

        @ExecOf(EvaluationsRateParams)
        def rate(
            self,
            *,
            human_rating: Integer | None,
            human_feedback: Text | None | Omit = OMIT,
            now: Timestamp | Omit = OMIT,
            id: Uuid,
        ) -> int:
            """Sets a human rating, 1 to 5, and what was said with it."""
            ...

        @ExecOf(EvaluationsSetScoreParams)
        def set_score(
            self, *, score: Real | None, metrics: Json | Omit = OMIT, now: Timestamp | Omit = OMIT, id: Uuid
        ) -> int:
            """Sets the score, and the metrics it was made of."""
            ...

        @Many
        def aggregates(
            self, *, experiment_id: Uuid | Omit = OMIT, benchmark_id: Uuid | Omit = OMIT, since: Timestamp | Omit = OMIT
        ) -> EvaluationsAggregatesRow:
            """Scores, ratings, latencies, tokens and cost by provider and model, in an experiment, a benchmark or
            all.
            """
            ...

        @Value
        def count(
            self,
            *,
            experiment_id: Uuid | Omit = OMIT,
            benchmark_id: Uuid | Omit = OMIT,
            model_version_id: Uuid | Omit = OMIT,
            model: Text | Omit = OMIT,
            since: Timestamp | Omit = OMIT,
        ) -> int:
            """How many evaluations there are, of an experiment, a benchmark, a version, a model, or all."""
            ...

        @ExecOf(EvaluationsGetParams)
        def delete(self, *, id: Uuid) -> int:
            """Deletes an evaluation."""
            ...

        @OneOf(EvaluationsCountBeforeParams)
        def count_before(self, *, before: Timestamp) -> EvaluationsCountBeforeRow:
            """How many evaluations are from before a time, and how many of these a cleanup removes: not those of an
            experiment or a benchmark that is not over.
            """
            ...

        @Many
        def list_before(
            self,
            *,
            before: Timestamp,
            after_age: Timestamp | Omit = OMIT,
            after_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 1000,
        ) -> EvaluationsListBeforeRow:
            """The evaluations from before a time that a cleanup removes: their keys, the oldest first; the next page
            begins after the last.
            """
            ...

        @ExecOf(EvaluationsDeleteListedParams)
        def delete_listed(self, *, ids: Uuids) -> int:
            """Deletes evaluations that were held, by their keys."""
            ...

    class ExperimentSummaryGetRow(TypedRow):
        experiment_id: UUID
        name: str
        status: str
        dataset_id: UUID | None
        model_version_id: UUID | None
        runs: int
        completed_runs: int
        failed_runs: int
        evaluations: int
        avg_score: float | None
        max_score: float | None
        rated_evaluations: int
        avg_rating: float | None
        avg_latency_ms: float | None
        input_tokens: int
        output_tokens: int
        evaluations_cost_usd: float
        cost_usd: float | None
        started_at: datetime | None
        finished_at: datetime | None
        duration_seconds: float | None
        created_at: datetime
        team_id: UUID | None

    class ExperimentSummaryQueries:
        @Optional
        def get(self, *, experiment_id: Uuid) -> ExperimentSummaryGetRow:
            """One experiment's runs, evaluations, ratings, tokens and cost as of the last refresh;
            experiments.summary is live.
            """
            ...

        @Many
        def list(
            self,
            *,
            statuses: Texts | Omit = OMIT,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> ExperimentSummaryGetRow:
            """The same of all experiments, newest first; the next page begins after the last row's created_at and
            experiment_id.
            """
            ...

    class ExperimentsGetRow(TypedRow):
        id: UUID
        name: str
        hypothesis: str | None
        status: str
        dataset_id: UUID | None
        model_version_id: UUID | None
        config: Any
        results: Any
        metrics: Any
        cost_usd: float | None
        started_at: datetime | None
        finished_at: datetime | None
        duration_seconds: float | None
        created_by: UUID | None
        team_id: UUID | None
        created_at: datetime
        updated_at: datetime

    class ExperimentsListForRunRow(TypedRow):
        id: UUID
        name: str
        hypothesis: str | None
        status: str
        dataset_id: UUID | None
        model_version_id: UUID | None
        config: Any
        results: Any
        metrics: Any
        cost_usd: float | None
        started_at: datetime | None
        finished_at: datetime | None
        duration_seconds: float | None
        created_by: UUID | None
        team_id: UUID | None
        created_at: datetime
        updated_at: datetime
        label: str | None

    class ExperimentsCountByStatusRow(TypedRow):
        status: str
        experiments: int

    class ExperimentsAttachRunRow(TypedRow):
        experiment_id: UUID
        training_run_id: UUID
        label: str | None
        created_at: datetime

    class ExperimentsListRunsRow(TypedRow):
        id: UUID
        label: str | None
        name: str
        status: str
        progress: float
        started_at: datetime | None
        finished_at: datetime | None
        duration_seconds: float | None
        created_at: datetime
        attached_at: datetime

    class ExperimentsSummaryRow(TypedRow):
        id: UUID
        name: str
        status: str
        started_at: datetime | None
        finished_at: datetime | None
        duration_seconds: float | None
        cost_usd: float | None
        runs: int
        pending_runs: int
        running_runs: int
        completed_runs: int
        failed_runs: int
        cancelled_runs: int
        evaluations: int
        scored_evaluations: int
        rated_evaluations: int
        avg_score: float | None
        min_score: float | None
        max_score: float | None
        avg_rating: float | None
        avg_latency_ms: float | None
        input_tokens: int
        output_tokens: int
        evaluations_cost_usd: float
        best_evaluation_id: UUID | None
        best_provider: str | None
        best_model: str | None

    class ExperimentsListForDatasetRow(ExperimentsGetRow):
        dataset_id: UUID

    class ExperimentsListForModelVersionRow(ExperimentsGetRow):
        model_version_id: UUID

    class ExperimentsCreateParams(TypedDict):
        id: NotRequired[Uuid | Omit]
        name: Text
        hypothesis: NotRequired[Text | None | Omit]
        dataset_id: NotRequired[Uuid | None | Omit]
        model_version_id: NotRequired[Uuid | None | Omit]
        config: NotRequired[Json | Omit]
        created_by: NotRequired[Uuid | None | Omit]
        team_id: NotRequired[Uuid | None | Omit]

    class ExperimentsGetParams(TypedDict):
        id: Uuid

    class ExperimentsStartParams(TypedDict):
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class ExperimentsFinishParams(TypedDict):
        status: NotRequired[Text | Omit]
        results: NotRequired[Json | Omit]
        metrics: NotRequired[Json | Omit]
        cost_usd: NotRequired[Real | None | Omit]
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class ExperimentsUpdateStatusParams(TypedDict):
        status: Text
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class ExperimentsUpdateParams(TypedDict):
        name: NotRequired[Text | Omit]
        hypothesis: NotRequired[Text | None | Omit]
        dataset_id: NotRequired[Uuid | None | Omit]
        model_version_id: NotRequired[Uuid | None | Omit]
        team_id: NotRequired[Uuid | None | Omit]
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class ExperimentsUpdateConfigParams(TypedDict):
        config: Json
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class ExperimentsStoreResultsParams(TypedDict):
        results: NotRequired[Json | Omit]
        metrics: NotRequired[Json | Omit]
        cost_usd: NotRequired[Real | None | Omit]
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class ExperimentsAttachRunParams(TypedDict):
        experiment_id: Uuid
        training_run_id: Uuid
        label: NotRequired[Text | None | Omit]

    class ExperimentsDetachRunParams(TypedDict):
        experiment_id: Uuid
        training_run_id: Uuid

    class ExperimentsQueries:
        @OneOf(ExperimentsCreateParams)
        def create(
            self,
            *,
            id: Uuid | Omit = OMIT,
            name: Text,
            hypothesis: Text | None | Omit = None,
            dataset_id: Uuid | None | Omit = None,
            model_version_id: Uuid | None | Omit = None,
            config: Json | Omit = OMIT,
            created_by: Uuid | None | Omit = None,
            team_id: Uuid | None | Omit = None,
        ) -> ExperimentsGetRow:
            """Notes an experiment that is to be started."""
            ...

        @OneOf(ExperimentsGetParams)
        def get(self, *, id: Uuid) -> ExperimentsGetRow:
            """One experiment."""
            ...

        @Many
        def list(
            self,
            *,
            statuses: Texts | Omit = OMIT,
            created_by: Uuid | Omit = OMIT,
            team_id: Uuid | Omit = OMIT,
            since: Timestamp | Omit = OMIT,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> ExperimentsGetRow:
            """Experiments, newest first; the next page begins after the last row's created_at and id."""
            ...

        @Many
        def list_by_status(
            self,
            *,
            status: Text,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> ExperimentsGetRow:
            """Experiments of one status, newest first; the next page begins after the last row's created_at and id."""
            ...

        @Many
        def list_for_dataset(
            self,
            *,
            dataset_id: Uuid,
            statuses: Texts | Omit = OMIT,
            since: Timestamp | Omit = OMIT,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> ExperimentsListForDatasetRow:
            """Experiments on one dataset, newest first; the next page begins after the last row's created_at and id."""
            ...

        @Many
        def list_for_model_version(
            self,
            *,
            model_version_id: Uuid,
            statuses: Texts | Omit = OMIT,
            since: Timestamp | Omit = OMIT,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> ExperimentsListForModelVersionRow:
            """Experiments with one version of a model, newest first; the next page begins after the last row's
            created_at and id.
            """
            ...

        @Many
        def list_for_run(self, *, training_run_id: Uuid, limit: Integer | Omit = 100) -> ExperimentsListForRunRow:
            """Experiments that a training run belongs to with its label there, newest first."""
            ...

        @Many
        def count_by_status(self) -> ExperimentsCountByStatusRow:
            """How many experiments have each status, by status."""
            ...

        @ExecOf(ExperimentsStartParams)
        def start(self, *, now: Timestamp | Omit = OMIT, id: Uuid) -> int:
            """Starts a pending experiment; 0 rows when it is not pending."""
            ...

        @ExecOf(ExperimentsFinishParams)
        def finish(
            self,
            *,
            status: Text | Omit = "completed",
            results: Json | Omit = OMIT,
            metrics: Json | Omit = OMIT,
            cost_usd: Real | None | Omit = OMIT,
            now: Timestamp | Omit = OMIT,
            id: Uuid,
        ) -> int:
            """Ends a running experiment as completed, failed or cancelled; 0 rows when it is not running."""
            ...

        @ExecOf(ExperimentsUpdateStatusParams)
        def update_status(self, *, status: Text, now: Timestamp | Omit = OMIT, id: Uuid) -> int:
            """Moves an experiment to another status, with its times; 0 rows when the way there is not legal."""
            ...

        @ExecOf(ExperimentsUpdateParams)
        def update(
            self,
            *,
            name: Text | Omit = OMIT,
            hypothesis: Text | None | Omit = OMIT,
            dataset_id: Uuid | None | Omit = OMIT,
            model_version_id: Uuid | None | Omit = OMIT,
            team_id: Uuid | None | Omit = OMIT,
            now: Timestamp | Omit = OMIT,
            id: Uuid,
        ) -> int:
            """Changes what an experiment is called, what it asks, and on what."""
            ...

        @ExecOf(ExperimentsUpdateConfigParams)
        def update_config(self, *, config: Json, now: Timestamp | Omit = OMIT, id: Uuid) -> int:
            """Replaces the configuration of an experiment."""
            ...

        @ExecOf(ExperimentsStoreResultsParams)
        def store_results(
            self,
            *,
            results: Json | Omit = OMIT,
            metrics: Json | Omit = OMIT,
            cost_usd: Real | None | Omit = OMIT,
            now: Timestamp | Omit = OMIT,
            id: Uuid,
        ) -> int:
            """Stores what came out of an experiment, whatever its status; the cost in US dollars."""
            ...

        @OneOf(ExperimentsAttachRunParams)
        def attach_run(
            self, *, experiment_id: Uuid, training_run_id: Uuid, label: Text | None | Omit = None
        ) -> ExperimentsAttachRunRow:
            """Makes a training run part of an experiment; attached again it keeps its label unless there is a new
            one.
            """
            ...

        @ExecOf(ExperimentsDetachRunParams)
        def detach_run(self, *, experiment_id: Uuid, training_run_id: Uuid) -> int:
            """Takes a training run out of an experiment; the run itself stays."""
            ...

        @Many
        def list_runs(
            self,
            *,
            experiment_id: Uuid,
            statuses: Texts | Omit = OMIT,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> ExperimentsListRunsRow:
            """The training runs of an experiment, newest first; the next page begins after the last run's created_at
            and id.
            """
            ...

        @OneOf(ExperimentsGetParams)
        def summary(self, *, id: Uuid) -> ExperimentsSummaryRow:
            """An experiment with its runs by status and its evaluations: how many, how good, how slow, the cost, the
            best one.
            """
            ...

        @ExecOf(ExperimentsGetParams)
        def delete(self, *, id: Uuid) -> int:
            """Deletes an experiment with its evaluations and comparisons; its runs stay."""
            ...

    class GenerationsGetRow(TypedRow):
        id: UUID
        prompt: str
        response: str
        model: str
        model_version_id: UUID | None
        parameters: Any
        quality_score: float | None
        user_rating: int | None
        created_at: datetime
        updated_at: datetime

    class GenerationsHoldBeforeRow(TypedRow):
        id: UUID

    class GenerationsCountBeforeRow(TypedRow):
        matched: int
        removable: int

    class GenerationsListBeforeRow(TypedRow):
        id: UUID
        age: datetime

    class GenerationsRecordParams(TypedDict):
        id: NotRequired[Uuid | Omit]
        prompt: Text
        response: Text
        model: Text
        model_version_id: NotRequired[Uuid | None | Omit]
        parameters: NotRequired[Json | Omit]
        quality_score: NotRequired[Real | None | Omit]

    class GenerationsGetParams(TypedDict):
        id: Uuid

    class GenerationsRateParams(TypedDict):
        user_rating: Integer | None
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class GenerationsScoreParams(TypedDict):
        quality_score: Real | None
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class GenerationsClearModelParams(TypedDict):
        model: Text

    class GenerationsCountBeforeParams(TypedDict):
        before: Timestamp

    class GenerationsDeleteListedParams(TypedDict):
        ids: Uuids

    class GenerationsQueries:
        @Many
        def hold_before(self, *, ids: Uuids, before: Timestamp) -> GenerationsHoldBeforeRow:
            """Of these generated texts those that a cleanup may remove, held until the transaction ends, by id."""
            ...

        @OneOf(GenerationsRecordParams)
        def record(
            self,
            *,
            id: Uuid | Omit = OMIT,
            prompt: Text,
            response: Text,
            model: Text,
            model_version_id: Uuid | None | Omit = None,
            parameters: Json | Omit = OMIT,
            quality_score: Real | None | Omit = None,
        ) -> GenerationsGetRow:
            """Keeps a generated text."""
            ...

        @OneOf(GenerationsGetParams)
        def get(self, *, id: Uuid) -> GenerationsGetRow:
            """One generated text."""
            ...

        @Many
        def history(
            self,
            *,
            model: Text | Omit = OMIT,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> GenerationsGetRow:
            """Generated texts, newest first; the next page begins after the last row's created_at and id."""
            ...

        @ExecOf(GenerationsRateParams)
        def rate(self, *, user_rating: Integer | None, now: Timestamp | Omit = OMIT, id: Uuid) -> int:
            """Sets a user's rating, 1 to 5."""
            ...

        @ExecOf(GenerationsScoreParams)
        def score(self, *, quality_score: Real | None, now: Timestamp | Omit = OMIT, id: Uuid) -> int:
            """Sets the quality score."""
            ...

        @ExecOf(GenerationsGetParams)
        def delete(self, *, id: Uuid) -> int:
            """Deletes one generated text."""
            ...

        @ExecOf(NoParams)
        def clear(self) -> int:
            """Deletes all generated texts."""
            ...

        @ExecOf(GenerationsClearModelParams)
        def clear_model(self, *, model: Text) -> int:
            """Deletes the generated texts of one model."""
            ...

        @OneOf(GenerationsCountBeforeParams)
        def count_before(self, *, before: Timestamp) -> GenerationsCountBeforeRow:
            """How many generated texts are from before a time, and how many of these a cleanup removes: all."""
            ...

        @Many
        def list_before(
            self,
            *,
            before: Timestamp,
            after_age: Timestamp | Omit = OMIT,
            after_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 1000,
        ) -> GenerationsListBeforeRow:
            """The generated texts from before a time that a cleanup removes: their keys, the oldest first; the next
            page begins after the last.
            """
            ...

        @ExecOf(GenerationsDeleteListedParams)
        def delete_listed(self, *, ids: Uuids) -> int:
            """Deletes generated texts that were held, by their keys."""
            ...

    class HyperparametersListValuesRow(TypedRow):
        run_id: UUID
        hyperparameters: Any
        min_value: float
        max_value: float | None

    class HyperparametersQueries:
        @Many
        def list_values(
            self, *, metric: Text, dataset_id: Uuid | Omit = OMIT, run_ids: Uuids | Omit = OMIT
        ) -> HyperparametersListValuesRow:
            """The hyperparameters of each completed run that has a metric, and its lowest and highest value as of
            the last refresh, in the order of the runs' ids.
            """
            ...

    class InferenceRequestsLogRow(TypedRow):
        id: int
        session_id: UUID
        status: str
        prompt_chars: int | None
        response_chars: int | None
        input_tokens: int | None
        output_tokens: int | None
        latency_ms: float | None
        cost_usd: float | None
        error: str | None
        created_at: datetime

    class InferenceRequestsUsageByDayRow(TypedRow):
        day: str | None
        requests: int
        errors: int
        input_tokens: int
        output_tokens: int
        cost_usd: float
        avg_latency_ms: float | None

    class InferenceRequestsHoldBeforeRow(TypedRow):
        id: int

    class InferenceRequestsStatisticsRow(TypedRow):
        requests: int
        errors: int
        input_tokens: int
        output_tokens: int
        cost_usd: float
        avg_latency_ms: float | None
        p50_latency_ms: float | None
        p95_latency_ms: float | None
        max_latency_ms: float | None
        first_at: datetime | None
        last_at: datetime | None

    class InferenceRequestsCountBeforeRow(TypedRow):
        matched: int
        removable: int

    class InferenceRequestsListBeforeRow(TypedRow):
        id: int
        age: datetime

    class InferenceRequestsLogParams(TypedDict):
        status: NotRequired[Text | Omit]
        prompt_chars: NotRequired[Integer | None | Omit]
        response_chars: NotRequired[Integer | None | Omit]
        input_tokens: NotRequired[Integer | None | Omit]
        output_tokens: NotRequired[Integer | None | Omit]
        latency_ms: NotRequired[Real | None | Omit]
        cost_usd: NotRequired[Real | None | Omit]
        error: NotRequired[Text | None | Omit]
        created_at: NotRequired[Timestamp | Omit]
        session_id: Uuid

    class InferenceRequestsLogPricedParams(TypedDict):
        status: NotRequired[Text | Omit]
        prompt_chars: NotRequired[Integer | None | Omit]
        response_chars: NotRequired[Integer | None | Omit]
        input_tokens: NotRequired[Integer | None | Omit]
        output_tokens: NotRequired[Integer | None | Omit]
        latency_ms: NotRequired[Real | None | Omit]
        error: NotRequired[Text | None | Omit]
        created_at: NotRequired[Timestamp | Omit]
        session_id: Uuid

    class InferenceRequestsStatisticsParams(TypedDict):
        session_id: Uuid

    class InferenceRequestsCountBeforeParams(TypedDict):
        before: Timestamp

    class InferenceRequestsDeleteListedParams(TypedDict):
        ids: Integers

    class InferenceRequestsQueries:
        @OneOf(InferenceRequestsLogParams)
        def log(
            self,
            *,
            status: Text | Omit = "success",
            prompt_chars: Integer | None | Omit = None,
            response_chars: Integer | None | Omit = None,
            input_tokens: Integer | None | Omit = None,
            output_tokens: Integer | None | Omit = None,
            latency_ms: Real | None | Omit = None,
            cost_usd: Real | None | Omit = None,
            error: Text | None | Omit = None,
            created_at: Timestamp | Omit = OMIT,
            session_id: Uuid,
        ) -> InferenceRequestsLogRow:
            """Logs one request of an open session, or many by a batch; no row when there is no such session or it is
            closed.
            """
            ...

        @OneOf(InferenceRequestsLogPricedParams)
        def log_priced(
            self,
            *,
            status: Text | Omit = "success",
            prompt_chars: Integer | None | Omit = None,
            response_chars: Integer | None | Omit = None,
            input_tokens: Integer | None | Omit = None,
            output_tokens: Integer | None | Omit = None,
            latency_ms: Real | None | Omit = None,
            error: Text | None | Omit = None,
            created_at: Timestamp | Omit = OMIT,
            session_id: Uuid,
        ) -> InferenceRequestsLogRow:
            """Logs one request of an open session at its version's prices; the cost is null where tokens or prices
            are not known.
            """
            ...

        @Many
        def usage_by_day(self, *, since: Timestamp, until: Timestamp | Omit = OMIT) -> InferenceRequestsUsageByDayRow:
            """Requests, errors, tokens, cost and average latency of each UTC day, by day."""
            ...

        @Many
        def hold_before(self, *, ids: Integers, before: Timestamp) -> InferenceRequestsHoldBeforeRow:
            """Of these requests those that a cleanup may remove, held until the transaction ends, by id."""
            ...

        @Many
        def list_for_session(
            self,
            *,
            session_id: Uuid,
            status: Text | Omit = OMIT,
            before_id: Integer | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> InferenceRequestsLogRow:
            """The requests of a session, newest first; the next page begins after the last row's id."""
            ...

        @OneOf(InferenceRequestsStatisticsParams)
        def statistics(self, *, session_id: Uuid) -> InferenceRequestsStatisticsRow:
            """The requests of a session in numbers: latencies in milliseconds, the cost in US dollars."""
            ...

        @OneOf(InferenceRequestsCountBeforeParams)
        def count_before(self, *, before: Timestamp) -> InferenceRequestsCountBeforeRow:
            """How many requests are from before a time, and how many of these a cleanup removes: not those of open
            sessions, whose totals are yet to be counted, nor the newest, so that SQLite gives no id twice.
            """
            ...

        @Many
        def list_before(
            self,
            *,
            before: Timestamp,
            after_age: Timestamp | Omit = OMIT,
            after_id: Integer | Omit = OMIT,
            limit: Integer | Omit = 1000,
        ) -> InferenceRequestsListBeforeRow:
            """The requests from before a time that a cleanup removes: their keys, the oldest first; the next page
            begins after the last.
            """
            ...

        @ExecOf(InferenceRequestsDeleteListedParams)
        def delete_listed(self, *, ids: Integers) -> int:
            """Deletes requests that were held, by their keys."""
            ...

    class InferenceSessionsGetRow(TypedRow):
        id: UUID
        model_version_id: UUID
        user_id: UUID | None
        purpose: str | None
        request_count: int
        error_count: int
        input_tokens: int
        output_tokens: int
        latency_ms: float
        cost_usd: float
        metadata: Any
        created_at: datetime
        updated_at: datetime
        closed_at: datetime | None

    class InferenceSessionsUsageRow(TypedRow):
        day: str | None
        model: str
        model_version: str
        model_version_id: UUID
        requests: int
        errors: int
        input_tokens: int
        output_tokens: int
        cost_usd: float
        avg_latency_ms: float | None

    class InferenceSessionsHoldBeforeRow(TypedRow):
        id: UUID

    class InferenceSessionsCountBeforeRow(TypedRow):
        matched: int
        removable: int

    class InferenceSessionsListBeforeRow(TypedRow):
        id: UUID
        age: datetime

    class InferenceSessionsListForUserRow(InferenceSessionsGetRow):
        user_id: UUID

    class InferenceSessionsOpenParams(TypedDict):
        id: NotRequired[Uuid | Omit]
        model_version_id: Uuid
        user_id: NotRequired[Uuid | None | Omit]
        purpose: NotRequired[Text | None | Omit]
        metadata: NotRequired[Json | Omit]

    class InferenceSessionsGetParams(TypedDict):
        id: Uuid

    class InferenceSessionsCloseParams(TypedDict):
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class InferenceSessionsCountBeforeParams(TypedDict):
        before: Timestamp

    class InferenceSessionsDeleteListedParams(TypedDict):
        ids: Uuids

    class InferenceSessionsQueries:
        @Many
        def usage(
            self,
            *,
            since: Timestamp,
            until: Timestamp | Omit = OMIT,
            model_version_id: Uuid | Omit = OMIT,
            user_id: Uuid | Omit = OMIT,
        ) -> InferenceSessionsUsageRow:
            """Requests, errors, tokens, cost and average latency of each UTC day and version of a model, by day and
            model.
            """
            ...

        @Many
        def hold_before(self, *, ids: Uuids, before: Timestamp) -> InferenceSessionsHoldBeforeRow:
            """Of these sessions those that a cleanup may remove, held until the transaction ends, by id."""
            ...

        @OneOf(InferenceSessionsOpenParams)
        def open(
            self,
            *,
            id: Uuid | Omit = OMIT,
            model_version_id: Uuid,
            user_id: Uuid | None | Omit = None,
            purpose: Text | None | Omit = None,
            metadata: Json | Omit = OMIT,
        ) -> InferenceSessionsGetRow:
            """Begins a session of somebody's use of a model version."""
            ...

        @OneOf(InferenceSessionsGetParams)
        def get(self, *, id: Uuid) -> InferenceSessionsGetRow:
            """One session."""
            ...

        @ExecOf(InferenceSessionsCloseParams)
        def close(self, *, now: Timestamp | Omit = OMIT, id: Uuid) -> int:
            """Ends a session with the totals of its requests; 0 rows when it is closed already. Call
            platform.inference.close: on PostgreSQL a request that is being logged meanwhile is missing in the
            totals until refresh_totals.
            """
            ...

        @ExecOf(InferenceSessionsCloseParams)
        def refresh_totals(self, *, now: Timestamp | Omit = OMIT, id: Uuid) -> int:
            """Brings the totals of a session up to date, open or closed."""
            ...

        @Many
        def list_recent(
            self,
            *,
            since: Timestamp | Omit = OMIT,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> InferenceSessionsGetRow:
            """Sessions, newest first; the next page begins after the last row's created_at and id."""
            ...

        @Many
        def list_for_user(
            self,
            *,
            user_id: Uuid,
            since: Timestamp | Omit = OMIT,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> InferenceSessionsListForUserRow:
            """The sessions of a user, newest first; the next page begins after the last row's created_at and id."""
            ...

        @Many
        def list_for_model_version(
            self,
            *,
            model_version_id: Uuid,
            since: Timestamp | Omit = OMIT,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> InferenceSessionsGetRow:
            """The sessions with a version of a model, newest first; the next page begins after the last row's
            created_at and id.
            """
            ...

        @ExecOf(InferenceSessionsGetParams)
        def delete(self, *, id: Uuid) -> int:
            """Deletes a session with its requests."""
            ...

        @OneOf(InferenceSessionsCountBeforeParams)
        def count_before(self, *, before: Timestamp) -> InferenceSessionsCountBeforeRow:
            """How many sessions were closed before a time, and how many of these a cleanup removes: those without
            requests.
            """
            ...

        @Many
        def list_before(
            self,
            *,
            before: Timestamp,
            after_age: Timestamp | Omit = OMIT,
            after_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 1000,
        ) -> InferenceSessionsListBeforeRow:
            """The sessions that were closed before a time and have no request: their keys, the oldest first; the
            next page begins after the last.
            """
            ...

        @ExecOf(InferenceSessionsDeleteListedParams)
        def delete_listed(self, *, ids: Uuids) -> int:
            """Deletes sessions that were held, by their keys."""
            ...

    class JobQueuesGetRow(TypedRow):
        name: str
        paused_at: datetime | None
        waiting: int
        created_at: datetime
        updated_at: datetime

    class JobQueuesPauseRow(TypedRow):
        name: str
        paused_at: datetime | None
        created_at: datetime
        updated_at: datetime

    class JobQueuesListRow(TypedRow):
        name: str
        paused_at: datetime | None
        waiting: int
        running: int
        created_at: datetime | None
        updated_at: datetime | None

    class JobQueuesPauseParams(TypedDict):
        name: Text

    class JobQueuesQueries:
        @OneOf(JobQueuesPauseParams)
        def pause(self, *, name: Text) -> JobQueuesPauseRow:
            """Keeps a queue's jobs from being claimed until it is resumed; what runs goes on. One that is paused
            stays as it is.
            """
            ...

        @ExecOf(JobQueuesPauseParams)
        def resume(self, *, name: Text) -> int:
            """Lets a paused queue's jobs be claimed again; 0 rows when it is not paused."""
            ...

        @OneOf(JobQueuesPauseParams)
        def register(self, *, name: Text) -> JobQueuesPauseRow:
            """Names a queue, so that it is listed when it has no jobs; one that is there stays as it is."""
            ...

        @OneOf(JobQueuesPauseParams)
        def get(self, *, name: Text) -> JobQueuesGetRow:
            """One queue that was named or paused, with how many of its jobs wait."""
            ...

        @Many
        def list(self) -> JobQueuesListRow:
            """Queues that were named or paused, or have jobs that wait or run, with how many do, by name."""
            ...

        @ExecOf(JobQueuesPauseParams)
        def delete(self, *, name: Text) -> int:
            """Forgets what was said of a queue, that it is paused included; its jobs stay."""
            ...

    class JobSchedulesGetRow(TypedRow):
        name: str
        cron: str
        timezone: str
        queue: str
        job_type: str
        payload: Any
        priority: int
        max_attempts: int
        timeout_seconds: float | None
        unique_key: str | None
        enabled: bool
        next_run_at: datetime | None
        last_run_at: datetime | None
        created_at: datetime
        updated_at: datetime

    class JobSchedulesListDueRow(JobSchedulesGetRow):
        next_run_at: datetime

    class JobSchedulesAdvanceParams(TypedDict):
        next_run_at: Timestamp | None
        name: Text
        seen_run_at: Timestamp

    class JobSchedulesEnableParams(TypedDict):
        next_run_at: NotRequired[Timestamp | None | Omit]
        name: Text

    class JobSchedulesDisableParams(TypedDict):
        name: Text

    class JobSchedulesSetParams(TypedDict):
        name: Text
        cron: Text
        timezone: NotRequired[Text | Omit]
        queue: NotRequired[Text | Omit]
        job_type: Text
        payload: NotRequired[Json | Omit]
        priority: NotRequired[Integer | Omit]
        max_attempts: NotRequired[Integer | Omit]
        timeout_seconds: NotRequired[Real | None | Omit]
        unique_key: NotRequired[Text | None | Omit]
        next_run_at: Timestamp | None

    class JobSchedulesQueries:
        @Many
        def list_due(self, *, limit: Integer | Omit = 100) -> JobSchedulesListDueRow:
            """Enabled schedules whose next run is due by the database's clock, the longest due first."""
            ...

        @ExecOf(JobSchedulesAdvanceParams)
        def advance(self, *, next_run_at: Timestamp | None, name: Text, seen_run_at: Timestamp) -> int:
            """Notes that the run due at seen_run_at is made, and when the next is (null: never); enqueue in the same
            transaction. 0 rows when another scheduler was first, so that each run is made once however many
            schedulers there are.
            """
            ...

        @ExecOf(JobSchedulesEnableParams)
        def enable(self, *, next_run_at: Timestamp | None | Omit = OMIT, name: Text) -> int:
            """Lets a schedule make jobs again, from next_run_at on where that is given; 0 rows when there is none of
            that name.
            """
            ...

        @ExecOf(JobSchedulesDisableParams)
        def disable(self, *, name: Text) -> int:
            """Keeps a schedule from making jobs; 0 rows when there is none of that name."""
            ...

        @OneOf(JobSchedulesSetParams)
        def set(
            self,
            *,
            name: Text,
            cron: Text,
            timezone: Text | Omit = "UTC",
            queue: Text | Omit = "default",
            job_type: Text,
            payload: Json | Omit = OMIT,
            priority: Integer | Omit = 0,
            max_attempts: Integer | Omit = 5,
            timeout_seconds: Real | None | Omit = None,
            unique_key: Text | None | Omit = None,
            next_run_at: Timestamp | None,
        ) -> JobSchedulesGetRow:
            """Makes or changes a schedule. One that is there stays enabled or disabled, and keeps its next run when
            its times stay the same, so that a program which sets it at each start loses no run.
            """
            ...

        @OneOf(JobSchedulesDisableParams)
        def get(self, *, name: Text) -> JobSchedulesGetRow:
            """One schedule."""
            ...

        @Many
        def list(
            self, *, queue: Text | Omit = OMIT, after_name: Text | Omit = OMIT, limit: Integer | Omit = 100
        ) -> JobSchedulesGetRow:
            """Schedules, by name; the next page begins after the last row's name."""
            ...

        @ExecOf(JobSchedulesDisableParams)
        def delete(self, *, name: Text) -> int:
            """Deletes a schedule; the jobs that it made stay."""
            ...

    class JobsGetRow(TypedRow):
        id: UUID
        queue: str
        job_type: str
        payload: Any
        priority: int
        state: str
        run_at: datetime
        attempt: int
        max_attempts: int
        timeout_seconds: float | None
        lease_expires_at: datetime | None
        worker_id: str | None
        unique_key: str | None
        unique_states: str
        result: Any
        error: str | None
        started_at: datetime | None
        completed_at: datetime | None
        created_at: datetime
        updated_at: datetime

    class JobsEnqueueManyRow(TypedRow):
        id: UUID

    class JobsClaimRow(TypedRow):
        id: UUID
        queue: str
        job_type: str
        payload_json: str
        priority: int
        run_at: datetime
        attempt: int
        max_attempts: int
        timeout_seconds: float | None
        unique_key: str | None
        created_at: datetime
        lease_expires_at: datetime | None

    class JobsFailManyRow(TypedRow):
        id: UUID
        state: str

    class JobsReclaimRow(TypedRow):
        id: UUID
        queue: str
        job_type: str
        state: str
        attempt: int
        max_attempts: int

    class JobsStatisticsRow(TypedRow):
        pending: int
        scheduled: int
        running: int
        completed: int
        cancelled: int
        dead: int
        oldest_waiting_seconds: float | None

    class JobsStatisticsByQueueRow(TypedRow):
        queue: str
        pending: int
        scheduled: int
        running: int
        completed: int
        cancelled: int
        dead: int
        oldest_waiting_seconds: float | None
        paused_at: datetime | None

    class JobsCountByStateRow(TypedRow):
        state: str
        jobs: int

    class JobsCountByQueueRow(TypedRow):
        queue: str
        state: str
        jobs: int

    class JobsCountBeforeRow(TypedRow):
        matched: int
        removable: int

    class JobsListBeforeRow(TypedRow):
        id: UUID
        age: datetime

    class JobsFindUniqueRow(JobsGetRow):
        unique_key: str

    class JobsListRunningRow(JobsGetRow):
        lease_expires_at: datetime

    class JobsListDeadRow(JobsGetRow):
        completed_at: datetime

    class JobsEnqueueParams(TypedDict):
        id: NotRequired[Uuid | Omit]
        queue: NotRequired[Text | Omit]
        job_type: Text
        payload: NotRequired[Json | Omit]
        priority: NotRequired[Integer | Omit]
        run_at: NotRequired[Timestamp | None | Omit]
        delay_seconds: NotRequired[Real | Omit]
        max_attempts: NotRequired[Integer | Omit]
        timeout_seconds: NotRequired[Real | None | Omit]

    class JobsHeartbeatParams(TypedDict):
        lease_seconds: Real | None
        id: Uuid
        attempt: Integer
        worker_id: Text

    class JobsCompleteParams(TypedDict):
        result: NotRequired[Json | None | Omit]
        id: Uuid
        attempt: Integer
        worker_id: Text

    class JobsReleaseParams(TypedDict):
        delay_seconds: NotRequired[Real | Omit]
        id: Uuid
        attempt: Integer
        worker_id: Text

    class JobsCancelParams(TypedDict):
        id: Uuid

    class JobsRetryParams(TypedDict):
        attempts: NotRequired[Integer | Omit]
        id: Uuid

    class JobsDeleteOldParams(TypedDict):
        states: NotRequired[Texts | Omit]
        days: Real
        limit: NotRequired[Integer | Omit]

    class JobsPurgeDeadParams(TypedDict):
        days: NotRequired[Real | Omit]
        queue: NotRequired[Text | Omit]
        job_type: NotRequired[Text | Omit]
        limit: NotRequired[Integer | Omit]

    class JobsCountBeforeParams(TypedDict):
        before: Timestamp

    class JobsDeleteListedParams(TypedDict):
        ids: Uuids

    class JobsQueries:
        @OneOf(JobsEnqueueParams)
        def enqueue(
            self,
            *,
            id: Uuid | Omit = OMIT,
            queue: Text | Omit = "default",
            job_type: Text,
            payload: Json | Omit = OMIT,
            priority: Integer | Omit = 0,
            run_at: Timestamp | None | Omit = None,
            delay_seconds: Real | Omit = 0,
            max_attempts: Integer | Omit = 5,
            timeout_seconds: Real | None | Omit = None,
        ) -> JobsGetRow:
            """Adds a job, to run now, some seconds later, or not before run_at; in the caller's transaction where
            there is one.
            """
            ...

        @Optional
        def enqueue_unique(
            self,
            *,
            id: Uuid | Omit = OMIT,
            queue: Text | Omit = "default",
            job_type: Text,
            payload: Json | Omit = OMIT,
            priority: Integer | Omit = 0,
            run_at: Timestamp | None | Omit = None,
            delay_seconds: Real | Omit = 0,
            max_attempts: Integer | Omit = 5,
            timeout_seconds: Real | None | Omit = None,
            unique_key: Text | None,
            unique_states: Text | Omit = "available,running",
        ) -> JobsGetRow:
            """Adds a job unless another has its key, as long as that one is in one of its own unique_states: then
            nothing is added, and there is no row.
            """
            ...

        @Many
        def enqueue_many(self, *, jobs: Json) -> JobsEnqueueManyRow:
            """On SQLite: Adds jobs, [{"id": …, "queue": …, "job_type": …, "payload": …, "priority": …, "run_at": …,
            "delay_seconds": …, "max_attempts": …, "timeout_seconds": …, "unique_key": …, "unique_states": …}], in
            one statement; what is left out or null has the default that enqueue has. Gives the ids of those that
            were added: one whose unique key is taken is left out, and of several with one key all but the first
            by id. On PostgreSQL: Adds jobs, [{"id": …, "queue": …, "job_type": …, "payload": …, "priority": …,
            "run_at": …, "delay_seconds": …, "max_attempts": …, "timeout_seconds": …, "unique_key": …,
            "unique_states": …}], in one statement; what is left out or null has the default that enqueue has.
            Gives the ids of those that were added: one whose unique key is taken is left out, and of several with
            one key all but the first by id. In the order of their keys, so that two statements which add the same
            keys do not lock each other out; by bytes, as the caller of several orders them.
            """
            ...

        @Optional
        def find_unique(self, *, unique_key: Text) -> JobsFindUniqueRow:
            """The job that has a key, as long as it is in one of its unique_states."""
            ...

        @Many
        def claim(
            self,
            *,
            queue: Text | Omit = "default",
            job_types: Texts | Omit = OMIT,
            limit: Integer | Omit = 1,
            worker_id: Text | None,
            lease_seconds: Real | None,
        ) -> JobsClaimRow:
            """Takes the jobs of a queue that are due, the largest priority first, then the longest due; a paused
            queue gives none. The rows come in no promised order. Until its lease is over, what is done with a job
            is fenced by its id, attempt and worker_id. payload_json is JSON as it is stored, so that one payload
            which cannot be read keeps no other job from being claimed.
            """
            ...

        @ExecOf(JobsHeartbeatParams)
        def heartbeat(self, *, lease_seconds: Real | None, id: Uuid, attempt: Integer, worker_id: Text) -> int:
            """Lets a worker keep a job so many seconds longer, from now; 0 rows when it has lost it."""
            ...

        @Many
        def heartbeat_many(self, *, jobs: Json, worker_id: Text, lease_seconds: Real | None) -> JobsEnqueueManyRow:
            """On SQLite: Lets a worker keep jobs, [{"id": …, "attempt": …}], so many seconds longer; gives the ids
            of those that it still has. On PostgreSQL: Lets a worker keep jobs, [{"id": …, "attempt": …}], so many
            seconds longer; gives the ids of those that it still has. A job that another transaction has locked,
            to cancel it say, keeps its lease as it is: the others do not wait for it. Arrays, so that the rows
            are looked up by key whatever the planner expects.
            """
            ...

        @ExecOf(JobsCompleteParams)
        def complete(self, *, result: Json | None | Omit = None, id: Uuid, attempt: Integer, worker_id: Text) -> int:
            """Ends a job as done, with its result; 0 rows when the worker has lost it."""
            ...

        @Many
        def complete_many(self, *, jobs: Json, worker_id: Text) -> JobsEnqueueManyRow:
            """On SQLite: Ends a worker's jobs as done, [{"id": …, "attempt": …, "result": …}]; gives the ids of
            those that it had not lost. On PostgreSQL: Ends a worker's jobs as done, [{"id": …, "attempt": …,
            "result": …}]; gives the ids of those that it had not lost. Arrays, so that the rows are looked up by
            key whatever the planner expects; locks in the order of ids, so that two statements do not lock each
            other out.
            """
            ...

        @Value
        def fail(
            self,
            *,
            retry: Boolean | Omit = True,
            delay_seconds: Real | Omit = 0,
            error: Text | None,
            id: Uuid,
            attempt: Integer,
            worker_id: Text,
        ) -> str | None:
            """Ends an attempt that failed: the job is tried again after so many seconds, or is dead when its
            attempts are used up or retry is false. Gives its new state, null when the worker has lost it.
            """
            ...

        @Many
        def fail_many(self, *, jobs: Json, worker_id: Text) -> JobsFailManyRow:
            """On SQLite: Ends a worker's attempts that failed, [{"id": …, "attempt": …, "error": …, "delay_seconds":
            …, "retry": …}], each as fail does; gives the id and the new state of those that it had not lost. On
            PostgreSQL: Ends a worker's attempts that failed, [{"id": …, "attempt": …, "error": …,
            "delay_seconds": …, "retry": …}], each as fail does; gives the id and the new state of those that it
            had not lost. Arrays, so that the rows are looked up by key whatever the planner expects; locks in the
            order of ids, so that two statements do not lock each other out.
            """
            ...

        @ExecOf(JobsReleaseParams)
        def release(self, *, delay_seconds: Real | Omit = 0, id: Uuid, attempt: Integer, worker_id: Text) -> int:
            """Hands a job back, at its old place or after so many seconds; the attempt does not count. 0 rows when
            the worker has lost it.
            """
            ...

        @Many
        def release_many(self, *, jobs: Json, worker_id: Text) -> JobsEnqueueManyRow:
            """On SQLite: Hands a worker's jobs back, [{"id": …, "attempt": …, "delay_seconds": …}], each as release
            does; gives the ids of those that it had not lost. On PostgreSQL: Hands a worker's jobs back, [{"id":
            …, "attempt": …, "delay_seconds": …}], each as release does; gives the ids of those that it had not
            lost. Arrays, so that the rows are looked up by key whatever the planner expects; locks in the order
            of ids, so that two statements do not lock each other out.
            """
            ...

        @ExecOf(JobsCancelParams)
        def cancel(self, *, id: Uuid) -> int:
            """Cancels a waiting or running job; the worker of a running one can then do nothing more with it. 0 rows
            when it is over.
            """
            ...

        @Many
        def reclaim(self, *, limit: Integer | Omit = 100) -> JobsReclaimRow:
            """Takes jobs from workers whose lease is over: each waits again at its old place, or is dead when its
            attempts are used up.
            """
            ...

        @ExecOf(JobsRetryParams)
        def retry(self, *, attempts: Integer | Omit = 1, id: Uuid) -> int:
            """Makes a dead or cancelled job wait again, due at once, with at least so many attempts left; 0 rows
            when it is neither. Its attempts are counted on, so that a worker which had it once cannot end it now.
            """
            ...

        @Many
        def list_pending(
            self, *, queue: Text | Omit = "default", job_types: Texts | Omit = OMIT, limit: Integer | Omit = 100
        ) -> JobsGetRow:
            """Jobs of a queue that are due, in the order in which claim takes them."""
            ...

        @OneOf(NoParams)
        def statistics(self) -> JobsStatisticsRow:
            """How many jobs are pending (due), scheduled for later, running and over, and how long the oldest one
            due has waited.
            """
            ...

        @Many
        def statistics_by_queue(self) -> JobsStatisticsByQueueRow:
            """How many jobs of each queue are pending (due), scheduled for later, running and over, how long the
            oldest one due has waited, and since when the queue is paused, by queue: those that were named, and
            those that have jobs.
            """
            ...

        @Value
        def seconds_to_next(self, *, queue: Text | Omit = "default", job_types: Texts | Omit = OMIT) -> float | None:
            """On SQLite: In how many seconds of the database's clock a queue's next job becomes due, below 0 when
            one is; null where next_run_at is. On PostgreSQL: In how many seconds of the database's clock a
            queue's next job becomes due, below 0 when one is; null where next_run_at is. Each priority's first
            job is one step in the index, however many wait for later.
            """
            ...

        @Value
        def notify(self, *, payload: Text | None) -> str | None:
            """Tells the workers that listen, once the transaction commits, of a queue, `queue:<name>`, or of a job,
            `job:<id>`.
            """
            ...

        @Value
        def clock(self) -> datetime:
            """What time it is by the database's clock, which all leases and due times are told by."""
            ...

        @ExecOf(JobsDeleteOldParams)
        def delete_old(self, *, states: Texts | Omit = OMIT, days: Real, limit: Integer | Omit = 1000) -> int:
            """Deletes jobs that have been over for more than so many days, at most limit at once; dead ones are left
            to purge_dead.
            """
            ...

        @ExecOf(JobsPurgeDeadParams)
        def purge_dead(
            self,
            *,
            days: Real | Omit = 0,
            queue: Text | Omit = OMIT,
            job_type: Text | Omit = OMIT,
            limit: Integer | Omit = 1000,
        ) -> int:
            """Deletes jobs that have been dead for more than so many days, the longest dead first, at most limit at
            once.
            """
            ...

        @Many
        def hold_before(self, *, ids: Uuids, before: Timestamp) -> JobsEnqueueManyRow:
            """Of these jobs those that a cleanup may remove, held until the transaction ends, by id."""
            ...

        @OneOf(JobsCancelParams)
        def get(self, *, id: Uuid) -> JobsGetRow:
            """One job."""
            ...

        @Many
        def list(
            self,
            *,
            queue: Text | Omit = OMIT,
            job_type: Text | Omit = OMIT,
            states: Texts | Omit = OMIT,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> JobsGetRow:
            """Jobs, newest first; the next page begins after the last row's created_at and id."""
            ...

        @Many
        def list_running(self, *, worker_id: Text | Omit = OMIT, limit: Integer | Omit = 100) -> JobsListRunningRow:
            """Jobs that run, the one whose lease is over first coming first; of one worker where it is given."""
            ...

        @Many
        def list_dead(
            self,
            *,
            queue: Text | Omit = OMIT,
            job_type: Text | Omit = OMIT,
            before_completed_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> JobsListDeadRow:
            """Jobs that failed for good, the latest first; the next page begins after the last row's completed_at
            and id.
            """
            ...

        @Many
        def count_by_state(self) -> JobsCountByStateRow:
            """How many jobs are in each state, by state."""
            ...

        @Many
        def count_by_queue(self) -> JobsCountByQueueRow:
            """How many jobs of each queue are in each state, by queue and state."""
            ...

        @Value
        def next_run_at(self, *, queue: Text | Omit = "default", job_types: Texts | Omit = OMIT) -> datetime | None:
            """When the next waiting job of a queue becomes due, in the past when one is; null when none waits or the
            queue is paused. Each priority's first job is one step in the index, however many wait for later.
            """
            ...

        @ExecOf(JobsCancelParams)
        def delete(self, *, id: Uuid) -> int:
            """Deletes a job that does not run; 0 rows when it does."""
            ...

        @OneOf(JobsCountBeforeParams)
        def count_before(self, *, before: Timestamp) -> JobsCountBeforeRow:
            """How many jobs were over before a time, and how many of these a cleanup removes: not the dead ones,
            which wait for somebody to look at them.
            """
            ...

        @Many
        def list_before(
            self,
            *,
            state: Text,
            before: Timestamp,
            after_age: Timestamp | Omit = OMIT,
            after_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 1000,
        ) -> JobsListBeforeRow:
            """The jobs of a state, completed or cancelled, that were over before a time: their keys, the oldest
            first; the next page begins after the last.
            """
            ...

        @ExecOf(JobsDeleteListedParams)
        def delete_listed(self, *, ids: Uuids) -> int:
            """Deletes jobs that were held, by their keys."""
            ...

    class LoginAttemptsAccountFailuresRow(TypedRow):
        failures: int
        last_id: int | None
        passed: float | None

    class LoginAttemptsResetsRow(TypedRow):
        of_account: int
        from_there: int

    class LoginAttemptsHoldBeforeRow(TypedRow):
        id: int

    class LoginAttemptsRefuseRow(TypedRow):
        refused: int

    class LoginAttemptsCountBeforeRow(TypedRow):
        matched: int
        removable: int

    class LoginAttemptsListBeforeRow(TypedRow):
        id: int
        age: datetime

    class LoginAttemptsAccountFailuresParams(TypedDict):
        email: Text
        known: Boolean
        ip_address: NotRequired[Text | Omit]
        seconds: Real

    class LoginAttemptsAddressFailuresParams(TypedDict):
        ip_address: Text
        seconds: Real

    class LoginAttemptsResetsParams(TypedDict):
        email: Text
        seconds: Real
        ip_address: Text

    class LoginAttemptsRecordParams(TypedDict):
        email: Text
        ip_address: NotRequired[Text | None | Omit]
        succeeded: NotRequired[Boolean | Omit]
        known: NotRequired[Boolean | Omit]

    class LoginAttemptsRecordResetParams(TypedDict):
        email: Text
        ip_address: NotRequired[Text | None | Omit]

    class LoginAttemptsSucceedParams(TypedDict):
        id: Integer

    class LoginAttemptsForgiveParams(TypedDict):
        email: Text
        known: NotRequired[Boolean | Omit]
        ip_address: NotRequired[Text | Omit]

    class LoginAttemptsDeleteBeforeParams(TypedDict):
        before: Timestamp
        limit: NotRequired[Integer | Omit]

    class LoginAttemptsCountBeforeParams(TypedDict):
        before: Timestamp

    class LoginAttemptsDeleteListedParams(TypedDict):
        ids: Integers

    class LoginAttemptsQueries:
        @Value
        def hold(self, *, email: Text | None, ip_address: Text | None) -> str:
            """Makes logins of one account, and those from one address, come one after the other until the
            transaction ends.
            """
            ...

        @Value
        def is_known(self, *, email: Text, ip_address: Text, seconds: Real) -> bool:
            """Whether an account was signed in to from an address in the last so many seconds."""
            ...

        @OneOf(LoginAttemptsAccountFailuresParams)
        def account_failures(
            self, *, email: Text, known: Boolean, ip_address: Text | Omit = OMIT, seconds: Real
        ) -> LoginAttemptsAccountFailuresRow:
            """Failed logins of an account that count: strangers', or those from an address that it is known at. How
            many in the last so many seconds, which was the last, and how many seconds have passed since.
            """
            ...

        @OneOf(LoginAttemptsAddressFailuresParams)
        def address_failures(self, *, ip_address: Text, seconds: Real) -> LoginAttemptsAccountFailuresRow:
            """Failed logins from an address that count, of whatever accounts: how many in the last so many seconds,
            which was the last, and how many seconds have passed since.
            """
            ...

        @OneOf(LoginAttemptsResetsParams)
        def resets(self, *, email: Text, seconds: Real, ip_address: Text) -> LoginAttemptsResetsRow:
            """How many password resets were asked for in the last so many seconds, of an address and from one."""
            ...

        @Many
        def hold_before(self, *, ids: Integers, before: Timestamp) -> LoginAttemptsHoldBeforeRow:
            """Of these attempts those that a cleanup may remove, held until the transaction ends, by id."""
            ...

        @OneOf(LoginAttemptsRecordParams)
        def record(
            self,
            *,
            email: Text,
            ip_address: Text | None | Omit = None,
            succeeded: Boolean | Omit = False,
            known: Boolean | Omit = False,
        ) -> LoginAttemptsHoldBeforeRow:
            """Notes a login that is tried, at the database's time; as failed, before the password is looked at. The
            address is best in lower case, as users have it, and an IPv6 address is noted by its network.
            """
            ...

        @OneOf(LoginAttemptsRecordResetParams)
        def record_reset(self, *, email: Text, ip_address: Text | None | Omit = None) -> LoginAttemptsHoldBeforeRow:
            """Notes that a password reset is asked for, of an address that is an account's or none; it counts as no
            failed login.
            """
            ...

        @ExecOf(LoginAttemptsSucceedParams)
        def succeed(self, *, id: Integer) -> int:
            """Notes that a login that was tried has succeeded."""
            ...

        @Optional
        def refuse(self, *, id: Integer) -> LoginAttemptsRefuseRow:
            """Counts a try that was turned away because this one makes it wait, and gives how many it has turned
            away.
            """
            ...

        @ExecOf(LoginAttemptsForgiveParams)
        def forgive(self, *, email: Text, known: Boolean | Omit = OMIT, ip_address: Text | Omit = OMIT) -> int:
            """Lets failures of an account count no more: all of them, or strangers', or those from an address it is
            known at.
            """
            ...

        @ExecOf(LoginAttemptsDeleteBeforeParams)
        def delete_before(self, *, before: Timestamp, limit: Integer | Omit = 10000) -> int:
            """Deletes attempts from before a time, at most so many, the oldest first."""
            ...

        @OneOf(LoginAttemptsCountBeforeParams)
        def count_before(self, *, before: Timestamp) -> LoginAttemptsCountBeforeRow:
            """How many attempts are from before a time, and how many of these a cleanup removes: all but the newest,
            so that SQLite gives no id twice.
            """
            ...

        @Many
        def list_before(
            self,
            *,
            before: Timestamp,
            after_age: Timestamp | Omit = OMIT,
            after_id: Integer | Omit = OMIT,
            limit: Integer | Omit = 1000,
        ) -> LoginAttemptsListBeforeRow:
            """The attempts from before a time that a cleanup removes: their keys, the oldest first; the next page
            begins after the last.
            """
            ...

        @ExecOf(LoginAttemptsDeleteListedParams)
        def delete_listed(self, *, ids: Integers) -> int:
            """Deletes attempts that were held, by their keys."""
            ...

    class MaintenanceTableStatisticsRow(TypedRow):
        table_name: str | None
        row_count: int | None
        bytes: int | None

    class MaintenanceIndexUseRow(TypedRow):
        index_name: str | None
        table_name: str | None
        scans: int | None
        bytes: int | None

    class MaintenanceQueries:
        @Many
        def table_statistics(self) -> MaintenanceTableStatisticsRow:
            """On SQLite: How many rows each table has, by name; of a materialized view those of its last refresh, of
            a table that came with your own migrations null. On PostgreSQL: How many rows, by estimate, and bytes,
            its indexes included, each table of the schema has, by name.
            """
            ...

        @Many
        def index_use(self) -> MaintenanceIndexUseRow:
            """On SQLite: Every index by table and name; scans and bytes are null. On PostgreSQL: Every index by
            table and name: how often it was scanned since the counters began, and how many bytes it has.
            """
            ...

        @Value
        def database_size(self) -> int | None:
            """On SQLite: The size of the database in bytes, free pages included, the write-ahead log not. On
            PostgreSQL: The size of the database in bytes.
            """
            ...

        @Value
        def version(self) -> str | None:
            """The engine and its version."""
            ...

        @Script
        def reindex(self) -> None:
            """On SQLite: Builds every index anew. On PostgreSQL: Builds every index of the schema anew, in one
            transaction: what reads or writes a table waits from its turn to the end.
            """
            ...

        @Script
        def optimize(self) -> None:
            """On SQLite: Brings up to date what the planner chooses indexes by, where it is stale. On PostgreSQL:
            Brings up to date what the planner chooses indexes by.
            """
            ...

        @Value
        def pass_ids(self, *, id: Integer | None, table_name: Text | None) -> bool | None:
            """Sees that a table gives no id up to this one; says whether its sequence was moved."""
            ...

        @Value
        def schema_version(self) -> int | None:
            """The last migration that is applied; None where none is."""
            ...

        @Script
        def vacuum(self) -> None:
            """Gives the space of deleted rows back or free for new ones; not inside a transaction."""
            ...

        @Script
        def analyze(self) -> None:
            """Counts what the planner chooses indexes by."""
            ...

        @Value
        def hold_cleanup(self) -> bool | None:
            """Whether this transaction is now the one cleanup of this database, until it ends. Runs on PostgreSQL
            only.
            """
            ...

    class MarkovModelsGetRow(TypedRow):
        dataset_id: UUID
        n: int
        created_at: datetime
        texts: int
        characters: int

    class MarkovModelsListRow(TypedRow):
        dataset_id: UUID
        n: int
        created_at: datetime

    class MarkovModelsClaimTextsRow(TypedRow):
        corpus_text_id: int

    class MarkovModelsListTextsRow(TypedRow):
        id: int
        title: str | None
        word_count: int
        char_count: int
        counted_at: datetime

    class MarkovModelsCreateParams(TypedDict):
        dataset_id: Uuid
        n: Integer

    class MarkovModelsQueries:
        @ExecOf(MarkovModelsCreateParams)
        def create(self, *, dataset_id: Uuid, n: Integer) -> int:
            """Makes the model of one order over a dataset; a known one stays as it is."""
            ...

        @Optional
        def get(self, *, dataset_id: Uuid, n: Integer) -> MarkovModelsGetRow:
            """One model with the size of what it has counted."""
            ...

        @Many
        def list(self, *, dataset_id: Uuid) -> MarkovModelsListRow:
            """The models over a dataset by order."""
            ...

        @Many
        def claim_texts(self, *, corpus_text_ids: Integers, dataset_id: Uuid, n: Integer) -> MarkovModelsClaimTextsRow:
            """Notes texts as counted and gives those that were not yet, for markov_ngrams.count_texts in the same
            transaction.
            """
            ...

        @Many
        def list_texts(self, *, dataset_id: Uuid, n: Integer) -> MarkovModelsListTextsRow:
            """The texts a model has counted, without their content, oldest first."""
            ...

        @Value
        def count_claimed(self, *, dataset_id: Uuid, n: Integer, corpus_text_ids: Integers) -> int:
            """How many of some texts a model has noted as counted."""
            ...

    class MarkovNgramsListForContextRow(TypedRow):
        next_char: str
        count: int
        probability: float | None

    class MarkovNgramsListForOrderRow(TypedRow):
        context: str
        next_char: str
        count: int

    class MarkovNgramsStatisticsRow(TypedRow):
        ngrams: int
        contexts: int
        characters: int

    class MarkovNgramsCountTextsParams(TypedDict):
        n: Integer
        corpus_text_ids: Integers
        dataset_id: Uuid

    class MarkovNgramsCountUpParams(TypedDict):
        dataset_id: Uuid
        n: Integer
        context: Text
        next_char: Text
        count: NotRequired[Integer | Omit]

    class MarkovNgramsComputeProbabilitiesParams(TypedDict):
        dataset_id: Uuid
        n: Integer

    class MarkovNgramsQueries:
        @ExecOf(MarkovNgramsCountTextsParams)
        def count_texts(self, *, n: Integer, corpus_text_ids: Integers, dataset_id: Uuid) -> int:
            """Counts each character of some texts after its up to n predecessors; call platform.markov.count, which
            claims them.
            """
            ...

        @ExecOf(MarkovNgramsCountUpParams)
        def count_up(
            self, *, dataset_id: Uuid, n: Integer, context: Text, next_char: Text, count: Integer | Omit = 1
        ) -> int:
            """Counts one n-gram `count` times more, or many of them by a batch; the model must exist
            (markov_models.create).
            """
            ...

        @Many
        def list_for_context(
            self, *, dataset_id: Uuid, n: Integer, context: Text, limit: Integer | Omit = 1000
        ) -> MarkovNgramsListForContextRow:
            """What followed a context, the most frequent first."""
            ...

        @Many
        def list_for_order(self, *, dataset_id: Uuid, n: Integer) -> MarkovNgramsListForOrderRow:
            """All counts of a model, by context and next character."""
            ...

        @Value
        def sample(self, *, dataset_id: Uuid, n: Integer, context: Text, uniform: Real) -> str | None:
            """The next character after a context, drawn by a number from 0 up to but not including 1; none after an
            unseen context.
            """
            ...

        @ExecOf(MarkovNgramsComputeProbabilitiesParams)
        def compute_probabilities(self, *, dataset_id: Uuid, n: Integer) -> int:
            """Sets each probability of a model's order: how often the character followed its context, of all that
            followed it.
            """
            ...

        @OneOf(MarkovNgramsComputeProbabilitiesParams)
        def statistics(self, *, dataset_id: Uuid, n: Integer) -> MarkovNgramsStatisticsRow:
            """The size of a model: distinct n-grams, distinct contexts, and the characters counted."""
            ...

        @ExecOf(MarkovNgramsComputeProbabilitiesParams)
        def clear(self, *, dataset_id: Uuid, n: Integer) -> int:
            """Deletes the model of one order: its counts, and the note of the texts it has counted."""
            ...

    class MetricsJobsRow(TypedRow):
        queue: str
        due: int
        scheduled: int
        running: int
        dead: int
        oldest_due_seconds: float | None

    class MetricsWorkersRow(TypedRow):
        alive: int
        silent: int
        tasks: int
        capacity: int

    class MetricsDatabaseRow(TypedRow):
        bytes: int | None
        slot_retained_bytes: int | None
        replication_lag_seconds: float | None
        oldest_transaction_seconds: float | None

    class MetricsWorkersParams(TypedDict):
        seconds: NotRequired[Real | Omit]

    class MetricsQueries:
        @Many
        def jobs(self) -> MetricsJobsRow:
            """How many jobs of each queue are due, scheduled for later, running and dead, and how long the oldest
            one due has waited, by queue.
            """
            ...

        @OneOf(MetricsWorkersParams)
        def workers(self, *, seconds: Real | Omit = 60) -> MetricsWorkersRow:
            """The workers that have not stopped: how many were heard of in the last so many seconds, how many were
            not, and how many tasks they have and have room for.
            """
            ...

        @OneOf(NoParams)
        def database(self) -> MetricsDatabaseRow:
            """On SQLite: The bytes of the database; what its server tells of transactions and replication is null.
            On PostgreSQL: The bytes of the database; the bytes of log kept for the replication slot furthest
            behind, how far the slowest replica is behind, and how long the oldest transaction has been open: null
            where there is none, or the role may not see it.
            """
            ...

    class ModelAliasesGetRow(TypedRow):
        model_id: UUID
        alias: str
        model_version_id: UUID
        created_at: datetime
        updated_at: datetime

    class ModelAliasesListForModelRow(TypedRow):
        alias: str
        model_version_id: UUID
        version: str
        stage: str
        created_at: datetime
        updated_at: datetime

    class ModelAliasesSetParams(TypedDict):
        model_id: Uuid
        alias: Text
        model_version_id: Uuid
        now: NotRequired[Timestamp | Omit]

    class ModelAliasesDeleteParams(TypedDict):
        model_id: Uuid
        alias: Text

    class ModelAliasesQueries:
        @OneOf(ModelAliasesSetParams)
        def set(
            self, *, model_id: Uuid, alias: Text, model_version_id: Uuid, now: Timestamp | Omit = OMIT
        ) -> ModelAliasesGetRow:
            """Lets an alias stand for a version of the model; one that stood for another moves."""
            ...

        @Optional
        def get(self, *, model_id: Uuid, alias: Text) -> ModelAliasesGetRow:
            """One alias of a model."""
            ...

        @Many
        def list_for_model(self, *, model_id: Uuid) -> ModelAliasesListForModelRow:
            """The aliases of a model with the versions they stand for, by alias."""
            ...

        @Many
        def list_for_version(self, *, model_version_id: Uuid) -> ModelAliasesGetRow:
            """The aliases that stand for a version, by alias."""
            ...

        @ExecOf(ModelAliasesDeleteParams)
        def delete(self, *, model_id: Uuid, alias: Text) -> int:
            """Deletes an alias; its version stays."""
            ...

    class ModelBenchmarksGetRow(TypedRow):
        id: UUID
        model_version_id: UUID
        benchmark: str
        dataset_id: UUID | None
        metric: str
        value: float
        higher_is_better: bool
        standard_error: float | None
        details: Any
        created_at: datetime
        updated_at: datetime

    class ModelBenchmarksRankingRow(TypedRow):
        place: int
        model_version_id: UUID
        model: str
        version: str
        stage: str
        value: float
        standard_error: float | None
        higher_is_better: bool
        updated_at: datetime

    class ModelBenchmarksListBenchmarksRow(TypedRow):
        benchmark: str
        metric: str
        versions: int
        lowest: float
        highest: float
        last_at: datetime

    class ModelBenchmarksRecordParams(TypedDict):
        id: NotRequired[Uuid | Omit]
        model_version_id: Uuid
        benchmark: Text
        dataset_id: NotRequired[Uuid | None | Omit]
        metric: Text
        value: Real
        higher_is_better: NotRequired[Boolean | Omit]
        standard_error: NotRequired[Real | None | Omit]
        details: NotRequired[Json | Omit]
        now: NotRequired[Timestamp | Omit]

    class ModelBenchmarksGetParams(TypedDict):
        id: Uuid

    class ModelBenchmarksQueries:
        @OneOf(ModelBenchmarksRecordParams)
        def record(
            self,
            *,
            id: Uuid | Omit = OMIT,
            model_version_id: Uuid,
            benchmark: Text,
            dataset_id: Uuid | None | Omit = None,
            metric: Text,
            value: Real,
            higher_is_better: Boolean | Omit = True,
            standard_error: Real | None | Omit = None,
            details: Json | Omit = OMIT,
            now: Timestamp | Omit = OMIT,
        ) -> ModelBenchmarksGetRow:
            """Keeps the score of a version on a benchmark; measured again it is replaced, and keeps its id."""
            ...

        @OneOf(ModelBenchmarksGetParams)
        def get(self, *, id: Uuid) -> ModelBenchmarksGetRow:
            """One score."""
            ...

        @Many
        def list_for_version(self, *, model_version_id: Uuid, benchmark: Text | Omit = OMIT) -> ModelBenchmarksGetRow:
            """The scores of a version, by benchmark and metric."""
            ...

        @Many
        def ranking(
            self, *, benchmark: Text, metric: Text, stages: Texts | Omit = OMIT, limit: Integer | Omit = 100
        ) -> ModelBenchmarksRankingRow:
            """Versions by their score on a benchmark, best first; equal ones share a place."""
            ...

        @Many
        def list_benchmarks(self) -> ModelBenchmarksListBenchmarksRow:
            """The benchmarks and metrics there are scores of, by name."""
            ...

        @ExecOf(ModelBenchmarksGetParams)
        def delete(self, *, id: Uuid) -> int:
            """Deletes a score."""
            ...

    class ModelLeaderboardListRow(TypedRow):
        benchmark: str
        metric: str
        place: int
        model_version_id: UUID
        model_id: UUID
        model: str
        version: str
        kind: str
        stage: str
        architecture: str | None
        parameter_count: int | None
        value: float
        standard_error: float | None
        higher_is_better: bool
        measured_at: datetime
        team_id: UUID | None

    class ModelLeaderboardByArchitectureRow(TypedRow):
        benchmark: str
        metric: str
        higher_is_better: bool
        architecture: str | None
        versions: int
        best_place: int
        best_value: float
        avg_value: float
        worst_value: float
        model_version_id: UUID
        model: str
        version: str
        min_parameter_count: int | None
        max_parameter_count: int | None
        evaluations: int
        avg_latency_ms: float | None
        avg_cost_usd: float | None

    class ModelLeaderboardQueries:
        @Many
        def list(
            self,
            *,
            benchmark: Text | Omit = OMIT,
            metric: Text | Omit = OMIT,
            architecture: Text | Omit = OMIT,
            stages: Texts | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> ModelLeaderboardListRow:
            """The scores of model versions as of the last refresh, by benchmark, metric and place."""
            ...

        @Many
        def by_architecture(
            self, *, benchmark: Text | Omit = OMIT, metric: Text | Omit = OMIT
        ) -> ModelLeaderboardByArchitectureRow:
            """Each architecture's best, mean and worst score in each benchmark and metric, its best version and what
            evaluations of its versions took and cost, as of the last refresh; by benchmark and metric, the best
            first.
            """
            ...

    class ModelPerformanceHistoryRow(TypedRow):
        id: int
        stage: str
        dataset_version: str | None
        value: float
        recorded_at: datetime

    class ModelPerformanceLatestRow(TypedRow):
        metric: str
        stage: str
        dataset_version: str | None
        value: float
        recorded_at: datetime

    class ModelPerformanceListForStageRow(TypedRow):
        id: int
        model_version_id: UUID
        stage: str
        dataset_version: str | None
        metric: str
        value: float
        recorded_at: datetime

    class ModelPerformanceLogParams(TypedDict):
        model_version_id: Uuid
        stage: Text
        dataset_version: NotRequired[Text | None | Omit]
        metric: Text
        value: Real
        recorded_at: NotRequired[Timestamp | Omit]

    class ModelPerformanceQueries:
        @ExecOf(ModelPerformanceLogParams)
        def log(
            self,
            *,
            model_version_id: Uuid,
            stage: Text,
            dataset_version: Text | None | Omit = None,
            metric: Text,
            value: Real,
            recorded_at: Timestamp | Omit = OMIT,
        ) -> int:
            """Logs how well a version did, or many measurements by a batch."""
            ...

        @Many
        def history(
            self,
            *,
            model_version_id: Uuid,
            metric: Text,
            stage: Text | Omit = OMIT,
            dataset_version: Text | Omit = OMIT,
            since: Timestamp | Omit = OMIT,
            until: Timestamp | Omit = OMIT,
            before_recorded_at: Timestamp | Omit = OMIT,
            before_id: Integer | Omit = OMIT,
            limit: Integer | Omit = 1000,
        ) -> ModelPerformanceHistoryRow:
            """One metric of a version over time, newest first; the next page begins after the last row's recorded_at
            and id.
            """
            ...

        @Many
        def latest(self, *, model_version_id: Uuid) -> ModelPerformanceLatestRow:
            """The newest value of each metric in each stage of a version, by metric and stage."""
            ...

        @Many
        def list_for_stage(
            self,
            *,
            stage: Text,
            metric: Text | Omit = OMIT,
            since: Timestamp | Omit = OMIT,
            before_recorded_at: Timestamp | Omit = OMIT,
            before_id: Integer | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> ModelPerformanceListForStageRow:
            """Measurements in one stage of all versions, newest first; the next page begins after the last row's
            recorded_at and id.
            """
            ...

    class ModelVersionsGetRow(TypedRow):
        id: UUID
        model_id: UUID
        version: str
        stage: str
        status: str
        architecture: str | None
        parameter_count: int | None
        artifact_uri: str | None
        digest: str | None
        metrics: Any
        input_token_price: float | None
        output_token_price: float | None
        metadata: Any
        created_at: datetime
        updated_at: datetime
        training_run_id: UUID | None

    class ModelVersionsCompareRow(TypedRow):
        benchmark: str
        metric: str
        model_version_id: UUID
        model: str
        version: str
        value: float | None
        higher_is_better: bool | None
        standard_error: float | None
        place: int | None

    class ModelVersionsCountByStageRow(TypedRow):
        stage: str
        versions: int

    class ModelVersionsGetByDigestRow(ModelVersionsGetRow):
        digest: str

    class ModelVersionsListForRunRow(ModelVersionsGetRow):
        training_run_id: UUID

    class ModelVersionsRegisterParams(TypedDict):
        id: NotRequired[Uuid | Omit]
        model_id: Uuid
        version: Text
        stage: NotRequired[Text | Omit]
        status: NotRequired[Text | Omit]
        architecture: NotRequired[Text | None | Omit]
        parameter_count: NotRequired[Integer | None | Omit]
        artifact_uri: NotRequired[Text | None | Omit]
        digest: NotRequired[Text | None | Omit]
        metrics: NotRequired[Json | Omit]
        input_token_price: NotRequired[Real | None | Omit]
        output_token_price: NotRequired[Real | None | Omit]
        metadata: NotRequired[Json | Omit]
        training_run_id: NotRequired[Uuid | None | Omit]

    class ModelVersionsGetParams(TypedDict):
        id: Uuid

    class ModelVersionsSetStageParams(TypedDict):
        stage: Text
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class ModelVersionsArchiveOthersParams(TypedDict):
        now: NotRequired[Timestamp | Omit]
        model_id: Uuid
        stage: Text
        id: Uuid

    class ModelVersionsSetStatusParams(TypedDict):
        status: Text
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class ModelVersionsUpdateMetricsParams(TypedDict):
        metrics: Json
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class ModelVersionsUpdateMetadataParams(TypedDict):
        metadata: Json
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class ModelVersionsSetArtifactParams(TypedDict):
        artifact_uri: Text | None
        digest: NotRequired[Text | None | Omit]
        parameter_count: NotRequired[Integer | None | Omit]
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class ModelVersionsSetPricesParams(TypedDict):
        input_token_price: Real | None
        output_token_price: Real | None
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class ModelVersionsQueries:
        @OneOf(ModelVersionsRegisterParams)
        def register(
            self,
            *,
            id: Uuid | Omit = OMIT,
            model_id: Uuid,
            version: Text,
            stage: Text | Omit = "development",
            status: Text | Omit = "ready",
            architecture: Text | None | Omit = None,
            parameter_count: Integer | None | Omit = None,
            artifact_uri: Text | None | Omit = None,
            digest: Text | None | Omit = None,
            metrics: Json | Omit = OMIT,
            input_token_price: Real | None | Omit = None,
            output_token_price: Real | None | Omit = None,
            metadata: Json | Omit = OMIT,
            training_run_id: Uuid | None | Omit = None,
        ) -> ModelVersionsGetRow:
            """Notes a version of a model; each version once."""
            ...

        @OneOf(ModelVersionsGetParams)
        def get(self, *, id: Uuid) -> ModelVersionsGetRow:
            """One version."""
            ...

        @Optional
        def get_by_version(self, *, model: Text, version: Text) -> ModelVersionsGetRow:
            """A version by the model's name and its own."""
            ...

        @Optional
        def get_by_alias(self, *, model: Text, alias: Text) -> ModelVersionsGetRow:
            """The version that an alias of a model, given by its name, stands for now."""
            ...

        @Optional
        def get_by_digest(self, *, digest: Text, model_id: Uuid | Omit = OMIT) -> ModelVersionsGetByDigestRow:
            """The version with this digest, the newest where it was registered several times."""
            ...

        @Optional
        def latest(
            self, *, model_id: Uuid, stage: Text | Omit = OMIT, status: Text | Omit = OMIT
        ) -> ModelVersionsGetRow:
            """The newest version of a model."""
            ...

        @Many
        def list(
            self,
            *,
            stages: Texts | Omit = OMIT,
            statuses: Texts | Omit = OMIT,
            architecture: Text | Omit = OMIT,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> ModelVersionsGetRow:
            """Versions of all models, newest first; the next page begins after the last row's created_at and id."""
            ...

        @Many
        def list_for_model(
            self,
            *,
            model_id: Uuid,
            stages: Texts | Omit = OMIT,
            statuses: Texts | Omit = OMIT,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> ModelVersionsGetRow:
            """The versions of a model, newest first; the next page begins after the last row's created_at and id."""
            ...

        @Many
        def list_for_run(self, *, training_run_id: Uuid, limit: Integer | Omit = 100) -> ModelVersionsListForRunRow:
            """The versions that came out of a training run, newest first."""
            ...

        @Many
        def list_by_stage(
            self,
            *,
            stage: Text,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> ModelVersionsGetRow:
            """Versions of one stage, newest first; the next page begins after the last row's created_at and id."""
            ...

        @Many
        def list_by_status(
            self,
            *,
            status: Text,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> ModelVersionsGetRow:
            """Versions of one status, newest first; the next page begins after the last row's created_at and id."""
            ...

        @Many
        def compare(self, *, model_version_ids: Uuids, benchmark: Text | Omit = OMIT) -> ModelVersionsCompareRow:
            """Versions side by side: for each metric of a benchmark that one of them has, each version with its
            score, best first. Place counts from 1 within a metric, equal scores share one; scores and places are
            null where it was not measured.
            """
            ...

        @Many
        def count_by_stage(self) -> ModelVersionsCountByStageRow:
            """How many versions are in each stage, by stage."""
            ...

        @ExecOf(ModelVersionsSetStageParams)
        def set_stage(self, *, stage: Text, now: Timestamp | Omit = OMIT, id: Uuid) -> int:
            """Puts a version into a stage."""
            ...

        @ExecOf(ModelVersionsArchiveOthersParams)
        def archive_others(self, *, now: Timestamp | Omit = OMIT, model_id: Uuid, stage: Text, id: Uuid) -> int:
            """Archives the versions of a model in a stage, but for one."""
            ...

        @ExecOf(ModelVersionsSetStatusParams)
        def set_status(self, *, status: Text, now: Timestamp | Omit = OMIT, id: Uuid) -> int:
            """Sets the status of a version."""
            ...

        @ExecOf(ModelVersionsUpdateMetricsParams)
        def update_metrics(self, *, metrics: Json, now: Timestamp | Omit = OMIT, id: Uuid) -> int:
            """Replaces a version's metrics."""
            ...

        @ExecOf(ModelVersionsUpdateMetadataParams)
        def update_metadata(self, *, metadata: Json, now: Timestamp | Omit = OMIT, id: Uuid) -> int:
            """Replaces a version's metadata."""
            ...

        @ExecOf(ModelVersionsSetArtifactParams)
        def set_artifact(
            self,
            *,
            artifact_uri: Text | None,
            digest: Text | None | Omit = None,
            parameter_count: Integer | None | Omit = OMIT,
            now: Timestamp | Omit = OMIT,
            id: Uuid,
        ) -> int:
            """Says where a version's files are, and what their digest is."""
            ...

        @ExecOf(ModelVersionsSetPricesParams)
        def set_prices(
            self,
            *,
            input_token_price: Real | None,
            output_token_price: Real | None,
            now: Timestamp | Omit = OMIT,
            id: Uuid,
        ) -> int:
            """Sets what a million tokens cost, in US dollars."""
            ...

        @ExecOf(ModelVersionsGetParams)
        def delete(self, *, id: Uuid) -> int:
            """Deletes a version with its scores; refused while an alias, an experiment or other work names it."""
            ...

    class ModelsGetRow(TypedRow):
        id: UUID
        name: str
        kind: str
        provider: str | None
        description: str | None
        metadata: Any
        created_by: UUID | None
        team_id: UUID | None
        created_at: datetime
        updated_at: datetime

    class ModelsCountByKindRow(TypedRow):
        kind: str
        models: int

    class ModelsCreateParams(TypedDict):
        id: NotRequired[Uuid | Omit]
        name: Text
        kind: Text
        provider: NotRequired[Text | None | Omit]
        description: NotRequired[Text | None | Omit]
        metadata: NotRequired[Json | Omit]
        created_by: NotRequired[Uuid | None | Omit]
        team_id: NotRequired[Uuid | None | Omit]

    class ModelsGetParams(TypedDict):
        id: Uuid

    class ModelsUpdateParams(TypedDict):
        name: NotRequired[Text | Omit]
        kind: NotRequired[Text | Omit]
        provider: NotRequired[Text | None | Omit]
        description: NotRequired[Text | None | Omit]
        metadata: NotRequired[Json | Omit]
        team_id: NotRequired[Uuid | None | Omit]
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class ModelsTouchParams(TypedDict):
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class ModelsQueries:
        @OneOf(ModelsCreateParams)
        def create(
            self,
            *,
            id: Uuid | Omit = OMIT,
            name: Text,
            kind: Text,
            provider: Text | None | Omit = None,
            description: Text | None | Omit = None,
            metadata: Json | Omit = OMIT,
            created_by: Uuid | None | Omit = None,
            team_id: Uuid | None | Omit = None,
        ) -> ModelsGetRow:
            """Notes a model; each name once."""
            ...

        @Value
        def ensure(
            self, *, id: Uuid | Omit = OMIT, name: Text, kind: Text, provider: Text | None | Omit = None
        ) -> UUID:
            """The id of the model of this name, made if there is none: a known one keeps its values."""
            ...

        @OneOf(ModelsGetParams)
        def get(self, *, id: Uuid) -> ModelsGetRow:
            """One model."""
            ...

        @Optional
        def get_by_name(self, *, name: Text) -> ModelsGetRow:
            """The model of this name."""
            ...

        @Many
        def list(
            self,
            *,
            kinds: Texts | Omit = OMIT,
            provider: Text | Omit = OMIT,
            team_id: Uuid | Omit = OMIT,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> ModelsGetRow:
            """Models, newest first; the next page begins after the last row's created_at and id."""
            ...

        @ExecOf(ModelsUpdateParams)
        def update(
            self,
            *,
            name: Text | Omit = OMIT,
            kind: Text | Omit = OMIT,
            provider: Text | None | Omit = OMIT,
            description: Text | None | Omit = OMIT,
            metadata: Json | Omit = OMIT,
            team_id: Uuid | None | Omit = OMIT,
            now: Timestamp | Omit = OMIT,
            id: Uuid,
        ) -> int:
            """Changes what is said of a model."""
            ...

        @ExecOf(ModelsTouchParams)
        def touch(self, *, now: Timestamp | Omit = OMIT, id: Uuid) -> int:
            """Notes that a model's versions or aliases change; writers that begin so take turns."""
            ...

        @ExecOf(ModelsGetParams)
        def delete(self, *, id: Uuid) -> int:
            """Deletes a model with its versions, aliases and scores; refused while an experiment or another's work
            uses a version.
            """
            ...

        @Many
        def count_by_kind(self) -> ModelsCountByKindRow:
            """How many models there are of each kind, by kind."""
            ...

    class NeuralConfigsGetRow(TypedRow):
        id: UUID
        name: str
        config: Any
        created_at: datetime
        updated_at: datetime

    class NeuralConfigsCreateParams(TypedDict):
        id: NotRequired[Uuid | Omit]
        name: Text
        config: Json

    class NeuralConfigsGetParams(TypedDict):
        id: Uuid

    class NeuralConfigsUpdateParams(TypedDict):
        name: NotRequired[Text | Omit]
        config: Json
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class NeuralConfigsQueries:
        @OneOf(NeuralConfigsCreateParams)
        def create(self, *, id: Uuid | Omit = OMIT, name: Text, config: Json) -> NeuralConfigsGetRow:
            """Keeps a configuration; each name once."""
            ...

        @OneOf(NeuralConfigsGetParams)
        def get(self, *, id: Uuid) -> NeuralConfigsGetRow:
            """One configuration."""
            ...

        @Optional
        def get_by_name(self, *, name: Text) -> NeuralConfigsGetRow:
            """The configuration of this name."""
            ...

        @Many
        def list(
            self,
            *,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> NeuralConfigsGetRow:
            """Configurations, newest first; the next page begins after the last row's created_at and id."""
            ...

        @ExecOf(NeuralConfigsUpdateParams)
        def update(self, *, name: Text | Omit = OMIT, config: Json, now: Timestamp | Omit = OMIT, id: Uuid) -> int:
            """Replaces a configuration, and with a name renames it."""
            ...

        @ExecOf(NeuralConfigsGetParams)
        def delete(self, *, id: Uuid) -> int:
            """Deletes a configuration; refused while a training run refers to it."""
            ...

    class OneTimeTokensCreateRow(TypedRow):
        id: UUID
        user_id: UUID
        purpose: str
        expires_at: datetime
        used_at: datetime | None
        created_at: datetime

    class OneTimeTokensCreateForActiveRow(TypedRow):
        id: UUID
        user_id: UUID
        expires_at: datetime

    class OneTimeTokensGetByTokenRow(TypedRow):
        user_id: UUID
        purpose: str
        used_at: datetime | None
        expired: bool
        email: str
        username: str
        active: bool

    class OneTimeTokensRedeemRow(TypedRow):
        user_id: UUID

    class OneTimeTokensCreateParams(TypedDict):
        id: NotRequired[Uuid | Omit]
        user_id: Uuid
        purpose: Text
        token_hash: Binary
        seconds: Real

    class OneTimeTokensDeleteExpiredParams(TypedDict):
        limit: NotRequired[Integer | Omit]

    class OneTimeTokensRevokeForUserParams(TypedDict):
        user_id: Uuid
        purpose: NotRequired[Text | Omit]

    class OneTimeTokensQueries:
        @OneOf(OneTimeTokensCreateParams)
        def create(
            self, *, id: Uuid | Omit = OMIT, user_id: Uuid, purpose: Text, token_hash: Binary, seconds: Real
        ) -> OneTimeTokensCreateRow:
            """A new token, good once and for so many seconds by the database's clock."""
            ...

        @Optional
        def create_for_active(
            self, *, id: Uuid | Omit = OMIT, purpose: Text, token_hash: Binary, seconds: Real, user_id: Uuid
        ) -> OneTimeTokensCreateForActiveRow:
            """A new token of a user who is active; None, after the same work, where nobody has this id or the user
            is barred.
            """
            ...

        @Optional
        def get_by_token(self, *, token_hash: Binary) -> OneTimeTokensGetByTokenRow:
            """The token of a hash with its user, whatever its state, before work is spent on redeeming it."""
            ...

        @Value
        def count_recent(self, *, user_id: Uuid, purpose: Text, seconds: Real) -> int:
            """How many tokens a user was sent for a purpose in the last so many seconds."""
            ...

        @Optional
        def redeem(self, *, token_hash: Binary, purpose: Text) -> OneTimeTokensRedeemRow:
            """Uses a token up and gives its user; None where it is unknown, used or over, or for another purpose."""
            ...

        @ExecOf(OneTimeTokensDeleteExpiredParams)
        def delete_expired(self, *, limit: Integer | Omit = 10000) -> int:
            """Deletes tokens that are over, at most so many, the oldest first."""
            ...

        @ExecOf(OneTimeTokensRevokeForUserParams)
        def revoke_for_user(self, *, user_id: Uuid, purpose: Text | Omit = OMIT) -> int:
            """Deletes the unused tokens of a user, of one purpose or of all, so that only a new one can be redeemed."""
            ...

    class PermissionsListForUserRow(TypedRow):
        entity_type: str
        action: str
        reach: str

    class PermissionsQueries:
        @Value
        def is_allowed(self, *, actor_id: Uuid, action: Text, entity_type: Text) -> bool:
            """Whether the role of an active account may do something with at least some entities of a kind."""
            ...

        @Value
        def is_allowed_for(self, *, actor_id: Uuid, action: Text, entity_type: Text, entity_id: Uuid) -> bool:
            """Whether an active account may do something with one entity: any of its kind, one of its teams, one of
            no team, or its own, as far as its role reaches.
            """
            ...

        @Value
        def is_allowed_in(self, *, actor_id: Uuid, action: Text, entity_type: Text, team_id: Uuid) -> bool:
            """Whether an active account may do something with entities of a kind that belong, or are to belong, to a
            team.
            """
            ...

        @Many
        def list_for_user(self, *, user_id: Uuid) -> PermissionsListForUserRow:
            """What an account may do as long as it is active, by kind of entity and action, and with which of them."""
            ...

    class PersonalHoldAccountRow(TypedRow):
        id: UUID
        email: str
        username: str

    class PersonalAccountRow(TypedRow):
        id: UUID
        email: str
        username: str
        role: str
        preferences: Any
        active: bool
        email_verified: bool
        has_password: bool
        last_login_at: datetime | None
        created_at: datetime
        updated_at: datetime

    class PersonalSessionsRow(TypedRow):
        id: UUID
        ip_address: str | None
        user_agent: str | None
        created_at: datetime
        last_seen_at: datetime
        expires_at: datetime
        revoked_at: datetime | None

    class PersonalApiKeysRow(TypedRow):
        id: UUID
        public_id: str
        name: str
        scopes: Any
        created_at: datetime
        last_used_at: datetime | None
        expires_at: datetime | None
        revoked_at: datetime | None

    class PersonalOneTimeTokensRow(TypedRow):
        id: UUID
        purpose: str
        created_at: datetime
        expires_at: datetime
        used_at: datetime | None

    class PersonalLoginAttemptsRow(TypedRow):
        id: int
        email: str
        ip_address: str | None
        succeeded: bool
        reset: bool
        attempted_at: datetime

    class PersonalTeamsRow(TypedRow):
        id: UUID
        name: str
        role: str
        created_at: datetime

    class PersonalCreatedRow(TypedRow):
        entity_type: str
        id: UUID
        name: str
        created_at: datetime

    class PersonalEvaluationsRow(TypedRow):
        id: UUID
        provider: str
        model: str
        input: str
        output: str
        expected: str | None
        human_rating: int | None
        human_feedback: str | None
        created_at: datetime

    class PersonalInferenceSessionsRow(TypedRow):
        id: UUID
        model_version_id: UUID
        purpose: str | None
        metadata: Any
        request_count: int
        created_at: datetime
        closed_at: datetime | None

    class PersonalInferenceRequestsRow(TypedRow):
        id: int
        session_id: UUID
        status: str
        prompt_chars: int | None
        response_chars: int | None
        input_tokens: int | None
        output_tokens: int | None
        cost_usd: float | None
        error: str | None
        created_at: datetime

    class PersonalIpAddressesRow(TypedRow):
        ip_address: str

    class PersonalHoldAccountParams(TypedDict):
        user_id: Uuid

    class PersonalPseudonymiseParams(TypedDict):
        email: Text
        username: Text
        now: NotRequired[Timestamp | Omit]
        user_id: Uuid

    class PersonalDeleteLoginAttemptsParams(TypedDict):
        emails: Texts

    class PersonalBlankInferenceSessionsParams(TypedDict):
        now: NotRequired[Timestamp | Omit]
        user_id: Uuid

    class PersonalBlankPredictionsParams(TypedDict):
        ip_addresses: Texts

    class PersonalQueries:
        @OneOf(PersonalHoldAccountParams)
        def hold_account(self, *, user_id: Uuid) -> PersonalHoldAccountRow:
            """Takes an account for oneself until the transaction ends, and says whose it is."""
            ...

        @Value
        def forget_words(self) -> int | None:
            """On SQLite: Merges the full-text index of evaluations into one piece, so that words of texts that are
            gone stand in it no more. On PostgreSQL: Does nothing: the words of texts that are gone leave the
            full-text index with their rows.
            """
            ...

        @OneOf(PersonalHoldAccountParams)
        def account(self, *, user_id: Uuid) -> PersonalAccountRow:
            """What an account says of its owner; of the password only whether there is one."""
            ...

        @Many
        def sessions(self, *, user_id: Uuid) -> PersonalSessionsRow:
            """All sign-ins of a user, newest first; no token."""
            ...

        @Many
        def api_keys(self, *, user_id: Uuid) -> PersonalApiKeysRow:
            """All keys of a user, newest first; no hash."""
            ...

        @Many
        def one_time_tokens(self, *, user_id: Uuid) -> PersonalOneTimeTokensRow:
            """What was mailed to a user, newest first; no token."""
            ...

        @Many
        def login_attempts(self, *, emails: Texts) -> PersonalLoginAttemptsRow:
            """Who tried to sign in under these addresses, or asked for a new password (`reset`), newest first."""
            ...

        @Many
        def teams(self, *, user_id: Uuid) -> PersonalTeamsRow:
            """The teams of a user, and what they are in each, by name."""
            ...

        @Many
        def created(self, *, user_id: Uuid) -> PersonalCreatedRow:
            """What a user made, by kind and time, oldest first."""
            ...

        @Many
        def evaluations(self, *, user_id: Uuid) -> PersonalEvaluationsRow:
            """The evaluations that a user recorded, with their texts, oldest first."""
            ...

        @Many
        def inference_sessions(self, *, user_id: Uuid) -> PersonalInferenceSessionsRow:
            """A user's use of models, oldest first."""
            ...

        @Many
        def inference_requests(self, *, user_id: Uuid) -> PersonalInferenceRequestsRow:
            """The requests in a user's sessions, oldest first; of prompts and responses the database has only the
            sizes.
            """
            ...

        @Many
        def ip_addresses(self, *, user_id: Uuid, emails: Texts) -> PersonalIpAddressesRow:
            """Whence a user came, as their sign-ins and what they did tell, in the order of the text."""
            ...

        @ExecOf(PersonalPseudonymiseParams)
        def pseudonymise(self, *, email: Text, username: Text, now: Timestamp | Omit = OMIT, user_id: Uuid) -> int:
            """Puts a made-up name and address in the place of an account's, and ends it."""
            ...

        @ExecOf(PersonalHoldAccountParams)
        def delete_sessions(self, *, user_id: Uuid) -> int:
            """Forgets a user's sign-ins."""
            ...

        @ExecOf(PersonalHoldAccountParams)
        def delete_api_keys(self, *, user_id: Uuid) -> int:
            """Forgets a user's keys."""
            ...

        @ExecOf(PersonalHoldAccountParams)
        def delete_one_time_tokens(self, *, user_id: Uuid) -> int:
            """Forgets what was mailed to a user."""
            ...

        @ExecOf(PersonalDeleteLoginAttemptsParams)
        def delete_login_attempts(self, *, emails: Texts) -> int:
            """Forgets who tried to sign in under these addresses."""
            ...

        @ExecOf(PersonalHoldAccountParams)
        def leave_teams(self, *, user_id: Uuid) -> int:
            """Takes a user out of all teams."""
            ...

        @ExecOf(PersonalBlankInferenceSessionsParams)
        def blank_inference_sessions(self, *, now: Timestamp | Omit = OMIT, user_id: Uuid) -> int:
            """Takes what a user wrote out of their use of models; the figures stay."""
            ...

        @ExecOf(PersonalHoldAccountParams)
        def blank_inference_requests(self, *, user_id: Uuid) -> int:
            """Takes the texts of errors, which may quote what was asked, out of a user's requests; the figures stay."""
            ...

        @ExecOf(PersonalBlankInferenceSessionsParams)
        def blank_feedback(self, *, now: Timestamp | Omit = OMIT, user_id: Uuid) -> int:
            """Takes a user's remarks out of the evaluations that they recorded, and so out of the full-text index."""
            ...

        @ExecOf(PersonalBlankPredictionsParams)
        def blank_predictions(self, *, ip_addresses: Texts) -> int:
            """Takes these addresses, and the browsers that came from them, out of the log of predictions, which
            names no account.
            """
            ...

    class PlatformOverviewListRow(TypedRow):
        entity: str
        status: str
        total: int

    class PlatformOverviewQueries:
        @Many
        def list(self) -> PlatformOverviewListRow:
            """How many of each entity there are, by entity and status, as of the last refresh; the empty text where
            it has none.
            """
            ...

    class PredictionsGetRow(TypedRow):
        id: int
        request_id: str
        batch_id: str | None
        model_version_id: UUID | None
        model_version: str
        model_stage: str
        input_features: Any
        prediction: float | None
        confidence_score: float | None
        confidence_low: float | None
        confidence_high: float | None
        processing_time_ms: float | None
        status: str
        error_message: str | None
        user_agent: str | None
        ip_address: str | None
        created_at: datetime

    class PredictionsHoldBeforeRow(TypedRow):
        id: int

    class PredictionsStatisticsRow(TypedRow):
        total: int
        successes: int
        errors: int
        success_rate: float | None
        avg_processing_time_ms: float | None
        p50_processing_time_ms: float | None
        p95_processing_time_ms: float | None
        p99_processing_time_ms: float | None
        avg_confidence: float | None

    class PredictionsStatisticsByVersionRow(TypedRow):
        model_version: str
        total: int
        successes: int
        errors: int
        success_rate: float | None
        avg_processing_time_ms: float | None
        p50_processing_time_ms: float | None
        p95_processing_time_ms: float | None
        p99_processing_time_ms: float | None
        avg_confidence: float | None
        last_at: datetime

    class PredictionsCountByStatusRow(TypedRow):
        status: str
        predictions: int

    class PredictionsCountBeforeRow(TypedRow):
        matched: int
        removable: int

    class PredictionsListBeforeRow(TypedRow):
        id: int
        age: datetime

    class PredictionsListForBatchRow(PredictionsGetRow):
        batch_id: str

    class PredictionsDeleteBeforeParams(TypedDict):
        before: Timestamp
        limit: NotRequired[Integer | Omit]

    class PredictionsLogParams(TypedDict):
        request_id: Text
        batch_id: NotRequired[Text | None | Omit]
        model_version_id: NotRequired[Uuid | None | Omit]
        model_version: Text
        model_stage: Text
        input_features: Json
        prediction: NotRequired[Real | None | Omit]
        confidence_score: NotRequired[Real | None | Omit]
        confidence_low: NotRequired[Real | None | Omit]
        confidence_high: NotRequired[Real | None | Omit]
        processing_time_ms: NotRequired[Real | None | Omit]
        status: NotRequired[Text | Omit]
        error_message: NotRequired[Text | None | Omit]
        user_agent: NotRequired[Text | None | Omit]
        ip_address: NotRequired[Text | None | Omit]
        created_at: NotRequired[Timestamp | Omit]

    class PredictionsGetParams(TypedDict):
        id: Integer

    class PredictionsGetByRequestParams(TypedDict):
        request_id: Text

    class PredictionsStatisticsParams(TypedDict):
        since: NotRequired[Timestamp | Omit]
        until: NotRequired[Timestamp | Omit]
        model_version: NotRequired[Text | Omit]
        model_stage: NotRequired[Text | Omit]

    class PredictionsCountBeforeParams(TypedDict):
        before: Timestamp

    class PredictionsDeleteListedParams(TypedDict):
        ids: Integers

    class PredictionsQueries:
        @ExecOf(PredictionsDeleteBeforeParams)
        def delete_before(self, *, before: Timestamp, limit: Integer | Omit = 1000) -> int:
            """Deletes the oldest predictions made before a time, at most so many; again and again until 0."""
            ...

        @Many
        def hold_before(self, *, ids: Integers, before: Timestamp) -> PredictionsHoldBeforeRow:
            """Of these predictions those that a cleanup may remove, held until the transaction ends, by id."""
            ...

        @OneOf(PredictionsLogParams)
        def log(
            self,
            *,
            request_id: Text,
            batch_id: Text | None | Omit = None,
            model_version_id: Uuid | None | Omit = None,
            model_version: Text,
            model_stage: Text,
            input_features: Json,
            prediction: Real | None | Omit = None,
            confidence_score: Real | None | Omit = None,
            confidence_low: Real | None | Omit = None,
            confidence_high: Real | None | Omit = None,
            processing_time_ms: Real | None | Omit = None,
            status: Text | Omit = "success",
            error_message: Text | None | Omit = None,
            user_agent: Text | None | Omit = None,
            ip_address: Text | None | Omit = None,
            created_at: Timestamp | Omit = OMIT,
        ) -> PredictionsGetRow:
            """Logs one prediction that was served, or that failed; times in milliseconds."""
            ...

        @OneOf(PredictionsGetParams)
        def get(self, *, id: Integer) -> PredictionsGetRow:
            """One prediction."""
            ...

        @OneOf(PredictionsGetByRequestParams)
        def get_by_request(self, *, request_id: Text) -> PredictionsGetRow:
            """The prediction of one request."""
            ...

        @Many
        def list(
            self,
            *,
            model_version: Text | Omit = OMIT,
            model_stage: Text | Omit = OMIT,
            status: Text | Omit = OMIT,
            since: Timestamp | Omit = OMIT,
            until: Timestamp | Omit = OMIT,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Integer | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> PredictionsGetRow:
            """Predictions, newest first; the next page begins after the last row's created_at and id."""
            ...

        @Many
        def list_for_batch(
            self,
            *,
            batch_id: Text,
            status: Text | Omit = OMIT,
            after_id: Integer | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> PredictionsListForBatchRow:
            """The predictions of a batch in the order in which they were logged; the next page begins after the last
            row's id.
            """
            ...

        @Many
        def list_errors(
            self,
            *,
            model_version: Text | Omit = OMIT,
            since: Timestamp | Omit = OMIT,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Integer | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> PredictionsGetRow:
            """Predictions that failed, newest first; the next page begins after the last row's created_at and id."""
            ...

        @OneOf(PredictionsStatisticsParams)
        def statistics(
            self,
            *,
            since: Timestamp | Omit = OMIT,
            until: Timestamp | Omit = OMIT,
            model_version: Text | Omit = OMIT,
            model_stage: Text | Omit = OMIT,
        ) -> PredictionsStatisticsRow:
            """How many predictions succeeded and how long they took, in milliseconds; the rate is null where there
            are none.
            """
            ...

        @Many
        def statistics_by_version(
            self, *, since: Timestamp | Omit = OMIT, until: Timestamp | Omit = OMIT, model_stage: Text | Omit = OMIT
        ) -> PredictionsStatisticsByVersionRow:
            """How many predictions of each version succeeded and how long they took, by version."""
            ...

        @Many
        def count_by_status(self, *, since: Timestamp | Omit = OMIT) -> PredictionsCountByStatusRow:
            """How many predictions have each status, by status."""
            ...

        @OneOf(PredictionsCountBeforeParams)
        def count_before(self, *, before: Timestamp) -> PredictionsCountBeforeRow:
            """How many predictions are from before a time, and how many of these a cleanup removes: all but the
            newest, so that SQLite gives no id twice.
            """
            ...

        @Many
        def list_before(
            self,
            *,
            before: Timestamp,
            after_age: Timestamp | Omit = OMIT,
            after_id: Integer | Omit = OMIT,
            limit: Integer | Omit = 1000,
        ) -> PredictionsListBeforeRow:
            """The predictions from before a time that a cleanup removes: their keys, the oldest first; the next page
            begins after the last.
            """
            ...

        @ExecOf(PredictionsDeleteListedParams)
        def delete_listed(self, *, ids: Integers) -> int:
            """Deletes predictions that were held, by their keys."""
            ...

    class RecentActivityListRow(TypedRow):
        at: datetime
        entity: str
        entity_id: UUID
        name: str
        status: str
        team_id: UUID | None

    class RecentActivityQueries:
        @Many
        def list(self, *, limit: Integer | Omit = 20) -> RecentActivityListRow:
            """What was last begun, ended, registered or compared, at most a hundred, the latest first, as of the
            last refresh.
            """
            ...

    class RetentionPoliciesGetRow(TypedRow):
        table_name: str
        keep_days: int
        action: str
        enabled: bool
        last_run_at: datetime | None
        created_at: datetime
        updated_at: datetime

    class RetentionPoliciesSetParams(TypedDict):
        table_name: Text
        keep_days: Integer
        action: NotRequired[Text | Omit]
        enabled: NotRequired[Boolean | Omit]
        now: NotRequired[Timestamp | Omit]

    class RetentionPoliciesMarkRunParams(TypedDict):
        now: NotRequired[Timestamp | None | Omit]
        table_name: Text

    class RetentionPoliciesDeleteParams(TypedDict):
        table_name: Text

    class RetentionPoliciesQueries:
        @OneOf(RetentionPoliciesSetParams)
        def set(
            self,
            *,
            table_name: Text,
            keep_days: Integer,
            action: Text | Omit = "delete",
            enabled: Boolean | Omit = True,
            now: Timestamp | Omit = OMIT,
        ) -> RetentionPoliciesGetRow:
            """Says how many days the rows of a table are kept, and whether older ones are deleted or archived."""
            ...

        @Optional
        def get(self, *, table_name: Text) -> RetentionPoliciesGetRow:
            """How long the rows of one table are kept; None where nothing is said, and they stay."""
            ...

        @Many
        def list(self, *, enabled: Boolean | Omit = OMIT) -> RetentionPoliciesGetRow:
            """All policies, or those that are in force or not, by table."""
            ...

        @ExecOf(RetentionPoliciesMarkRunParams)
        def mark_run(self, *, now: Timestamp | None | Omit = OMIT, table_name: Text) -> int:
            """Notes when a table was last cleaned; the policy itself counts as unchanged."""
            ...

        @ExecOf(RetentionPoliciesDeleteParams)
        def delete(self, *, table_name: Text) -> int:
            """Deletes a policy, so that the table's rows stay."""
            ...

    class RolePermissionsListRow(TypedRow):
        role: str
        action: str
        entity_type: str
        reach: str
        created_at: datetime

    class RolePermissionsGrantParams(TypedDict):
        role: Text
        action: Text
        entity_type: Text
        reach: NotRequired[Text | Omit]

    class RolePermissionsRevokeParams(TypedDict):
        role: Text
        action: Text
        entity_type: Text

    class RolePermissionsQueries:
        @ExecOf(RolePermissionsGrantParams)
        def grant(self, *, role: Text, action: Text, entity_type: Text, reach: Text | Omit = "all") -> int:
            """Allows a role an action on a kind of entity: on all of them, on those of one's teams, or on one's own;
            0 rows when it was allowed so before.
            """
            ...

        @ExecOf(RolePermissionsRevokeParams)
        def revoke(self, *, role: Text, action: Text, entity_type: Text) -> int:
            """Denies a role an action on a kind of entity again."""
            ...

        @Many
        def list(self) -> RolePermissionsListRow:
            """What each role may do and with which of a kind, by role, action and kind of entity."""
            ...

        @Many
        def list_for_role(self, *, role: Text) -> RolePermissionsListRow:
            """What one role may do and with which of a kind, by action and kind of entity."""
            ...

        @Value
        def is_allowed(self, *, role: Text, action: Text, entity_type: Text) -> bool:
            """Whether a role may do something with a kind of entity, however far it reaches; what was never granted
            is denied.
            """
            ...

    class RunMetricSummaryListForRunRow(TypedRow):
        run_id: UUID
        name: str
        points: int
        nan_points: int
        first_step: int
        last_step: int
        first_value: float | None
        last_value: float | None
        min_value: float | None
        min_step: int | None
        max_value: float | None
        max_step: int | None
        avg_value: float | None
        last_recorded_at: datetime

    class RunMetricSummaryListNamesRow(TypedRow):
        name: str

    class RunMetricSummaryListLowestRow(RunMetricSummaryListForRunRow):
        min_value: float

    class RunMetricSummaryListHighestRow(RunMetricSummaryListForRunRow):
        max_value: float

    class RunMetricSummaryQueries:
        @Many
        def list_for_run(self, *, run_id: Uuid) -> RunMetricSummaryListForRunRow:
            """Each metric of a run in one row, as of the last refresh, by name."""
            ...

        @Many
        def list_lowest(self, *, name: Text, limit: Integer | Omit = 100) -> RunMetricSummaryListLowestRow:
            """The runs with the lowest value of a metric, the lowest first, as of the last refresh."""
            ...

        @Many
        def list_highest(self, *, name: Text, limit: Integer | Omit = 100) -> RunMetricSummaryListHighestRow:
            """The runs with the highest value of a metric, the highest first, as of the last refresh."""
            ...

        @Many
        def list_names(self) -> RunMetricSummaryListNamesRow:
            """The metrics that any run has a value of, as of the last refresh, by name."""
            ...

    class SessionsGetRow(TypedRow):
        id: UUID
        user_id: UUID
        ip_address: str | None
        user_agent: str | None
        idle_expires_at: datetime
        expires_at: datetime
        last_seen_at: datetime
        revoked_at: datetime | None
        created_at: datetime

    class SessionsGetByTokenRow(TypedRow):
        id: UUID
        user_id: UUID
        username: str
        role: str
        active: bool
        ip_address: str | None
        user_agent: str | None
        idle_expires_at: datetime
        expires_at: datetime
        last_seen_at: datetime
        created_at: datetime
        unseen: bool

    class SessionsFindByTokenRow(TypedRow):
        id: UUID
        user_id: UUID
        active: bool
        revoked_at: datetime | None
        expired: bool
        unrecorded: bool

    class SessionsRotateRow(TypedRow):
        id: UUID
        user_id: UUID
        expires_at: datetime

    class SessionsRevokeByTokenRow(TypedRow):
        id: UUID
        user_id: UUID

    class SessionsRevokeRow(TypedRow):
        user_id: UUID

    class SessionsListForUserRow(TypedRow):
        id: UUID
        user_id: UUID
        ip_address: str | None
        user_agent: str | None
        idle_expires_at: datetime
        expires_at: datetime
        last_seen_at: datetime
        revoked_at: datetime | None
        created_at: datetime
        live: bool

    class SessionsCreateParams(TypedDict):
        id: NotRequired[Uuid | Omit]
        user_id: Uuid
        token_hash: Binary
        ip_address: NotRequired[Text | None | Omit]
        user_agent: NotRequired[Text | None | Omit]
        idle_seconds: Real
        lifetime_seconds: Real

    class SessionsRefuseParams(TypedDict):
        id: Uuid

    class SessionsRevokeForUserParams(TypedDict):
        user_id: Uuid
        except_id: NotRequired[Uuid | Omit]

    class SessionsDeleteExpiredParams(TypedDict):
        limit: NotRequired[Integer | Omit]

    class SessionsQueries:
        @OneOf(SessionsCreateParams)
        def create(
            self,
            *,
            id: Uuid | Omit = OMIT,
            user_id: Uuid,
            token_hash: Binary,
            ip_address: Text | None | Omit = None,
            user_agent: Text | None | Omit = None,
            idle_seconds: Real,
            lifetime_seconds: Real,
        ) -> SessionsGetRow:
            """A new session; it ends when idle for idle_seconds, and after lifetime_seconds at the latest."""
            ...

        @Optional
        def get_by_token(self, *, token_hash: Binary) -> SessionsGetByTokenRow:
            """The session of a token with its user; None where it is unknown, revoked or over. Whether the user is
            active is told, for the caller to refuse, and whether it is time to touch the session: after a minute,
            or a quarter of its idle time.
            """
            ...

        @Optional
        def find_by_token(self, *, token_hash: Binary) -> SessionsFindByTokenRow:
            """The session of a token, live or over, for an administrator to be told why it is refused; and whether
            that is to be recorded, as it is once a minute.
            """
            ...

        @ExecOf(SessionsRefuseParams)
        def refuse(self, *, id: Uuid) -> int:
            """Notes that the refusal of a session's token is recorded; 0 rows where one was in the last minute."""
            ...

        @ExecOf(SessionsRefuseParams)
        def touch(self, *, id: Uuid) -> int:
            """Keeps a session that is in use from ending when idle; 0 rows when it is over."""
            ...

        @Optional
        def rotate(self, *, new_token_hash: Binary, token_hash: Binary) -> SessionsRotateRow:
            """Gives a live session another token, whose end stays as it was; None where the old one is good no more,
            also because somebody else was first.
            """
            ...

        @Optional
        def revoke_by_token(self, *, token_hash: Binary) -> SessionsRevokeByTokenRow:
            """Ends the session of a token, and gives it; None where it is unknown or was over before."""
            ...

        @Optional
        def revoke(self, *, id: Uuid) -> SessionsRevokeRow:
            """Ends a session, and gives whose it was; None where it is unknown or was revoked before."""
            ...

        @ExecOf(SessionsRevokeForUserParams)
        def revoke_for_user(self, *, user_id: Uuid, except_id: Uuid | Omit = OMIT) -> int:
            """Ends all sessions of a user, or all but the one that asks."""
            ...

        @Many
        def list_for_user(
            self,
            *,
            user_id: Uuid,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> SessionsListForUserRow:
            """Sessions of a user, live or over, newest first; the next page begins after the last row's created_at
            and id.
            """
            ...

        @ExecOf(SessionsDeleteExpiredParams)
        def delete_expired(self, *, limit: Integer | Omit = 10000) -> int:
            """Deletes sessions that have reached their end, at most so many, the oldest first."""
            ...

        @OneOf(SessionsRefuseParams)
        def get(self, *, id: Uuid) -> SessionsGetRow:
            """One session, without its token's hash."""
            ...

    class SystemMetricsSeriesRow(TypedRow):
        value: float
        unit: str | None
        labels: Any
        recorded_at: datetime

    class SystemMetricsHoldBeforeRow(TypedRow):
        id: int

    class SystemMetricsLatestRow(TypedRow):
        name: str
        value: float
        unit: str | None
        labels: Any
        recorded_at: datetime

    class SystemMetricsListNamesRow(TypedRow):
        name: str
        first_at: datetime | None
        last_at: datetime | None

    class SystemMetricsResourceUseRow(TypedRow):
        name: str
        points: int
        lowest: float
        highest: float
        average: float | None
        latest: float | None

    class SystemMetricsCountBeforeRow(TypedRow):
        matched: int
        removable: int

    class SystemMetricsListBeforeRow(TypedRow):
        id: int
        age: datetime

    class SystemMetricsDeleteBeforeParams(TypedDict):
        before: Timestamp
        limit: NotRequired[Integer | Omit]

    class SystemMetricsLogParams(TypedDict):
        name: Text
        value: Real
        unit: NotRequired[Text | None | Omit]
        labels: NotRequired[Json | Omit]
        recorded_at: NotRequired[Timestamp | Omit]

    class SystemMetricsCountBeforeParams(TypedDict):
        before: Timestamp

    class SystemMetricsDeleteListedParams(TypedDict):
        ids: Integers

    class SystemMetricsQueries:
        @Many
        def series(
            self,
            *,
            name: Text,
            labels: Json | Omit = OMIT,
            since: Timestamp | Omit = OMIT,
            until: Timestamp | Omit = OMIT,
        ) -> SystemMetricsSeriesRow:
            """The measurements of a name with all of these labels (texts), from one time until before another,
            oldest first.
            """
            ...

        @Many
        def series_sampled(
            self,
            *,
            name: Text,
            labels: Json | Omit = OMIT,
            since: Timestamp | Omit = OMIT,
            until: Timestamp | Omit = OMIT,
            max_points: Integer,
        ) -> SystemMetricsSeriesRow:
            """At most max_points measurements of such a series, evenly spread, the last one among them, oldest
            first.
            """
            ...

        @ExecOf(SystemMetricsDeleteBeforeParams)
        def delete_before(self, *, before: Timestamp, limit: Integer | Omit = 10000) -> int:
            """Deletes measurements from before a time, at most so many, the oldest first."""
            ...

        @Many
        def hold_before(self, *, ids: Integers, before: Timestamp) -> SystemMetricsHoldBeforeRow:
            """Of these measurements those that a cleanup may remove, held until the transaction ends, by id."""
            ...

        @ExecOf(SystemMetricsLogParams)
        def log(
            self,
            *,
            name: Text,
            value: Real,
            unit: Text | None | Omit = None,
            labels: Json | Omit = OMIT,
            recorded_at: Timestamp | Omit = OMIT,
        ) -> int:
            """Logs a measurement, or many by a batch."""
            ...

        @Many
        def latest(self, *, names: Texts | Omit = OMIT) -> SystemMetricsLatestRow:
            """The last measurement of each name, or of those asked for, by name."""
            ...

        @Many
        def list_names(self) -> SystemMetricsListNamesRow:
            """What is measured, by name, with the times of the first and the last measurement."""
            ...

        @Many
        def resource_use(self, *, since: Timestamp) -> SystemMetricsResourceUseRow:
            """How much of each resource was used since a time, by name: measurements, lowest, highest, average and
            last one.
            """
            ...

        @OneOf(SystemMetricsCountBeforeParams)
        def count_before(self, *, before: Timestamp) -> SystemMetricsCountBeforeRow:
            """How many measurements are from before a time, and how many of these a cleanup removes: all but the
            newest, so that SQLite gives no id twice.
            """
            ...

        @Many
        def list_before(
            self,
            *,
            before: Timestamp,
            after_age: Timestamp | Omit = OMIT,
            after_id: Integer | Omit = OMIT,
            limit: Integer | Omit = 1000,
        ) -> SystemMetricsListBeforeRow:
            """The measurements from before a time that a cleanup removes: their keys, the oldest first; the next
            page begins after the last.
            """
            ...

        @ExecOf(SystemMetricsDeleteListedParams)
        def delete_listed(self, *, ids: Integers) -> int:
            """Deletes measurements that were held, by their keys."""
            ...

    class TeamsGetRow(TypedRow):
        id: UUID
        name: str
        description: str | None
        created_at: datetime
        updated_at: datetime

    class TeamsAddMemberRow(TypedRow):
        team_id: UUID
        user_id: UUID
        role: str
        created_at: datetime

    class TeamsListMembersRow(TypedRow):
        user_id: UUID
        username: str
        email: str
        active: bool
        role: str
        created_at: datetime

    class TeamsListForUserRow(TypedRow):
        id: UUID
        name: str
        description: str | None
        role: str
        joined_at: datetime

    class TeamsCreateParams(TypedDict):
        id: NotRequired[Uuid | Omit]
        name: Text
        description: NotRequired[Text | None | Omit]

    class TeamsGetParams(TypedDict):
        id: Uuid

    class TeamsUpdateParams(TypedDict):
        name: NotRequired[Text | Omit]
        description: NotRequired[Text | None | Omit]
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class TeamsAddMemberParams(TypedDict):
        team_id: Uuid
        user_id: Uuid
        role: NotRequired[Text | Omit]

    class TeamsChangeMemberRoleParams(TypedDict):
        role: Text
        team_id: Uuid
        user_id: Uuid

    class TeamsRemoveMemberParams(TypedDict):
        team_id: Uuid
        user_id: Uuid

    class TeamsQueries:
        @OneOf(TeamsCreateParams)
        def create(self, *, id: Uuid | Omit = OMIT, name: Text, description: Text | None | Omit = None) -> TeamsGetRow:
            """A new team."""
            ...

        @OneOf(TeamsGetParams)
        def get(self, *, id: Uuid) -> TeamsGetRow:
            """One team."""
            ...

        @Optional
        def get_by_name(self, *, name: Text) -> TeamsGetRow:
            """The team of a name."""
            ...

        @Many
        def list(self, *, after_name: Text | Omit = OMIT, limit: Integer | Omit = 100) -> TeamsGetRow:
            """Teams by name; the next page begins after the last row's name."""
            ...

        @ExecOf(TeamsUpdateParams)
        def update(
            self,
            *,
            name: Text | Omit = OMIT,
            description: Text | None | Omit = OMIT,
            now: Timestamp | Omit = OMIT,
            id: Uuid,
        ) -> int:
            """Changes a team's name, its description or both."""
            ...

        @ExecOf(TeamsGetParams)
        def delete(self, *, id: Uuid) -> int:
            """Deletes a team and its memberships; refused while it owns anything."""
            ...

        @OneOf(TeamsAddMemberParams)
        def add_member(self, *, team_id: Uuid, user_id: Uuid, role: Text | Omit = "member") -> TeamsAddMemberRow:
            """Takes a user into a team, as member or owner; one who is in it already is refused."""
            ...

        @ExecOf(TeamsChangeMemberRoleParams)
        def change_member_role(self, *, role: Text, team_id: Uuid, user_id: Uuid) -> int:
            """Makes a member of a team its owner, or an owner a member."""
            ...

        @ExecOf(TeamsRemoveMemberParams)
        def remove_member(self, *, team_id: Uuid, user_id: Uuid) -> int:
            """Takes a user out of a team."""
            ...

        @Many
        def list_members(
            self, *, team_id: Uuid, after_username: Text | Omit = OMIT, limit: Integer | Omit = 100
        ) -> TeamsListMembersRow:
            """The members of a team by name; the next page begins after the last row's username."""
            ...

        @Many
        def list_for_user(self, *, user_id: Uuid) -> TeamsListForUserRow:
            """The teams of a user by name, with the user's role there."""
            ...

    class TopRequestsRow(TypedRow):
        kind: str
        requests: int
        errors: int
        cost_usd: float
        avg_latency_ms: float | None
        p95_latency_ms: float | None

    class TopJobsRow(TypedRow):
        pending: int
        scheduled: int
        running: int
        completed: int
        dead: int
        oldest_waiting_seconds: float | None

    class TopJobsParams(TypedDict):
        seconds: Real

    class TopQueries:
        @Many
        def requests(self, *, seconds: Real) -> TopRequestsRow:
            """Requests of the last so many seconds of the database's clock by kind, and what they cost (US dollars)
            and took (milliseconds); a kind without requests has no row.
            """
            ...

        @OneOf(TopJobsParams)
        def jobs(self, *, seconds: Real) -> TopJobsRow:
            """How many jobs are due, scheduled for later and running, how many were completed or died in the last so
            many seconds of the database's clock, and how long the oldest one due has waited.
            """
            ...

    class TrainingMetricsHoldBeforeRow(TypedRow):
        id: int

    class TrainingMetricsHistoryRow(TypedRow):
        step: int
        value: float | None
        recorded_at: datetime

    class TrainingMetricsLatestRow(TypedRow):
        name: str
        step: int
        value: float | None
        recorded_at: datetime

    class TrainingMetricsListNamesRow(TypedRow):
        name: str
        points: int
        first_step: int
        last_step: int

    class TrainingMetricsCountBeforeRow(TypedRow):
        matched: int
        removable: int

    class TrainingMetricsListBeforeRow(TypedRow):
        id: int
        name: str
        step: int
        age: datetime

    class TrainingMetricsBestRow(TrainingMetricsHistoryRow):
        value: float

    class TrainingMetricsLogParams(TypedDict):
        run_id: Uuid
        name: Text
        step: Integer
        value: Real | None
        recorded_at: NotRequired[Timestamp | Omit]

    class TrainingMetricsDeleteParams(TypedDict):
        run_id: Uuid
        name: Text

    class TrainingMetricsCountBeforeParams(TypedDict):
        before: Timestamp

    class TrainingMetricsDeleteListedParams(TypedDict):
        ids: Integers

    class TrainingMetricsQueries:
        @Many
        def hold_before(self, *, ids: Integers, before: Timestamp) -> TrainingMetricsHoldBeforeRow:
            """Of these measurements those that a cleanup may remove, held until the transaction ends, by id."""
            ...

        @ExecOf(TrainingMetricsLogParams)
        def log(
            self, *, run_id: Uuid, name: Text, step: Integer, value: Real | None, recorded_at: Timestamp | Omit = OMIT
        ) -> int:
            """Logs one value of a metric, or many by a batch; None for a value means NaN."""
            ...

        @Many
        def history(
            self, *, run_id: Uuid, name: Text, since_step: Integer | Omit = OMIT, until_step: Integer | Omit = OMIT
        ) -> TrainingMetricsHistoryRow:
            """One metric of a run step by step, of all steps or of a part of them; a long one is best streamed."""
            ...

        @Many
        def history_sampled(self, *, run_id: Uuid, name: Text, max_points: Integer) -> TrainingMetricsHistoryRow:
            """At most max_points points of one metric of a run, evenly spread, the last one among them, step by
            step.
            """
            ...

        @Many
        def latest(self, *, run_id: Uuid) -> TrainingMetricsLatestRow:
            """The last value of each metric of a run, by name."""
            ...

        @Optional
        def best(self, *, run_id: Uuid, name: Text, higher_is_better: Boolean | Omit = False) -> TrainingMetricsBestRow:
            """The lowest value of a metric of a run, or with higher_is_better the highest; the earliest step of
            equal ones.
            """
            ...

        @Many
        def list_names(self, *, run_id: Uuid) -> TrainingMetricsListNamesRow:
            """The metrics of a run with how often each was logged, by name."""
            ...

        @ExecOf(TrainingMetricsDeleteParams)
        def delete(self, *, run_id: Uuid, name: Text) -> int:
            """Deletes one metric of a run."""
            ...

        @OneOf(TrainingMetricsCountBeforeParams)
        def count_before(self, *, before: Timestamp) -> TrainingMetricsCountBeforeRow:
            """How many measurements are of runs that ended before a time, and how many of these a cleanup removes:
            all but the newest, so that SQLite gives no id twice.
            """
            ...

        @Many
        def list_before(
            self,
            *,
            run_id: Uuid,
            before: Timestamp,
            after_name: Text | Omit = OMIT,
            after_step: Integer | Omit = OMIT,
            after_id: Integer | Omit = OMIT,
            limit: Integer | Omit = 1000,
        ) -> TrainingMetricsListBeforeRow:
            """The measurements of a run that ended before a time, by metric and step: their keys; the next page
            begins after the last.
            """
            ...

        @ExecOf(TrainingMetricsDeleteListedParams)
        def delete_listed(self, *, ids: Integers) -> int:
            """Deletes measurements that were held, by their keys."""
            ...

    class TrainingRunSummaryTrendsRow(TypedRow):
        starts_at: datetime
        architecture: str | None
        dataset_id: UUID | None
        dataset: str | None
        runs: int
        completed_runs: int
        failed_runs: int
        cancelled_runs: int
        success_rate: float | None
        avg_duration_seconds: float | None
        measured_runs: int
        best_value: float | None
        avg_best_value: float | None
        avg_last_value: float | None

    class TrainingRunSummaryQueries:
        @Many
        def trends(
            self,
            *,
            higher_is_better: Boolean | Omit = False,
            period: Text | Omit = "week",
            by: Text | Omit = "",
            metric: Text | None | Omit = None,
            since: Timestamp | Omit = OMIT,
            until: Timestamp | Omit = OMIT,
            dataset_id: Uuid | Omit = OMIT,
            architecture: Text | Omit = OMIT,
        ) -> TrainingRunSummaryTrendsRow:
            """Runs by day, week (from Monday) or month and, where asked, by architecture or dataset, the oldest
            first, as of the last refresh: how many ended how, how long the completed ones took, and what they
            came to in a metric.
            """
            ...

    class TrainingRunsGetRow(TypedRow):
        id: UUID
        name: str
        status: str
        progress: float
        message: str | None
        error: str | None
        neural_config_id: UUID | None
        config: Any
        hyperparameters: Any
        dataset_id: UUID | None
        corpus_text_id: int | None
        model_version_id: UUID | None
        parent_run_id: UUID | None
        started_at: datetime | None
        finished_at: datetime | None
        duration_seconds: float | None
        resources: Any
        created_by: UUID | None
        team_id: UUID | None
        created_at: datetime
        updated_at: datetime

    class TrainingRunsListByIdsRow(TypedRow):
        id: UUID
        name: str
        status: str
        config: Any
        hyperparameters: Any
        parent_run_id: UUID | None
        started_at: datetime | None
        finished_at: datetime | None

    class TrainingRunsCountByStatusRow(TypedRow):
        status: str
        runs: int

    class TrainingRunsListMeasuredBeforeRow(TypedRow):
        id: UUID

    class TrainingRunsListForDatasetRow(TrainingRunsGetRow):
        dataset_id: UUID

    class TrainingRunsListForNeuralConfigRow(TrainingRunsGetRow):
        neural_config_id: UUID

    class TrainingRunsListForModelVersionRow(TrainingRunsGetRow):
        model_version_id: UUID

    class TrainingRunsListChildrenRow(TrainingRunsGetRow):
        parent_run_id: UUID

    class TrainingRunsCreateParams(TypedDict):
        id: NotRequired[Uuid | Omit]
        name: Text
        neural_config_id: NotRequired[Uuid | None | Omit]
        config: NotRequired[Json | Omit]
        hyperparameters: NotRequired[Json | Omit]
        dataset_id: NotRequired[Uuid | None | Omit]
        corpus_text_id: NotRequired[Integer | None | Omit]
        model_version_id: NotRequired[Uuid | None | Omit]
        parent_run_id: NotRequired[Uuid | None | Omit]
        created_by: NotRequired[Uuid | None | Omit]
        team_id: NotRequired[Uuid | None | Omit]

    class TrainingRunsGetParams(TypedDict):
        id: Uuid

    class TrainingRunsUpdateStatusParams(TypedDict):
        status: Text
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class TrainingRunsStartParams(TypedDict):
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class TrainingRunsUpdateConfigParams(TypedDict):
        config: Json
        hyperparameters: Json
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class TrainingRunsUpdateProgressParams(TypedDict):
        progress: Real
        message: NotRequired[Text | None | Omit]
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class TrainingRunsUpdateMessageParams(TypedDict):
        message: Text | None
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class TrainingRunsUpdateErrorParams(TypedDict):
        error: Text | None
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class TrainingRunsUpdateResourcesParams(TypedDict):
        resources: Json
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class TrainingRunsFinishParams(TypedDict):
        status: NotRequired[Text | Omit]
        message: NotRequired[Text | None | Omit]
        error: NotRequired[Text | None | Omit]
        resources: NotRequired[Json | Omit]
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class TrainingRunsQueries:
        @OneOf(TrainingRunsCreateParams)
        def create(
            self,
            *,
            id: Uuid | Omit = OMIT,
            name: Text,
            neural_config_id: Uuid | None | Omit = None,
            config: Json | Omit = OMIT,
            hyperparameters: Json | Omit = OMIT,
            dataset_id: Uuid | None | Omit = None,
            corpus_text_id: Integer | None | Omit = None,
            model_version_id: Uuid | None | Omit = None,
            parent_run_id: Uuid | None | Omit = None,
            created_by: Uuid | None | Omit = None,
            team_id: Uuid | None | Omit = None,
        ) -> TrainingRunsGetRow:
            """Notes a run that is to be started."""
            ...

        @OneOf(TrainingRunsGetParams)
        def get(self, *, id: Uuid) -> TrainingRunsGetRow:
            """One run."""
            ...

        @Many
        def list_by_ids(self, *, ids: Uuids) -> TrainingRunsListByIdsRow:
            """What is known of several runs, in the order of their ids; ids without a run are left out."""
            ...

        @Many
        def list(
            self,
            *,
            statuses: Texts | Omit = OMIT,
            since: Timestamp | Omit = OMIT,
            until: Timestamp | Omit = OMIT,
            team_id: Uuid | Omit = OMIT,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> TrainingRunsGetRow:
            """Runs, newest first; the next page begins after the last row's created_at and id."""
            ...

        @Many
        def list_by_status(
            self,
            *,
            status: Text,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> TrainingRunsGetRow:
            """Runs of one status, newest first; the next page begins after the last row's created_at and id."""
            ...

        @Many
        def list_for_dataset(
            self,
            *,
            dataset_id: Uuid,
            statuses: Texts | Omit = OMIT,
            since: Timestamp | Omit = OMIT,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> TrainingRunsListForDatasetRow:
            """Runs on one dataset, newest first; the next page begins after the last row's created_at and id."""
            ...

        @Many
        def list_for_neural_config(
            self,
            *,
            neural_config_id: Uuid,
            statuses: Texts | Omit = OMIT,
            since: Timestamp | Omit = OMIT,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> TrainingRunsListForNeuralConfigRow:
            """Runs of one neural configuration, newest first; the next page begins after the last row's created_at
            and id.
            """
            ...

        @Many
        def list_for_model_version(
            self,
            *,
            model_version_id: Uuid,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> TrainingRunsListForModelVersionRow:
            """Runs that train one model version further, newest first; the next page begins after the last row's
            created_at and id.
            """
            ...

        @Many
        def list_children(self, *, parent_run_id: Uuid, limit: Integer | Omit = 100) -> TrainingRunsListChildrenRow:
            """Runs that continue or were derived from one run, newest first."""
            ...

        @Many
        def count_by_status(self) -> TrainingRunsCountByStatusRow:
            """How many runs have each status, by status."""
            ...

        @ExecOf(TrainingRunsUpdateStatusParams)
        def update_status(self, *, status: Text, now: Timestamp | Omit = OMIT, id: Uuid) -> int:
            """Moves a run to another status, with its start and finish times; 0 rows when the way there is not
            legal.
            """
            ...

        @ExecOf(TrainingRunsStartParams)
        def start(self, *, now: Timestamp | Omit = OMIT, id: Uuid) -> int:
            """Starts a pending run; 0 rows when it is not pending."""
            ...

        @ExecOf(TrainingRunsUpdateConfigParams)
        def update_config(self, *, config: Json, hyperparameters: Json, now: Timestamp | Omit = OMIT, id: Uuid) -> int:
            """Replaces the configuration and the hyperparameters of a run."""
            ...

        @ExecOf(TrainingRunsUpdateProgressParams)
        def update_progress(
            self, *, progress: Real, message: Text | None | Omit = OMIT, now: Timestamp | Omit = OMIT, id: Uuid
        ) -> int:
            """Sets how many per cent of a running run are done; 0 rows when it is not running."""
            ...

        @ExecOf(TrainingRunsUpdateMessageParams)
        def update_message(self, *, message: Text | None, now: Timestamp | Omit = OMIT, id: Uuid) -> int:
            """Sets the message of a run."""
            ...

        @ExecOf(TrainingRunsUpdateErrorParams)
        def update_error(self, *, error: Text | None, now: Timestamp | Omit = OMIT, id: Uuid) -> int:
            """Sets the error of a run."""
            ...

        @ExecOf(TrainingRunsUpdateResourcesParams)
        def update_resources(self, *, resources: Json, now: Timestamp | Omit = OMIT, id: Uuid) -> int:
            """Sets what a run used: processors, memory, energy."""
            ...

        @ExecOf(TrainingRunsStartParams)
        def touch(self, *, now: Timestamp | Omit = OMIT, id: Uuid) -> int:
            """Notes that a run is being written to; writers that begin so take turns."""
            ...

        @ExecOf(TrainingRunsFinishParams)
        def finish(
            self,
            *,
            status: Text | Omit = "completed",
            message: Text | None | Omit = OMIT,
            error: Text | None | Omit = OMIT,
            resources: Json | Omit = OMIT,
            now: Timestamp | Omit = OMIT,
            id: Uuid,
        ) -> int:
            """Ends a running run as completed, failed or cancelled, or a pending one as failed or cancelled; else 0
            rows.
            """
            ...

        @ExecOf(TrainingRunsGetParams)
        def delete(self, *, id: Uuid) -> int:
            """Deletes a run with its metrics and checkpoints."""
            ...

        @Many
        def list_measured_before(
            self, *, before: Timestamp, after_id: Uuid | Omit = OMIT, limit: Integer | Omit = 1000
        ) -> TrainingRunsListMeasuredBeforeRow:
            """The runs that ended before a time and have measurements, by id; the next page begins after the last."""
            ...

    class UsersGetRow(TypedRow):
        id: UUID
        email: str
        username: str
        role: str
        preferences: Any
        active: bool
        email_verified: bool
        last_login_at: datetime | None
        created_at: datetime
        updated_at: datetime

    class UsersGetCredentialsRow(TypedRow):
        id: UUID
        username: str
        password_hash: str | None
        role: str
        active: bool
        email_verified: bool

    class UsersGetPasswordHashRow(TypedRow):
        password_hash: str | None

    class UsersCreateParams(TypedDict):
        id: NotRequired[Uuid | Omit]
        email: Text
        username: Text
        folded_username: NotRequired[Text | None | Omit]
        password_hash: NotRequired[Text | None | Omit]
        role: NotRequired[Text | Omit]
        preferences: NotRequired[Json | Omit]

    class UsersGetParams(TypedDict):
        id: Uuid

    class UsersChangeRoleParams(TypedDict):
        role: Text
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class UsersChangeEmailParams(TypedDict):
        email: Text
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class UsersChangeUsernameParams(TypedDict):
        username: Text
        folded_username: NotRequired[Text | None | Omit]
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class UsersUpdatePreferencesParams(TypedDict):
        preferences: Json
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class UsersSetPasswordHashParams(TypedDict):
        password_hash: Text | None
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class UsersReplacePasswordHashParams(TypedDict):
        password_hash: Text | None
        now: NotRequired[Timestamp | Omit]
        id: Uuid
        old_hash: Text

    class UsersVerifyEmailParams(TypedDict):
        now: NotRequired[Timestamp | Omit]
        id: Uuid

    class UsersRecordLoginParams(TypedDict):
        now: NotRequired[Timestamp | None | Omit]
        id: Uuid
        password_hash: Text

    class UsersQueries:
        @OneOf(UsersCreateParams)
        def create(
            self,
            *,
            id: Uuid | Omit = OMIT,
            email: Text,
            username: Text,
            folded_username: Text | None | Omit = None,
            password_hash: Text | None | Omit = None,
            role: Text | Omit = "user",
            preferences: Json | Omit = OMIT,
        ) -> UsersGetRow:
            """A new account; the address is in lower case, and what is given back holds no password's hash. Without
            one nobody signs in by password; without a folded name only the same name is refused, not one that
            looks like it.
            """
            ...

        @OneOf(UsersGetParams)
        def get(self, *, id: Uuid) -> UsersGetRow:
            """One account."""
            ...

        @Optional
        def get_by_email(self, *, email: Text) -> UsersGetRow:
            """The account of an address, written in lower case."""
            ...

        @Optional
        def get_by_username(self, *, username: Text) -> UsersGetRow:
            """The account of a name."""
            ...

        @Optional
        def get_by_folded_username(self, *, folded_username: Text) -> UsersGetRow:
            """The account whose name looks like this one, folded."""
            ...

        @Optional
        def get_credentials(self, *, email: Text) -> UsersGetCredentialsRow:
            """What a login by address needs: the hash to check the password against, and whether the account may be
            used.
            """
            ...

        @OneOf(UsersGetParams)
        def get_password_hash(self, *, id: Uuid) -> UsersGetPasswordHashRow:
            """The hash to check the password of a known account against, before it is changed."""
            ...

        @Many
        def list(
            self,
            *,
            role: Text | Omit = OMIT,
            active: Boolean | Omit = OMIT,
            before_created_at: Timestamp | Omit = OMIT,
            before_id: Uuid | Omit = OMIT,
            limit: Integer | Omit = 100,
        ) -> UsersGetRow:
            """Accounts, newest first; the next page begins after the last row's created_at and id."""
            ...

        @Value
        def count(self, *, role: Text | Omit = OMIT, active: Boolean | Omit = OMIT) -> int:
            """How many accounts there are, of one role or of all, active or not."""
            ...

        @ExecOf(UsersChangeRoleParams)
        def change_role(self, *, role: Text, now: Timestamp | Omit = OMIT, id: Uuid) -> int:
            """Gives an account another role: admin, researcher or user."""
            ...

        @ExecOf(UsersChangeEmailParams)
        def change_email(self, *, email: Text, now: Timestamp | Omit = OMIT, id: Uuid) -> int:
            """Gives an account another address, in lower case, that is to be verified anew;
            one_time_tokens.revoke_for_user ends what was sent to the old one, which would verify the new one.
            """
            ...

        @ExecOf(UsersChangeUsernameParams)
        def change_username(
            self, *, username: Text, folded_username: Text | None | Omit = None, now: Timestamp | Omit = OMIT, id: Uuid
        ) -> int:
            """Gives an account another name; without a folded one only the same name is refused, not one that looks
            like it.
            """
            ...

        @ExecOf(UsersUpdatePreferencesParams)
        def update_preferences(self, *, preferences: Json, now: Timestamp | Omit = OMIT, id: Uuid) -> int:
            """Replaces an account's preferences."""
            ...

        @ExecOf(UsersSetPasswordHashParams)
        def set_password_hash(self, *, password_hash: Text | None, now: Timestamp | Omit = OMIT, id: Uuid) -> int:
            """Replaces the password's hash; sessions.revoke_for_user ends the sessions that the old one began."""
            ...

        @ExecOf(UsersReplacePasswordHashParams)
        def replace_password_hash(
            self, *, password_hash: Text | None, now: Timestamp | Omit = OMIT, id: Uuid, old_hash: Text
        ) -> int:
            """Replaces the password's hash, unless it is another one by now."""
            ...

        @ExecOf(UsersVerifyEmailParams)
        def verify_email(self, *, now: Timestamp | Omit = OMIT, id: Uuid) -> int:
            """Notes that the address belongs to the account's owner."""
            ...

        @ExecOf(UsersRecordLoginParams)
        def record_login(self, *, now: Timestamp | None | Omit = OMIT, id: Uuid, password_hash: Text) -> int:
            """Notes when somebody signed in with the password that had this hash; the account itself counts as
            unchanged. 0 rows where it is barred, or has another password by now.
            """
            ...

        @ExecOf(UsersVerifyEmailParams)
        def deactivate(self, *, now: Timestamp | Omit = OMIT, id: Uuid) -> int:
            """Bars an account; sessions.revoke_for_user and api_keys.revoke_for_user end what it has open."""
            ...

        @ExecOf(UsersVerifyEmailParams)
        def activate(self, *, now: Timestamp | Omit = OMIT, id: Uuid) -> int:
            """Lets a barred account in again."""
            ...

        @ExecOf(UsersGetParams)
        def delete(self, *, id: Uuid) -> int:
            """Deletes an account with its sessions, keys, tokens and memberships; what it made stays, without its
            name.
            """
            ...

    class ViewRefreshesGetRow(TypedRow):
        view_name: str
        refreshed_at: datetime | None
        duration_ms: int | None
        row_count: int | None
        last_error: str | None
        last_error_at: datetime | None

    class ViewRefreshesAgesRow(TypedRow):
        view_name: str
        started_at: datetime
        age_seconds: float

    class ViewRefreshesQueries:
        @Many
        def ages(self, *, views: Texts) -> ViewRefreshesAgesRow:
            """When the refresh began that made each of these views' results and how many seconds ago that was by the
            database's clock, by view; none of one that was never refreshed.
            """
            ...

        @Many
        def list(self) -> ViewRefreshesGetRow:
            """When each materialized view was refreshed and what went wrong last, by view."""
            ...

        @Optional
        def get(self, *, view_name: Text) -> ViewRefreshesGetRow:
            """When one materialized view was refreshed; None where it never was."""
            ...

    class WorkersGetRow(TypedRow):
        worker_id: str
        address: str
        status: str
        capacity: int
        current_tasks: int
        completed_tasks: int
        failed_tasks: int
        tags: Any
        metadata: Any
        registered_at: datetime
        last_heartbeat_at: datetime
        updated_at: datetime

    class WorkersHeartbeatParams(TypedDict):
        current_tasks: NotRequired[Integer | Omit]
        worker_id: Text

    class WorkersRecordDoneParams(TypedDict):
        completed: NotRequired[Integer | Omit]
        failed: NotRequired[Integer | Omit]
        worker_id: Text

    class WorkersSetStatusParams(TypedDict):
        status: Text
        worker_id: Text

    class WorkersRemoveStaleParams(TypedDict):
        seconds: Real

    class WorkersRegisterParams(TypedDict):
        worker_id: Text
        address: Text
        capacity: NotRequired[Integer | Omit]
        tags: NotRequired[Json | Omit]
        metadata: NotRequired[Json | Omit]

    class WorkersGetParams(TypedDict):
        worker_id: Text

    class WorkersQueries:
        @ExecOf(WorkersHeartbeatParams)
        def heartbeat(self, *, current_tasks: Integer | Omit = OMIT, worker_id: Text) -> int:
            """Notes that a worker lives, and how many tasks it has; 0 rows when it is unknown and has to register."""
            ...

        @ExecOf(WorkersRecordDoneParams)
        def record_done(self, *, completed: Integer | Omit = 0, failed: Integer | Omit = 0, worker_id: Text) -> int:
            """Adds to how many tasks a worker has completed and failed."""
            ...

        @ExecOf(WorkersSetStatusParams)
        def set_status(self, *, status: Text, worker_id: Text) -> int:
            """Sets whether a worker is active, draining or stopped."""
            ...

        @Many
        def list_active(self, *, seconds: Real, limit: Integer | Omit = 100) -> WorkersGetRow:
            """Workers that were heard of in the last so many seconds and have not stopped, the last heard of first."""
            ...

        @ExecOf(WorkersRemoveStaleParams)
        def remove_stale(self, *, seconds: Real) -> int:
            """Forgets workers that were not heard of for so many seconds; their jobs come back when their leases are
            over.
            """
            ...

        @OneOf(WorkersRegisterParams)
        def register(
            self,
            *,
            worker_id: Text,
            address: Text,
            capacity: Integer | Omit = 1,
            tags: Json | Omit = OMIT,
            metadata: Json | Omit = OMIT,
        ) -> WorkersGetRow:
            """Notes a worker that has started, as active and with nothing to do yet; one that is there keeps its
            totals.
            """
            ...

        @OneOf(WorkersGetParams)
        def get(self, *, worker_id: Text) -> WorkersGetRow:
            """One worker."""
            ...

        @Many
        def list(self, *, statuses: Texts | Omit = OMIT, limit: Integer | Omit = 100) -> WorkersGetRow:
            """Workers, the last heard of first."""
            ...

        @ExecOf(WorkersGetParams)
        def remove(self, *, worker_id: Text) -> int:
            """Forgets a worker; its jobs come back when their leases are over."""
            ...

    class QueryFiles:
        """The query files."""

        accuracy_metrics: AccuracyMetricsQueries
        api_keys: ApiKeysQueries
        audit_head: AuditHeadQueries
        audit_logs: AuditLogsQueries
        audited_tables: AuditedTablesQueries
        benchmarks: BenchmarksQueries
        checkpoints: CheckpointsQueries
        comparison_results: ComparisonResultsQueries
        comparison_samples: ComparisonSamplesQueries
        convergence: ConvergenceQueries
        corpus_passages: CorpusPassagesQueries
        corpus_texts: CorpusTextsQueries
        daily_resources: DailyResourcesQueries
        daily_usage: DailyUsageQueries
        dataset_usage: DatasetUsageQueries
        datasets: DatasetsQueries
        erasures: ErasuresQueries
        evaluated_models: EvaluatedModelsQueries
        evaluations: EvaluationsQueries
        experiment_summary: ExperimentSummaryQueries
        experiments: ExperimentsQueries
        generations: GenerationsQueries
        hyperparameters: HyperparametersQueries
        inference_requests: InferenceRequestsQueries
        inference_sessions: InferenceSessionsQueries
        job_queues: JobQueuesQueries
        job_schedules: JobSchedulesQueries
        jobs: JobsQueries
        login_attempts: LoginAttemptsQueries
        maintenance: MaintenanceQueries
        markov_models: MarkovModelsQueries
        markov_ngrams: MarkovNgramsQueries
        metrics: MetricsQueries
        model_aliases: ModelAliasesQueries
        model_benchmarks: ModelBenchmarksQueries
        model_leaderboard: ModelLeaderboardQueries
        model_performance: ModelPerformanceQueries
        model_versions: ModelVersionsQueries
        models: ModelsQueries
        neural_configs: NeuralConfigsQueries
        one_time_tokens: OneTimeTokensQueries
        permissions: PermissionsQueries
        personal: PersonalQueries
        platform_overview: PlatformOverviewQueries
        predictions: PredictionsQueries
        recent_activity: RecentActivityQueries
        retention_policies: RetentionPoliciesQueries
        role_permissions: RolePermissionsQueries
        run_metric_summary: RunMetricSummaryQueries
        sessions: SessionsQueries
        system_metrics: SystemMetricsQueries
        teams: TeamsQueries
        top: TopQueries
        training_metrics: TrainingMetricsQueries
        training_run_summary: TrainingRunSummaryQueries
        training_runs: TrainingRunsQueries
        users: UsersQueries
        view_refreshes: ViewRefreshesQueries
        workers: WorkersQueries

    class Transaction(QueryFiles, TypedTransaction):
        """A transaction with these query files."""

    class Database(QueryFiles, TypedDatabase[Transaction]):
        """A database with these query files."""

else:
    from plainbase import Database, Transaction
    from plainbase.call_types import at_run_time as __getattr__

Runner = Database | Transaction
