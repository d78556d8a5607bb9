#!/usr/bin/env bash
# Runs the construct's tests against the newest aws-cdk-lib, and with cdk-nag 3, which requires it, in a copy of this project: the project itself is compiled and
# tested against the oldest that it supports.
set -euo pipefail
cd "$(dirname "$0")/.."
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$copy"
cp -r assets "$copy"
cp -al "$(realpath node_modules)" "$copy/node_modules"
cd "$copy"
# Some tests ask git for the files of the project.
git init --quiet
npm install --no-save --legacy-peer-deps --no-fund --no-audit --loglevel=error aws-cdk-lib@latest constructs@latest cdk-nag-3@npm:cdk-nag@3
node -p '"aws-cdk-lib " + require("aws-cdk-lib/package.json").version'
npx jest --coverage=false --testPathIgnorePatterns /node_modules/ --testPathPatterns test/src test/newest
