#!/usr/bin/env bash
# Installs what the tests need beside Go and is missing here: PostgreSQL,
# Chromium, Node with the packages of e2e/js, and the AWS command line.
set -euo pipefail
cd "$(dirname "$0")/../.."

sudo=""
[ "$(id -u)" = 0 ] || sudo="sudo"

want=()
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || want+=(postgresql)
command -v chromium >/dev/null || want+=(chromium)
command -v node >/dev/null || want+=(nodejs npm)
[ -x /usr/bin/aws ] || want+=(awscli)
if [ ${#want[@]} -gt 0 ]; then
  if ! command -v apt-get >/dev/null; then
    echo "The tests need these and there is no apt-get to install them with: ${want[*]}" >&2
    exit 1
  fi
  echo "installing ${want[*]}"
  # A package's own service is not wanted: the tests start a server of their own.
  $sudo apt-get update -qq
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${want[@]}" >/dev/null
fi

if [ ! -e e2e/js/node_modules/.package-lock.json ] || [ e2e/js/package-lock.json -nt e2e/js/node_modules/.package-lock.json ]; then
  echo "installing the Node packages of e2e/js"
  (cd e2e/js && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.package-lock.json)
fi
