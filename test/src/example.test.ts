import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const outdir = mkdtempSync(join(tmpdir(), 'example-test-'));
afterAll(() => rmSync(outdir, { recursive: true }));

test('the app in TypeScript synthesizes, with the URL and the maintenance function as outputs', () => {
  execFileSync(process.execPath, [join(ROOT, 'node_modules/tsx/dist/cli.mjs'), '--tsconfig', 'tsconfig.dev.json', 'examples/typescript/app.ts'], {
    cwd: ROOT,
    env: { ...process.env, CDK_OUTDIR: outdir },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const template = JSON.parse(readFileSync(join(outdir, 'LibreChat.template.json'), 'utf8'));
  expect(Object.keys(template.Outputs)).toEqual([expect.stringMatching(/Url/), expect.stringMatching(/MaintenanceFunctionName/)]);
});
