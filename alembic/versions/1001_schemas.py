"""Schemas, the rule that nobody has a right by default, and the record of the functions."""

from __future__ import annotations

from impl.db.revision import run

revision = "1001_schemas"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- A function is callable by everybody unless this says otherwise; ours are granted one by one.
        ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

        -- Functions that cross tenants live apart from tables, by the role that may call them.
        CREATE SCHEMA auth;
        CREATE SCHEMA security;
        CREATE SCHEMA ops;
        CREATE SCHEMA ingest;
        CREATE SCHEMA maintenance;
        CREATE SCHEMA retention;
        CREATE SCHEMA privacy;

        -- Using a schema gives no right to anything in it.
        GRANT USAGE ON SCHEMA public TO app_rw, app_ro, app_ops, app_maintenance, app_replay;
        GRANT USAGE ON SCHEMA auth, security TO app_user;
        GRANT USAGE ON SCHEMA ops TO app_ops;
        GRANT USAGE ON SCHEMA ingest, maintenance, retention, privacy TO app_worker;

        -- An object can be handed to a role only in schemas where that role may create; these roles cannot log in.
        GRANT USAGE, CREATE ON SCHEMA public, auth, security, ops, maintenance, retention, privacy TO app_maintenance;
        GRANT USAGE, CREATE ON SCHEMA ingest TO app_replay;

        -- Readiness compares the revision of the database with the one the program was built for.
        GRANT SELECT ON alembic_version TO app_rw, app_ro;

        -- Which text of each function file this database runs; the files are applied after the revisions.
        CREATE TABLE schema_functions (
            name TEXT NOT NULL,
            sha256 BYTEA NOT NULL,
            applied_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            CONSTRAINT pk_schema_functions PRIMARY KEY (name)
        );
        COMMENT ON TABLE schema_functions IS 'Text of each function file that this database runs, as SHA-256';

        -- Readiness compares it with the files of the program.
        GRANT SELECT ON schema_functions TO app_rw, app_ro;
    """)


def downgrade() -> None:
    run("""
        DROP TABLE schema_functions;

        -- The version table outlives every revision, so its grants are taken back by hand.
        REVOKE SELECT ON alembic_version FROM app_rw, app_ro;
        REVOKE ALL ON SCHEMA public FROM app_rw, app_ro, app_ops, app_maintenance, app_replay;
        DROP SCHEMA privacy;
        DROP SCHEMA retention;
        DROP SCHEMA maintenance;
        DROP SCHEMA ingest;
        DROP SCHEMA ops;
        DROP SCHEMA security;
        DROP SCHEMA auth;

        -- Back to what PostgreSQL grants on its own.
        ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
    """)
