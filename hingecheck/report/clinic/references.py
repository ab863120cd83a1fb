"""The patient of a FHIR bundle, from what the user writes."""

from __future__ import annotations

import re
from typing import Any, Final

from hingecheck.errors import UsageError

_REFERENCE: Final = re.compile(r"(https?://\S+/)?Patient/[A-Za-z0-9.-]{1,64}|urn:uuid:[0-9a-f-]{36}")
_URI: Final = re.compile(r"[a-z][a-z0-9+.-]*:\S+", re.IGNORECASE)


def patient(given: str, pseudonym: str) -> dict[str, Any] | None:
    """The FHIR Reference to the patient; None without a patient and a pseudonym; raises UsageError."""
    display = {"display": pseudonym} if pseudonym else {}
    if not given:
        return display or None
    system, bar, value = given.partition("|")
    if bar and _URI.fullmatch(system) and value.strip():
        return {"identifier": {"system": system, "value": value.strip()}} | display
    if not bar and _REFERENCE.fullmatch(given):
        return {"reference": given} | display
    raise UsageError(
        f"--patient {given}: is neither a reference nor an identifier",
        "Write a reference like Patient/123, or an identifier like urn:oid:1.2.3|4711.",
    )
