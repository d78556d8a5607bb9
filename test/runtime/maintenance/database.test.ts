import { CommandError } from '../../../emulator/services/documentdb/server/command-error';
import type { AdapterOptions } from '../../../fixtures/runtime/adapter';
import { useMaintenance } from '../../../fixtures/runtime/maintenance';
import { ADAPTER } from '../../../src/contract/variables';

jest.setTimeout(120_000);

const kit = useMaintenance('v0.8.8');
const { start, request } = kit;

const withMongo = (MONGO_URI: string, settings: AdapterOptions['settings'] = {}) => start({ plain: { ...kit.plain(), MONGO_URI }, settings });

async function reason(): Promise<string> {
  const { Status, Reason = '' } = await request('Create');
  expect(Status).toBe('FAILED');
  expect(Reason).toContain('phase "database"');
  return Reason;
}

function indexesOf(name: string): string[] {
  return kit.mongo().databases.find('LibreChat', name)!.indexes.map((index) => `${index.name}${index.unique ? ' unique' : ''}`);
}

test('creates the collections and indexes of the release', async () => {
  start();
  expect(await request('Create')).toMatchObject({ Status: 'SUCCESS' });
  expect(indexesOf('users')).toEqual(expect.arrayContaining(['email_1', 'email_1_tenantId_1 unique']));
  expect(kit.adapter().logged('database-prepared')).toEqual([expect.objectContaining({ dropped: 0 })]);
});

test('builds one index of a collection at a time, and waits while another process builds', async () => {
  const { builds } = await kit.replaceMongo({ dialect: 'documentdb' });
  const inProgress = new CommandError(40333, 'Existing index build in progress on the same collection.');
  const create = jest.spyOn(builds, 'create').mockRejectedValueOnce(inProgress).mockRejectedValueOnce(inProgress);
  start();
  expect(await request('Create')).toMatchObject({ Status: 'SUCCESS' });
  expect(create.mock.calls.length).toBeGreaterThan(100);
  expect(builds.refused).toBe(0);
});

test('has a timeout', async () => {
  const { builds } = await kit.replaceMongo({ dialect: 'documentdb' });
  jest.spyOn(builds, 'create').mockRejectedValue(new CommandError(40333, 'Existing index build in progress on the same collection.'));
  start({ settings: { indexWaitMs: 500 } });
  expect(await reason()).toMatch(/indexes of the collection \w+ could not be created: \w+, .*: Existing index build in progress on the same collection\.\n/);
});

test('names the collection whose data an index rejects', async () => {
  for (const id of [1, 2]) kit.mongo().databases.open('LibreChat', 'roles').insert({ _id: id, name: 'ADMIN' });
  start();
  expect(await reason()).toMatch(/indexes of the collection roles could not be created: .*E11000[^]*What to do: Remove what the message names/);
});

test('shows what to do and the log, however long the database\'s message is', async () => {
  const name = 'Ä"'.repeat(2_000);
  for (const id of [1, 2]) kit.mongo().databases.open('LibreChat', 'roles').insert({ _id: id, name });
  start();
  const text = await reason();
  expect(text).toMatch(/roles could not be created: name_1_tenantId_1: .*E11000 .*Ä.*…\nWhat to do: Remove what the message names, .*\.\nLog: stream \S+ of log group \S+, https:\S+$/);
  expect(Buffer.byteLength(JSON.stringify(text))).toBeGreaterThan(2_400);
});

test('names an index that DocumentDB does not support, and what to use instead', async () => {
  const { builds } = await kit.replaceMongo({ dialect: 'documentdb' });
  const create = builds.create.bind(builds);
  builds.create = (collection, indexes) => create(collection, indexes.map((index) => (
    index.name === 'samlId_1_tenantId_1' ? { ...index, partialFilterExpression: { samlId: { $in: ['a', 'b'] } } } : index)));
  start();
  expect(await reason()).toMatch(
    /indexes of the collection users could not be created: samlId_1_tenantId_1: unsupported expression in partial index: samlId \$in\.\nWhat to do: Use a database that supports this index, such as MongoDB with `LibreChatDatabase\.fromUri\(\)`, or deploy an earlier release of LibreChat\./);
});

test('continues if an index exists with other options', async () => {
  kit.mongo().databases.open('LibreChat', 'users').addIndex({ key: { role: 1, tenantId: 1 }, name: 'role_1_tenantId_1', sparse: true });
  start();
  expect(await request('Create')).toMatchObject({ Status: 'SUCCESS' });
  expect(kit.adapter().logged('index-differs')).toEqual([expect.objectContaining({ collection: 'users' })]);
});

describe('a database of an older release', () => {
  beforeEach(() => {
    const users = kit.mongo().databases.open('LibreChat', 'users');
    users.insert({ _id: 1, email: 'a@example.com' });
    users.addIndex({ key: { email: 1 }, name: 'email_1', unique: true });
  });

  test('is migrated once', async () => {
    start();
    expect(await request('Create')).toMatchObject({ Status: 'SUCCESS' });
    expect(indexesOf('users')).toEqual(expect.arrayContaining(['email_1', 'email_1_tenantId_1 unique']));
    expect(await request('Update')).toMatchObject({ Status: 'SUCCESS' });
    expect(kit.adapter().logged('database-prepared').map(({ dropped }) => dropped)).toEqual([1, 0]);
  });

  test('is not changed while the same release is deployed', async () => {
    kit.aws().services.ssm.parameters.set('/chat/release', 'v0.8.8');
    start({ environment: { [ADAPTER.releaseParameter]: '/chat/release' } });
    expect(await request('Update')).toMatchObject({ Status: 'SUCCESS' });
    expect(kit.adapter().logged('database-prepared').map(({ dropped }) => dropped)).toEqual([0]);
  });
});

test('waits for a database that is not available yet', async () => {
  kit.mongo().available = false;
  start();
  const response = request('Create');
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  kit.mongo().available = true;
  expect(await response).toMatchObject({ Status: 'SUCCESS' });
});

test('names the server that cannot be reached', async () => {
  withMongo('mongodb://127.0.0.1:1/LibreChat', { databaseWaitMs: 2_000 });
  expect(await reason()).toMatch(/ECONNREFUSED[^]*What to do: Check host and port of `database`/);
});

test('fails at once with a wrong password, and does not show it', async () => {
  const { host, port } = kit.mongo();
  withMongo(`mongodb://librechat:wrong-password@${host}:${port}/LibreChat?authSource=admin`);
  const text = await reason();
  expect(text).toMatch(/the database rejects the credentials: [^]*What to do: Correct user name, password and authSource/);
  expect(text).not.toContain('wrong-password');
});

test.each(['postgres://db/LibreChat', 'mongodb://user:p%ss@db/LibreChat', 'mongodb://'])('rejects the address %s', async (uri) => {
  withMongo(uri);
  expect(await reason()).toContain('What to do: Correct the URI');
});
