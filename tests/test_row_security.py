"""Row security by team, as the application's own role and never as the owner: each attack is refused."""

from __future__ import annotations

import re
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

import plainbase
from database_roles import SNAPSHOTS, Guarded, guarded
from plainbase import ConstraintViolation, StatementFailed
from plainbase.migrations.verify import verify
from plainbase.platform import corpus, results
from plainbase.shipped import folder

REFUSED = asyncpg.InsufficientPrivilegeError


@pytest.fixture(scope="module")
def place(templates: dict[str, str]) -> Iterator[Guarded]:
    with guarded(templates["postgres"]) as made:
        yield made


@asynccontextmanager
async def application(place: Guarded, name: str | None = "ann") -> AsyncIterator[asyncpg.Connection]:
    """The application in a transaction of somebody's, rolled back."""
    connection = await asyncpg.connect(place.url("app"))
    try:
        await connection.execute("BEGIN")
        if name is not None:
            actor = str(place.ids["user", name]) if ("user", name) in place.ids else name
            await connection.execute("SELECT set_config('plainbase.actor_id', $1, true)", actor)
        yield connection
    finally:
        await connection.close()


async def refused(connection: asyncpg.Connection, sql: str, *values: object) -> asyncpg.PostgresError:
    """What the server says to a statement that it refuses; the transaction goes on."""
    await connection.execute("SAVEPOINT attempt")
    with pytest.raises(asyncpg.PostgresError) as caught:
        await connection.execute(sql, *values)
    await connection.execute("ROLLBACK TO attempt")
    assert "secret" not in str(caught.value)
    return caught.value


async def guarded_tables(place: Guarded) -> list[str]:
    connection = await asyncpg.connect(place.superuser)
    try:
        rows = await connection.fetch(
            "SELECT DISTINCT CAST(polrelid AS regclass) AS name FROM pg_policy"
            " WHERE polrelid NOT IN (CAST('users' AS regclass), CAST('team_members' AS regclass)) ORDER BY 1"
        )
        return [row["name"] for row in rows]
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("name", "each"),
    [
        ("ann", 2),
        ("bob", 2),
        ("root", 3),
        ("stray", 1),
        ("gone", 1),
        ("00000000-0000-0000-0000-0000000000ff", 1),
        (None, 1),
    ],
)
async def test_each_table_shows_the_rows_of_ones_teams_and_of_none(place: Guarded, name: str | None, each: int) -> None:
    tables = await guarded_tables(place)
    assert len(tables) == 26
    async with application(place, name) as app:
        for table in tables:
            rows = [str(row) for row in await app.fetch(f"SELECT * FROM {table}")]
            assert len(rows) == each + (table == "models"), table
            if name == "ann":
                assert not any("blue secret" in row for row in rows)


async def test_every_table_with_a_team_or_below_one_has_a_policy(place: Guarded) -> None:
    connection = await asyncpg.connect(place.superuser)
    try:
        below = await connection.fetch(
            """
            WITH RECURSIVE guarded (oid) AS (
                SELECT attrelid FROM pg_attribute
                JOIN pg_class ON pg_class.oid = attrelid AND relkind = 'r'
                WHERE attname = 'team_id' AND attrelid >= 16384 AND relname NOT IN ('team_members')
                UNION
                SELECT conrelid FROM pg_constraint
                JOIN guarded ON confrelid = guarded.oid
                WHERE contype = 'f'
            )
            SELECT CAST(CAST(oid AS regclass) AS text) AS name FROM guarded
            WHERE NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = guarded.oid)
            """
        )
    finally:
        await connection.close()
    assert below == []


async def test_snapshots_show_the_rows_of_ones_teams_through_their_views(place: Guarded) -> None:
    snapshots = SNAPSHOTS[:6]
    for name, each in (("ann", 2), ("root", 3), ("stray", 1), (None, 1)):
        async with application(place, name) as app:
            for snapshot in snapshots:
                rows = [str(row) for row in await app.fetch(f"SELECT * FROM {snapshot}_visible")]
                many = {"recent_activity": 5 * each + 3 * (name == "root")}.get(snapshot, each)
                assert len(rows) == many, (snapshot, name)
                if name == "ann":
                    assert not any("blue secret" in row for row in rows)
            assert len(await app.fetch("SELECT * FROM daily_usage_visible")) == (9 if name == "root" else 0)
    async with application(place) as app:
        for snapshot in (*snapshots, "daily_usage", *(f"{each}_live" for each in snapshots)):
            assert isinstance(await refused(app, f"SELECT * FROM {snapshot}"), REFUSED), snapshot


