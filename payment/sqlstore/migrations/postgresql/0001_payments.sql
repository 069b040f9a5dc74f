CREATE TABLE quittance_payment (
    id               TEXT PRIMARY KEY,
    version          BIGINT NOT NULL,
    state            TEXT NOT NULL,
    reference        TEXT NOT NULL UNIQUE,
    merchant         TEXT NOT NULL,
    claim            TEXT NOT NULL,
    debt             TEXT NOT NULL,
    notice           TEXT NOT NULL,
    debtor           TEXT NOT NULL,
    key              TEXT NOT NULL,
    policy           TEXT NOT NULL,
    language         TEXT NOT NULL,
    cents            BIGINT NOT NULL CHECK (cents >= 0),
    currency         TEXT NOT NULL,
    session_url      TEXT NOT NULL,
    session_method   TEXT NOT NULL,
    session_fields   TEXT NOT NULL,
    session_expires  BIGINT,
    authorisation    TEXT NOT NULL,
    brand            TEXT NOT NULL,
    masked_pan       TEXT NOT NULL,
    code             TEXT NOT NULL,
    decline          TEXT NOT NULL,
    created_at       BIGINT NOT NULL,
    paid_at          BIGINT,
    recorded_at      BIGINT,
    refund_asked_at  BIGINT,
    refund_called_at BIGINT,
    returned_at      BIGINT,
    attention_at     BIGINT,
    head             BYTEA NOT NULL,
    lease_token      TEXT,
    lease_until      BIGINT,
    tries            BIGINT NOT NULL DEFAULT 0,
    cause            TEXT NOT NULL DEFAULT ''
);

-- A key serves one payment of a debtor. Erased payments have neither.
CREATE UNIQUE INDEX quittance_payment_key ON quittance_payment (debtor, key) WHERE debtor <> '';

-- At most one attempt of a debt.
CREATE UNIQUE INDEX quittance_payment_attempt ON quittance_payment (debt)
    WHERE state IN ('created', 'redirected', 'unknown') AND debt <> '';

-- At most one payment of a claim with money.
CREATE UNIQUE INDEX quittance_payment_money ON quittance_payment (claim)
    WHERE state IN ('paid', 'recorded') AND claim <> '';

CREATE INDEX quittance_payment_due ON quittance_payment (attention_at, id) WHERE attention_at IS NOT NULL;
CREATE INDEX quittance_payment_debt ON quittance_payment (debt);
CREATE INDEX quittance_payment_debtor ON quittance_payment (debtor, created_at);
CREATE INDEX quittance_payment_created ON quittance_payment (created_at, id);
CREATE INDEX quittance_payment_stuck ON quittance_payment (id) WHERE tries >= 12;

CREATE TABLE quittance_entry (
    payment     TEXT NOT NULL,
    version     BIGINT NOT NULL,
    event       TEXT NOT NULL,
    effect      TEXT NOT NULL,
    from_state  TEXT NOT NULL,
    to_state    TEXT NOT NULL,
    at          BIGINT NOT NULL,
    channel     TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    by_whom     TEXT NOT NULL,
    why         TEXT NOT NULL,
    previous    BYTEA NOT NULL,
    hash        BYTEA NOT NULL,
    row_hash    BYTEA NOT NULL,
    personal    BYTEA NOT NULL,
    salt        BYTEA NOT NULL,
    PRIMARY KEY (payment, version)
);

-- What has to go out. Of one payment the oldest goes first; an orphan's payment is empty, its version zero.
CREATE TABLE quittance_change (
    key         TEXT PRIMARY KEY,
    payment     TEXT NOT NULL,
    version     BIGINT NOT NULL,
    snapshot    TEXT NOT NULL,
    due_at      BIGINT NOT NULL,
    lease_token TEXT,
    lease_until BIGINT,
    tries       BIGINT NOT NULL DEFAULT 0,
    cause       TEXT NOT NULL DEFAULT ''
);

CREATE INDEX quittance_change_due ON quittance_change (due_at, key);
CREATE INDEX quittance_change_order ON quittance_change (payment, version);

CREATE TABLE quittance_sequence (
    day  TEXT PRIMARY KEY,
    last BIGINT NOT NULL
);

-- Verified acceptances that belong to no payment.
CREATE TABLE quittance_orphan (
    fingerprint   TEXT PRIMARY KEY,
    reference     TEXT NOT NULL,
    order_id      TEXT NOT NULL,
    merchant      TEXT NOT NULL,
    cents         BIGINT NOT NULL,
    returned      BIGINT NOT NULL,
    currency      TEXT NOT NULL,
    outcome       TEXT NOT NULL,
    decline       TEXT NOT NULL,
    code          TEXT NOT NULL,
    acquirer_code TEXT NOT NULL,
    authorisation TEXT NOT NULL,
    brand         TEXT NOT NULL,
    masked_pan    TEXT NOT NULL,
    accepted_at   BIGINT,
    found_at      BIGINT NOT NULL
);
