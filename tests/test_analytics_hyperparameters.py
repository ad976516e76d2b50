"""Hyperparameters and a metric: the figures of textbooks, and whole analyses on both engines."""

from __future__ import annotations

import math
import sys

import pytest

from analytics_rows import run
from plainbase import ConfigurationError, Database
from plainbase.platform import analytics
from plainbase.platform.analytics.hyperparameters import flat, impact
from plainbase.platform.analytics.ranks import kruskal_wallis, spearman


def test_spearman_as_in_the_literature() -> None:
    # IQ and hours of television a week of ten people: the worked example of Wikipedia's article on Spearman's
    # rank correlation coefficient, which gives -29/165 and p = 0.627188 by the t distribution.
    iq = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110]
    hours = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17]
    found = spearman(iq, hours)
    assert found.statistic == pytest.approx(-29 / 165)
    assert found.p_value == pytest.approx(0.627188, abs=5e-7)
    assert found.exact is False


def test_small_samples_have_exact_p_values() -> None:
    # Of the 120 orders of five, one has rho 1 and five have at least 0.9, and as many the other way round.
    in_order = spearman([1, 2, 3, 4, 5], [10, 20, 30, 40, 50])
    assert (in_order.statistic, in_order.p_value) == pytest.approx((1, 2 / 120))
    assert in_order.exact is True
    swapped = spearman([1, 2, 3, 4, 5], [10, 20, 30, 50, 40])
    assert (swapped.statistic, swapped.p_value) == pytest.approx((0.9, 10 / 120))
    # Three pairs of six values: of 90 ways to part them 6 are as far apart (Siegel 1956, table O: 4.571, p .067).
    apart = kruskal_wallis([[1, 2], [3, 4], [5, 6]])
    assert (apart.statistic, apart.p_value) == pytest.approx((32 / 7, 6 / 90))
    assert apart.exact is True


def test_kruskal_wallis_as_in_the_literature() -> None:
    # Mucociliary efficiency: Hollander & Wolfe 1973, p. 115, as in the documentation of R's kruskal.test.
    found = kruskal_wallis([[2.9, 3.0, 2.5, 2.6, 3.2], [3.8, 2.7, 4.0, 2.4], [2.8, 3.4, 3.7, 2.2, 2.0]])
    assert found.statistic == pytest.approx(0.77143, abs=5e-6)
    assert found.p_value == pytest.approx(0.68, abs=5e-3)
    assert found.exact is False


def test_ties_share_their_rank() -> None:
    # Ranks 1.5 1.5 3.5 3.5 and 1 2 3 4, both of mean 2.5: products 1.5 + 0.5 + 0.5 + 1.5 = 4, squares 4 and 5.
    assert spearman([1, 1, 2, 2], [1, 2, 3, 4]).statistic == pytest.approx(2 / math.sqrt(5))


def test_an_exact_p_value_counts_every_order_that_is_as_far_out() -> None:
    # Ranks 2.5 and 6.5 four times each on both sides: 36 of 70 ways to pair them have rho 0, as the one that is seen.
    found = spearman([0, 0, 0, 0, 1, 1, 1, 1], [0, 1, 0, 1, 0, 1, 0, 1])
    assert found.statistic == pytest.approx(0)
    assert found.p_value == pytest.approx(1)
    assert found.exact


def test_a_category_is_what_a_value_says_however_it_is_written() -> None:
    values: list[float | bool | str | None] = [1, 1.0, "1", 1.5, "auto", "auto", True, None]
    (found,) = impact([({"depth": value}, float(place)) for place, value in enumerate(values)], 5)
    assert [(each.label, each.runs) for each in found.categories] == [
        ("1", 3),
        ("1.5", 1),
        ("auto", 2),
        ("null", 1),
        ("true", 1),
    ]


def test_nested_keys_are_paths() -> None:
    given = {"lr": 0.1, "optimizer": {"name": "adam", "betas": [0.9, 0.99], "none": None}, "empty": {}}
    assert dict(flat(given)) == {
        "lr": 0.1,
        "optimizer.name": "adam",
        "optimizer.betas": "[0.9, 0.99]",
        "optimizer.none": None,
    }
    assert dict(flat([1, 2])) == {}


