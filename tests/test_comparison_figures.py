"""The statistics of comparisons against figures that others published: tests, effects, corrections, intervals."""

from __future__ import annotations

import random
from math import sqrt

import numpy as np
import pytest
from scipy import stats

from comparison_samples import independent, pairs, table
from plainbase.platform.comparison import effects, intervals, significance
from plainbase.platform.comparison.correction import benjamini_hochberg, holm
from plainbase.platform.comparison.intervals import interval

# Student 1908, The probable error of a mean: hours of sleep that two drugs gave ten patients. The figures are those of
# R's manual, help(sleep) and help(t.test).
FIRST_DRUG = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SECOND_DRUG = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
# Darwin 1876, in Fisher 1935, The Design of Experiments, section 17: crossed less selfed, in eighths of an inch.
DARWIN = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
# Hollander & Wolfe 1973, Nonparametric Statistical Methods, pages 29 and 69; the p-values in R's help(wilcox.test).
DEPRESSION_BEFORE = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
DEPRESSION_AFTER = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
AT_TERM = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
EARLIER = [1.15, 0.88, 0.90, 0.74, 1.21]
# Chambers et al. 1983, Graphical Methods for Data Analysis: ozone in New York, 1973; W and p as of R's
# wilcox.test(Ozone ~ Month, data = airquality, subset = Month %in% c(5, 8)), which has ties.
MAY = [41, 36, 12, 18, 28, 23, 19, 8, 7, 16, 11, 14, 18, 14, 34, 6, 30, 11, 1, 11, 4, 32, 23, 45, 115, 37]
AUGUST = [39, 9, 16, 78, 35, 66, 122, 89, 110, 44, 28, 65, 22, 59, 23, 31, 44, 21, 9, 45, 168, 73, 76, 118, 84, 85]
# Lakens 2013, Frontiers in Psychology 4:863, table 1: ten people rate two movies.
MOVIE_1 = [9, 7, 8, 9, 8, 9, 9, 10, 9, 9]
MOVIE_2 = [9, 6, 7, 8, 7, 9, 8, 8, 8, 7]
# Benjamini & Hochberg 1995, section 4.1: fifteen comparisons of two treatments after a heart attack.
FIFTEEN = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
FIFTEEN += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000]
# SAS/STAT User's Guide, The MULTTEST Procedure, example "Inputting Raw p-Values".
SAS = [0.28282, 0.30688, 0.71022, 0.77175, 0.78180, 0.88581, 0.54685, 0.84978, 0.24228, 0.58977, 0.03498, 0.41607]
SAS += [0.31631, 0.05254, 0.45061, 0.75758, 0.12496, 0.49485, 0.21572, 0.50505, 0.94372, 0.81260, 0.77596, 0.36889]


def test_student_s_sleep_in_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    sample = pairs(FIRST_DRUG, SECOND_DRUG)
    found = significance.paired_t(sample)
    assert found.statistic == pytest.approx(-4.0621, abs=5e-5)
    assert found.p == pytest.approx(0.002833, abs=5e-7)
    assert found.details == {"degrees_of_freedom": 9}
    # All nine that differ are negative: 2 ways in 2⁹. R, which counts no ties, gives V = 0 and p = 0.009091.
    ranks = significance.wilcoxon(sample)
    assert (ranks.statistic, ranks.p, ranks.details["pairs_without_difference"]) == (0, 2 / 512, 1)
    assert effects.rank_biserial(sample) == -1
    monkeypatch.setattr(significance, "EXACT", 0)
    ranks = significance.wilcoxon(sample)
    assert (ranks.statistic, ranks.details["p_value"]) == (0, "normal approximation")
    assert ranks.p == pytest.approx(0.009091, abs=5e-7)


def test_student_s_sleep_as_independent_samples() -> None:
    found = significance.welch_t(independent(FIRST_DRUG, SECOND_DRUG))
    assert found.statistic == pytest.approx(-1.8608, abs=5e-5)
    assert found.details["degrees_of_freedom"] == pytest.approx(17.776, abs=5e-4)
    assert found.p == pytest.approx(0.07939, abs=5e-6)


