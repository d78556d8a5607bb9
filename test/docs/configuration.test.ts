import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { load } from 'js-yaml';
import { blocksOf, pageAt, rowsOf } from './kit/pages';
import { quoted } from './kit/quoted';
import type { Aws } from '../../runtime/shared/aws';
import { readVariables } from '../../runtime/worker/start/variables';
import { LibreChatServerless } from '../../src';
import { ADAPTER, DEFAULT_VARIABLES, DERIVED_SECRETS, FIXED_VARIABLES } from '../../src/contract/variables';
import { functionEnvironment, templateOf } from '../src/reading';

const page = pageAt('docs/configuration.md');
const rows = rowsOf(page);

const outdir = mkdtempSync(join(tmpdir(), 'configuration-test-'));
afterAll(() => rmSync(outdir, { recursive: true }));

const newApp = (name: string) => new App({ outdir: join(outdir, name) });

test('the first librechat.yaml is the built-in one', () => {
  const app = newApp('built-in');
  new LibreChatServerless(new Stack(app, 'Stack'), 'Chat');
  app.synth();
  const [file, ...others] = readdirSync(app.outdir).filter((name) => name.endsWith('.yaml'));
  expect(others).toEqual([]);
  const [shown] = blocksOf(page).filter(({ language }) => language === 'yaml');
  expect(load(shown.code)).toEqual(load(readFileSync(join(app.outdir, file), 'utf8')));
});

test('variables with another default than that of LibreChat are listed with their values', () => {
  const stated = rows.filter((row) => row['default here']).flatMap((row) => {
    const values = quoted(row['default here']);
    return quoted(row.variable).map((name, i) => [name, values[i]]);
  });
  expect(Object.fromEntries(stated)).toEqual(DEFAULT_VARIABLES);
});

const rejected = rows.flatMap((row) => quoted(row.rejected ?? '')).map((name) => name.replace('…', 'ANY'));

test.each(rejected)('%s is rejected in `environment`', (name) => {
  expect(() => new LibreChatServerless(new Stack(newApp(name), 'Stack'), 'Chat', { environment: { [name]: 'x' } })).toThrow('`environment` must');
});

test('variables with a fixed value are listed as rejected', () => {
  expect(rejected).toEqual(expect.arrayContaining(Object.keys({ ...FIXED_VARIABLES, ...DERIVED_SECRETS })));
});

const services = rowsOf(pageAt('docs/tools.md')).filter((row) => row['address in a cloud map namespace']);

test('docs/tools.md lists all services', () => {
  expect(services).toHaveLength(5);
});

test.each(services.map((row) => [row.service, row] as const))('%s has the variable and the address of docs/tools.md', (_service, row) => {
  const [variable] = quoted(row.variable);
  const [address] = quoted(row['address in a cloud map namespace']);
  expect(functionEnvironment(templateOf('maximal'))[variable]).toBe(address.replace('<namespace>', 'chat.local'));
});

test('the script derives the same values from a root secret as the adapter', async () => {
  const [{ code }] = blocksOf(page).filter(({ language }) => language === 'js');
  const printed = execFileSync(process.execPath, ['-e', code, '--', '/not/a/file', 'the root secret'], { encoding: 'utf8' });
  const environment = { [ADAPTER.rootSecret]: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:root', MONGO_URI: 'm', DOMAIN_CLIENT: 'd', DOMAIN_SERVER: 'd', REDIS_URI: 'r' };
  const read = await readVariables(environment, { secret: async () => Promise.resolve('the root secret') } as unknown as Aws, '');
  expect(printed.trim().split('\n').map((line) => line.split(' '))).toEqual(Object.entries(read));
});