def test_kinds_and_reasons() -> None:
    runs = [
        (
            {
                "lr": lr,
                "same": 1,
                "flag": lr > 2,
                "mixed": "auto" if lr == 1 else lr % 2,
                "id": f"run {lr}",
                **({"rare": lr} if lr < 3 else {}),
            },
            float(lr),
        )
        for lr in range(1, 7)
    ]
    found = {each.name: each for each in impact(runs, 5)}
    assert {name: each.kind for name, each in found.items()} == {
        "lr": "numeric",
        "same": "numeric",
        "flag": "categorical",
        "mixed": "categorical",
        "id": "categorical",
        "rare": "numeric",
    }
    assert {name: each.reason for name, each in found.items() if each.reason} == {
        "same": "the same in every run",
        "id": "no value occurs twice",
        "rare": "2 runs, and 5 are asked for",
    }
    assert [(each.label, each.runs, each.mean) for each in found["flag"].categories] == [
        ("false", 2, 1.5),
        ("true", 4, 4.5),
    ]
    assert found["lr"].points[:2] == ((1.0, 1.0), (2.0, 2.0))
    (huge,) = impact([({"seed": -(10**400) if seed == 5 else seed}, float(seed)) for seed in range(6)], 5)
    assert huge.effect_size == pytest.approx(1 - 6 * 30 / 210), "ranks 2 3 4 5 6 1 and 1 to 6: 1 - 6 * 30 / 210"
    constant = impact([({"lr": lr}, 1.0) for lr in range(6)], 5)
    assert [each.reason for each in constant] == ["the metric is the same in every run"]


async def test_impact_of_completed_runs_is_corrected_and_sorted(db: Database) -> None:
    noise = [3, 1, 2, 6, 4, 5]
    for lr in range(1, 7):
        given = {"optimizer": {"lr": lr}, "seed": noise[lr - 1], "schedule": "cosine" if lr % 2 else "linear", "one": 1}
        await run(db, f"run {lr}", [9.0, 1.0 / lr, 2.0 / lr], hyperparameters=given)
    await run(db, "failed", [0.0], status="failed", hyperparameters={"optimizer": {"lr": 100}})
    found = await analytics.hyperparameter_impact(db, "loss", fresh=True)
    assert [row.name for row in found.rows] == ["optimizer.lr", "seed", "schedule", "one"]
    rate, seed, schedule, one = found.rows
    assert (rate.n, rate.test, rate.effect_name) == (6, "spearman", "rho")
    assert rate.effect_size == pytest.approx(-1)
    assert rate.p_value == pytest.approx(2 / 720)
    assert rate.adjusted_p_value == pytest.approx(3 * 2 / 720), "Holm: three hyperparameters have a p-value"
    assert seed.effect_size == pytest.approx(-(1 - 6 * 12 / 210)), "d squared: 4 1 1 4 1 1"
    assert (schedule.test, schedule.groups, schedule.effect_name) == ("kruskal_wallis", 2, "epsilon_squared")
    assert schedule.statistic is not None
    assert schedule.effect_size == pytest.approx(schedule.statistic / 5)
    assert (one.p_value, one.adjusted_p_value, one.reason) == (None, None, "the same in every run")
    assert found.views == ("run_metric_summary",)

    plain = await analytics.hyperparameter_impact(db, "loss", correction="none")
    assert plain.rows[0].adjusted_p_value == plain.rows[0].p_value
    rising = (await analytics.hyperparameter_impact(db, "loss", higher_is_better=True)).rows
    assert {row.reason for row in rising} == {"the metric is the same in every run", "the same in every run"}
    few = (await analytics.hyperparameter_impact(db, "loss", min_runs=7)).rows
    assert {row.reason for row in few} == {"6 runs, and 7 are asked for"}


async def test_runs_of_one_dataset_or_experiment(db: Database) -> None:
    dataset = (await db.datasets.register(name="d", version="1", digest="d")).id
    made = [
        await run(db, f"{x}", [float(x)], hyperparameters={"x": x}, dataset_id=dataset if x < 5 else None)
        for x in range(8)
    ]
    experiment = await db.experiments.create(name="e")
    for each in made[:3]:
        await db.experiments.attach_run(experiment_id=experiment.id, training_run_id=each)
    (of_dataset,) = (await analytics.hyperparameter_impact(db, "loss", dataset_id=dataset, fresh=True)).rows
    assert of_dataset.n == 5
    (few,) = (await analytics.hyperparameter_impact(db, "loss", experiment_id=experiment.id, min_runs=3)).rows
    assert few.n == 3
    assert few.effect_size == pytest.approx(1)


async def test_without_scipy_it_is_said_what_to_install(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    for x in range(5):
        await run(db, f"{x}", [float(x)], hyperparameters={"x": x})
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'plainbase\[stats\]'"):
        await analytics.hyperparameter_impact(db, "loss", fresh=True)
