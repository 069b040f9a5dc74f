-- Samples of free text, and of what waits to go out, serve no plan. They would keep what is personal when the rows are long gone:
-- a table that is empty is not analysed again. The type is the same; to set it forgets the samples there are.
ALTER TABLE quittance_change ALTER COLUMN snapshot TYPE TEXT, ALTER COLUMN cause TYPE TEXT;
ALTER TABLE quittance_change ALTER COLUMN snapshot SET STATISTICS 0, ALTER COLUMN cause SET STATISTICS 0;
ALTER TABLE quittance_entry ALTER COLUMN by_whom SET STATISTICS 0, ALTER COLUMN why SET STATISTICS 0;
