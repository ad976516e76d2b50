-- 0007 work: undo. Drops all jobs, schedules and workers.
-- Locks: ACCESS EXCLUSIVE on each table, for a moment.
-- By hand: as `plainbase migrate render --down` writes it, so that schema_migrations is told too.

DROP TABLE workers;
DROP TABLE job_schedules;
DROP TABLE job_queues;
DROP TABLE jobs;
DROP FUNCTION notify_jobs();
