-- Undoes 0001 bench: drops what the benchmark reads and writes.

DROP TABLE documents;
DROP TABLE counters;
DROP TABLE events;
DROP TABLE records;