async def test_a_condition_of_the_readers_sees_no_row_before_the_filter(place: Guarded) -> None:
    async with application(place) as app:
        await app.execute(
            "CREATE FUNCTION pg_temp.peek(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001"
            " AS $$ BEGIN RAISE NOTICE '%', $1; RETURN true; END $$"
        )
        heard: list[str] = []
        app.add_log_listener(lambda _, message: heard.append(str(message)))
        await app.fetch("SELECT * FROM training_run_summary_visible WHERE pg_temp.peek(name)")
        await app.fetch("SELECT * FROM models WHERE pg_temp.peek(name)")
        assert any("red secret" in each for each in heard)
        assert not any("blue secret" in each for each in heard)


async def test_a_search_finds_nothing_of_another_team(place: Guarded) -> None:
    async with application(place) as app:
        words = "FROM corpus_passages WHERE search @@ to_tsquery('corpus_plain', 'walrus')"
        assert await app.fetchval(f"SELECT count(*) {words}") == 2
    async with (
        plainbase.open(place.url("app"), pool_size=2) as db,
        db.transaction(actor=place.ids["user", "ann"]) as tx,
    ):
        page = await corpus.search(tx, "walrus")
        assert sorted(str(hit.title) for hit in page.hits) == ["common secret", "red secret"]
        found = await results.search(tx, results.SearchFilters(query_text="walrus"))
        assert sorted(row.output for row in found.rows) == ["common secret", "red secret"]


async def test_rows_go_to_no_other_team(place: Guarded) -> None:
    blue, red = place.ids["blue", "team"], place.ids["red", "team"]
    async with application(place) as app:
        for table, columns, values in (
            ("datasets", "id, name, version, digest", "gen_random_uuid(), 'x', '1', 'x'"),
            ("models", "id, name, kind", "gen_random_uuid(), 'x', 'base'"),
            ("training_runs", "id, name", "gen_random_uuid(), 'x'"),
            ("experiments", "id, name", "gen_random_uuid(), 'x'"),
            ("benchmarks", "id, name, provider, model, dataset", "gen_random_uuid(), 'x', 'p', 'm', 'd'"),
            ("evaluations", "id, provider, model, input, output", "gen_random_uuid(), 'p', 'm', 'i', 'o'"),
        ):
            insert = f"INSERT INTO {table} ({columns}, team_id) VALUES ({values}, $1)"
            assert isinstance(await refused(app, insert, blue), REFUSED), table
            assert await app.execute(insert, red) == "INSERT 0 1"
            move = f"UPDATE {table} SET team_id = $1 WHERE team_id = $2"
            assert isinstance(await refused(app, move, blue, red), REFUSED), table
            assert await app.execute(f"UPDATE {table} SET team_id = NULL WHERE team_id = $1", blue) == "UPDATE 0"
            assert await app.execute(f"DELETE FROM {table} WHERE team_id = $1", blue) == "DELETE 0"
            assert await app.fetch(f"UPDATE {table} SET team_id = team_id WHERE team_id = $1 RETURNING *", blue) == []
            assert await app.fetch(f"SELECT * FROM {table} WHERE team_id = $1 FOR UPDATE", blue) == []


