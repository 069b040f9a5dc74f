-- The lists of a back office, each of a state or some.
CREATE INDEX quittance_payment_state ON quittance_payment (state, created_at, id);

-- Payments of which a change is stuck.
CREATE INDEX quittance_change_stuck ON quittance_change (payment) WHERE tries >= 12;
