"""The channels that revenue can be credited to."""

from __future__ import annotations

from impl.db.revision import grant, run

revision = "0006_channels"
down_revision = "0005_rate_limits"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run("""
        -- Channels that revenue can be credited to.
        CREATE TABLE channel_taxonomy (
            code TEXT NOT NULL,
            family TEXT NOT NULL,
            is_paid BOOLEAN NOT NULL,
            display_name TEXT NOT NULL,
            api_name TEXT NOT NULL,
            is_active BOOLEAN NOT NULL,
            state TEXT NOT NULL,
            CONSTRAINT pk_channel_taxonomy PRIMARY KEY (code),
            CONSTRAINT ck_channel_taxonomy__family
                CHECK (family IN ('paid_social', 'paid_search', 'direct', 'organic', 'referral', 'email')),
            CONSTRAINT ck_channel_taxonomy__state CHECK (state IN ('draft', 'active', 'deprecated', 'archived')),
            CONSTRAINT ck_channel_taxonomy__is_active CHECK (is_active = (state = 'active'))
        );
        COMMENT ON TABLE channel_taxonomy IS 'Channels that revenue can be credited to';

        -- The channels of the first release; new ones arrive by revision, in state draft.
        INSERT INTO channel_taxonomy (code, family, is_paid, display_name, api_name, is_active, state) VALUES
            ('facebook_paid', 'paid_social', true, 'Facebook Paid', 'Meta', true, 'active'),
            ('facebook_brand', 'paid_social', true, 'Facebook Brand', 'Meta', true, 'active'),
            ('tiktok_paid', 'paid_social', true, 'TikTok Paid', 'TikTok', true, 'active'),
            ('linkedin_paid', 'paid_social', true, 'LinkedIn Paid', 'LinkedIn', true, 'active'),
            ('google_search_paid', 'paid_search', true, 'Google Search Paid', 'Google', true, 'active'),
            ('google_display_paid', 'paid_search', true, 'Google Display Paid', 'Google', true, 'active'),
            ('direct', 'direct', false, 'Direct', 'Direct', true, 'active'),
            ('organic', 'organic', false, 'Organic', 'Organic', true, 'active'),
            ('referral', 'referral', false, 'Referral', 'Referral', true, 'active'),
            ('email', 'email', false, 'Email', 'Email', true, 'active'),
            ('unknown', 'direct', false, 'Unknown', 'Unknown', true, 'active');
    """)
    grant("channel_taxonomy", api="S", worker="S")


def downgrade() -> None:
    run("""
        -- Newest first, because later tables refer to earlier ones.
        DROP TABLE channel_taxonomy;
    """)