async def test_a_foreign_key_does_not_tell_whether_there_is_such_a_row(place: Guarded) -> None:
    ids = place.ids
    async with application(place) as app:
        for insert, kind in (
            ("INSERT INTO training_metrics (run_id, name, step, value) VALUES ($1, 'loss', 9, 1)", "run"),
            ("INSERT INTO model_versions (id, model_id, version) VALUES (gen_random_uuid(), $1, '9')", "model"),
            (
                "INSERT INTO model_versions (id, model_id, version, training_run_id)"
                f" VALUES (gen_random_uuid(), '{ids['red', 'model']}', '9', $1)",
                "run",
            ),
            ("INSERT INTO training_runs (id, name, dataset_id) VALUES (gen_random_uuid(), 'x', $1)", "dataset"),
            ("INSERT INTO training_runs (id, name, parent_run_id) VALUES (gen_random_uuid(), 'x', $1)", "run"),
            ("INSERT INTO training_runs (id, name, model_version_id) VALUES (gen_random_uuid(), 'x', $1)", "version"),
            ("INSERT INTO experiments (id, name, dataset_id) VALUES (gen_random_uuid(), 'x', $1)", "dataset"),
            (
                "INSERT INTO evaluations (id, provider, model, input, output, experiment_id)"
                " VALUES (gen_random_uuid(), 'p', 'm', 'i', 'o', $1)",
                "experiment",
            ),
            ("INSERT INTO dataset_splits (id, dataset_id, name) VALUES (gen_random_uuid(), $1, 'test')", "dataset"),
            ("INSERT INTO corpus_texts (content, split_id) VALUES ('x', $1)", "split"),
            ("INSERT INTO inference_sessions (id, model_version_id) VALUES (gen_random_uuid(), $1)", "version"),
            (
                "INSERT INTO experiment_runs (experiment_id, training_run_id)"
                f" VALUES ('{ids['red', 'experiment']}', $1)",
                "run",
            ),
        ):
            there, absent = await refused(app, insert, ids["blue", kind]), await refused(app, insert, uuid.uuid4())
            assert isinstance(there, REFUSED), insert
            assert str(there) == str(absent)


async def test_a_conflict_changes_no_row_of_another_team(place: Guarded) -> None:
    insert = (
        "INSERT INTO models (id, name, kind, description) VALUES (gen_random_uuid(), 'blue secret', 'base', 'taken')"
        " ON CONFLICT (name) DO "
    )
    async with application(place) as app:
        assert isinstance(await refused(app, insert + "UPDATE SET description = excluded.description"), REFUSED)
        # What a unique name tells is the one thing left: that it is taken.
        assert await app.execute(insert + "NOTHING") == "INSERT 0 0"
        merge = (
            "MERGE INTO models AS m USING (SELECT 'blue secret' AS name) AS s ON m.name = s.name"
            " WHEN MATCHED THEN UPDATE SET description = 'taken'"
        )
        assert await app.execute(merge) == "MERGE 0"


async def test_a_child_without_a_team_is_its_parents(place: Guarded) -> None:
    superuser = await asyncpg.connect(place.superuser)
    await superuser.execute("BEGIN")
    try:
        await superuser.execute(
            "INSERT INTO evaluations (id, provider, model, input, output, experiment_id)"
            " VALUES (gen_random_uuid(), 'p', 'orphan', 'i', 'blue secret', $1)",
            place.ids["blue", "experiment"],
        )
        await superuser.execute(f"SET LOCAL ROLE {place.prefix}_app")
        for name, many in (("ann", 0), ("bob", 1), ("root", 1)):
            await superuser.execute("SELECT set_config('plainbase.actor_id', $1, true)", str(place.ids["user", name]))
            found = await superuser.fetchval("SELECT count(*) FROM evaluations WHERE model = 'orphan'")
            assert found == many, name
    finally:
        await superuser.close()


async def test_copy_in_and_out_is_refused_or_filtered(place: Guarded) -> None:
    async with application(place) as app:
        with pytest.raises(asyncpg.FeatureNotSupportedError):
            await app.copy_records_to_table(
                "datasets", records=[(uuid.uuid4(), "x", "1", "x")], columns=["id", "name", "version", "digest"]
            )
    async with application(place) as app:
        assert "blue secret" not in str(await app.fetch("SELECT * FROM datasets"))
        for sql in ("COPY datasets TO PROGRAM 'cat'", "COPY datasets TO '/tmp/datasets'"):
            assert isinstance(await refused(app, sql), REFUSED)


async def test_many_rows_are_inserted_past_row_security(place: Guarded) -> None:
    columns = ("run_id", "name", "step", "value")
    async with plainbase.open(place.url("app"), pool_size=2) as db:
        theirs, ours = (
            [(place.ids[team, "run"], "many", step, 0.5) for step in range(500)] for team in ("blue", "red")
        )
        with pytest.raises(StatementFailed, match="row-level security"):
            async with db.transaction(actor=place.ids["user", "ann"]) as tx:
                await tx.insert_rows("training_metrics", columns, theirs)
        async with db.transaction(actor=place.ids["user", "ann"]) as tx:
            assert await tx.insert_rows("training_metrics", columns, ours) == 500
        async with db.transaction(actor=place.ids["user", "ann"]) as tx:
            assert await tx.execute("DELETE FROM training_metrics WHERE name = 'many'") == 500


