"""What a query says by its text alone, on sqlglot's trees: what may be null, in which order its rows come.

parsing -> expressions, scopes -> relations (CTEs, views, joins) -> nullable; dependence -> order.
inserts: what an INSERT leaves out. traps (parts, kinds, known_null): what the engines take otherwise.
"""
