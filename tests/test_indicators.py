"""Classes of what a map is shaded by."""

from __future__ import annotations

import numpy as np
import pytest

from epn_geo.paging.indicators import _round_quantiles


@pytest.mark.parametrize(
    ("values", "limits"),
    [
        ([0.0] * 8 + [10.0, 20.0], [10, 20]),  # what most share stands alone
        ([0.0, 5.0], [5]),
        ([3.0, 3.0], []),
        ([float(year) for year in range(2016, 2026)], [2018, 2020, 2021, 2023]),
        ([0.1 * n for n in range(11)], [0.2, 0.4, 0.6, 0.8]),
    ],
)
def test_classes_of_a_callers_column(values: list[float], limits: list[float]) -> None:
    assert _round_quantiles(np.array(values)) == pytest.approx(limits)
