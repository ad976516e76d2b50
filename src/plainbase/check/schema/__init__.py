"""What a DBA asks of migrations: what they lock and make, and whether schema.sql says the same.

schema_file (by pg_dump, unqualified) -> schema.sql; locks, squawk, sqlite_rules, erd -> review.
"""
