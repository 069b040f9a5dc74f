-- At most one payment of a debt is paid, of whichever notice. Migrate puts the others into review before.
CREATE UNIQUE INDEX quittance_payment_paid ON quittance_payment (debt) WHERE state = 'paid' AND debt <> '';
