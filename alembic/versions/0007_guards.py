"""Guards that tables share: personal data, payload keys, append-only rows, and the worker's lane."""

from __future__ import annotations

from impl.db.revision import run

revision = "0007_guards"
down_revision = "0006_channels"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run(r"""
        -- Keys are compared by their letters and digits only, folded, with look-alikes of other scripts made Latin:
        -- `firstName`, `First-Name` and `first_name` are one key. The receipt normalises in the same way. Almost all
        -- keys are ASCII, where folding is cheap. No search path is set, so that the planner can inline the expression.
        CREATE FUNCTION fn_normalise_key(key text) RETURNS text
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN CASE
            WHEN octet_length(key) = length(key) THEN regexp_replace(lower(key), '[^a-z0-9]+', '', 'g')
            ELSE regexp_replace(
                translate(
                    normalize(lower(normalize(key, NFKC)), NFKC),
                    U&'\0430\0435\043E\0440\0441\0443\0445\0456\0455\0458\0501\04BB\043A\043C\0442\0432\03B1\03B5\03B9\03BD\03BF\03C1\03C5',
                    'aeopcyxisjdhkmtbaeivopu'
                ),
                '[^[:alnum:]]+', '', 'g'
            )
        END;

        -- Ten known keys with plain values: what receipts store, and all that stored payloads may hold. None of the
        -- keys is personal, so such a document needs no search. Ask it about objects only.
        CREATE FUNCTION fn_is_plain_payload(document jsonb) RETURNS boolean
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
            document - ARRAY[
                'event_type', 'event_timestamp', 'currency', 'vendor', 'utm_source', 'utm_medium',
                'external_event_id', 'campaign_id', 'idempotency_key', 'channel'] = '{}'::jsonb
            AND NOT jsonb_path_exists(document, 'strict $.* ? (@.type() == "object" || @.type() == "array")');

        -- The first place in a document that names a person or holds what durable JSON never holds, or NULL.
        CREATE FUNCTION fn_find_personal_key(document jsonb) RETURNS text
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
            WITH RECURSIVE node (path, key, value) AS (
                SELECT '$'::text, NULL::text, document
                UNION ALL
                SELECT left(node.path, 200) || child.step, child.key, child.value
                FROM node CROSS JOIN LATERAL (
                    SELECT '.' || left(member.key, 100) AS step, member.key, member.value
                    FROM jsonb_each(CASE jsonb_typeof(node.value) WHEN 'object' THEN node.value END) AS member
                    UNION ALL
                    SELECT '[' || (item.position - 1) || ']', NULL, item.value
                    FROM jsonb_array_elements(CASE jsonb_typeof(node.value) WHEN 'array' THEN node.value END)
                        WITH ORDINALITY AS item (value, position)
                ) AS child
            )
            SELECT node.path FROM node
            WHERE public.fn_normalise_key(node.key) IN (
                'email', 'emailaddress', 'phone', 'phonenumber', 'ssn', 'socialsecuritynumber', 'ipaddress', 'ip',
                'firstname', 'lastname', 'fullname', 'address', 'streetaddress', 'billingaddress', 'shippingaddress',
                'customeremail', 'customerphone', 'receiptemail',
                'vendorpayload', 'billingdetails', 'rawbody', 'rawbodysha256', 'rawbodybytes', 'parseerror',
                'devicefingerprint', 'useragent', 'iphash', 'sessionid'
            )
            LIMIT 1
        $$;

        -- Layer two against personal data. Each table has its own column, so each has its own branch.
        CREATE FUNCTION fn_enforce_pii_guardrail() RETURNS trigger
        LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
        DECLARE
            place text;
            document jsonb;
        BEGIN
            CASE TG_TABLE_NAME
                WHEN 'attribution_events' THEN place := 'raw_payload'; document := NEW.raw_payload;
                WHEN 'dead_events' THEN place := 'raw_payload'; document := NEW.raw_payload;
                WHEN 'dead_events_quarantine' THEN place := 'error_detail'; document := NEW.error_detail;
                WHEN 'revenue_ledger' THEN place := 'metadata'; document := NEW.metadata;
                WHEN 'platform_connections' THEN place := 'connection_metadata'; document := NEW.connection_metadata;
                WHEN 'worker_failed_jobs' THEN place := 'arguments'; document := NEW.arguments;
            END CASE;
            IF document IS NULL
                OR (CASE jsonb_typeof(document) WHEN 'object' THEN public.fn_is_plain_payload(document) END)
            THEN
                RETURN NEW;
            END IF;
            place := TG_TABLE_NAME || '.' || place || ' ' || public.fn_find_personal_key(document);
            IF place IS NOT NULL THEN
                RAISE EXCEPTION 'personal data in %. Remove PII key before retry', place
                    USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME;
            END IF;
            RETURN NEW;
        END $$;

        -- Stored payloads hold ten known keys with plain values and nothing else.
        CREATE FUNCTION fn_guard_payload_allowlist() RETURNS trigger
        LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
        DECLARE
            refused text;
        BEGIN
            IF jsonb_typeof(NEW.raw_payload) = 'object' THEN
                IF public.fn_is_plain_payload(NEW.raw_payload) THEN
                    RETURN NEW;
                END IF;
            ELSE
                RAISE EXCEPTION '%.raw_payload is an object, not a %', TG_TABLE_NAME, jsonb_typeof(NEW.raw_payload)
                    USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME;
            END IF;
            SELECT left(member.key, 100) INTO refused FROM jsonb_each(NEW.raw_payload) AS member
            WHERE NOT public.fn_is_plain_payload(jsonb_build_object(member.key, member.value)) LIMIT 1;
            RAISE EXCEPTION '%.raw_payload may not hold %; only allow-listed keys with plain values are kept',
                TG_TABLE_NAME, refused USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME;
        END $$;

        -- Rows that are only added. With the argument 'delete', retention may remove rows when their time is over.
        CREATE FUNCTION fn_append_only() RETURNS trigger
        LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
            IF TG_OP = 'DELETE' AND current_user = 'app_maintenance' AND TG_NARGS > 0 AND TG_ARGV[0] = 'delete' THEN
                RETURN OLD;
            END IF;
            RAISE EXCEPTION '% is append-only: % refused; add a row instead', TG_TABLE_NAME, TG_OP
                USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
        END $$;

        -- Events never change; maintenance may only empty what is personal, and must say when.
        CREATE FUNCTION fn_events_prevent_mutation() RETURNS trigger
        LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
        DECLARE
            emptied CONSTANT text[] :=
                ARRAY['raw_payload', 'session_id', 'journey_hash', 'journey_hash_previous', 'redacted_at'];
        BEGIN
            IF TG_OP = 'UPDATE' AND current_user = 'app_maintenance' THEN
                IF NEW.redacted_at IS NOT NULL
                    AND (NEW.raw_payload = '{}' OR NEW.raw_payload = OLD.raw_payload)
                    AND (NEW.session_id IS NULL OR NEW.session_id = OLD.session_id)
                    AND (NEW.journey_hash IS NULL OR NEW.journey_hash = OLD.journey_hash)
                    AND (NEW.journey_hash_previous IS NULL OR NEW.journey_hash_previous = OLD.journey_hash_previous)
                    AND to_jsonb(NEW) - emptied = to_jsonb(OLD) - emptied
                THEN
                    RETURN NEW;
                END IF;
            END IF;
            RAISE EXCEPTION 'attribution_events are immutable: % refused; add an event instead', TG_OP
                USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
        END $$;

        -- Money has no exception at all.
        CREATE FUNCTION fn_ledger_prevent_mutation() RETURNS trigger
        LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
            RAISE EXCEPTION 'revenue_ledger is immutable: % refused; post a reversing entry instead', TG_OP
                USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
        END $$;

        -- Workers never write what receipts write, even if a grant is widened by mistake one day.
        CREATE FUNCTION fn_block_worker_ingestion_mutation() RETURNS trigger
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

        -- Triggers run with the rights of whoever writes, so writers may call what the guards call.
        GRANT EXECUTE ON FUNCTION fn_normalise_key(text), fn_is_plain_payload(jsonb), fn_find_personal_key(jsonb)
            TO app_rw, app_ro, app_maintenance, app_replay;
    """)


def downgrade() -> None:
    run("""
        -- Callers first.
        DROP FUNCTION fn_block_worker_ingestion_mutation();
        DROP FUNCTION fn_ledger_prevent_mutation();
        DROP FUNCTION fn_events_prevent_mutation();
        DROP FUNCTION fn_append_only();
        DROP FUNCTION fn_guard_payload_allowlist();
        DROP FUNCTION fn_enforce_pii_guardrail();
        DROP FUNCTION fn_find_personal_key(jsonb);
        DROP FUNCTION fn_is_plain_payload(jsonb);
        DROP FUNCTION fn_normalise_key(text);
    """)
