import { once } from 'node:events';
import { connect } from 'node:net';
import { mongo } from 'mongoose';
import { generate } from 'selfsigned';
import { MongoServer, type MongoServerOptions } from '../../../../emulator/services/documentdb/server';
import { until } from '../../../../fixtures/runtime/until';

const { MongoClient, MongoServerError } = mongo;

let server: MongoServer;
let client: mongo.MongoClient | undefined;

afterEach(async () => {
  await client?.close();
  client = undefined;
  await server.dispose();
});

/** Starts a server and connects the real driver to it. */
async function connectTo(
  options: Partial<MongoServerOptions> = {}, uri = (started: MongoServer) => started.uri, driver: mongo.MongoClientOptions = {},
) {
  server = await MongoServer.start({ dialect: 'mongodb', ...options });
  client = new MongoClient(uri(server), driver);
  await client.connect();
  return client.db('LibreChat');
}

/** The server's error for a command. */
async function refusal(command: Promise<unknown>): Promise<{ code?: unknown; codeName?: unknown; message: string }> {
  const error: unknown = await command.then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(MongoServerError);
  return error as mongo.MongoServerError;
}

describe('connections', () => {
  test('of a single server without authentication', async () => {
    expect(await (await connectTo()).command({ ping: 1 })).toMatchObject({ ok: 1 });
  });

  test.each(['SCRAM-SHA-1', 'SCRAM-SHA-256', undefined])('of MongoDB with a user, mechanism %s', async (mechanism) => {
    const users = { 'chat user': 'pass@word' };
    const db = await connectTo({ users }, ({ uri }) => uri + (mechanism ? `&authMechanism=${mechanism}` : ''));
    expect(await db.collection('users').find().toArray()).toEqual([]);
  });

  test('above the limit are refused, and all are counted', async () => {
    server = await MongoServer.start({ dialect: 'documentdb', maxConnections: 2 });
    const open = async () => {
      const socket = connect(server.port, '127.0.0.1').on('error', () => undefined);
      await once(socket, 'connect');
      return socket;
    };
    const [first] = [await open(), await open()];
    await until(() => server.measureConnections().open === 2);
    const refused = await open();
    await once(refused, 'close');
    expect(server.measureConnections()).toEqual({ open: 2, peak: 2, limit: 2 });
    first.destroy();
    await until(() => server.measureConnections().open === 1);
    expect(server.measureConnections()).toEqual({ open: 1, peak: 1, limit: 2 });
  });

  test('of DocumentDB: a replica set, TLS, SCRAM-SHA-1', async () => {
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }]);
    const db = await connectTo(
      { dialect: 'documentdb', users: { chat: 'secret' }, replicaSet: 'rs0', tls: { cert, key } },
      ({ uri }) => `${uri}&authMechanism=SCRAM-SHA-1&retryWrites=false`, { tlsAllowInvalidCertificates: true },
    );
    await db.collection('users').insertOne({ email: 'ada@example.com' });
    expect(await db.command({ hello: 1 })).toMatchObject({ setName: 'rs0', isWritablePrimary: true, hosts: [`localhost:${server.port}`] });
  });

  test.each([
    ['a wrong password', 'chat:wrong', 'admin', 18, 'Authentication failed.'],
    ['an unknown user', 'nobody:secret', 'admin', 18, 'Authentication failed.'],
    ['a user of another database', 'chat:secret', 'LibreChat', 18, 'Authentication failed.'],
  ])('%s is refused', async (_, credentials, authSource, code, message) => {
    const uri = ({ host, port }: MongoServer) => `mongodb://${credentials}@${host}:${port}/LibreChat?authSource=${authSource}`;
    expect(await refusal(connectTo({ users: { chat: 'secret' } }, uri))).toMatchObject({ code, message });
  });

  test('DocumentDB has no SCRAM-SHA-256', async () => {
    const attempt = connectTo({ dialect: 'documentdb', users: { chat: 'secret' } }, ({ uri }) => `${uri}&authMechanism=SCRAM-SHA-256`);
    expect(await refusal(attempt)).toMatchObject({ message: 'Unsupported mechanism [ -301 ]' });
  });

  test('commands require authentication', async () => {
    const db = await connectTo({ users: { chat: 'secret' } }, ({ host, port }) => `mongodb://${host}:${port}/`);
    expect(await refusal(db.collection('users').findOne())).toMatchObject({ code: 13, message: 'command find requires authentication' });
    expect(await db.command({ ping: 1 })).toMatchObject({ ok: 1 });
  });

  test('a client without TLS gets nothing from a server with TLS', async () => {
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }]);
    server = await MongoServer.start({ dialect: 'mongodb', tls: { cert, key } });
    client = new MongoClient(`mongodb://${server.host}:${server.port}/`);
    // The driver tries again until its own limit.
    const failed = once(client, 'serverHeartbeatFailed');
    const connected = client.connect().catch((error: Error) => error);
    const [{ failure }] = await failed as [mongo.ServerHeartbeatFailedEvent];
    expect(failure.message).toMatch(/connection .* closed|ECONNRESET/);
    await client.close();
    expect(await connected).toBeInstanceOf(Error);
  });

  test('a server that is not available accepts no connection', async () => {
    server = await MongoServer.start({ dialect: 'documentdb' });
    server.available = false;
    client = new MongoClient(server.uri, { serverSelectionTimeoutMS: 300 });
    await expect(client.connect()).rejects.toThrow();
  });

  test('bytes that are not the wire protocol end the connection', async () => {
    server = await MongoServer.start({ dialect: 'mongodb' });
    const socket = connect(server.port, '127.0.0.1').on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(socket, 'close');
  });
});

