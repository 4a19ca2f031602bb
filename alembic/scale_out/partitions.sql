-- How attribution_events becomes one native partition per month. Not run by the migrations: it is the road to a hundred
-- million rows, decided in contracts/decisions/0020-past-one-machine.md and driven by tests/schema/test_scale_out.py.
-- Run as the owner role while the service is stopped. The ledger goes the same way, by posted_at.

-- A unique key of a partitioned table must contain its month, so the promise "once per tenant and provider" moves here.
CREATE TABLE attribution_event_keys (
    tenant_id UUID NOT NULL REFERENCES tenants (id) ON DELETE RESTRICT,
    provider VARCHAR(32) NOT NULL,
    idempotency_key VARCHAR(255) NOT NULL,
    id UUID NOT NULL,
    CONSTRAINT pk_attribution_event_keys PRIMARY KEY (tenant_id, provider, idempotency_key),
    CONSTRAINT uq_attribution_event_keys__id UNIQUE (tenant_id, id)
);
INSERT INTO attribution_event_keys SELECT tenant_id, provider, idempotency_key, id FROM attribution_events;
ALTER TABLE attribution_event_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE attribution_event_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation_policy ON attribution_event_keys
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
GRANT SELECT, INSERT ON attribution_event_keys TO app_rw, app_replay;
GRANT SELECT ON attribution_event_keys TO app_ro, app_maintenance;

-- Entries and credits refer to the key, which is never partitioned.
ALTER TABLE revenue_ledger DROP CONSTRAINT fk_revenue_ledger__tenant_id_event_id;
ALTER TABLE attribution_allocations DROP CONSTRAINT fk_attribution_allocations__tenant_id_event_id;

-- The new table, with the month in its primary key. Indexes and guards are made again under its name.
ALTER TABLE attribution_events RENAME TO attribution_events_unpartitioned;
CREATE TABLE attribution_events (
    LIKE attribution_events_unpartitioned INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING COMMENTS,
    PRIMARY KEY (tenant_id, received_at, id)
) PARTITION BY RANGE (received_at);
CREATE INDEX ON attribution_events (tenant_id, occurred_at DESC, id);
CREATE INDEX ON attribution_events (tenant_id, id);
ALTER TABLE attribution_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE attribution_events FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation_policy ON attribution_events
    USING (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
GRANT SELECT, INSERT ON attribution_events TO app_rw, app_replay;
GRANT SELECT ON attribution_events TO app_ro, app_maintenance;

-- One partition per month. Rights are on the parent only and row security is on each partition too, because a policy of the
-- parent does not protect a partition that is addressed directly.
DO $$
DECLARE
    month date;
BEGIN
    FOR month IN
        SELECT m::date FROM generate_series(
            date_trunc('month', coalesce((SELECT min(received_at) FROM attribution_events_unpartitioned), now())),
            date_trunc('month', now()) + INTERVAL '3 months', INTERVAL '1 month') AS m
    LOOP
        EXECUTE format('CREATE TABLE %I PARTITION OF attribution_events FOR VALUES FROM (%L) TO (%L)',
            'attribution_events_' || to_char(month, 'YYYY_MM'), month, month + INTERVAL '1 month');
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', 'attribution_events_' || to_char(month, 'YYYY_MM'));
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', 'attribution_events_' || to_char(month, 'YYYY_MM'));
    END LOOP;
END $$;
INSERT INTO attribution_events SELECT * FROM attribution_events_unpartitioned;

-- A second event of one key is refused by the key's table, in the same statement.
CREATE FUNCTION fn_claim_event_key() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO public.attribution_event_keys (tenant_id, provider, idempotency_key, id)
    VALUES (NEW.tenant_id, NEW.provider, NEW.idempotency_key, NEW.id);
    RETURN NEW;
END $$;
CREATE TRIGGER trg_claim_event_key BEFORE INSERT ON attribution_events
    FOR EACH ROW EXECUTE FUNCTION fn_claim_event_key();
CREATE TRIGGER trg_pii_guardrail_attribution_events BEFORE INSERT OR UPDATE ON attribution_events
    FOR EACH ROW EXECUTE FUNCTION fn_enforce_pii_guardrail();
CREATE TRIGGER trg_events_prevent_mutation BEFORE UPDATE OR DELETE ON attribution_events
    FOR EACH ROW EXECUTE FUNCTION fn_events_prevent_mutation();
CREATE TRIGGER trg_block_worker_attribution_events BEFORE INSERT OR UPDATE OR DELETE ON attribution_events
    FOR EACH STATEMENT EXECUTE FUNCTION fn_block_worker_ingestion_mutation();
ALTER TABLE revenue_ledger ADD CONSTRAINT fk_revenue_ledger__tenant_id_event_id
    FOREIGN KEY (tenant_id, event_id) REFERENCES attribution_event_keys (tenant_id, id) ON DELETE RESTRICT;
ALTER TABLE attribution_allocations ADD CONSTRAINT fk_attribution_allocations__tenant_id_event_id
    FOREIGN KEY (tenant_id, event_id) REFERENCES attribution_event_keys (tenant_id, id) ON DELETE RESTRICT;
