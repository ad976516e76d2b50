"""Proofs about SQL files, one module each, run against scratch databases (scratch).

Queries: catalog -> example_rows (rows to run on), parameters (values to run with) -> session_state.
Migrations: schema_file (by pg_dump, unqualified) -> schema.sql; locks, squawk, sqlite_rules, erd -> review.
"""
