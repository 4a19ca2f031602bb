#!/usr/bin/env bash
# Sets up .venv from the locked, hashed dependencies. `make install` calls it when something has changed, as: install.sh PYTHON UV_VERSION
set -euo pipefail
cd "$(dirname "$0")/.."
python=$1 uv_version=$2 bin=.venv/bin

fail() { echo "$*" >&2; exit 1; }
is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
# Scripts name their Python by its full path, so an environment works only where it was made.
is_usable() { grep -qF "$PWD/.venv" $bin/activate 2>/dev/null && is_new_enough $bin/python; }

if ! is_usable; then
    command -v "$python" >/dev/null || fail "Skeldir needs Python 3.11 or newer, and there is no $python; install it, or name another one: make install PYTHON=python3.12"
    is_new_enough "$python" || fail "Skeldir needs Python 3.11 or newer, and $python is $("$python" -V 2>&1); name a newer one: make install PYTHON=python3.11"
    "$python" -m venv --clear .venv || fail "$python cannot make an environment; on Debian and Ubuntu install the package python3-venv"
fi
echo "Installing into .venv, once; this takes about 15 seconds …"

# One setting is enough behind a mirror: uv does not read pip's.
mirror=${UV_DEFAULT_INDEX:-${PIP_INDEX_URL:-$($bin/python -m pip config get global.index-url 2>/dev/null || true)}}
[ -z "$mirror" ] || export UV_DEFAULT_INDEX=$mirror PIP_INDEX_URL=${PIP_INDEX_URL:-$mirror}
unreachable="The packages could not be downloaded from ${mirror:-pypi.org}. Check the connection; behind a company mirror set PIP_INDEX_URL to its address and run again."

if ! $bin/uv --version 2>/dev/null | grep -qF "$uv_version"; then
    $bin/python -m pip install --quiet --retries 1 --timeout 20 --disable-pip-version-check --no-deps --require-hashes -r requirements/uv.lock || fail "$unreachable"
fi
export VIRTUAL_ENV=$PWD/.venv
$bin/uv pip install --quiet --require-hashes -r requirements/dev.lock || fail "$unreachable"
$bin/uv pip install --quiet --no-deps --no-build-isolation --editable .
