"""Write a table as CSV and as Parquet with the same columns.  Numbers stay numbers.  Unknown values are empty cells."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from hingecheck import names
from hingecheck.errors import UsageError
from hingecheck.quantities import STORED_DECIMALS
from hingecheck.results import folder

Cell = str | float | int | None
Kind = Literal["text", "number", "count"]

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "'")
_ARROW: Final = {"text": "string", "number": "float64", "count": "int64"}


@dataclass(frozen=True, slots=True)
class Table:
    """Columns (name -> kind) and rows.  Each row has one cell for each column."""

    columns: Mapping[str, Kind]
    rows: Sequence[Sequence[Cell]]


def as_csv(table: Table) -> bytes:
    """The table as CSV in UTF-8.  A text that a spreadsheet would run as a formula gets an apostrophe in front."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([_cell(cell) for cell in row] for row in table.rows)
    return out.getvalue().encode()


def as_parquet(table: Table) -> bytes:
    """The table as Parquet with typed columns.  Raises UsageError if pyarrow is not installed."""
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise UsageError("Parquet needs pyarrow", "Run pip install 'hingecheck[table]'.") from error
    fields = [(name, getattr(pa, _ARROW[kind])()) for name, kind in table.columns.items()]
    columns = zip(*table.rows, strict=True) if table.rows else [()] * len(fields)
    arrays = [pa.array([_known(c) for c in column], kind) for column, (_, kind) in zip(columns, fields, strict=True)]
    out = io.BytesIO()
    parquet.write_table(pa.Table.from_arrays(arrays, schema=pa.schema(fields)), out)
    return out.getvalue()


def put_parquet(path: Path, table: Table) -> bool:
    """Write the table as Parquet.  Without pyarrow, remove an older file, which would hold other rows than the CSV.

    Returns True if the file was written.  Raises OSError.
    """
    try:
        data = as_parquet(table)
    except UsageError:
        path.unlink(missing_ok=True)
        return False
    folder.put(path, data)
    return True


def _cell(cell: Cell) -> str:
    known = _known(cell)
    if known is None:
        return ""
    if isinstance(known, str):
        return f"'{known}" if known.startswith(_FORMULA_STARTS) else known
    return f"{known:.{STORED_DECIMALS}f}".rstrip("0").rstrip(".") if isinstance(known, float) else str(known)


def _known(cell: Cell) -> Cell:
    if isinstance(cell, float):
        return round(cell, STORED_DECIMALS) if math.isfinite(cell) else None
    if isinstance(cell, str):
        return names.readable(cell)
    return cell
