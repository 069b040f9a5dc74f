-- A letter that was deleted leaves its key, and nothing else: it is never written a second time. Keys are in the order of their bytes.
CREATE TABLE quittance_letter (
    key         TEXT COLLATE "C" PRIMARY KEY,
    debtor      TEXT,
    received_at BIGINT,
    delete_at   BIGINT,
    is_read     BIGINT,
    subject     TEXT,
    body        TEXT,
    html        TEXT,
    language    TEXT
);

CREATE INDEX quittance_letter_debtor ON quittance_letter (debtor, received_at DESC, key) WHERE debtor IS NOT NULL;
CREATE INDEX quittance_letter_due ON quittance_letter (delete_at, key) WHERE delete_at IS NOT NULL;

-- Samples of the words serve no plan, and would outlive them.
ALTER TABLE quittance_letter ALTER COLUMN subject SET STATISTICS 0, ALTER COLUMN body SET STATISTICS 0, ALTER COLUMN html SET STATISTICS 0;
