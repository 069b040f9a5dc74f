-- A letter that was deleted leaves its key, and nothing else: it is never written a second time.
CREATE TABLE quittance_letter (
    key         TEXT PRIMARY KEY,
    debtor      TEXT,
    received_at INTEGER,
    delete_at   INTEGER,
    is_read     INTEGER,
    subject     TEXT,
    body        TEXT,
    html        TEXT,
    language    TEXT
) STRICT;

CREATE INDEX quittance_letter_debtor ON quittance_letter (debtor, received_at DESC, key) WHERE debtor IS NOT NULL;
CREATE INDEX quittance_letter_due ON quittance_letter (delete_at, key) WHERE delete_at IS NOT NULL;
