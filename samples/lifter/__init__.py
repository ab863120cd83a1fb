"""The posable lifter."""
