"""Columns of frames as plain lists, the way JSON and a page want them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]


def numbers(frame: pd.DataFrame, column: str) -> Floats:
    """Give a column as floats, NaN where there is no number.

    Parameters
    ----------
    frame
        Any frame.
    column
        One of its columns.

    Returns
    -------
    numpy.ndarray
        Floats; infinite values become NaN.

    Examples
    --------
    >>> import pandas as pd
    >>> numbers(pd.DataFrame({"a": [True, None, "3"]}), "a").tolist()
    [1.0, nan, 3.0]
    """
    values = pd.to_numeric(frame[column], errors="coerce").to_numpy(np.float64, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def texts(frame: pd.DataFrame, column: str) -> list[str]:
    """Give a column as text, empty where it is missing.

    Parameters
    ----------
    frame
        Any frame.
    column
        A column, which need not be there.

    Returns
    -------
    list of str
        One per row.

    Examples
    --------
    >>> import pandas as pd
    >>> texts(pd.DataFrame({"a": ["x", None]}), "a"), texts(pd.DataFrame({"a": [1]}), "b")
    (['x', ''], [''])
    """
    if column not in frame:
        return [""] * len(frame)
    missing = frame[column].isna()
    return ["" if m else str(v) for v, m in zip(frame[column], missing, strict=True)]


def rounded(values: Floats, digits: int) -> list[float | None]:
    """Give numbers for JSON: rounded, whole ones without a point, missing ones as None.

    Parameters
    ----------
    values
        Floats.
    digits
        Decimals to keep.

    Returns
    -------
    list
        One per value.

    Examples
    --------
    >>> import numpy as np
    >>> rounded(np.array([1.0, 0.12345, np.nan]), 3)
    [1, 0.123, None]
    """
    out: list[float | None] = []
    for value in np.round(np.asarray(values, dtype=np.float64), digits).tolist():
        if not np.isfinite(value):
            out.append(None)
        else:
            out.append(int(value) if value == int(value) else value)
    return out


def whole(values: Floats) -> list[int | None]:
    """Give whole numbers for JSON, missing ones as None.

    Parameters
    ----------
    values
        Floats.

    Returns
    -------
    list
        One per value.

    Examples
    --------
    >>> import numpy as np
    >>> whole(np.array([1.6, np.nan]))
    [2, None]
    """
    return [None if v is None else int(v) for v in rounded(values, 0)]