describe('commands', () => {
  test('an unknown one is refused', async () => {
    const db = await connectTo();
    expect(await refusal(db.command({ frobnicate: 1 }))).toMatchObject({ code: 59, codeName: 'CommandNotFound', message: 'no such command: \'frobnicate\'' });
  });

  test('a collection is created once, and listed', async () => {
    const db = await connectTo();
    await db.createCollection('users');
    expect(await refusal(db.createCollection('users'))).toMatchObject({ code: 48, codeName: 'NamespaceExists' });
    expect((await db.listCollections().toArray()).map(({ name }) => name)).toEqual(['users']);
  });

  test('documents are inserted, found, changed and deleted', async () => {
    const users = (await connectTo()).collection<{ _id: string; email: string; logins?: number; tags?: string[] }>('users');
    await users.insertMany([{ _id: 'a', email: 'a@x', logins: 2, tags: ['x', 'y'] }, { _id: 'b', email: 'b@x' }]);
    const found = async (filter: object) => (await users.find(filter).sort({ email: -1 }).project({ email: 1 }).toArray())
      .map(({ _id }) => _id as string);
    expect(await found({})).toEqual(['b', 'a']);
    expect(await found({ $or: [{ logins: { $gt: 1 } }, { tags: 'z' }] })).toEqual(['a']);
    expect(await found({ logins: { $exists: false } })).toEqual(['b']);
    expect(await found({ logins: null })).toEqual(['b']);
    expect(await users.updateOne({ email: 'a@x' }, { $inc: { logins: 1 }, $unset: { tags: '' } })).toMatchObject({ matchedCount: 1, modifiedCount: 1 });
    expect(await users.updateOne({ email: 'c@x' }, { $setOnInsert: { _id: 'c' } }, { upsert: true })).toMatchObject({ upsertedId: 'c' });
    expect(await users.find().toArray()).toEqual([{ _id: 'a', email: 'a@x', logins: 3 }, { _id: 'b', email: 'b@x' }, { _id: 'c', email: 'c@x' }]);
    expect(await users.deleteMany({ logins: 3 })).toMatchObject({ deletedCount: 1 });
    expect(await found({})).toEqual(['c', 'b']);
  });

  test.each([
    ['an operator of filters', 2, (users: { find: Function }) => users.find({ n: { $frob: 1 } }).toArray()],
    ['an operator of updates', 9, (users: { updateMany: Function }) => users.updateMany({}, { $frob: { n: 1 } })],
  ])('%s that is not supported is refused', async (_, code, command) => {
    const users = (await connectTo()).collection('users');
    await users.insertOne({ n: 1 });
    expect(await refusal(command(users) as Promise<unknown>)).toMatchObject({ code });
  });

  test('DocumentDB refuses retryable writes', async () => {
    const db = await connectTo({ dialect: 'documentdb', replicaSet: 'rs0' });
    expect(await refusal(db.collection('users').insertOne({ n: 1 }))).toMatchObject({ code: 301, message: 'Retryable writes are not supported' });
  });
});

