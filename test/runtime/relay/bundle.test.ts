import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { RELAY_HANDLER } from '../../../src/contract/relay';
import { bundleRelay } from '../../../tools/bundle-relay';

let folder: string;
let bundle: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'relay-bundle-'));
  await bundleRelay(join(folder, 'one'));
  await bundleRelay(join(folder, 'two'));
  bundle = readFileSync(join(folder, 'one/index.mjs'), 'utf8');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('is one small file, reproducible, and without paths of the build machine', () => {
  expect(readdirSync(join(folder, 'one'))).toEqual(['index.mjs']);
  // All of it is loaded at each cold start; most is ioredis.
  expect(statSync(join(folder, 'one/index.mjs')).size).toBeLessThan(215_000);
  expect(readFileSync(join(folder, 'two/index.mjs'), 'utf8')).toBe(bundle);
  expect(bundle).not.toContain(resolve());
});

test('requires only Node.js, and not the AWS SDK', () => {
  const required = [...bundle.matchAll(/\b(?:require\(|from\s*|import\s*)"([^"]+)"/g)].map(([, name]) => name.replace('node:', ''));
  expect(required).toContain('timers/promises');
  expect([...new Set(required)].filter((name) => !builtinModules.includes(name))).toEqual([]);
});

test('exports the handler', () => {
  expect(bundle).toMatch(new RegExp(`export\\s*{[^}]* as ${RELAY_HANDLER.split('.')[1]}\\s*}`));
});
