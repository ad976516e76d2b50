"""The sections of a report, each made by a function of its own from what the database tells."""
