-- Rows that are only added. With the argument 'delete', retention may remove rows when their time is over.
CREATE OR REPLACE FUNCTION fn_append_only() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_user = 'app_maintenance' AND TG_NARGS > 0 AND TG_ARGV[0] = 'delete' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused; add a row instead', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
END $$;

-- A delivery that became an event stays; the others may be dropped after their time by maintenance.
CREATE OR REPLACE TRIGGER trg_append_only_webhook_deliveries BEFORE UPDATE OR DELETE ON webhook_deliveries
    FOR EACH ROW EXECUTE FUNCTION fn_append_only('delete');
CREATE OR REPLACE TRIGGER trg_append_only_truncate_webhook_deliveries BEFORE TRUNCATE ON webhook_deliveries
    FOR EACH STATEMENT EXECUTE FUNCTION fn_append_only();
CREATE OR REPLACE TRIGGER trg_append_only_revenue_state_transitions BEFORE UPDATE OR DELETE ON revenue_state_transitions
    FOR EACH ROW EXECUTE FUNCTION fn_append_only();
CREATE OR REPLACE TRIGGER trg_append_only_ledger_verifications BEFORE UPDATE OR DELETE ON ledger_verifications
    FOR EACH ROW EXECUTE FUNCTION fn_append_only();

-- Corrections are history, so the newest one counts and none is changed.
CREATE OR REPLACE TRIGGER trg_append_only_channel_assignment_corrections
    BEFORE UPDATE OR DELETE ON channel_assignment_corrections
    FOR EACH ROW EXECUTE FUNCTION fn_append_only();

-- The audit of decisions may only be dropped when its time is over.
CREATE OR REPLACE TRIGGER trg_append_only_llm_call_audit BEFORE UPDATE OR DELETE ON llm_call_audit
    FOR EACH ROW EXECUTE FUNCTION fn_append_only('delete');

-- Nobody edits the record of who was given access.
CREATE OR REPLACE TRIGGER trg_append_only_access_audit BEFORE UPDATE OR DELETE ON access_audit
    FOR EACH ROW EXECUTE FUNCTION fn_append_only();

-- Nor the record of who has repaired what with which amount.
CREATE OR REPLACE TRIGGER trg_append_only_dead_event_audit BEFORE UPDATE OR DELETE ON dead_event_audit
    FOR EACH ROW EXECUTE FUNCTION fn_append_only();

-- Nobody edits the record of what was erased.
CREATE OR REPLACE TRIGGER trg_append_only_privacy_audit BEFORE UPDATE OR DELETE ON privacy_audit
    FOR EACH ROW EXECUTE FUNCTION fn_append_only();

-- A link that was used cannot be unmade, and a role ends with the next one.
CREATE OR REPLACE TRIGGER trg_append_only_sale_links BEFORE UPDATE OR DELETE ON sale_links
    FOR EACH ROW EXECUTE FUNCTION fn_append_only();
CREATE OR REPLACE TRIGGER trg_append_only_processor_roles BEFORE UPDATE OR DELETE ON processor_roles
    FOR EACH ROW EXECUTE FUNCTION fn_append_only();
