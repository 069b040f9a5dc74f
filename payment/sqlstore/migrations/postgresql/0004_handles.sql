-- What an acquirer calls a trip, where our reference is not enough to ask by; to the end of the payment's life, or its erasure.
ALTER TABLE quittance_payment ADD COLUMN handle_session TEXT NOT NULL DEFAULT '';
ALTER TABLE quittance_payment ADD COLUMN handle_proof TEXT NOT NULL DEFAULT '';
ALTER TABLE quittance_payment ADD COLUMN handle_payment TEXT NOT NULL DEFAULT '';
ALTER TABLE quittance_payment ADD COLUMN handle_expires BIGINT;

-- What has gone back of the amount, and when a refund was called for first.
ALTER TABLE quittance_payment ADD COLUMN returned BIGINT NOT NULL DEFAULT 0;
ALTER TABLE quittance_payment ADD COLUMN refund_first_called_at BIGINT;

-- What is learned by a handle is about one payment.
CREATE UNIQUE INDEX quittance_payment_handle ON quittance_payment (merchant, handle_session) WHERE handle_session <> '';

-- A payment in review is looked at from now on.
UPDATE quittance_payment SET attention_at = created_at WHERE state = 'review' AND attention_at IS NULL;
