"""What a query says by its text alone, on sqlglot's trees: what may be null, and whether its rows have an order.

parsing -> expressions, scopes -> relations (CTEs, views, joins) -> nullable; dependence -> order.
"""
