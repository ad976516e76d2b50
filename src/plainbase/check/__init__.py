"""Proofs about SQL files, run against scratch databases that are made from the migrations (scratch, catalog).

queries/   plainbase check: each query on both engines, its types, its order, its plan, checked.json
meaning/   what a query's text says by itself: nulls, orders; plans/ what the engines do with it, and the indexes
types/     plainbase types; docs/ plainbase docs
sessions/  plainbase check --session-state
schema/    plainbase migrate dump and review: schema.sql, locks, lint, diagrams
"""
