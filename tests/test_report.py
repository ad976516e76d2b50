"""The report: what a page holds and how it is built, on both engines, without a browser."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Literal
from uuid import UUID, uuid4
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

import plainbase
from conftest import SERVER, named, on_server
from plainbase import ParameterError, StatementFailed
from plainbase.cli.commands import plainbase as command
from plainbase.platform import analytics, evaluations, experiments, models, report, sample
from plainbase.platform.charts import palette, svg
from plainbase.platform.report import document, html, logged, wording
from plainbase.platform.report.sections import comparisons, hyperparameters, leaderboard
from plainbase.typed import Database

HOSTILE = (
    "<script>alert(1)</script>",
    "\"quotes\" & 'more' </title></style><b onclick=x>",
    "\u202eevil \u05e9\u05dc\u05d5\u05dd\u2067",
    "W" * 255,
)
VOID = {"meta", "br", "hr", "col"}
DRAWN = {"line", "polyline", "rect", "circle", "polygon"}


class Page(HTMLParser):
    """A page taken apart: elements with their ancestors and text; fails where elements are not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None], tuple[str, ...]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs), tuple(self.open)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in DRAWN
        self.found.append((tag, dict(attrs), tuple(self.open)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for each, attributes, _ in self.found if each == tag]

    def text(self, tag: str) -> list[str]:
        return [data for each, data in self.texts if each == tag]


@pytest.fixture
async def lab(url: str) -> AsyncIterator[Database]:
    async with plainbase.open(url) as db:
        yield db


@pytest.fixture
async def both(tmp_path: Path, templates: dict[str, str]) -> AsyncIterator[tuple[str, str]]:
    """The URLs of a migrated database of each engine."""
    shutil.copy(templates["sqlite"], tmp_path / "one.db")
    name = f"test_{uuid4().hex}"
    await on_server(f"CREATE DATABASE {name} TEMPLATE {templates['postgres']}")
    yield f"sqlite:///{tmp_path / 'one.db'}", named(os.environ[SERVER], name)
    await on_server(f"DROP DATABASE {name} WITH (FORCE)")


async def hostile_experiment(db: Database) -> UUID:
    runs = {}
    for place, name in enumerate(HOSTILE):
        run = await db.training_runs.create(name=name, hyperparameters={name: place, "opt": name})
        await db.training_runs.start(id=run.id)
        await db.training_metrics.log.batch(
            {
                "run_id": run.id,
                "name": f"loss {name[:40]}",
                "step": step,
                "value": None if step == 3 else 1 / (step + 1),
            }
            for step in range(9)
        )
        await db.training_runs.finish(id=run.id)
        runs[run.id] = name
        version = await models.register_version(db, model=name, version="1<", training_run_id=run.id)
        await db.model_benchmarks.record(
            model_version_id=version.id, benchmark=name, metric=name[:60], value=place, standard_error=0.1
        )
    row = await experiments.begin(
        db, experiments.Experiment(HOSTILE[0], "".join(HOSTILE), config={name: name for name in HOSTILE}), runs=runs
    )
    await evaluations.create_many(
        db,
        [evaluations.Evaluation(name[:100], name, "in", "out", experiment_id=row.id, score=0.5) for name in HOSTILE],
    )
    for name in HOSTILE:
        await compared(db, row.id, a_label=name, b_label=name[::-1], metric=name[:60])
    await db.refresh_all()
    return row.id


async def compared(db: Database, experiment_id: UUID | None, **values: object) -> None:
    usual = {
        "kind": "model",
        "a_label": "new",
        "b_label": "old",
        "metric": "score",
        "test": "welch_t",
        "a_n": 40,
        "b_n": 30,
        "a_mean": 0.9,
        "b_mean": 0.7,
        "p_value": 0.0004,
        "adjusted_p_value": 0.0008,
        "correction": "holm",
        "effect_name": "hedges_g",
        "effect_size": 0.6,
        "confidence_level": 0.95,
        "confidence_low": 0.1,
        "confidence_high": 0.3,
        "winner": "a",
    }
    await db.comparison_results.record(
        **{"a_id": uuid4(), "b_id": uuid4(), "experiment_id": experiment_id, **usual, **values}  # type: ignore[arg-type]
    )


def check_structure(text: str) -> Page:
    """What holds of every page."""
    page = Page(text)
    assert text.startswith("<!DOCTYPE html>")
    assert page.all("html") == [{"lang": "en"}]
    assert not page.all("script") + page.all("link") + page.all("img") + page.all("iframe")
    assert not re.search(r"https?:|url\(|@import", re.sub(r'xmlns="[^"]*"', "", text))
    names = {name for _, attributes, _ in page.found for name in attributes}
    assert not names & {"src", "srcset", "action", "data", "xlink:href", "style", "onclick"}
    policy = next(each for each in page.all("meta") if each.get("http-equiv") == "Content-Security-Policy")["content"]
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    levels = [int(tag[1]) for tag, _, _ in page.found if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [attributes["id"] for _, attributes, _ in page.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes, _ in page.found:
        for name in ("aria-labelledby", "aria-describedby"):
            assert attributes.get(name) is None or attributes[name] in ids
    assert {each["href"] for each in page.all("a")} <= {f"#{each}" for each in ids}
    tables = len(page.all("table"))
    assert sum(ancestors[-1] == "table" for tag, _, ancestors in page.found if tag == "caption") == tables
    assert all(each.get("scope") in {"col", "row"} for each in page.all("th"))
    assert {"header", "main", "nav", "footer"} <= {tag for tag, _, _ in page.found}
    for drawing in re.findall(r"<svg.*?</svg>", text, re.DOTALL):
        tree = ElementTree.fromstring(drawing)
        title, description = tree[0], tree[1]
        assert (title.tag.rpartition("}")[2], description.tag.rpartition("}")[2]) == ("title", "desc")
        assert title.text
        assert description.text
    return page


async def test_a_platform_report_has_all_its_sections(lab: Database) -> None:
    await sample.load(lab, size="small", until=datetime.now(UTC))
    page = check_structure(html.render(await report.gather(lab, fresh=True)))
    sections = ["Summary", "Leaderboard", "Learning curves", "Comparisons", "Cost and latency", "Hyperparameters"]
    assert page.text("h2") == [*sections, "How old the figures are"]
    assert len(page.all("svg")) >= 8
    assert not any("failed" in (each.get("class") or "") for each in page.all("p"))
    best = (await lab.model_leaderboard.list(limit=1))[0]
    assert f"{best.model} {best.version}" in "".join(page.text("th"))
    assert [each.get("class") for each in page.all("dd")].count("note") == 6
    assert "model_leaderboard" in page.text("code")
    captions = " ".join(page.text("span"))
    assert "loss: how the runs converged" in captions
    assert "Hyperparameters and the lowest loss of a run" in captions


async def test_an_empty_database_says_how_to_get_each_thing(lab: Database) -> None:
    found = await report.gather(lab)
    page = check_structure(html.render(found))
    assert [each.error for each in found.sections] == [None] * 6
    assert len([each for each in page.all("p") if each.get("class") == "missing"]) == 6
    assert not page.all("svg")
    assert any("never refreshed" in each for each in page.text("p"))


async def test_an_experiment_report_tells_what_was_asked_and_found(lab: Database) -> None:
    row = await experiments.begin(lab, experiments.Experiment("warm-up", "It helps.", config={"a": {"b": [1]}}))
    await experiments.finish(lab, row.id, results={"accuracy": {"new": 0.9}}, cost_usd=1.5)
    await compared(lab, row.id)
    await compared(
        lab,
        row.id,
        winner=None,
        p_value=None,
        adjusted_p_value=None,
        confidence_level=None,
        confidence_low=None,
        confidence_high=None,
        details={"why": "too little data: 3 pairs"},
    )
    await compared(lab, None, a_label="of another")
    page = check_structure(html.render(await report.gather(lab, row.id)))
    whole = " ".join(data for _, data in page.texts)
    assert page.text("bdi")[0] == "warm-up"
    assert "It helps." in whole
    assert "new is better than old in score (0.9000 against 0.7000 on average): Welch's t, 40 and 30 values," in whole
    assert "adjusted p < 0.001, 95% interval of the difference +0.1000 to +0.3000." in whole
    assert "nothing is decided" in whole
    assert "too little data: 3 pairs" in whole
    assert "of another" not in whole
    for fact in ("accuracy.new", "0.9000", "a.b", "[1]", "$1.50", "completed"):
        assert fact in whole


async def test_names_that_would_break_a_page_do_not(lab: Database) -> None:
    experiment = await hostile_experiment(lab)
    for found in (await report.gather(lab), await report.gather(lab, experiment)):
        assert [each.error for each in found.sections] == [None] * 6
        text = html.render(found)
        page = check_structure(text)
        assert "<script>alert(1)</script>" in [data.strip() for _, data in page.texts]
        assert not re.search("[\u202a-\u202e\u2067]", text)
        assert not re.search(r"[^\S \n]", re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL))


async def test_both_engines_write_the_same_page(both: tuple[str, str]) -> None:
    pages = []
    until = datetime.now(UTC)
    for url in both:
        async with plainbase.open(url) as db:
            await sample.load(db, size="small", until=until)
            await db.refresh_all()
            text = html.render(await report.gather(db))
        text = re.sub(r"<time.*?</time>|<code>(sqlite|postgresql)://.*?</code>|just now|\d+ (s|min) ago", "", text)
        pages.append(re.sub(r"(?<=\d)\.\d+", "", text))
    assert pages[0].splitlines() == pages[1].splitlines()


async def test_a_section_that_fails_is_named_and_the_rest_is_written(
    lab: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise StatementFailed("no such table: <daily_usage>")

    monkeypatch.setattr(analytics, "daily_usage", broken)
    found = await report.gather(lab)
    assert [each.key for each in found.sections if each.error] == ["usage"]
    text = html.render(found)
    check_structure(text)
    assert "This section could not be made.</strong> no such table: &lt;daily_usage&gt;" in text


async def test_what_was_logged_after_the_last_refresh_is_drawn_and_the_rest_is_said_to_be_missing(
    lab: Database,
) -> None:
    await sample.load(lab, size="small", until=datetime.now(UTC))
    await lab.refresh_all()
    run = await lab.training_runs.create(name="the newest", hyperparameters={"lr": 0.1})
    await lab.training_runs.start(id=run.id)
    await lab.training_metrics.log.batch(
        {"run_id": run.id, "name": "new_loss", "step": n, "value": n} for n in range(5)
    )
    found = await report.gather(lab, run_ids=[run.id])
    assert [each.error for each in found.sections] == [None] * 6
    page = check_structure(html.render(found))
    assert "new_loss" in page.text("figcaption")
    assert any("How the runs converged in new_loss is not known yet" in each for each in page.text("p"))
    assert any("no completed run that logged new_loss" in each for each in page.text("p"))
    page = check_structure(html.render(await report.gather(lab, run_ids=[run.id], fresh=True)))
    assert "new_loss: how the runs converged" in page.text("span")


async def test_where_the_newest_runs_logged_nothing_older_ones_are_drawn(
    lab: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logged, "LOOKED_AT", 1)
    for name in ("older", "newest"):
        run = await lab.training_runs.create(name=name)
        await lab.training_runs.start(id=run.id)
        if name == "older":
            await lab.training_metrics.log.batch(
                {"run_id": run.id, "name": "loss", "step": n, "value": n} for n in (1, 2)
            )
    await lab.refresh_all()
    page = check_structure(html.render(await report.gather(lab)))
    assert page.text("figcaption") == ["loss"]
    assert "older" in page.text("th")


async def test_where_nothing_can_be_read_it_is_an_error(empty_url: str) -> None:
    async with plainbase.open(empty_url) as db:
        with pytest.raises(plainbase.PlainbaseError):
            await report.gather(db)


async def test_an_experiment_is_found_by_id_and_by_a_name_that_only_it_has(lab: Database) -> None:
    one = await lab.experiments.create(name="one")
    two = [await lab.experiments.create(name="two") for _ in range(2)]
    assert await report.find(lab, "one") == await report.find(lab, str(one.id)) == one.id
    with pytest.raises(ParameterError, match="there is no experiment 'three'"):
        await report.find(lab, "three")
    with pytest.raises(ParameterError, match=f"2 experiments are named 'two'; give an id: .*{two[0].id}"):
        await report.find(lab, "two")
    with pytest.raises(ParameterError, match="there is no experiment"):
        await report.gather(lab, uuid4())


async def test_more_than_a_page_can_show_is_counted_and_not_shown(lab: Database) -> None:
    row = await experiments.begin(lab, experiments.Experiment("wide"))
    await lab.experiments.store_results(id=row.id, results={f"key {n}": n for n in range(500)}, metrics={})
    await evaluations.create_many(
        lab, [evaluations.Evaluation("p", f"model {n}", "in", "out", experiment_id=row.id) for n in range(90)]
    )
    runs = [await lab.training_runs.create(name=f"run {n}") for n in range(45)]
    for run in runs:
        await lab.training_runs.start(id=run.id)
        await lab.experiments.attach_run(experiment_id=row.id, training_run_id=run.id)
        await lab.training_metrics.log(run_id=run.id, name="loss", step=1, value=1.0)
    page = check_structure(html.render(await report.gather(lab, row.id)))
    captions = page.text("span")
    assert "Evaluations by model, the highest mean score first, the first 40 of 90" in captions
    assert "The 40 newest training runs" in captions
    assert "The first 60 of 500." in page.text("p")
    assert any(each.startswith("8 runs of the experiment, the newest that logged anything.") for each in page.text("p"))
    legend = [each for each in page.text("text") if each.startswith("run ")]
    assert legend == [f"run {n}" for n in range(37, 45)]


async def test_a_board_is_whole_however_many_versions_there_are(lab: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaderboard, "PLACES", 2)
    monkeypatch.setattr(leaderboard, "SHOWN", 4)
    run = await lab.training_runs.create(name="last")
    for place in range(6):
        version = await models.register_version(
            lab, model=f"m{place}", version="1", training_run_id=run.id if place == 5 else None
        )
        for benchmark in ("a", "b"):
            await lab.model_benchmarks.record(
                model_version_id=version.id, benchmark=benchmark, metric="accuracy", value=1 - place / 10
            )
    row = await experiments.begin(lab, experiments.Experiment("one"), runs={run.id: "last"})
    await lab.refresh_all()
    for experiment, shown in ((None, ["m0 1", "m1 1"]), (row.id, ["m0 1", "m1 1", "m5 1"])):
        page = check_structure(html.render(await report.gather(lab, experiment)))
        assert [each for each in page.text("th") if re.fullmatch(r"m\d 1", each)] == 2 * shown
        assert f"accuracy on b, higher is better: {len(shown)} of 6" in page.text("span")
    assert "first on 2 of 2 benchmarks" in html.render(await report.gather(lab))


async def test_intervals_of_another_level_are_in_a_chart_of_their_own(lab: Database) -> None:
    row = await experiments.begin(lab, experiments.Experiment("levels"))
    await compared(lab, row.id)
    await compared(lab, row.id, confidence_level=0.99, confidence_low=0.3, confidence_high=0.4)
    page = check_structure(html.render(await report.gather(lab, row.id)))
    assert page.text("figcaption") == [f"score: difference and its {level}% interval" for level in (99, 95)]
    # 0.9 - 0.7 lies outside of 0.3 to 0.4: no estimate is made up
    assert any(each.endswith("\u2013 [0.3, 0.4]") for each in page.text("text"))


async def test_an_experiment_shows_comparisons_within_it_and_of_itself_the_newest_first(lab: Database) -> None:
    row, other = [await experiments.begin(lab, experiments.Experiment(name)) for name in ("one", "two")]
    for number in range(12):
        await compared(lab, row.id, a_label=f"within {number}")
        sides = {"a_id": row.id} if number % 2 else {"a_id": other.id, "b_id": row.id}
        await compared(lab, None, kind="experiment", a_label=f"itself {number}", **sides)
    await compared(lab, row.id, kind="experiment", a_id=row.id, b_id=other.id, a_label="both")  # by both, yet once
    await compared(lab, None, kind="experiment", a_id=other.id, a_label="of another")
    await compared(lab, None, a_id=row.id, a_label="a model of this id")
    page = check_structure(html.render(await report.gather(lab, row.id)))
    names = [each.partition(",")[0] for each in page.text("th") + page.text("bdi") if each.endswith(", old")]
    expected = ["both", *(f"{what} {number}" for number in range(11, 1, -1) for what in ("itself", "within"))]
    assert names == expected[:20]
    assert any(each.startswith("The 20 newest comparisons") for each in page.text("span"))
    (only,) = [section for section in (await report.gather(lab, other.id)).sections if section.key == "comparisons"]
    (table,) = [block for block in only.blocks if isinstance(block, document.Table)]
    assert [str(cells[0]).partition(",")[0] for cells in table.rows] == [
        "of another",
        "both",
        *(f"itself {number}" for number in range(10, -1, -2)),
    ]


async def test_every_state_that_occurs_is_counted(lab: Database) -> None:
    def counted_in(tile: document.Tile) -> int:
        states = [each.split(" ") for each in tile.note.split(", ")]
        assert {state for _, state in states} == {"completed", "running", "failed", "pending", "cancelled"}
        return sum(int(many) for many, _ in states)

    await sample.load(lab, size="medium", until=datetime.now(UTC))
    row = await experiments.begin(lab, experiments.Experiment("states"))
    for run in await lab.training_runs.list(limit=40):
        await lab.experiments.attach_run(experiment_id=row.id, training_run_id=run.id)
    for experiment, places in ((None, (0, 1)), (row.id, (1,))):
        tiles = (await report.gather(lab, experiment)).sections[0].blocks[0]
        assert isinstance(tiles, document.Tiles)
        for place in places:
            assert counted_in(tiles.tiles[place]) == int(tiles.tiles[place].value)


async def test_what_an_experiment_cost_is_told_apart_from_what_its_evaluations_did(lab: Database) -> None:
    kept, both, none = [await experiments.begin(lab, experiments.Experiment(name)) for name in ("k", "b", "n")]
    for row, cost in ((kept, 7.5), (both, 3.25)):
        await experiments.finish(lab, row.id, cost_usd=cost)
    one = evaluations.Evaluation("p", "m", "in", "out", experiment_id=both.id, cost_usd=1.25)
    await evaluations.create_many(lab, [one, one])
    table = (await report.gather(lab)).sections[0].blocks[1]
    assert isinstance(table, document.Table)
    names = [column.name for column in table.columns]
    places = [names.index(name) for name in ("Cost as kept", "Cost of its evaluations")]
    assert [[str(row[place]) for place in places] for row in table.rows] == [
        [wording.NONE, wording.NONE],
        ["$3.25", "$2.50"],
        ["$7.50", wording.NONE],
    ]
    assert "as kept with the experiment" in html.render(await report.gather(lab, both.id))
    await lab.evaluations.create(provider="p", model="m", input="i", output="o", experiment_id=none.id, cost_usd=1.0)
    assert "of its evaluations, an estimate" in html.render(await report.gather(lab, none.id))


async def test_a_verdict_names_the_better_one_first_with_its_mean(lab: Database) -> None:
    row = await experiments.begin(lab, experiments.Experiment("verdict"))
    await compared(lab, row.id, winner="b", a_mean=0.2, b_mean=0.8)
    (kept,) = await lab.comparison_results.list_for_experiment(experiment_id=row.id)
    told = comparisons.verdict(kept)
    assert told.startswith("old is better than new in score (0.8000 against 0.2000 on average)")


async def test_a_models_latency_weighs_each_day_by_its_requests(lab: Database) -> None:
    today = datetime.now(UTC)
    for days, milliseconds, requests in ((1, 100.0, 9), (2, 1000.0, 1)):
        made = today - timedelta(days=days)
        columns = ("id", "provider", "model", "input", "output", "latency_ms", "created_at")
        rows = [(uuid4(), "p", "slow", "in", "out", milliseconds, made) for _ in range(requests)]
        await lab.insert_rows("evaluations", columns, rows)
    page = check_structure(html.render(await report.gather(lab, fresh=True)))
    assert page.text("td").count("190 ms") == 3  # (9 * 100 + 1000) / 10, of each of the three percentiles


def variables(style: str) -> dict[str, dict[str, str]]:
    """The colours of light, dark and print."""
    blocks = re.findall(r":root[^{]*\{([^}]*)\}", style)
    found = [dict(re.findall(r"--([\w-]+):\s*(#\w{6})", block)) for block in blocks]
    return dict(zip(("light", "dark", "print"), found, strict=True))


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's contrast ratio of two colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_what_is_read_stands_out_from_what_it_stands_on(theme: str) -> None:
    colours = variables(html.stylesheet())[theme]
    pairs = [(ink, on) for ink in ("ink", "soft", "accent") for on in ("page", "card", "head")]
    pairs += [(tone, f"{tone}-back") for tone in ("good", "bad", "busy")]
    assert {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 1) for pair in pairs if pair}
    assert [pair for pair in pairs if contrast(colours[pair[0]], colours[pair[1]]) < 4.5] == []
    drawn = palette.DARK if theme == "dark" else palette.LIGHT
    graphics = {role: colour for role, colour in drawn.items() if role not in {"grid", "zero", "axis"}}
    least = {role: 3.0 if role.startswith(("series", "whisker")) else 4.5 for role in graphics}
    assert [role for role in graphics if contrast(graphics[role], colours["card"]) < least[role]] == []


def test_the_three_lists_of_colours_have_the_same_names_and_all_are_used() -> None:
    style = html.stylesheet()
    lists = variables(style)
    assert lists["light"].keys() == lists["dark"].keys() == lists["print"].keys()
    assert all(f"var(--{name})" in style for name in lists["light"])
    assert not re.search(r"#[0-9a-f]{3,8}\b", re.sub(r":root[^{]*\{[^}]*\}", "", style))
    assert not set(lists["light"]) & set(re.findall(r"--([\w-]+):", svg.style()))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "\u2013"),
        (0, "0"),
        (0.69314, "0.6931"),
        (-12345.678, "\u221212,346"),
        (1e-9, "1.000e\u221209"),
        (float("inf"), "∞"),
    ],
)
def test_numbers_are_short_and_honest(value: float | None, text: str) -> None:
    assert wording.number(value) == text


