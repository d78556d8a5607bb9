import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

jest.setTimeout(120_000);

const ROOT = join(__dirname, '../..');

function integ(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(join(ROOT, 'node_modules/.bin/tsx'), [
    '--tsconfig', join(ROOT, 'tsconfig.dev.json'), join(ROOT, 'tools/integ.ts'), ...args,
  ], { cwd: ROOT, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

test('the check fails when a property of a template changes', () => {
  const { status, output } = integ('check', '--context', 'domainName=other.example.com', 'integ.existing-network.ts');
  expect(output).toContain('[+] https://other.example.com');
  expect(status).toBe(1);
});

test('fails without a mode', () => {
  const { status, output } = integ('destroy');
  expect(output).toContain('Usage: npx projen integ');
  expect(status).toBe(2);
});
