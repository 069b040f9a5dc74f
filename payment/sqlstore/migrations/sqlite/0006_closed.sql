-- The days whose export was made: nothing is dated before their end any more.
CREATE TABLE quittance_closed (
    day   TEXT PRIMARY KEY,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX quittance_closed_until ON quittance_closed (until);
