import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { WatchedDeployment } from './kit';
import type { DeploymentOptions } from '../../fixtures/deployment';
import { until } from '../../fixtures/runtime/until';
import { ChatClient } from '../../probe/chat-client';
import { tokenOf } from '../../probe/chat-events';

jest.setTimeout(240_000);

const DAY_MS = 86_400_000;

let watched: WatchedDeployment;

async function start(options: DeploymentOptions = {}): Promise<WatchedDeployment> {
  watched = await WatchedDeployment.start({ ...options, worker: { lingerMs: 500, titleMs: 500, ...options.worker } });
  return watched;
}

afterEach(() => watched.deployment.dispose());

/** Sends requests at the same time. Resolves to their statuses. */
async function requests(count: number): Promise<number[]> {
  const { url } = watched.deployment;
  return Promise.all(Array.from({ length: count }, async () => (await fetch(`${url}/api/config`)).status));
}

/** Chats at the same time. `begun` resolves when each reply has its first token, `ended` when all replies have ended or failed. */
function chats(client: ChatClient, count: number, pace: object): { readonly begun: Promise<unknown>; readonly ended: Promise<unknown> } {
  const each = Array.from({ length: count }, () => {
    let begun = () => undefined as void;
    const first = new Promise<void>((resolve) => (begun = resolve));
    const reply = async () => {
      for await (const event of client.events(await client.start('Hello', pace))) if (tokenOf(event)) begun();
    };
    return { first, reply: reply() };
  });
  return { begun: Promise.all(each.map(({ first }) => first)), ended: Promise.allSettled(each.map(({ reply }) => reply)) };
}

/** Sends requests until starts have failed often enough: a relay gives up before a slow start does. */
async function expectFailedStarts(): Promise<void> {
  await until(async () => {
    expect(await requests(3)).toEqual([503, 503, 503]);
    return (await watched.firing()).length > 2;
  });
  expect(await watched.firing()).toEqual(['ApiServerErrors', 'FailedStarts', 'RequestsWithoutWorker']);
}

describe('no alarm fires', () => {
  test('while a deployment is idle, on its first day and on the next', async () => {
    const { deployment, alarms } = await start();
    expect(alarms).toHaveLength(17);
    await deployment.tick();
    await until(() => deployment.worker.environments.length && deployment.worker.environments.every(({ state }) => state === 'frozen'));
    expect(await watched.firing()).toEqual([]);
    const { cloudWatch } = deployment.emulator.services;
    expect([...cloudWatch.states(Date.now() + DAY_MS).values()]).not.toContain('ALARM');
  });

  test('while users load the page and chat, cold start included', async () => {
    const { deployment } = await start();
    const client = await ChatClient.signIn(deployment.url);
    expect(await requests(28)).toEqual(Array.from({ length: 28 }, () => 200));
    await chats(client, 5, { tokens: 10, gapMs: 20 }).ended;
    expect(await watched.firing()).toEqual([]);
  });
});

test('Lambda\'s metrics of relay and workers are those of their invocations', async () => {
  const { deployment } = await start();
  const { relay, worker } = deployment;
  await requests(28);
  await until(() => [relay, worker].every(({ environments }) => environments.every(({ state }) => state === 'frozen')));
  expect(watched.valuesOf(relay, 'Duration')).toHaveLength(deployment.usage().relay.invocations);
  expect(Math.max(...watched.valuesOf(relay, 'ConcurrentExecutions'))).toBe(relay.environments.length);
  const ofWorkers = watched.valuesOf(worker, 'Duration').reduce((sum, milliseconds) => sum + milliseconds, 0);
  expect(ofWorkers).toBeGreaterThan(0);
  expect(ofWorkers / 1000).toBeLessThan(deployment.usage().worker.seconds);
});

test('a worker that dies', async () => {
  const { deployment } = await start();
  const client = await ChatClient.signIn(deployment.url);
  const { begun, ended } = chats(client, 6, { tokens: 5_000, gapMs: 20 });
  await begun;
  process.kill(-deployment.worker.environments.find(({ state }) => state === 'busy')!.pid, 'SIGKILL');
  await ended;
  await until(async () => (await watched.firing()).length > 1);
  expect(await watched.firing()).toEqual(['BrokenResponses', 'RelayErrors']);
});

test('a Redis that is full', async () => {
  const { deployment } = await start();
  const [redis] = [...deployment.emulator.services.elastiCache.replicationGroups.values()];
  // As with a smaller node.
  await redis.send('CONFIG', 'SET', 'maxmemory', String(16 * 1024 * 1024));
  for (let i = 0; i < 40; i++) await redis.send('SET', `session:${i}`, 'x'.repeat(1024 * 1024), 'EX', '600');
  expect(await watched.firing()).toEqual(['RedisEvictions', 'RedisMemory']);
});

test('a database that is unreachable', async () => {
  const { deployment } = await start({ queue: { brokenMs: 500 } });
  const [database] = [...deployment.emulator.services.documentDb.clusters.values()];
  database.available = false;
  database.disconnectAll();
  await expectFailedStarts();
});

test('a database with few connections left', async () => {
  const { deployment } = await start();
  const [database] = [...deployment.emulator.services.documentDb.clusters.values()];
  const held: TLSSocket[] = [];
  const hold = (count: number) => Promise.all(Array.from({ length: count }, async () => {
    const socket = connect({ port: database.port, rejectUnauthorized: false });
    held.push(socket.on('error', () => undefined));
    await once(socket, 'secureConnect');
  }));
  await hold(150);
  expect(await watched.firing()).toEqual([]);
  await hold(50);
  expect(await watched.firing()).toEqual(['DatabaseConnections']);
  held.forEach((socket) => socket.destroy());
});

test('a LibreChat that does not start', async () => {
  await start({ queue: { brokenMs: 500 }, environment: { USE_REDIS: 'false' }, props: { deploymentCheck: false } });
  await expectFailedStarts();
});

describe('too little concurrency', () => {
  test('for relays', async () => {
    const { deployment } = await start({ concurrencyQuota: 3 });
    await ChatClient.signIn(deployment.url);
    const statuses = await requests(20);
    expect(statuses).toContain(503);
    expect(await watched.firing()).toEqual(expect.arrayContaining(['ApiServerErrors', 'RelayThrottles']));
  });

  test('for workers', async () => {
    const { deployment } = await start({ concurrencyQuota: 1 });
    for (let i = 0; i < 5; i++) {
      expect(await requests(1)).toEqual([503]);
      // It ends and frees its concurrency.
      await until(() => deployment.relay.environments.every(({ state }) => state === 'frozen'));
    }
    expect(await watched.firing()).toEqual(['ApiServerErrors', 'RequestsWithoutWorker', 'WorkerThrottles']);
  });
});

test.each([
  '{"level":"warn","message":"[StreamServices] No subscriber client available, falling back to in-memory"}',
  'warn: [StreamServices] Failed to create Redis services, falling back to in-memory: Error: connect ECONNREFUSED',
])('a LibreChat that continues without Redis: %s', async (line) => {
  const { deployment: { emulator: { services: { logs } } } } = await start();
  const { group } = [...logs.metricFilters.values()].find(({ metric }) => metric.metricName === 'StreamsWithoutRedis')!;
  logs.ingest(group, line);
  expect(await watched.firing()).toEqual(['StreamsWithoutRedis']);
});