def test_texts_stay_in_their_place() -> None:
    assert wording.name("a\tb\nc\0") == "a b c"
    assert wording.name("\u202eab") == "ab"
    assert wording.name("\u05e9\u05dc") == "\u2068\u05e9\u05dc\u2069"
    assert wording.name("x" * 600) == "x" * 499 + "…"
    assert (wording.name(""), wording.name(None)) == ("(empty)", "\u2013")
    assert [wording.duration(each) for each in (0.004, 5, 65, 3600, 90061)] == [
        "4.0 ms",
        "5.0 s",
        "1 min 5 s",
        "1 h",
        "1 d 1 h",
    ]
    assert (wording.probability(0.0004), wording.probability(0.04)) == ("< 0.001", "0.040")
    assert (wording.money(0.0123), wording.money(1234.5)) == ("$0.0123", "$1,234.50")


@pytest.mark.parametrize(
    ("kind", "effect", "p", "says"),
    [
        ("numeric", 0.9, 0.01, "rises with it"),
        ("numeric", -0.9, 0.01, "falls with it"),
        ("numeric", -0.9, 0.05, "no connection shown"),
        ("categorical", 0.9, 0.01, "differs between the values"),
        ("numeric", None, None, "\u2013"),
    ],
)
def test_what_a_hyperparameter_has_to_do_with_a_metric(
    kind: Literal["numeric", "categorical"], effect: float | None, p: float | None, says: str
) -> None:
    fields = {each.name: None for each in dataclasses.fields(analytics.Impact)}
    impact = analytics.Impact(**{**fields, "kind": kind, "effect_size": effect, "adjusted_p_value": p})  # type: ignore[arg-type]
    assert hyperparameters._says(impact) == says


