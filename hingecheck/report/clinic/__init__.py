"""The clinician's PDF and FHIR bundle."""
