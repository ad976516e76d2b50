"""The types of queries as one Python module: one_row, python -> layout -> module."""