async def test_the_application_cannot_become_another_role_or_switch_its_bounds_off(place: Guarded) -> None:
    async with application(place) as app:
        for role in ("owner", "migrator"):
            assert isinstance(await refused(app, f"SET ROLE {place.prefix}_{role}"), REFUSED)
            assert isinstance(await refused(app, f"SET SESSION AUTHORIZATION {place.prefix}_{role}"), REFUSED)
        await app.execute("SAVEPOINT here")
        await app.execute("RESET ROLE")
        await app.execute("SET LOCAL row_security = off")
        assert isinstance(await refused(app, "SELECT * FROM models"), REFUSED)
        assert not any("blue secret" in str(row) for row in await app.fetch("SELECT * FROM model_leaderboard_visible"))
        await app.execute("ROLLBACK TO here")
        for sql in (
            "ALTER TABLE models DISABLE ROW LEVEL SECURITY",
            "DROP POLICY models_team ON models",
            "ALTER TABLE users DISABLE TRIGGER ALL",
            "SET session_replication_role = replica",
            "ALTER VIEW model_leaderboard_visible SET (security_barrier = false)",
            "CREATE OR REPLACE VIEW model_leaderboard_visible AS SELECT * FROM model_leaderboard",
            "CREATE TABLE public.mine (id int)",
            "CREATE FUNCTION public.visible_teams(int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "CREATE OR REPLACE FUNCTION public.visible_teams() RETURNS uuid[] LANGUAGE sql AS 'SELECT NULL::uuid[]'",
            "GRANT SELECT ON model_leaderboard TO public",
            "TRUNCATE models CASCADE",
            "CREATE SCHEMA mine",
            "CREATE EXTENSION plpgsql",
            "REFRESH MATERIALIZED VIEW model_leaderboard",
            f"ALTER ROLE {place.prefix}_app BYPASSRLS",
        ):
            assert isinstance(
                await refused(app, sql), REFUSED | asyncpg.UndefinedFunctionError | asyncpg.DuplicateObjectError
            ), sql


async def test_temporary_tables_and_search_paths_lead_no_function_astray(place: Guarded) -> None:
    async with application(place) as app:
        await app.execute(
            f"""
            CREATE TEMP TABLE users AS SELECT CAST('{place.ids["user", "ann"]}' AS uuid) AS id, true AS active,
                'admin' AS role;
            CREATE TEMP TABLE team_members AS SELECT id AS team_id,
                CAST('{place.ids["user", "ann"]}' AS uuid) AS user_id FROM public.teams;
            CREATE TEMP TABLE teams AS SELECT * FROM public.teams;
            CREATE TEMP TABLE training_runs AS SELECT CAST('{place.ids["blue", "run"]}' AS uuid) AS id,
                CAST(NULL AS uuid) AS team_id;
            CREATE FUNCTION pg_temp.visible_teams() RETURNS uuid[] LANGUAGE sql
                AS 'SELECT array(SELECT id FROM public.teams)';
            CREATE FUNCTION pg_temp.current_setting(text, boolean) RETURNS text LANGUAGE sql
                AS $$ SELECT '{place.ids["user", "root"]}' $$;
            SET LOCAL search_path = pg_temp, public
            """
        )
        assert await app.fetchval("SELECT count(*) FROM public.models") == 3
        assert await app.fetchval("SELECT public.visible_teams()") == [place.ids["red", "team"]]
        assert not await app.fetchval("SELECT public.is_visible_run($1)", place.ids["blue", "run"])
        assert not await app.fetchval("SELECT public.every_team_is_visible()")


