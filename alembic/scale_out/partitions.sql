-- How attribution_events and revenue_ledger become one native partition per month. Not run by the migrations: it is the road to
-- a hundred million rows, decided in contracts/decisions/0020-past-one-machine.md and driven by tests/schema/test_scale_out.py.
-- Run as the owner role in one transaction (psql --single-transaction -f) while the service is stopped.
--
-- A unique key of a partitioned table must contain its month. What is unique today without it ("once per tenant and processor")
-- moves to a small table of keys beside each, and so do the references of other tables.

-- What belongs to a table beside its columns and checks, as statements that make it again under the same name.
CREATE FUNCTION pg_temp.belongings(whose regclass) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i WHERE i.indrelid = $1 AND NOT i.indisunique
    UNION ALL
    -- Lookups by what was a unique key; uniqueness itself is the key table's.
    SELECT replace(pg_get_indexdef(i.indexrelid), 'CREATE UNIQUE INDEX uq_', 'CREATE INDEX ix_')
    FROM pg_index i WHERE i.indrelid = $1 AND i.indisunique AND NOT i.indisprimary
    UNION ALL
    SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s', $1, k.conname, pg_get_constraintdef(k.oid))
    FROM pg_constraint k WHERE k.conrelid = $1 AND k.contype = 'f' AND k.confrelid <> $1
    UNION ALL
    SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t WHERE t.tgrelid = $1 AND NOT t.tgisinternal
    UNION ALL
    SELECT format('GRANT %s ON %s TO %I', a.privilege_type, $1, a.grantee::regrole::text)
    FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a WHERE c.oid = $1 AND a.grantee <> c.relowner
    UNION ALL
    SELECT format('GRANT %s (%I) ON %s TO %I', a.privilege_type, t.attname, $1, a.grantee::regrole::text)
    FROM pg_attribute t CROSS JOIN LATERAL aclexplode(t.attacl) a WHERE t.attrelid = $1
    UNION ALL
    SELECT format('COMMENT ON TABLE %s IS %L', $1, obj_description($1, 'pg_class'))
$$;

-- Row security, made for a table of keys and for a partitioned table alike.
CREATE FUNCTION pg_temp.protect(whose text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', $1);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', $1);
    EXECUTE format(
        'CREATE POLICY tenant_isolation_policy ON %1$s USING (%2$s) WITH CHECK (%2$s)', $1,
        $rule$tenant_id = nullif(current_setting('app.current_tenant_id', true), '')::uuid$rule$);
END $$;

-- One partition per month, until some months ahead; run it every month, as the owner. Rights are on the parent only and row
-- security is on each partition too, because a policy of the parent does not protect a partition that is addressed directly.
CREATE FUNCTION maintenance.make_months(parent text, since timestamptz DEFAULT now(), months_ahead integer DEFAULT 3)
RETURNS integer LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    month timestamptz;
    part text;
    made integer := 0;
BEGIN
    FOR month IN
        SELECT m FROM generate_series(
            date_trunc('month', $2, 'UTC'), date_trunc('month', now(), 'UTC') + make_interval(months => $3), INTERVAL '1 month') AS m
    LOOP
        part := $1 || '_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM');
        CONTINUE WHEN to_regclass('public.' || part) IS NOT NULL;
        EXECUTE format('CREATE TABLE public.%I PARTITION OF public.%I FOR VALUES FROM (%L) TO (%L)',
            part, $1, month, month + INTERVAL '1 month');
        EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', part);
        EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', part);
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;
REVOKE ALL ON FUNCTION maintenance.make_months(text, timestamptz, integer) FROM PUBLIC;

