"""How an engine finds the rows of a query, and what of that takes longer with every row.

postgres, sqlite (selects) -> nodes -> review (of the tables that grow); indexes -> index_report.
"""
