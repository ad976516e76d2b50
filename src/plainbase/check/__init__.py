"""Proofs about query files, one module each, run against a scratch database that the caller gives.

catalog (tables, constraints) -> example_rows (rows to run on), parameters (values to run with) -> session_state.
"""
