"""The page of units on the small bureau, whose rates rest on few cases, and on a bureau with one unit apart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.pages.app import first_line, open_page
from tests.pages.conftest import NEW
from tests.pages.small_bureau import archive, organisations, publish_generation

DAY = date(2026, 10, 5)
# Closed cases of October by station: settled and not. At the bureau 300 of 400 are.
SETTLED = {"A1": (40, 60), "A2": (88, 12), "B1": (85, 15), "B2": (87, 13)}


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("apart")
    rows = [*_cases()]
    batches = [
        archive(data / "archive", "org", "org", organisations()),
        archive(data / "archive", "incident", "i", rows, window=["2026-10-01", "2026-10-31"]),
    ]
    publish_generation(data, NEW, batches)
    return data


def _cases() -> Iterator[dict[str, Any]]:
    for station, counts in SETTLED.items():
        for is_settled, count in zip((True, False), counts, strict=True):
            for _ in range(count):
                yield {
                    "org_code": station,
                    "received_on": DAY,
                    "closed_on": DAY,
                    "is_total": False,
                    "dispute_type_code": "neighbour",
                    "channel_code": "call_110",
                    "outcome_code": "mediation_success" if is_settled else "mediation_failed",
                    "incident_count": 1,
                    "received_count": 1,
                    "closed_count": 1,
                    "resolved_count": int(is_settled),
                    "failed_count": int(not is_settled),
                    "period_start": DAY,
                    "period_end": DAY,
                }


def headings(name: str, **parameters: str) -> list[str]:
    app = open_page(name, **parameters)
    assert not app.exception
    assert not app.error
    return [str(heading.value) for heading in app.subheader]


def test_units_with_few_cases_are_not_compared(small: Path) -> None:
    assert first_line(open_page("stations")) == "**2026年10月：各项比率都没有可以对照的数字。**"
    told = headings("stations")
    assert "满意率（非常满意＋满意）：没有可以对照的数字" in told
    assert len(told) == 7


def test_the_bureau_names_the_unit_outside_the_limits(apart: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FENGQIAO_DATA", str(apart))
    assert first_line(open_page("stations")) == (
        "**2026年10月：可比的 1 项比率都有单位在 99.8% 界限以外（城关派出所的化解率（按结案））。**"
    )
    # 40 of 100 at 75 %: 8 deviations below; 88 of 100 is 3.0 above, P(X >= 88) = 0.0011.
    assert headings("stations")[0] == (
        "化解率（按结案）：4 个可比单位中，城关派出所低于 99.8% 界限，需要查看；其余在界限以内"
    )
    # All cases are of one kind, so each unit expects 75.
    assert headings("stations")[5] == (
        "化解率（按结案），按案件构成对照：4 个可比单位中，城关派出所少于预期，需要查看；其余与预期差异不显著"
    )


def test_a_chosen_unit_reads_its_own_figures_first(apart: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FENGQIAO_DATA", str(apart))
    app = open_page("stations", org="A1")
    answer = next(str(text.value) for text in app.markdown if str(text.value).startswith("**城关"))
    assert answer.startswith("**城关派出所，2026年10月：可比的 1 项比率都在 99.8% 界限以外（化解率（按结案））。**")
    assert "- 化解率（按结案）：40.0%（40/100）；全局 75.0%（300/400）。低于 99.8% 界限，需要查看。" in answer
    told = [str(heading.value) for heading in app.subheader]
    assert "化解率（按结案）：城关派出所 40.0%（40/100），低于 99.8% 界限，需要查看" in told
    assert (
        "化解率（按结案），按案件构成对照：城关派出所实际÷预期为 0.53（实际 40 起，预期 75.0 起），少于预期，需要查看"
    ) in told


def test_a_branch_reads_of_its_own_units(apart: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FENGQIAO_DATA", str(apart))
    told = first_line(open_page("stations", org="B"))
    assert told.startswith("**城西分局，2026年10月：可比的 1 项比率中，没有单位在 99.8% 界限以外，")
    assert "- 化解率（按结案）：86.0%（172/200）；全局 75.0%（300/400）。2 个可比单位都在 99.8% 界限以内。" in told
