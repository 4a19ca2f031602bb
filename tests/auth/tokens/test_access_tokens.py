import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from impl.auth.keys import signing_keys
from impl.auth.roles import Role
from impl.auth.tokens import access_tokens
from impl.auth.tokens.access_tokens import TokenAudience

NOW = datetime(2026, 11, 21, 12, 0, 0, 456_789, tzinfo=UTC)
TOKEN_AUDIENCE = TokenAudience("https://api.skeldir.example", "skeldir-api")
KEY, OTHER = signing_keys.generate(NOW), signing_keys.generate(NOW)
TOKEN = access_tokens.issue(uuid4(), uuid4(), Role.MANAGER, family_id=uuid4(), now=NOW)
TEXT = access_tokens.sign(TOKEN, kid=KEY.kid, key=KEY.private, token_audience=TOKEN_AUDIENCE)
CLAIMS = jwt.decode(TEXT, options={"verify_signature": False})


def read(text, *, key=KEY, token_audience=TOKEN_AUDIENCE, now=NOW):
    return access_tokens.read(text, key=key.public, token_audience=token_audience, now=now)


def signed(claims, *, algorithm="RS256", key=KEY, **headers):
    return jwt.encode(claims, key.private, algorithm=algorithm, headers={"kid": key.kid} | headers)


def segment(content):
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def test_a_token_says_what_was_signed():
    assert read(TEXT) == TOKEN
    assert access_tokens.kid_of(TEXT) == KEY.kid


def test_the_claims_are_those_of_the_specification_and_the_life_is_900_seconds():
    names = "tenant_id user_id sub jti iat exp iss aud role roles scopes family_id"
    assert set(CLAIMS) == set(names.split())
    assert CLAIMS["scopes"] == ["viewer", "manager"]
    assert CLAIMS["roles"] == ["manager"]
    assert CLAIMS["sub"] == CLAIMS["user_id"]
    assert CLAIMS["exp"] - int(CLAIMS["iat"]) == 900
    assert jwt.get_unverified_header(TEXT) == {"alg": "RS256", "typ": "JWT", "kid": KEY.kid}


@pytest.mark.parametrize(
    ("role", "scopes"),
    [(Role.VIEWER, {"viewer"}), (Role.MANAGER, {"viewer", "manager"}), (Role.ADMIN, {"viewer", "manager", "admin"})],
)
def test_a_higher_role_carries_the_scopes_of_the_lower_ones(role, scopes):
    assert access_tokens.issue(uuid4(), uuid4(), role, family_id=uuid4(), now=NOW).scopes == scopes


@pytest.mark.parametrize(
    ("seconds", "is_valid"), [(-6, False), (-5, True), (0, True), (899, True), (900, False), (9e6, False)]
)
def test_a_token_is_valid_from_its_issue_to_its_end(seconds, is_valid):
    assert (read(TEXT, now=TOKEN.issued_at + timedelta(seconds=seconds)) is not None) is is_valid


def without(name):
    return {key: value for key, value in CLAIMS.items() if key != name}


PUBLIC_PEM = KEY.public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def hs256_with_the_public_key():
    """The classic confusion: a verifier that takes the algorithm from the token uses the public key as HMAC secret."""
    head = f"{segment({'alg': 'HS256', 'kid': KEY.kid})}.{segment(CLAIMS)}"
    return f"{head}.{segment(hmac.digest(PUBLIC_PEM, head.encode(), hashlib.sha256))}"


