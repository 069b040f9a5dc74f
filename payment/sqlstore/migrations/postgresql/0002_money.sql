-- What the message of an entry said of money, when it was an acceptance.
ALTER TABLE quittance_entry ADD COLUMN cents BIGINT NOT NULL DEFAULT 0;
ALTER TABLE quittance_entry ADD COLUMN returned BIGINT NOT NULL DEFAULT 0;
ALTER TABLE quittance_entry ADD COLUMN currency TEXT NOT NULL DEFAULT '';
ALTER TABLE quittance_entry ADD COLUMN merchant TEXT NOT NULL DEFAULT '';
ALTER TABLE quittance_entry ADD COLUMN authorisation TEXT NOT NULL DEFAULT '';

-- What a day's export and its seal read: the heads, in the order of time.
CREATE INDEX quittance_entry_at ON quittance_entry (at, payment, version, hash);
