"""The benchmark: plainbase, the raw drivers and the peers, side by side in one process. Run by `scripts/bench`."""
