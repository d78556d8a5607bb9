import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArguments, runCommand, UsageError } from '../cli/command';

const ROOT = join(__dirname, '..');
const TESTS = join(ROOT, 'integ');
const RUNNER = require.resolve('@aws-cdk/integ-runner/bin/integ-runner');
const APP = `${join(ROOT, 'node_modules/.bin/tsx')} --tsconfig ${join(ROOT, 'tsconfig.dev.json')} {filePath}`;

const USAGE = `Runs the integration tests of integ/.

Usage: npx projen integ[:update|:deploy] [-- <options>] [<test>...]

  integ                 Compares the synthesized templates with the committed snapshots.
  integ:update          Updates the snapshots.
  integ:deploy          Deploys into the account of the current credentials, runs the probe, and destroys the stacks.

  --region <region>     Region to deploy to (default: us-east-1).
  --context <key=value> An existing resource of the account; may be repeated. docs/testing.md lists the keys.
  --no-clean            Do not destroy deployed stacks.
  --help                Show this.

A <test> is a file name, such as integ.no-vpc.ts (default: all).
`;

const MODES: Readonly<Record<string, readonly string[]>> = {
  check: [],
  update: ['--update-on-failed', '--dry-run', '--force'],
  deploy: ['--update-on-failed', '--force', '--verbose'],
};

function parseOptions([mode = '', ...args]: string[]) {
  if (!MODES[mode]) throw new UsageError(`the first argument must be one of ${Object.keys(MODES).join(', ')}, got: ${mode || 'none'}`);
  const { values, positionals } = parseArguments(args, {
    allowPositionals: true,
    options: {
      'region': { type: 'string', default: 'us-east-1' },
      'context': { type: 'string', multiple: true, default: [] as string[] },
      'no-clean': { type: 'boolean', default: false },
    },
  });
  return { mode, tests: positionals, region: values.region, context: values.context, clean: !values['no-clean'] };
}

function run({ mode, tests, region, context: pairs, clean }: ReturnType<typeof parseOptions>): number {
  const context = Object.fromEntries(pairs.map((pair) => pair.split(/=(.*)/s).slice(0, 2)));
  const { status } = spawnSync(process.execPath, [
    RUNNER,
    ...tests,
    '--directory', TESTS,
    '--app', APP,
    '--test-regex', '^integ\\..*\\.ts$',
    '--parallel-regions', region,
    ...clean ? [] : ['--no-clean'],
    ...MODES[mode],
  ], { cwd: ROOT, stdio: 'inherit', env: { ...process.env, INTEG_CONTEXT: JSON.stringify(context) } });
  if (mode !== 'check') removeAssets();
  return status ?? 1;
}

/** Removes asset files from snapshots: their hashes are not compared, so the files would only add to the repository's size. */
function removeAssets(): void {
  for (const snapshot of readdirSync(TESTS).filter((name) => name.endsWith('.snapshot'))) {
    for (const file of readdirSync(join(TESTS, snapshot)).filter((name) => /^asset\./.test(name) || name === 'tree.json')) {
      rmSync(join(TESTS, snapshot, file), { recursive: true });
    }
  }
}

void runCommand({ usage: USAGE, failure: 'a snapshot differs, or a deployment failed', read: parseOptions, run });
