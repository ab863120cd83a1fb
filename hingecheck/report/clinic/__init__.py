"""The clinician's report: a PDF of two pages, and the same results as a FHIR bundle."""
