import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { bundleAdapter } from '../../../tools/bundle-adapter';

let folder: string;
const read = (context: string, file: string) => readFileSync(join(folder, context, file));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bundle-test-'));
  await bundleAdapter(join(folder, 'one'));
  await bundleAdapter(join(folder, 'two'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the build context contains only the files that the Dockerfile copies', () => {
  expect(readdirSync(join(folder, 'one')).sort()).toEqual(['Dockerfile', 'adapter.js', 'documentdb-ca.tgz', 'links.tar']);
});

test('it is reproducible, so that only changes are deployed', () => {
  for (const file of readdirSync(join(folder, 'one'))) expect(read('one', file).equals(read('two', file))).toBe(true);
});

test('it contains no path of the machine that built it', () => {
  for (const file of readdirSync(join(folder, 'one'))) expect(read('one', file).includes(resolve())).toBe(false);
});

test('the adapter is one small file without the AWS SDK', () => {
  expect(statSync(join(folder, 'one/adapter.js')).size).toBeLessThan(280 * 1024);
  const required = [...read('one', 'adapter.js').toString().matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name.replace('node:', ''));
  expect(required.filter((name) => !builtinModules.includes(name))).toEqual([]);
});

test('tar reproduces its links', () => {
  const listing = execFileSync('tar', ['--numeric-owner', '-tvf', join(folder, 'one/links.tar')], { encoding: 'utf8', env: { TZ: 'UTC' } });
  expect(listing.trim().split('\n').map((line) => line.replace(/ +/g, ' '))).toEqual([
    'lrwxrwxrwx 0/0 0 1970-01-01 00:00 app/uploads -> /tmp/librechat/uploads',
    'drwxr-xr-x 0/0 0 1970-01-01 00:00 app/client/public/',
    'lrwxrwxrwx 0/0 0 1970-01-01 00:00 app/client/public/images -> /tmp/librechat/images',
    'lrwxrwxrwx 0/0 0 1970-01-01 00:00 app/api/data -> /tmp/librechat/data',
  ]);
});
