-- The seal of a day whose export was made: the next day's seal begins with it, so that an export need not read what came before.
ALTER TABLE quittance_closed ADD COLUMN seal BLOB;
