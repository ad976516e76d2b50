"""The proof that no short statement leaves anything behind in its session.

example_rows (rows to run on), parameters (values to run with) -> session_state.
"""
