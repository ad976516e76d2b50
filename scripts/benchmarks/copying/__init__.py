"""The suite `copy`: a database of a million rows to the other engine and back."""
