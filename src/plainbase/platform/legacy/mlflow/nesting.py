"""Which run is nested in which: parents before their children, and no run within itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from plainbase.platform.legacy.mlflow.translation import run_id


class Nesting:
    """The runs of a store, and the parents that their tags name."""

    def __init__(self, runs: Sequence[str], parents: Mapping[str, str]) -> None:
        self._runs = runs
        self._parents = parents
        self._depths: dict[str, int] = {}
        known = frozenset(runs)
        for run in runs:
            path: list[str] = []
            at = run
            while at in known and at not in self._depths and at not in path:
                path.append(at)
                at = parents.get(at, "")
            below = self._depths.get(at, -1)  # a ring is opened where it was entered
            for place, each in enumerate(reversed(path), start=below + 1):
                self._depths[each] = place

    def parents_first(self) -> list[str]:
        """The runs, each after its parent."""
        return sorted(self._runs, key=self._depths.__getitem__)

    def parent(self, run: str) -> UUID | None:
        """The id of a run's parent, where that is a run of the store."""
        named = self._parents.get(run, "")
        if named in self._depths and self._depths[named] < self._depths[run]:
            return run_id(named)
        return None

    def has_lost_parent(self, run: str) -> bool:
        """Whether a run names a parent that it cannot have."""
        return bool(self._parents.get(run)) and self.parent(run) is None
