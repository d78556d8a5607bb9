#!/usr/bin/env bash
# Compares the emulator, and the signatures of all requests to AWS, with programs of other people in the versions of test/witness/requirements.txt.
set -euo pipefail
cd "$(dirname "$0")/.."
# Without them, the tests say that they did not run, and fail in continuous integration.
if python3 -m venv build/venv; then
  build/venv/bin/pip install --quiet --disable-pip-version-check -r test/witness/requirements.txt || true
fi
npx jest --coverage=false --testPathIgnorePatterns /node_modules/ --testPathPatterns test/witness
