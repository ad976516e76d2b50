"""Every query proven before it ships; `plainbase check` runs it all."""