HEAD, BODY, SIGNATURE = TEXT.split(".")
HOSTILE = {
    "alg none": f"{segment({'alg': 'none', 'kid': KEY.kid})}.{BODY}.",
    "alg None in capitals": f"{segment({'alg': 'NONE', 'kid': KEY.kid})}.{BODY}.",
    "alg none with the signature left on": f"{segment({'alg': 'none', 'kid': KEY.kid})}.{BODY}.{SIGNATURE}",
    "HS256 with the public key": hs256_with_the_public_key(),
    "RS384": signed(CLAIMS, algorithm="RS384"),
    "PS256": signed(CLAIMS, algorithm="PS256"),
    "RS512": signed(CLAIMS, algorithm="RS512"),
    "no kid": jwt.encode(CLAIMS, KEY.private, algorithm="RS256"),
    "signed by another key under our kid": signed(CLAIMS, key=OTHER, kid=KEY.kid),
    "unknown critical header": signed(CLAIMS, crit=["b64"], b64=True),
    "no signature": f"{HEAD}.{BODY}.",
    "two parts": f"{HEAD}.{BODY}",
    "four parts": f"{TEXT}.{SIGNATURE}",
    "cut off": TEXT[:-20],
    "signature of another body": f"{HEAD}.{segment(CLAIMS | {'role': 'admin'})}.{SIGNATURE}",
    "padding": f"{HEAD}.{BODY}=.{SIGNATURE}",
    "body is a list": f"{HEAD}.{segment([CLAIMS])}.{SIGNATURE}",
    "head is no object": f"{segment([])}.{BODY}.{SIGNATURE}",
    "head is no JSON": f"{segment(b'{')}.{BODY}.{SIGNATURE}",
    "head nests without end": f"{segment(b'[' * 2500)}.{BODY}.{SIGNATURE}",
    "head is not UTF-8": f"{segment(bytes([255, 254]))}.{BODY}.{SIGNATURE}",
    "non-ASCII": "jäne.döe.xö",
    "lone surrogate": "\ud800.\ud800.\ud800",
    "zero byte": f"\x00{TEXT}",
    "white space": f" {TEXT}",
    "empty": "",
    "dots": "..",
    "huge": "a" * 1_000_000,
    "a refresh token": f"{uuid4()}.{uuid4()}.{'a' * 64}",
    "issued by somebody else": signed(CLAIMS | {"iss": "https://api.other.example"}),
    "for somebody else": signed(CLAIMS | {"aud": "other"}),
    "for us among others": signed(CLAIMS | {"aud": [TOKEN_AUDIENCE.audience, "other"]}),
    "role of no kind": signed(CLAIMS | {"role": "owner"}),
    "role and scopes disagree": signed(CLAIMS | {"scopes": ["viewer", "manager", "admin"]}),
    "role and its scopes, of no kind": signed(CLAIMS | {"role": None, "scopes": None}),
    "sub is somebody else": signed(CLAIMS | {"sub": str(uuid4())}),
    "tenant is no UUID": signed(CLAIMS | {"tenant_id": "1"}),
    "tenant is a number": signed(CLAIMS | {"tenant_id": 1}),
    "jti is empty": signed(CLAIMS | {"jti": ""}),
    "exp is text": signed(CLAIMS | {"exp": "tomorrow"}),
    "exp is endless": signed(CLAIMS | {"exp": 10**400}),
    "exp is before the calendar": signed(CLAIMS | {"exp": -(10**17)}),
    "iat is a list": signed(CLAIMS | {"iat": []}),
    "not yet valid": signed(CLAIMS | {"nbf": 99999999999}),
} | {f"without {name}": signed(without(name)) for name in CLAIMS}


@pytest.mark.promise("P027")
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_every_hostile_token_is_refused_without_an_error(text):
    is_read = access_tokens.kid_of(text) == KEY.kid and read(text) is not None
    assert not is_read


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256"])
def test_another_algorithm_is_refused_twice_before_and_while_the_signature_is_checked(algorithm):
    text = signed(CLAIMS, algorithm=algorithm)
    assert access_tokens.kid_of(text) is None
    assert read(text) is None


def test_a_token_ends_at_its_end():
    assert read(TEXT, now=TOKEN.expires_at - timedelta(microseconds=1)) == TOKEN
    assert read(TEXT, now=TOKEN.expires_at) is None


@pytest.mark.promise("P027")
def test_a_token_of_another_deployment_with_the_same_key_is_refused():
    assert read(TEXT, token_audience=TokenAudience("https://stage.skeldir.example", TOKEN_AUDIENCE.audience)) is None
    assert read(TEXT, token_audience=TokenAudience(TOKEN_AUDIENCE.issuer, "stage")) is None
    assert read(TEXT, key=OTHER) is None


@given(st.text(max_size=300))
def test_no_text_makes_reading_fail(text):
    assert access_tokens.kid_of(text) is None or read(text) is None


@given(st.integers(0, len(TEXT) - 1), st.characters(codec="ascii"))
def test_one_changed_character_is_enough_to_be_refused(position, character):
    changed = TEXT[:position] + character + TEXT[position + 1 :]
    # The last character of a base64 text holds bits that decoding drops: another spelling of the same bytes.
    is_same = changed == TEXT or position in {len(HEAD) - 1, len(HEAD) + len(BODY), len(TEXT) - 1}
    assert is_same or read(changed) is None