-- `whose` becomes a partitioned table of the same name, rows, rights and guards; `keys` takes over what is unique.
CREATE FUNCTION pg_temp.partition_by_month(whose text, instant text, keys text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    before bigint;
    after bigint;
    statement text;
BEGIN
    CREATE TEMP TABLE kept ON COMMIT DROP AS
        SELECT 1 AS step, replace(pg_get_indexdef(i.indexrelid), ' ON public.' || $1 || ' ', ' ON public.' || $3 || ' ') AS made
        FROM pg_index i WHERE i.indrelid = $1::regclass AND i.indisunique AND NOT i.indisprimary
        UNION ALL SELECT 2, b FROM pg_temp.belongings($1::regclass) AS b
        UNION ALL
        -- Other tables refer to the key, which is never partitioned.
        SELECT 3, format('ALTER TABLE %s ADD CONSTRAINT %I %s', k.conrelid::regclass, k.conname,
            replace(pg_get_constraintdef(k.oid), 'REFERENCES ' || $1 || '(', 'REFERENCES ' || $3 || '('))
        FROM pg_constraint k WHERE k.confrelid = $1::regclass;
    FOR statement IN SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', k.conrelid::regclass, k.conname)
        FROM pg_constraint k WHERE k.confrelid = $1::regclass
    LOOP
        EXECUTE statement;
    END LOOP;

    EXECUTE format('ALTER TABLE %I RENAME TO %I', $1, $1 || '_whole');
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING COMMENTS) PARTITION BY RANGE (%I)',
        $1, $1 || '_whole', $2);
    PERFORM pg_temp.protect($1);
    EXECUTE format('SELECT maintenance.make_months(%L, coalesce(min(%I), now())) FROM %I', $1, $2, $1 || '_whole');
    -- Whatever comes late or early for its partition is kept here and never refused.
    EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', $1 || '_rest', $1);
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', $1 || '_rest');
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', $1 || '_rest');
    EXECUTE format('INSERT INTO %I SELECT * FROM %I', $1, $1 || '_whole');
    GET DIAGNOSTICS after = ROW_COUNT;
    EXECUTE format('SELECT count(*) FROM %I', $1 || '_whole') INTO before;
    IF before <> after THEN
        RAISE EXCEPTION '% of % rows of % were moved; nothing is changed', after, before, $1;
    END IF;
    EXECUTE format('DROP TABLE %I', $1 || '_whole');

    EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I PRIMARY KEY (tenant_id, %I, id)', $1, 'pk_' || $1, $2);
    EXECUTE format('CREATE INDEX %I ON %I (tenant_id, id)', 'ix_' || $1 || '__tenant_id_id', $1);
    FOR statement IN SELECT k.made FROM kept k WHERE k.made IS NOT NULL ORDER BY k.step LOOP
        EXECUTE statement;
    END LOOP;
    DROP TABLE kept;
END $$;

-- Views read the very table they were made on, so they are made again afterwards: older ones first, as they depend.
CREATE TEMP TABLE views_kept ON COMMIT DROP AS
SELECT c.oid::bigint AS age, c.relname::text AS name, c.relkind = 'm' AS is_stored, c.relowner::regrole::text AS owner,
    format('CREATE %s %I%s AS %s', CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END, c.relname,
        ' WITH (' || array_to_string(c.reloptions, ', ') || ')', pg_get_viewdef(c.oid)) AS made,
    format('CREATE %s %I AS %s', CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END, c.relname,
        pg_get_viewdef(c.oid)) AS made_plain,
    array(SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i WHERE i.indrelid = c.oid)
        || array(SELECT format('GRANT %s ON %I TO %I', a.privilege_type, c.relname, a.grantee::regrole::text)
            FROM aclexplode(c.relacl) a WHERE a.grantee <> c.relowner)
        || array(SELECT format('COMMENT ON %s %I IS %L', CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END,
            c.relname, d.description) FROM pg_description d WHERE d.objoid = c.oid AND d.objsubid = 0) AS belongings
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('m', 'v');
DO $$
DECLARE
    view record;
BEGIN
    FOR view IN SELECT * FROM views_kept ORDER BY age DESC LOOP
        EXECUTE format('DROP %s %I', CASE WHEN view.is_stored THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END, view.name);
    END LOOP;
END $$;

