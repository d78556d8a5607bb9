import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { findingsIn, NEEDED } from '../../tools/package-budget';

const ROOT = join(__dirname, '../..');
const NEEDED_FILES = NEEDED.map((path) => ({ path, size: 1 }));

test('the package contains the files that synthesis needs, no sources or tests, and is within its budget', () => {
  const [{ files }] = JSON.parse(execFileSync('npm', ['pack', '--json', '--dry-run', '--ignore-scripts'], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }));
  expect(findingsIn(files)).toEqual([]);
});

test.each([
  'src/index.ts', 'lib/index.ts', 'lib/index.js.map', 'test/layers.test.ts', 'node_modules/yaml/index.js', 'tsconfig.json',
  'tsconfig.tsbuildinfo', '.projenrc.ts', 'assets/image/server.key', 'assets/image/adapterXjs',
])('fails when %s is in the package', (path) => {
  expect(findingsIn([...NEEDED_FILES, { path, size: 1 }])).toEqual([`${path} must not be in the package`]);
});

test.each(['lib/index.js', 'lib/private/network.d.ts', '.jsii', '.jsii.gz', 'README.md', 'SKILL.md', 'LICENSE', 'package.json'])('%s may be in the package', (path) => {
  expect(findingsIn([...NEEDED_FILES, { path, size: 1 }])).toEqual([]);
});

test.each(NEEDED)('fails when %s is not in the package', (missing) => {
  expect(findingsIn(NEEDED_FILES.filter(({ path }) => path !== missing))).toEqual([`${missing} must be in the package`]);
});

test('fails when the package takes more than a megabyte', () => {
  expect(findingsIn([...NEEDED_FILES, { path: 'README.md', size: 1_000_000 - NEEDED.length }])).toEqual([]);
  expect(findingsIn([...NEEDED_FILES, { path: 'README.md', size: 1_000_000 - NEEDED.length + 1 }]))
    .toEqual(['the package must take at most 1000000 bytes unpacked, got: 1000001']);
});