describe('indexes', () => {
  test('a duplicate value of a unique index is refused', async () => {
    const users = (await connectTo()).collection('users');
    await users.createIndex({ email: 1 }, { unique: true });
    await users.insertOne({ email: 'a@x' });
    expect(await refusal(users.insertOne({ email: 'a@x' }))).toMatchObject({ code: 11000, message: expect.stringContaining('index: email_1 dup key: { email: "a@x" }') });
    await users.deleteOne({ email: 'a@x' });
    await users.insertOne({ email: 'a@x' });
  });

  test('a unique index cannot be built over duplicate values', async () => {
    const users = (await connectTo()).collection('users');
    await users.insertMany([{ email: 'a@x' }, { email: 'a@x' }]);
    expect(await refusal(users.createIndex({ email: 1 }, { unique: true }))).toMatchObject({ code: 11000 });
  });

  test('sparse and partial ones take only some documents', async () => {
    const users = (await connectTo()).collection('users');
    await users.createIndex({ googleId: 1 }, { unique: true, sparse: true });
    await users.createIndex({ samlId: 1, tenantId: 1 }, { unique: true, partialFilterExpression: { samlId: { $exists: true } } });
    await users.insertMany([{ n: 1 }, { n: 2 }, { samlId: 'x' }]);
    expect(await refusal(users.insertOne({ samlId: 'x' }))).toMatchObject({ code: 11000 });
  });

  test.each<[what: string, key: object, options: object, code: number]>([
    ['another key under its name', { name: 1 }, { name: 'email_1' }, 86],
    ['the same key, no longer unique', { email: 1 }, {}, 86],
    ['the same under another name', { email: 1 }, { name: 'other', unique: true }, 85],
    ['another time to live', { expiresAt: 1 }, { expireAfterSeconds: 9 }, 85],
  ])('%s conflicts with an index', async (_, key, options, code) => {
    const users = (await connectTo()).collection('users');
    await users.createIndexes([{ key: { email: 1 }, unique: true }, { key: { expiresAt: 1 }, expireAfterSeconds: 0 }]);
    expect(await refusal(users.createIndex(key as Record<string, 1>, options))).toMatchObject({ code });
    expect((await users.indexes()).map(({ name }) => name)).toEqual(['_id_', 'email_1', 'expiresAt_1']);
  });

  const TWO = [{ a: 1 }, { b: { $exists: true } }];

  test.each<['documentdb' | 'mongodb', object]>([
    ['documentdb', { a: { $in: [1] } }],
    ['documentdb', { a: { $exists: true, $ne: null } }],
    ['documentdb', { a: { $type: 'string' } }],
    ['documentdb', { $or: TWO }],
    ['documentdb', { $and: [{ $and: TWO }, { c: 1 }] }],
    ['mongodb', { a: { $ne: 1 } }],
    ['mongodb', { a: { $exists: false } }],
    ['mongodb', { $nor: TWO }],
  ])('%s does not support the partial filter %j', async (dialect, partialFilterExpression) => {
    const users = (await connectTo({ dialect })).collection('users');
    expect(await refusal(users.createIndex({ a: 1 }, { partialFilterExpression }))).toMatchObject({
      code: 67, codeName: 'CannotCreateIndex', message: expect.stringContaining('unsupported expression in partial index: '),
    });
    expect((await users.indexes()).map(({ name }) => name)).toEqual(['_id_']);
  });

  test.each<['documentdb' | 'mongodb', object]>([
    ['documentdb', { a: 'text', b: { $gt: 1, $lte: 9 } }],
    ['documentdb', { $and: [{ a: { $eq: { b: 1 } } }, { c: { $exists: false } }] }],
    ['mongodb', { $or: [{ $and: TWO }, { a: { $in: [1] } }, { a: { $type: 'string' } }] }],
  ])('%s supports the partial filter %j', async (dialect, partialFilterExpression) => {
    const users = (await connectTo({ dialect })).collection('users');
    expect(await users.createIndex({ a: 1 }, { partialFilterExpression })).toBe('a_1');
  });

  test('they are dropped by name', async () => {
    const users = (await connectTo()).collection('users');
    await users.createIndexes([{ key: { email: 1 } }, { key: { role: 1 } }]);
    await users.dropIndex('email_1');
    expect(await refusal(users.dropIndex('email_1'))).toMatchObject({ code: 27, codeName: 'IndexNotFound' });
    expect((await users.indexes()).map(({ name }) => name)).toEqual(['_id_', 'role_1']);
  });

  test('MongoDB has further builds in a collection wait, one after another', async () => {
    const db = await connectTo({ indexBuildMs: 50 });
    const first = db.collection('users').createIndex({ a: 1 });
    await until(async () => (await db.listCollections().toArray()).length);
    await Promise.all([first, ...['b', 'b', 'b'].map((field) => db.collection('users').createIndex({ [field]: 1 }))]);
    expect((await db.collection('users').indexes()).map(({ name }) => name)).toEqual(['_id_', 'a_1', 'b_1']);
  });

  test('DocumentDB refuses it, and dropping one meanwhile, but not in another collection', async () => {
    const db = await connectTo({ dialect: 'documentdb' });
    const users = db.collection('users');
    await users.createIndex({ old: 1 });
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const begun = new Promise<void>((resolve) => {
      server.builds.pace = () => {
        resolve();
        return ended;
      };
    });
    const first = users.createIndex({ a: 1 });
    await begun;
    expect(await refusal(users.createIndex({ old: 1 }))).toMatchObject({
      code: 40333, message: 'Existing index build in progress on the same collection. Collection is limited to a single index build at a time.',
    });
    expect(await refusal(users.dropIndex('old_1'))).toMatchObject({ code: 40333 });
    expect(server.builds.refused).toBe(2);
    server.builds.pace = undefined;
    expect(await db.collection('messages').createIndex({ a: 1 })).toBe('a_1');
    expect((await users.indexes()).map(({ name }) => name)).toEqual(['_id_', 'old_1']);
    end();
    expect(await first).toBe('a_1');
    expect(await users.createIndex({ old: 1 })).toBe('old_1');
  });
});