def test_darwin_s_maize() -> None:
    sample = pairs([0.0] * 15, [-each for each in DARWIN])
    # Fisher 1935: t = 2.148 with 14 degrees of freedom.
    assert significance.paired_t(sample).statistic == pytest.approx(2.148, abs=5e-4)
    # Rank sums 96 and 24; p in the reference of scipy.stats.wilcoxon.
    ranks = significance.wilcoxon(sample)
    assert (ranks.statistic, ranks.details["p_value"]) == (24, "exact")
    assert ranks.p == pytest.approx(0.041259765625, abs=1e-12)
    assert effects.rank_biserial(sample) == pytest.approx((96 - 24) / 120)


def test_hollander_and_wolfe_s_depression_scale() -> None:
    found = significance.wilcoxon(pairs(DEPRESSION_BEFORE, DEPRESSION_AFTER))
    # V = 40, so the smaller sum is 9 · 10 / 2 - 40; one-sided p = 0.01953.
    assert found.statistic == 45 - 40
    assert found.p == pytest.approx(2 * 0.01953, abs=2e-5)


def test_hollander_and_wolfe_s_membranes() -> None:
    sample = independent(AT_TERM, EARLIER)
    found = significance.mann_whitney(sample)
    # W = 35, one-sided p = 0.1272.
    assert (found.statistic, found.details["p_value"]) == (35, "exact")
    assert found.p == pytest.approx(2 * 0.1272, abs=1e-4)
    assert effects.cliffs_delta(sample) == pytest.approx(2 * 35 / 50 - 1)


