"""Tables and spreadsheets."""
