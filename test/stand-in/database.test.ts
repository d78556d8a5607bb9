import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mongo } from 'mongoose';
import { MongoServer } from '../../emulator/services/documentdb/server';
import { releaseOf } from '../../emulator/services/lambda/stand-in-release';
import { until } from '../../fixtures/runtime/until';
import { STAND_IN, startStandIn, startTestServers, type TestServers, variables } from '../../fixtures/stand-in-process';

jest.setTimeout(60_000);

let servers: TestServers;
let folder: string;

beforeAll(async () => {
  servers = await startTestServers();
  folder = mkdtempSync(join(tmpdir(), 'releases-'));
});

afterAll(async () => {
  await servers.dispose();
  rmSync(folder, { recursive: true });
});

const OLD = () => releaseOf(STAND_IN, 'librechat-api:v0.8.7', folder);

/** The names of the indexes of a collection. Empty if the collection does not exist. */
async function indexesOf(server: MongoServer, collection: string): Promise<string[] | undefined> {
  const client = await new mongo.MongoClient(server.uri).connect();
  try {
    const [found] = await client.db().listCollections({ name: collection }).toArray();
    return found && (await client.db().collection(collection).indexes()).map(({ name }) => name!);
  } finally {
    await client.close();
  }
}

/** Runs the stand-in with its own database until it is ready. */
async function untilReady(options: { dialect?: 'mongodb' | 'documentdb'; env?: Record<string, string>; directory?: string; indexes?: object[] } = {}) {
  const server = await MongoServer.start({ dialect: options.dialect ?? 'mongodb' });
  try {
    server.databases.open('LibreChat', 'users').indexes.push(...options.indexes as never[] ?? []);
    const retryWrites = options.dialect === 'documentdb' ? 'retryWrites=false' : '';
    const standIn = await startStandIn(variables(servers, { MONGO_URI: server.uri + retryWrites, ...options.env }), options.directory);
    await until(async () => (await fetch(`${standIn.url}/readyz`)).status === 200);
    return { server, lines: standIn.lines, stop: async () => { await standIn.stop(); await server.dispose(); } };
  } catch (error) {
    await server.dispose();
    throw error;
  }
}

describe('a start', () => {
  test.each([
    ['v0.8.8', () => STAND_IN, /exit code 1: .*"message":"(connect ECONNREFUSED|Server selection timed out)/s],
    ['v0.8.7', OLD, /exit code 1: .*"message":"Failed to start server: (connect ECONNREFUSED|Server selection timed out)/s],
  ])('of %s fails without a MongoDB, before it listens', async (_, directory, message) => {
    const env = variables(servers, { MONGO_URI: 'mongodb://127.0.0.1:1/LibreChat?serverSelectionTimeoutMS=500' });
    await expect(startStandIn(env, directory())).rejects.toThrow(message);
  });

  test('fails at once if MongoDB rejects the password', async () => {
    const uri = servers.mongo.uri.replace('the-password', 'wrong');
    await expect(startStandIn(variables(servers, { MONGO_URI: uri }))).rejects.toThrow(/exit code 1: .*"message":"Authentication failed\."/s);
  });
});

describe('indexes', () => {
  test('are built in the background of a start', async () => {
    const { server, stop } = await untilReady({ env: {} });
    try {
      await until(async () => (await indexesOf(server, 'users'))?.includes('appleId_1_tenantId_1'));
      expect(await indexesOf(server, 'users')).toContain('email_1_tenantId_1');
    } finally {
      await stop();
    }
  });

  test('are not built with MONGO_AUTO_INDEX=false, but for those of agent triggers', async () => {
    const { server, stop } = await untilReady({ env: { MONGO_AUTO_INDEX: 'false', MONGO_AUTO_CREATE: 'false' } });
    try {
      expect(await indexesOf(server, 'messages')).toBeUndefined();
      expect(await indexesOf(server, 'agenttriggerdeliveries')).toContain('deliveryKey_1');
    } finally {
      await stop();
    }
  });

  test('v0.8.7 has no agent triggers, and other indexes', async () => {
    const { server, stop } = await untilReady({ directory: OLD() });
    try {
      await until(async () => (await indexesOf(server, 'groups'))?.includes('memberIds_1'));
      expect(await indexesOf(server, 'agenttriggerdeliveries')).toBeUndefined();
    } finally {
      await stop();
    }
  });

  test('that cannot be built are only logged', async () => {
    const old = { v: 2, key: { email: 1 }, name: 'email_1', unique: true };
    const { lines, stop } = await untilReady({ indexes: [old] });
    try {
      await until(() => lines.some((line) => line.includes('Index build failed for \\"User\\": An existing index has the same name')));
    } finally {
      await stop();
    }
  });
});