async def test_a_membership_that_ended_and_an_account_that_is_barred_show_nothing(place: Guarded) -> None:
    superuser = await asyncpg.connect(place.superuser)
    try:
        for ending in (
            "DELETE FROM team_members WHERE user_id = $1",
            "UPDATE users SET active = false WHERE id = $1",
            "DELETE FROM users WHERE id = $1",
        ):
            await superuser.execute("BEGIN")
            await superuser.execute("SELECT set_config('plainbase.actor_id', $1, true)", str(place.ids["user", "ann"]))
            await superuser.execute(f"SET LOCAL ROLE {place.prefix}_app")
            assert await superuser.fetchval("SELECT count(*) FROM datasets") == 2
            await superuser.execute("RESET ROLE")
            await superuser.execute(ending, place.ids["user", "ann"])
            await superuser.execute(f"SET LOCAL ROLE {place.prefix}_app")
            assert await superuser.fetchval("SELECT count(*) FROM datasets") == 1, ending
            await superuser.execute("ROLLBACK")
    finally:
        await superuser.close()


async def test_an_administrator_who_is_barred_or_none_any_more_sees_and_may_no_more(place: Guarded) -> None:
    root, promote = place.ids["user", "root"], "UPDATE users SET role = 'admin' WHERE username = 'stray'"
    superuser = await asyncpg.connect(place.superuser)
    try:
        for ending in ("active = false", "role = 'user'"):
            await superuser.execute("BEGIN")
            await superuser.execute("SELECT set_config('plainbase.actor_id', $1, true)", str(root))
            await superuser.execute("SAVEPOINT before")
            await superuser.execute(f"SET LOCAL ROLE {place.prefix}_app")
            assert await superuser.execute(promote) == "UPDATE 1"
            await superuser.execute("ROLLBACK TO before")
            await superuser.execute(f"UPDATE users SET {ending} WHERE id = $1", root)
            await superuser.execute(f"SET LOCAL ROLE {place.prefix}_app")
            assert await superuser.fetchval("SELECT count(*) FROM datasets") == 1
            assert isinstance(await refused(superuser, promote), REFUSED), ending
            await superuser.execute("ROLLBACK")
    finally:
        await superuser.close()


async def test_an_actor_that_is_no_uuid_sees_nothing(place: Guarded) -> None:
    async with application(place, "' OR true --") as app:
        assert isinstance(await refused(app, "SELECT * FROM models"), asyncpg.DataError)


async def test_a_refresh_by_the_application_makes_results_of_all_teams(place: Guarded) -> None:
    async with plainbase.open(place.url("app"), pool_size=2) as db:
        for full in (False, True):
            rows = {view: await db.refresh(view, full=full) for view in ("run_metric_summary", "model_leaderboard")}
            assert rows == {"run_metric_summary": 3, "model_leaderboard": 3}
        async with db.transaction(actor=place.ids["user", "ann"]) as tx:
            run = place.ids["red", "run"]
            await tx.execute("UPDATE training_metrics SET value = 0.25 WHERE run_id = :run", {"run": run})
        assert await db.refresh("run_metric_summary") == 3
        async with db.transaction(actor=place.ids["user", "ann"]) as tx:
            assert [row.min_value for row in await tx.run_metric_summary.list_for_run(run_id=run)] == [0.25]
            assert await tx.run_metric_summary.list_for_run(run_id=place.ids["blue", "run"]) == []
        assert set(await db.refresh_all()) >= {"daily_usage", "platform_overview", "run_metric_summary"}


async def test_switched_off_everything_is_seen_again(place: Guarded) -> None:
    place.run(row_security="off")
    try:
        async with application(place) as app:
            assert await app.fetchval("SELECT count(*) FROM models") == 4
            assert await app.fetchval("SELECT count(*) FROM model_leaderboard_visible") == 3
            plan = await app.fetch("EXPLAIN SELECT * FROM experiment_summary_visible ORDER BY created_at DESC")
            assert "SubPlan" not in str(plan)
    finally:
        place.run(row_security="on")
    async with application(place) as app:
        assert await app.fetchval("SELECT count(*) FROM models") == 3


async def test_a_refused_write_is_an_error_of_plainbase(place: Guarded) -> None:
    async with plainbase.open(place.url("app"), pool_size=2) as db:
        with pytest.raises(StatementFailed, match="row-level security") as caught:
            async with db.transaction(actor=place.ids["user", "ann"]) as tx:
                await tx.models.create(name="theirs", kind="base", team_id=place.ids["blue", "team"])
        assert not isinstance(caught.value, ConstraintViolation)


