-- Money has no exception at all.
CREATE OR REPLACE FUNCTION fn_ledger_prevent_mutation() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'revenue_ledger is immutable: % refused; post a reversing entry instead', TG_OP
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
END $$;

-- Money is never edited: a correction is another entry.
CREATE OR REPLACE TRIGGER trg_ledger_prevent_mutation BEFORE UPDATE OR DELETE ON revenue_ledger
    FOR EACH ROW EXECUTE FUNCTION fn_ledger_prevent_mutation();
CREATE OR REPLACE TRIGGER trg_ledger_prevent_truncate BEFORE TRUNCATE ON revenue_ledger
    FOR EACH STATEMENT EXECUTE FUNCTION fn_ledger_prevent_mutation();