def run(*arguments: object) -> tuple[int, str]:
    found = CliRunner().invoke(command, ["report", *map(str, arguments)])
    return found.exit_code, found.output


async def test_a_pdf_holds_the_same(lab: Database, tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf")
    experiment = await hostile_experiment(lab)
    size = await report.write(await report.gather(lab, experiment), tmp_path / "report.pdf")
    assert size == (tmp_path / "report.pdf").stat().st_size
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(tmp_path / "report.pdf").pages)
    for words in ("The experiment", "Comparisons", "Learning curves", "Hyperparameters", "<script>alert(1)</script>"):
        assert words in text


def test_the_command_writes_and_says_where(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, output = run("--url", url, "--fresh")
    assert (code, re.sub(r"\d+ kB", "n kB", output)) == (0, "report.html  n kB\n")
    before = Path("report.html").read_bytes()
    code, output = run("--url", url)
    assert code == 1
    assert "report.html exists already" in output
    assert Path("report.html").read_bytes() == before
    assert run("--url", url, "--overwrite")[0] == 0
    assert {each.name for each in tmp_path.iterdir()} - {"test.db", "test.db-wal", "test.db-shm"} == {"report.html"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--experiment", "nobody"], "there is no experiment 'nobody'"),
        (["--experiment", "01a1ffb2-8289-70e9-80ca-6477a11b5a2d"], "there is no experiment 01a1ffb2"),
        (["--out", "report.docx"], "a report's name ends with .html, .htm or .pdf"),
        (["--out", "missing/report.html"], "there is no folder missing"),
        (["--out", "folder.html"], "is a folder"),
    ],
)
def test_what_cannot_be_written_is_one_clear_line_and_leaves_nothing(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder.html").mkdir()
    code, output = run("--url", url, *arguments)
    assert code == 1
    assert message in output
    assert len(output.splitlines()) == 1
    assert not [each for each in tmp_path.rglob("*report*") if each.is_file()]


def test_no_database_is_made_where_there_is_none(tmp_path: Path) -> None:
    code, output = run("--url", f"sqlite:///{tmp_path / 'none.db'}", "--out", tmp_path / "report.html")
    assert code == 1
    assert "there is no database" in output
    assert not list(tmp_path.iterdir())


async def test_a_database_without_tables_is_one_clear_line(empty_url: str, tmp_path: Path) -> None:
    async with plainbase.Database.open(empty_url) as db:
        await db.execute("CREATE TABLE something (id integer)")
    code, output = await asyncio.to_thread(run, "--url", empty_url, "--out", tmp_path / "report.html")
    assert code == 1
    assert "plainbase migrate up" in output
    assert len(output.splitlines()) == 1
    assert not (tmp_path / "report.html").exists()


def test_without_a_browser_the_pictures_say_how_to_get_one(tmp_path: Path) -> None:
    scripts = Path(__file__).parents[1] / "scripts"
    found = subprocess.run(
        [sys.executable, "-m", "report_screenshots", str(tmp_path / "pictures")],
        env={"PYTHONPATH": str(scripts), "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 1
    assert found.stderr.startswith("report-screenshots: there is no Chromium: install one")
    assert not (tmp_path / "pictures").exists()


def test_a_table_loses_the_columns_that_are_empty_and_a_long_section_begins_a_page() -> None:
    table = document.Table("t", [document.Column("a")], [["x"]] * 41)
    assert document.Section("k", "t", [table]).long
    assert not document.Section("k", "t", [document.Paragraph("x")]).long