-- The keys of events, unique over all months.
CREATE TABLE attribution_event_keys (
    tenant_id UUID NOT NULL REFERENCES tenants (id) ON DELETE RESTRICT,
    id UUID NOT NULL,
    processor VARCHAR(32) NOT NULL,
    idempotency_key VARCHAR(255) NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
INSERT INTO attribution_event_keys SELECT tenant_id, id, processor, idempotency_key FROM attribution_events;
SELECT pg_temp.protect('attribution_event_keys');
GRANT SELECT, INSERT ON attribution_event_keys TO app_rw, app_replay;
GRANT SELECT ON attribution_event_keys TO app_ro, app_maintenance;
CREATE FUNCTION fn_claim_event_key() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO public.attribution_event_keys (tenant_id, id, processor, idempotency_key)
    VALUES (NEW.tenant_id, NEW.id, NEW.processor, NEW.idempotency_key);
    RETURN NEW;
END $$;
SELECT pg_temp.partition_by_month('attribution_events', 'received_at', 'attribution_event_keys');
CREATE TRIGGER trg_claim_event_key BEFORE INSERT ON attribution_events
    FOR EACH ROW EXECUTE FUNCTION fn_claim_event_key();

-- The keys of entries.
CREATE TABLE revenue_ledger_keys (
    tenant_id UUID NOT NULL REFERENCES tenants (id) ON DELETE RESTRICT,
    id UUID NOT NULL,
    processor VARCHAR(32) NOT NULL,
    transaction_id VARCHAR(255) NOT NULL,
    entry_kind TEXT NOT NULL,
    processor_event_id VARCHAR(255) NOT NULL,
    payment_reference VARCHAR(255),
    original_transaction_id VARCHAR(255) NOT NULL,
    ordinal INTEGER,
    PRIMARY KEY (tenant_id, id)
);
INSERT INTO revenue_ledger_keys
SELECT tenant_id, id, processor, transaction_id, entry_kind, processor_event_id, payment_reference, original_transaction_id,
    ordinal
FROM revenue_ledger;
SELECT pg_temp.protect('revenue_ledger_keys');
GRANT SELECT, INSERT ON revenue_ledger_keys TO app_rw, app_replay;
GRANT SELECT ON revenue_ledger_keys TO app_ro, app_maintenance;
CREATE FUNCTION fn_claim_entry_key() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO public.revenue_ledger_keys
        (tenant_id, id, processor, transaction_id, entry_kind, processor_event_id, payment_reference,
        original_transaction_id, ordinal)
    VALUES (NEW.tenant_id, NEW.id, NEW.processor, NEW.transaction_id, NEW.entry_kind, NEW.processor_event_id,
        NEW.payment_reference, NEW.original_transaction_id, NEW.ordinal);
    RETURN NEW;
END $$;
SELECT pg_temp.partition_by_month('revenue_ledger', 'posted_at', 'revenue_ledger_keys');
CREATE TRIGGER trg_claim_entry_key BEFORE INSERT ON revenue_ledger
    FOR EACH ROW EXECUTE FUNCTION fn_claim_entry_key();

-- Keys are facts like the rows they stand for.
CREATE TRIGGER trg_append_only_attribution_event_keys BEFORE UPDATE OR DELETE ON attribution_event_keys
    FOR EACH ROW EXECUTE FUNCTION fn_append_only();
CREATE TRIGGER trg_append_only_revenue_ledger_keys BEFORE UPDATE OR DELETE ON revenue_ledger_keys
    FOR EACH ROW EXECUTE FUNCTION fn_append_only();

DO $$
DECLARE
    view record;
    statement text;
BEGIN
    FOR view IN SELECT * FROM views_kept ORDER BY age LOOP
        EXECUTE coalesce(view.made, view.made_plain);
        FOREACH statement IN ARRAY view.belongings LOOP
            EXECUTE statement;
        END LOOP;
        EXECUTE format('ALTER %s %I OWNER TO %I',
            CASE WHEN view.is_stored THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END, view.name, view.owner);
    END LOOP;
END $$;
