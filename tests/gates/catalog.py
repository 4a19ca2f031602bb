"""Objects of a database, read from its catalog and written as sorted lines, so that two databases can be compared.

Never from a dump: a dump loses owners, grants and the difference between a default and none.
"""

from __future__ import annotations

from typing import Any, Final

SCHEMAS: Final = ("public", "auth", "security", "ops", "ingest", "maintenance", "retention", "privacy", "queue")

QUERIES: Final[dict[str, str]] = {
    "schemas": """
        -- Schemas with owner and rights.
        SELECT n.nspname || ' owner ' || n.nspowner::regrole || ' acl ' || coalesce(acl.lines, '-')
        FROM pg_namespace n
        LEFT JOIN LATERAL (
            SELECT string_agg(coalesce(nullif(a.grantee, 0)::regrole::text, 'public') || ':' || a.privilege_type, ' '
                ORDER BY a.grantee::regrole::text, a.privilege_type) AS lines
            FROM aclexplode(n.nspacl) a
        ) acl ON true
        WHERE n.nspname = ANY ($1) AND n.nspname <> 'public'
    """,
    "relations": """
        -- Tables and views with kind, owner, row security and options.
        SELECT n.nspname || '.' || c.relname || ' kind ' || c.relkind::text || ' owner ' || c.relowner::regrole
            || ' rls ' || c.relrowsecurity || '/' || c.relforcerowsecurity
            || ' options ' || coalesce(array_to_string(c.reloptions, ','), '-')
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p', 'v', 'm', 'S') AND c.relname <> 'alembic_version'
    """,
    "columns": """
        -- Columns with type, nullability, default and collation.
        SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
            || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
            || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
        FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
            AND c.relname <> 'alembic_version'
    """,
    "constraints": """
        -- Keys, checks and references. NOT NULL is part of the column here, as it was before PostgreSQL 18.
        SELECT k.conrelid::regclass || ' ' || k.conname || ' ' || pg_get_constraintdef(k.oid)
        FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
        WHERE n.nspname = ANY ($1) AND k.conrelid <> 0 AND k.contype <> 'n'
            AND k.conrelid::regclass::text <> 'alembic_version'
    """,
    "indexes": """
        -- Every index, those of constraints included.
        SELECT i.indexdef FROM pg_indexes i WHERE i.schemaname = ANY ($1) AND i.tablename <> 'alembic_version'
    """,
    "policies": """
        -- Row security rules with their roles and both expressions.
        SELECT p.tablename || ' ' || p.policyname || ' ' || p.permissive || ' ' || p.cmd || ' to '
            || array_to_string(p.roles, ',') || ' using ' || coalesce(p.qual, '-')
            || ' check ' || coalesce(p.with_check, '-')
        FROM pg_policies p WHERE p.schemaname = ANY ($1)
    """,
    "grants": """
        -- Rights on tables and views, also on single columns; the owner's own are implied.
        SELECT n.nspname || '.' || c.relname || coalesce('.' || a.attname, '') || ' '
            || coalesce(nullif(x.grantee, 0)::regrole::text, 'public') || ' ' || x.privilege_type
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        CROSS JOIN LATERAL (
            SELECT NULL::name AS attname, c.relacl AS acl
            UNION ALL
            SELECT t.attname, t.attacl FROM pg_attribute t
            WHERE t.attrelid = c.oid AND t.attnum > 0 AND t.attacl IS NOT NULL
        ) a
        CROSS JOIN LATERAL aclexplode(a.acl) x
        WHERE n.nspname = ANY ($1) AND x.grantee <> c.relowner AND x.privilege_type <> 'MAINTAIN'
    """,
    "triggers": """
        -- Triggers in full.
        SELECT pg_get_triggerdef(t.oid) || ' enabled ' || t.tgenabled::text
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = ANY ($1) AND NOT t.tgisinternal
    """,
    "functions": """
        -- Functions with owner, security, settings, rights and a digest of their text.
        SELECT p.oid::regprocedure || ' owner ' || p.proowner::regrole
            || CASE WHEN p.prosecdef THEN ' definer' ELSE ' invoker' END
            || ' config ' || coalesce(array_to_string(p.proconfig, ';'), '-')
            || ' acl ' || coalesce(acl.lines, '-')
            || ' text ' || left(encode(sha256(convert_to(pg_get_functiondef(p.oid), 'UTF8')), 'hex'), 16)
        FROM pg_proc p
        JOIN pg_namespace n ON n.oid = p.pronamespace
        LEFT JOIN LATERAL (
            SELECT string_agg(coalesce(nullif(a.grantee, 0)::regrole::text, 'public'), ',' ORDER BY a.grantee::regrole::text)
                AS lines
            FROM aclexplode(p.proacl) a WHERE a.grantee <> p.proowner
        ) acl ON true
        WHERE n.nspname = ANY ($1)
    """,
    "views": """
        -- What views and materialized views compute.
        SELECT c.relname || ' ' || regexp_replace(pg_get_viewdef(c.oid), '\\s+', ' ', 'g')
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = ANY ($1) AND c.relkind IN ('v', 'm')
    """,
    "view_columns": """
        -- What views offer, whatever the server's version prints of what they compute.
        SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = ANY ($1) AND c.relkind IN ('v', 'm') AND a.attnum > 0
    """,
    "comments": """
        -- Comments on tables and views.
        SELECT d.objoid::regclass || ': ' || d.description
        FROM pg_description d JOIN pg_class c ON c.oid = d.objoid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE d.classoid = 'pg_class'::regclass AND d.objsubid = 0 AND n.nspname = ANY ($1)
    """,
    "default_rights": """
        -- What new objects grant by themselves.
        SELECT d.defaclrole::regrole || ' ' || d.defaclobjtype::text || ' ' || d.defaclacl::text FROM pg_default_acl d
        WHERE $1::text[] IS NOT NULL
    """,
    "seeds": """
        -- Rows that migrations put in.
        SELECT 'role ' || r.code FROM roles r UNION ALL
        SELECT concat_ws(' ', 'platform', p.name, p.webhook_credential, p.is_shop) FROM platforms p UNION ALL
        SELECT 'channel ' || c.code || ' ' || c.family || ' ' || c.state FROM channel_taxonomy c
        WHERE $1::text[] IS NOT NULL
    """,
}


async def describe(connection: Any, *sections: str, schemas: tuple[str, ...] = SCHEMAS) -> dict[str, list[str]]:
    """Sorted lines of each section (all of them when none is named) of the database's `schemas`."""
    names = sections or tuple(QUERIES)
    return {name: sorted(row[0] for row in await connection.fetch(QUERIES[name], schemas)) for name in names}


def differences(first: dict[str, list[str]], second: dict[str, list[str]]) -> list[str]:
    """Lines that only one side has: `- section: line` for the left one, `+ section: line` for the right one."""
    lines: list[str] = []
    for section in sorted(first.keys() | second.keys()):
        ours, theirs = set(first.get(section, ())), set(second.get(section, ()))
        lines += [f"- {section}: {line}" for line in sorted(ours - theirs)]
        lines += [f"+ {section}: {line}" for line in sorted(theirs - ours)]
    return lines
