"""What operators do to people: every step ends the sessions it concerns and is recorded (red team A11)."""

import secrets
from uuid import uuid4

import pytest

from generated.server import ForbiddenError, UnauthorizedError
from impl.auth import passwords, people, sessions
from impl.auth.people import NotAMemberError, UnknownTenantError, UnknownUserError
from impl.auth.roles import Role
from tests.auth.conftest import PEPPER


def login_hash(member):
    return passwords.login_identifier_hash(PEPPER, member.email)


async def use(dependencies, token):
    holder = await sessions.find_holder(dependencies.engine, token)
    if holder is None:
        raise UnauthorizedError
    return await sessions.refresh(dependencies, holder)


@pytest.fixture
def audit(owner):
    async def audit(tenant_id):
        rows = await owner.fetch("SELECT * FROM access_audit WHERE tenant_id = $1 ORDER BY created_at, id", tenant_id)
        return [(row["actor"], row["action"], row["role_code"]) for row in rows]

    return audit


async def test_a_second_user_is_added_and_can_log_in(
    ops_engine, dependencies, make_tenant, hasher, log_in, make_member, audit
):
    admin = await make_member("admin")
    login = passwords.login_identifier_hash(PEPPER, "Second@Example.com" + admin.email)
    stored = hasher.hash("a good password")
    await people.add(ops_engine, admin.tenant_id, login, Role.MANAGER, password_hash=stored)
    session = await sessions.login(
        dependencies, email="second@example.com" + admin.email, password="a good password", tenant_id=admin.tenant_id
    )
    assert session.user_id == await people.find(ops_engine, login)
    assert (await audit(admin.tenant_id))[-1] == ("operator", "member_added", "manager")


async def test_somebody_with_a_login_joins_another_tenant_with_the_same_password(
    ops_engine, make_member, make_tenant, log_in
):
    member, elsewhere = await make_member(), await make_tenant()
    with pytest.raises(ForbiddenError):
        await log_in(member, tenant_id=elsewhere)
    await people.add(ops_engine, elsewhere, login_hash(member), Role.VIEWER, password_hash=None)
    assert await log_in(member, tenant_id=elsewhere)


async def test_a_new_password_ends_the_sessions_of_whoever_knew_the_old_one(
    ops_engine, dependencies, make_member, log_in, hasher, audit
):
    member = await make_member()
    thief = await log_in(member)
    await people.reset_password(ops_engine, login_hash(member), hasher.hash("another horse"))
    with pytest.raises(UnauthorizedError):
        await use(dependencies, thief.refresh_token)
    with pytest.raises(UnauthorizedError):
        await log_in(member)
    assert await log_in(member, password="another horse")
    assert (await audit(member.tenant_id))[-1] == ("operator", "password_reset", None)


async def test_who_is_deactivated_is_out_until_activated_again(
    ops_engine, dependencies, make_member, log_in, owner, audit
):
    member = await make_member()
    session = await log_in(member)
    await people.set_active(ops_engine, login_hash(member), is_active=False)
    with pytest.raises(UnauthorizedError):
        await log_in(member)
    with pytest.raises(UnauthorizedError):
        await use(dependencies, session.refresh_token)
    cutoff = "SELECT tokens_invalid_before FROM auth_user_token_cutoffs WHERE user_id = $1"
    assert await owner.fetchval(cutoff, member.user_id) is not None
    await people.set_active(ops_engine, login_hash(member), is_active=True)
    assert await log_in(member)
    assert [action for _, action, _ in await audit(member.tenant_id)][-2:] == ["deactivated", "activated"]


async def test_a_role_is_changed_and_a_membership_ended(ops_engine, dependencies, make_member, log_in, audit):
    member = await make_member()
    session = await log_in(member)
    await people.change_role(ops_engine, member.tenant_id, login_hash(member), Role.ADMIN)
    with pytest.raises(UnauthorizedError):
        await use(dependencies, session.refresh_token)
    await people.remove(ops_engine, member.tenant_id, login_hash(member))
    with pytest.raises(ForbiddenError):
        await log_in(member)
    assert [line[1:] for line in await audit(member.tenant_id)] == [
        ("member_added", "viewer"),
        ("role_changed", "admin"),
        ("member_removed", "admin"),
    ]


async def test_what_does_not_exist_is_named(ops_engine, make_member):
    member, nobody = await make_member(), secrets.token_hex(32)
    with pytest.raises(UnknownUserError):
        await people.reset_password(ops_engine, nobody, "$argon2id$")
    with pytest.raises(UnknownUserError):
        await people.set_active(ops_engine, nobody, is_active=False)
    with pytest.raises(UnknownUserError):
        await people.add(ops_engine, member.tenant_id, nobody, Role.VIEWER, password_hash=None)
    with pytest.raises(UnknownTenantError):
        await people.add(ops_engine, uuid4(), login_hash(member), Role.VIEWER, password_hash=None)
    with pytest.raises(NotAMemberError):
        await people.change_role(ops_engine, uuid4(), login_hash(member), Role.VIEWER)
    with pytest.raises(UnknownUserError):
        await people.remove(ops_engine, member.tenant_id, nobody)


@pytest.mark.parametrize("statement", ["DELETE FROM access_audit", "UPDATE access_audit SET actor = 'nobody'"])
async def test_nobody_edits_the_record(owner, make_member, statement):
    await make_member()
    with pytest.raises(Exception, match="append-only"):
        await owner.execute(statement)