async def test_nothing_that_the_application_or_the_reader_can_read_tells_of_another_team(place: Guarded) -> None:
    """Every table and view that a grant opens, whatever it is called; but the audit log, as roles.sql says."""
    opened: dict[str, list[str]] = {}
    for role in ("app", "readonly"):
        connection = await asyncpg.connect(place.url(role))
        try:
            await connection.execute("BEGIN")
            await connection.execute("SELECT set_config('plainbase.actor_id', $1, true)", str(place.ids["user", "ann"]))
            relations = await connection.fetch(
                """
                SELECT c.relname, string_agg(quote_ident(a.attname), ', ') AS columns
                FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                WHERE c.relnamespace = to_regnamespace('public') AND c.relkind IN ('r', 'p', 'v', 'm')
                AND has_column_privilege(c.oid, a.attnum, 'SELECT')
                GROUP BY c.relname
                """
            )
            opened[role] = [row["relname"] for row in relations]
            for relname, columns in relations:
                if relname != "audit_logs":
                    rows = str(await connection.fetch(f"SELECT {columns} FROM {relname}"))
                    assert "blue secret" not in rows, (role, relname)
                    assert str(place.ids["blue", "run"]) not in rows, (role, relname)
        finally:
            await connection.close()
    # Which runs were logged to, of whatever team.
    assert "run_metric_summary_touched" not in opened["readonly"]
    assert {"corpus_passage_cuts", "corpus_size", "entity_owners", "model_leaderboard_visible"} <= {*opened["app"]}


async def test_every_table_has_a_policy_or_its_reason(place: Guarded) -> None:
    connection = await asyncpg.connect(place.superuser)
    try:
        rows = await connection.fetch(
            "SELECT relname FROM pg_class AS c WHERE relnamespace = to_regnamespace('public') AND relkind IN ('r', 'p')"
            " AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid) ORDER BY relname"
        )
    finally:
        await connection.close()
    said = (folder("schema") / "postgres" / "roles.sql").read_text(encoding="utf-8").split("\\if", 1)[0]
    listed = re.findall(r"\w+", " ".join(re.findall(r"(?m)^--   ([\w, ]+):", said)))
    totals = ["platform_overview", "daily_resources", "corpus_size"]
    assert sorted(row["relname"] for row in rows) == sorted({*listed} - {*totals})


async def test_each_reference_to_a_guarded_row_is_checked_when_it_is_written(place: Guarded) -> None:
    connection = await asyncpg.connect(place.superuser)
    try:
        rows = await connection.fetch(
            """
            SELECT CAST(CAST(k.conrelid AS regclass) AS text) AS name, a.attname AS column,
                string_agg(coalesce(pg_get_expr(p.polwithcheck, k.conrelid), pg_get_expr(p.polqual, k.conrelid)), ' ')
                AS checked
            FROM pg_constraint AS k
            JOIN pg_policy AS p ON p.polrelid = k.conrelid
            JOIN pg_policy AS q ON q.polrelid = k.confrelid AND q.polcmd = '*'
            JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
            WHERE k.contype = 'f'
            GROUP BY k.conrelid, a.attname
            """
        )
    finally:
        await connection.close()
    assert len(rows) > 25
    assert [(row["name"], row["column"]) for row in rows if row["column"] not in row["checked"]] == []