def test_ozone_in_may_and_august(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(significance, "EXACT", 25)
    found = significance.mann_whitney(independent(MAY, AUGUST))
    assert (found.statistic, found.details["p_value"]) == (127.5, "normal approximation")
    assert found.p == pytest.approx(0.0001208, abs=5e-8)


def test_agresti_s_approval_ratings() -> None:
    # Agresti 1990, Categorical Data Analysis, page 350: 1,600 people asked twice; z² = (86 - 150)² / (86 + 150) is
    # 17.36 and p 3.099e-05, as Pennsylvania State University's STAT 504 has it too; the exact p is near.
    sample = table(794, 150, 86, 570)
    found = significance.mcnemar(sample)
    a, b = found.details["right_by_a_alone"], found.details["right_by_b_alone"]
    assert ((a - b) ** 2 / (a + b), found.statistic) == (pytest.approx(17.36, abs=5e-3), 150)
    assert found.p == pytest.approx(3.099e-05, rel=0.25)
    assert effects.effect("mcnemar", sample) == pytest.approx((944 - 880) / 1600)


def test_mcnemar_is_the_binomial_test_of_the_discordant_pairs() -> None:
    # Counted by hand: 1 of 8 heads or fewer, or as few tails, is 2 (1 + 8) / 2⁸.
    assert significance.mcnemar(table(5, 7, 1, 20)).p == pytest.approx(18 / 256)


def test_fisher_s_tea_and_twins() -> None:
    # Fisher 1935, The Design of Experiments, chapter 2: 3 of 4 cups right; p is 34 of 70 on both sides.
    found = significance.fisher(independent([1, 1, 1, 0], [1, 0, 0, 0]))
    assert found.statistic == 9
    assert found.p == pytest.approx(34 / 70)
    # Fisher 1970, Statistical Methods for Research Workers, page 95: convicted twins, 10 of 13 and 2 of 17; R's
    # help(fisher.test) gives p = 0.0005367.
    twins = significance.fisher(independent([1] * 10 + [0] * 3, [1] * 2 + [0] * 15))
    assert twins.p == pytest.approx(0.0005367, abs=5e-8)
    assert significance.fisher(independent([1] * 6, [0] * 6)).statistic is None


def test_lakens_s_movies() -> None:
    # Means 8.7 and 7.7, standard deviations 0.82 and 0.95; Cohen's d = 1.13, Hedges' g = 1.08, Cohen's dz = 1.50.
    sample = independent(MOVIE_1, MOVIE_2)
    (first, first_variance), (second, second_variance) = map(significance.moments, (sample.a, sample.b))
    assert [first, second] == pytest.approx([8.7, 7.7])
    assert [sqrt(first_variance), sqrt(second_variance)] == pytest.approx([0.82, 0.95], abs=5e-3)
    assert effects.hedges_g(sample) == pytest.approx(1.08, abs=5e-3)
    assert effects.cohens_dz(pairs(MOVIE_1, MOVIE_2)) == pytest.approx(1.50, abs=5e-3)


def test_hedges_g_of_groups_of_different_size() -> None:
    # Hedges 1981: Student's t of the pooled deviation is d / √(1/n + 1/m).
    n, m = len(AT_TERM), len(EARLIER)
    d = stats.ttest_ind(AT_TERM, EARLIER).statistic * sqrt(1 / n + 1 / m)
    assert effects.hedges_g(independent(AT_TERM, EARLIER)) == pytest.approx(d * (1 - 3 / (4 * (n + m) - 9)))


def test_benjamini_and_hochberg_s_fifteen() -> None:
    # They find four at 0.05, where Bonferroni's and Holm's find three.
    assert [p <= 0.05 for p in benjamini_hochberg(FIFTEEN)] == [True] * 4 + [False] * 11
    assert [p <= 0.05 for p in holm(FIFTEEN)] == [True] * 3 + [False] * 12
    shuffled = random.Random(1).sample(range(15), 15)
    for correct in (holm, benjamini_hochberg):
        in_order = correct(FIFTEEN)
        assert correct([FIFTEEN[place] for place in shuffled]) == [in_order[place] for place in shuffled]


def test_adjusted_p_values_of_the_sas_guide() -> None:
    stepdown, rate = holm(SAS), benjamini_hochberg(SAS)
    assert (round(stepdown[0], 4), round(rate[0], 4), round(rate[20], 4)) == (1.0, 0.9243, 0.9437)
    assert (round(stepdown[10], 4), round(rate[10], 4), round(rate[13], 4)) == (0.8395, 0.6305, 0.6305)


def test_adjusted_p_values_of_stdlib() -> None:
    # The reference of @stdlib/stats/padjust.
    ps = [0.319, 0.201, 0.4, 0.374, 0.113]
    assert holm(ps) == pytest.approx([0.957, 0.804, 0.957, 0.957, 0.565])
    assert benjamini_hochberg(ps) == pytest.approx([0.4] * 5)
    assert benjamini_hochberg([0.008, 0.03, 0.123, 0.6, 0.2]) == pytest.approx([0.04, 0.075, 0.205, 0.6, 0.25])


def test_bootstrap_of_efron_and_tibshirani_s_mice() -> None:
    # Efron & Tibshirani 1993, table 2.1: survival in days of 7 treated mice and 9 others; the means are 86.86 and
    # 56.22, the standard error of their difference is 28.93: an interval must be near that of the normal law.
    treated, others = [94, 197, 16, 38, 99, 141, 23], [52, 104, 146, 10, 51, 30, 40, 27, 46]
    found = interval(independent(treated, others), confidence=0.95, resamples=9_999, seed=0)
    assert found.method == "bootstrap, BCa"
    assert found.low is not None
    assert found.high is not None
    assert found.high - found.low == pytest.approx(2 * 1.96 * 26.9, rel=0.1)  # the plug-in error divides by n
    assert found.low < 30.63 < found.high


def test_bca_by_its_formula() -> None:
    # Efron & Tibshirani 1993, equations 14.9 to 14.15; of a mean the acceleration is that of the values themselves.
    values = np.arange(1.0, 13) ** 3
    spread = values - values.mean()
    means = np.random.default_rng(1).choice(values, (50_000, 12)).mean(axis=1)
    bias = stats.norm.ppf((means < values.mean()).mean())
    acceleration = (spread**3).sum() / 6 / (spread**2).sum() ** 1.5
    z = bias + stats.norm.ppf([0.025, 0.975])
    low, high = np.quantile(means, stats.norm.cdf(bias + z / (1 - acceleration * z)))
    found = interval(pairs(values.tolist(), [0.0] * 12), confidence=0.95, resamples=50_000, seed=0)
    assert [found.low, found.high] == pytest.approx([low, high], abs=0.01 * (high - low))


def test_student_s_intervals(monkeypatch: pytest.MonkeyPatch) -> None:
    # R's help(t.test): -2.4598858 to -0.7001142 in pairs, -3.3654832 to 0.2054832 by Welch.
    monkeypatch.setattr(intervals, "LARGEST", 0)
    for sample, low, high in (
        (pairs(FIRST_DRUG, SECOND_DRUG), -2.4598858, -0.7001142),
        (independent(FIRST_DRUG, SECOND_DRUG), -3.3654832, 0.2054832),
    ):
        found = interval(sample, confidence=0.95, resamples=9_999, seed=0)
        assert [found.low, found.high] == pytest.approx([low, high], abs=5e-8)
