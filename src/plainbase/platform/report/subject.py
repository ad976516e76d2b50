"""What a report is about: a whole platform, or one experiment of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from plainbase.platform.runners import AnyDatabase
from plainbase.typed import ExperimentsGetRow


@dataclass(frozen=True, slots=True)
class Subject:
    """The database, the experiment if it is about one, and the training runs whose curves are wanted."""

    db: AnyDatabase
    made_at: datetime
    experiment: ExperimentsGetRow | None = None
    run_ids: Sequence[UUID] = ()

    @property
    def experiment_id(self) -> UUID | None:
        """The experiment's id, None for a whole platform."""
        return self.experiment.id if self.experiment else None
