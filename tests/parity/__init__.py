"""The same seeded data in both engines, and every named query run on both."""
