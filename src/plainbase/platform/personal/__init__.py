"""Personal data: everything about one person, given to them or erased, and chosen columns encrypted.

What is about a person, table by table. The account's row stays under a pseudonym, so that all that refers to it stays
whole; what somebody made for the lab stays, and its author is then that pseudonym.

| table | export gives | erase does |
|---|---|---|
| users | all, of the password whether there is one | address, name, preferences, password and times go; inactive |
| sessions, api_keys, one_time_tokens | all but hashes | deletes |
| login_attempts | those under the person's addresses, old ones too | deletes |
| team_members | the teams | deletes |
| inference_sessions | all | takes out purpose and metadata; figures stay |
| inference_requests | all; prompts and responses are not stored, only their sizes | takes out texts of errors |
| evaluations | those the person recorded, with texts | takes out human_feedback; the rest stays, search follows |
| datasets, models, experiments, training_runs, benchmarks, comparison_results | what the person made | stays |
| predictions | nothing: they name no account, and an address may be shared | takes out address and agent of any whose
  address the person had, also those of others behind it: nothing tells them apart |
| audit_logs | what the person did, and what was done to the account | takes out who and whence of what the person did
  or nobody known did to the account (failed sign-ins), and the old values of personal fields; the chain holds |
| erasures | those of the person | adds a row without personal data |
| stored views, full-text indexes | nothing more than their tables | views hold none of it, indexes follow: on SQLite
  that of evaluations is merged into one piece, which takes as long as it is large |

Not covered, since nothing there says whom it is about: texts that name a person (corpus_texts, inputs and outputs,
names of things, notes), jobs (payload, result, error), generations, workers.
What was erased is in no table then, but a file may keep its bytes: SQLite in free pages and the write-ahead log until
`maintenance.vacuum` and a checkpoint (after them no byte is left), PostgreSQL in dead rows until vacuum and in its own
log, backups until they are thrown away, which is what the ledger is for.
"""

from plainbase.platform.personal.encryption import ENCRYPTABLE, FieldCipher, new_key
from plainbase.platform.personal.erasing import Erasure, erase_user
from plainbase.platform.personal.exporting import export_user
from plainbase.platform.personal.ledger import Replayed, replay
from plainbase.platform.personal.rotation import rotate

__all__ = [
    "ENCRYPTABLE",
    "Erasure",
    "FieldCipher",
    "Replayed",
    "erase_user",
    "export_user",
    "new_key",
    "replay",
    "rotate",
]
