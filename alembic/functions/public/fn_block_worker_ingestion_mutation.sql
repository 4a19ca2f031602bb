-- Workers never write what receipts write, even if a grant is widened by mistake one day.
CREATE OR REPLACE FUNCTION fn_block_worker_ingestion_mutation() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (session_user = 'app_worker' OR current_setting('app.execution_context', true) = 'worker')
        AND current_user NOT IN ('app_replay', 'app_maintenance')
    THEN
        RAISE EXCEPTION 'a worker may not % %; use the replay functions', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;

-- Only receipts write here; a worker goes through the replay functions.
CREATE OR REPLACE TRIGGER trg_block_worker_webhook_deliveries BEFORE INSERT OR UPDATE OR DELETE ON webhook_deliveries
    FOR EACH STATEMENT EXECUTE FUNCTION fn_block_worker_ingestion_mutation();
CREATE OR REPLACE TRIGGER trg_block_worker_attribution_events BEFORE INSERT OR UPDATE OR DELETE ON attribution_events
    FOR EACH STATEMENT EXECUTE FUNCTION fn_block_worker_ingestion_mutation();
CREATE OR REPLACE TRIGGER trg_block_worker_dead_events BEFORE INSERT OR UPDATE OR DELETE ON dead_events
    FOR EACH STATEMENT EXECUTE FUNCTION fn_block_worker_ingestion_mutation();
CREATE OR REPLACE TRIGGER trg_block_worker_revenue_ledger BEFORE INSERT OR UPDATE OR DELETE ON revenue_ledger
    FOR EACH STATEMENT EXECUTE FUNCTION fn_block_worker_ingestion_mutation();

-- Only receipts write touches.
CREATE OR REPLACE TRIGGER trg_block_worker_touches BEFORE INSERT OR UPDATE OR DELETE ON touches
    FOR EACH STATEMENT EXECUTE FUNCTION fn_block_worker_ingestion_mutation();