async def test_nobody_lets_themselves_into_a_team_or_becomes_an_administrator(place: Guarded) -> None:
    ann, stray = place.ids["user", "ann"], place.ids["user", "stray"]
    blue, red = place.ids["blue", "team"], place.ids["red", "team"]
    join = "INSERT INTO team_members (team_id, user_id) VALUES ($1, $2)"
    for name in ("ann", "stray", None):
        async with application(place, name) as app:
            assert isinstance(await refused(app, join, blue, ann), REFUSED)
            assert isinstance(await refused(app, join + " ON CONFLICT DO NOTHING", blue, stray), REFUSED)
            assert await app.execute("UPDATE team_members SET team_id = $1, role = 'owner'", blue) == "UPDATE 0"
            for role in ("UPDATE users SET role = 'admin' WHERE id = $1", "UPDATE users SET role = 'admin', id = $1"):
                assert isinstance(await refused(app, role, ann), REFUSED)
            make = "INSERT INTO users (id, email, username, role) VALUES (gen_random_uuid(), 'x@y', 'x', 'admin')"
            assert isinstance(await refused(app, make), REFUSED)
            again = " ON CONFLICT (id) DO UPDATE SET role = 'admin'"
            make = f"INSERT INTO users (id, email, username) VALUES ('{ann}', 'x@y', 'x')"
            assert isinstance(await refused(app, make + again), REFUSED)
            # An administrator's account is still written to, as by signing in.
            assert await app.execute("UPDATE users SET last_login_at = now() WHERE username = 'root'") == "UPDATE 1"
            assert await app.execute("UPDATE users SET role = 'user' WHERE username = 'root'") == "UPDATE 1"
            assert isinstance(await refused(app, "UPDATE users SET role = 'admin' WHERE username = 'root'"), REFUSED)
    async with application(place, "root") as app:
        assert await app.execute("UPDATE team_members SET role = 'owner' WHERE user_id = $1", ann) == "UPDATE 1"
        await app.execute("SELECT set_config('plainbase.actor_id', $1, true)", str(ann))
        assert await app.execute(join, red, stray) == "INSERT 0 1"
        assert isinstance(await refused(app, join, blue, stray), REFUSED)
        assert isinstance(await refused(app, "UPDATE team_members SET team_id = $1", blue), REFUSED)
        await app.execute("SELECT set_config('plainbase.actor_id', $1, true)", str(place.ids["user", "root"]))
        assert await app.execute("UPDATE users SET role = 'admin' WHERE id = $1", stray) == "UPDATE 1"


async def plan(app: asyncpg.Connection, sql: str) -> str:
    return "\n".join(row[0] for row in await app.fetch(f"EXPLAIN (COSTS OFF) {sql}"))


async def test_indexes_serve_under_row_security(place: Guarded) -> None:
    async with application(place) as app:
        await app.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        assert await app.fetchval("SHOW jit") == "off"
        words = "SELECT id FROM corpus_passages WHERE search @@ to_tsquery('corpus_plain', 'walrus')"
        assert "Bitmap Index Scan on corpus_passages_search_idx" in await plan(app, words)
        for view, order in (
            ("model_leaderboard", "benchmark, metric, place, model_version_id"),
            ("daily_usage", "day DESC, kind DESC, model DESC"),
            ("experiment_summary", "created_at DESC, experiment_id DESC"),
            ("dataset_usage", "runs DESC, dataset_id DESC"),
            ("training_run_summary", "created_at DESC, run_id DESC"),
        ):
            shown = await plan(app, f"SELECT * FROM {view}_visible ORDER BY {order} LIMIT 10")
            assert "Index Scan" in shown, shown
            assert "Sort" not in shown, shown
        for table in ("evaluations", "run_metric_summary", "inference_requests", "generations", "predictions"):
            shown = await plan(app, f"SELECT * FROM {table} LIMIT 10")
            assert "hashed" not in shown, shown


async def test_a_table_that_a_migration_adds_is_guarded_by_the_next_run(place: Guarded) -> None:
    superuser = await asyncpg.connect(place.superuser)
    try:
        await superuser.execute(
            "CREATE TABLE notes (team_id uuid, note text); CREATE POLICY notes_team ON notes"
            " USING (team_id IS NULL OR team_id = any(CAST((SELECT visible_teams()) AS uuid[])))"
        )
        await superuser.execute("INSERT INTO notes VALUES ($1, 'blue secret')", place.ids["blue", "team"])
        place.run()
        async with application(place) as app:
            assert await app.fetch("SELECT * FROM notes") == []
        # Without its policy it shows nothing, until the switch is off.
        await superuser.execute("DROP POLICY notes_team ON notes")
        async with application(place) as app:
            assert await app.fetch("SELECT * FROM notes") == []
        place.run(row_security="off")
        async with application(place) as app:
            assert len(await app.fetch("SELECT * FROM notes")) == 1
    finally:
        await superuser.execute("DROP TABLE notes")
        await superuser.close()
        place.run(row_security="on")


@pytest.mark.parametrize("word", ["ON", "true", "yes"])
def test_another_word_than_on_and_off_changes_nothing(place: Guarded, word: str) -> None:
    with pytest.raises(AssertionError, match="row_security is on or off"):
        place.run(row_security=word)


async def test_a_database_with_row_security_is_as_its_migrations_make_it(place: Guarded) -> None:
    async with plainbase.open(place.url("migrator"), pool_size=2) as db:
        assert await verify(db) == ()
