import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const ROOT = join(__dirname, '..');
const TESTS = join(ROOT, 'integ');
const RUNNER = require.resolve('@aws-cdk/integ-runner/bin/integ-runner');
const APP = `${join(ROOT, 'node_modules/.bin/tsx')} --tsconfig ${join(ROOT, 'tsconfig.dev.json')} {filePath}`;

const USAGE = `Runs the integration tests of integ/.

Usage: npx projen integ[:update|:deploy] [-- <options>] [<test>...]

  integ                 Compares what is synthesized with the committed snapshots.
  integ:update          Renews the snapshots.
  integ:deploy          Deploys into the account of the current credentials, lets the probe look at it, destroys it.

  --region <region>     Where to deploy (default: us-east-1).
  --context <key=value> What exists in the account; may be repeated. docs/testing.md lists the keys.
  --no-clean            Leave a test that was deployed where it is.
  --help                Show this.

A <test> is a file name, such as integ.no-vpc.ts (default: all).
`;

const MODES: Readonly<Record<string, readonly string[]>> = {
  check: [],
  update: ['--update-on-failed', '--dry-run', '--force'],
  deploy: ['--update-on-failed', '--force', '--verbose'],
};

function main([mode = '', ...args]: string[]): number {
  // projen hands on the dashes that end its own options.
  if (args[0] === '--') args.shift();
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      'region': { type: 'string', default: 'us-east-1' },
      'context': { type: 'string', multiple: true, default: [] },
      'no-clean': { type: 'boolean' },
      'help': { type: 'boolean', short: 'h' },
    },
  });
  if (values.help || !MODES[mode]) {
    process.stdout.write(USAGE);
    return values.help ? 0 : 2;
  }
  const context = Object.fromEntries(values.context.map((pair) => pair.split(/=(.*)/s).slice(0, 2)));
  const { status } = spawnSync(process.execPath, [
    RUNNER,
    ...positionals,
    '--directory', TESTS,
    '--app', APP,
    '--test-regex', '^integ\\..*\\.ts$',
    '--parallel-regions', values.region,
    ...values['no-clean'] ? ['--no-clean'] : [],
    ...MODES[mode],
  ], { cwd: ROOT, stdio: 'inherit', env: { ...process.env, INTEG_CONTEXT: JSON.stringify(context) } });
  if (mode !== 'check') leaveOutBodies();
  return status ?? 1;
}

/** What is compared are templates, with the hashes of assets taken out: their bodies would only weigh on the repository. */
function leaveOutBodies(): void {
  for (const snapshot of readdirSync(TESTS).filter((name) => name.endsWith('.snapshot'))) {
    for (const file of readdirSync(join(TESTS, snapshot)).filter((name) => /^asset\./.test(name) || name === 'tree.json')) {
      rmSync(join(TESTS, snapshot, file), { recursive: true });
    }
  }
}

process.exitCode = main(process.argv.slice(2));
