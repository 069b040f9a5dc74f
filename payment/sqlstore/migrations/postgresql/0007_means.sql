-- What the payer paid by: a card, or a direct debit that was ordered. Empty where nobody said it.
ALTER TABLE quittance_payment ADD COLUMN means TEXT NOT NULL DEFAULT '';
ALTER TABLE quittance_orphan ADD COLUMN means TEXT NOT NULL DEFAULT '';
