"""The tables of the logbook, and how a logbook of an older version is upgraded."""

from __future__ import annotations

from typing import Final

MIGRATIONS: Final = (
    """
    CREATE TABLE athlete (id INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE, name TEXT NOT NULL);
    CREATE TABLE session (
        id INTEGER PRIMARY KEY,
        athlete INTEGER NOT NULL REFERENCES athlete ON DELETE CASCADE,
        date TEXT NOT NULL, file TEXT NOT NULL, folder TEXT NOT NULL, sha256 TEXT NOT NULL, version TEXT NOT NULL,
        pattern TEXT NOT NULL, share REAL, share_low REAL, share_high REAL, share_reason TEXT NOT NULL,
        sentence TEXT NOT NULL, cue TEXT NOT NULL, reasons TEXT NOT NULL, flags TEXT NOT NULL,
        load_kg REAL, rpe REAL, sitting_hours REAL, note TEXT NOT NULL,
        digest TEXT NOT NULL,
        UNIQUE (athlete, sha256)
    );
    CREATE TABLE soreness (
        session INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
        site TEXT NOT NULL, score REAL NOT NULL,
        PRIMARY KEY (session, site)
    ) WITHOUT ROWID;
    CREATE TABLE rep (
        id INTEGER PRIMARY KEY,
        session INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
        number INTEGER NOT NULL, style TEXT NOT NULL, complete INTEGER NOT NULL,
        UNIQUE (session, number)
    );
    CREATE TABLE measure (
        rep INTEGER NOT NULL REFERENCES rep ON DELETE CASCADE,
        metric TEXT NOT NULL, value REAL, low REAL, high REAL, reason TEXT NOT NULL,
        PRIMARY KEY (rep, metric)
    ) WITHOUT ROWID;
    """,
    "CREATE INDEX session_by_date ON session (athlete, date);",
    "CREATE TABLE deleted (mark TEXT PRIMARY KEY) WITHOUT ROWID;",
)
"""The steps that upgrade a logbook.  Step n upgrades version n to n + 1.  Never change a step after its release."""
