"""Every query proven before it ships; `plainbase check` runs it all.

loading -> engines (what each says: description, finding) -> rules (compare, computed, uses, snapshot) -> prove.
"""
