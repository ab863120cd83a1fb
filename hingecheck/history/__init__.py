"""The history of the athletes: the logbook, the comparison of sessions, trends over time, and triage."""
