import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { statesOfGroup } from '../../../emulator/services/lambda/process-group';
import { until } from '../../../fixtures/runtime/until';
import { useWorker } from '../../../fixtures/runtime/use-worker';
import { replyOf, type Reply, type WorkerFunction } from '../../../fixtures/runtime/worker-function';

jest.setTimeout(60_000);

const { create, sealingSecretArn } = useWorker();
const hello = { path: '/api/hello' };
const environments = (worker: WorkerFunction) => worker.adapter.lambda.environments;
const said = (worker: WorkerFunction, text: string) => worker.adapter.output.some((line) => line.includes(text));

async function chat(worker: WorkerFunction, body: object): Promise<string> {
  const headers = ['Content-Type', 'application/json'];
  const reply = await worker.send({ method: 'POST', path: '/api/agents/chat/openAI', headers }, Buffer.from(JSON.stringify(body)));
  return (JSON.parse(reply.body) as { streamId: string }).streamId;
}

const streamOf = (worker: WorkerFunction, streamId: string): Promise<Reply> => worker.send({ path: `/api/agents/chat/stream/${streamId}` }, undefined, streamId);

describe('a worker', () => {
  test('is started for the first request, serves it, and is frozen when no more requests arrive', async () => {
    const worker = create();
    expect(await worker.send(hello)).toMatchObject({ kind: 'response', statusCode: 200 });
    await worker.adapter.idle();
    expect(worker.adapter.state).toBe('frozen');
    expect(worker.adapter.logged('worker-ended')).toMatchObject([{ reason: 'idle', requests: 1, most: 1 }]);
  });

  test('serves all requests that are sent one after another', async () => {
    for (let i = 0; i < 5; i++) {
      const worker = create();
      await worker.send(hello);
      await worker.adapter.idle();
      expect(worker.starts).toEqual(['started']);
    }
  });

  test('serves the 28 requests of a page load at once, in one environment', async () => {
    const worker = create();
    const replies = await Promise.all(Array.from({ length: 28 }, (_, i) => worker.send({ path: `/api/echo?n=${i}` })));
    expect(replies.map(({ body }) => (JSON.parse(body) as { url: string }).url)).toEqual(replies.map((_, i) => `/api/echo?n=${i}`));
    expect(environments(worker)).toHaveLength(1);
  });

  test('serves after each thaw', async () => {
    const worker = create({ settings: { lingerMs: 0, titleMs: 0 } });
    for (let i = 0; i < 10; i++) {
      expect(await worker.send(hello)).toMatchObject({ kind: 'response', statusCode: 200 });
      await worker.adapter.idle();
    }
    expect(environments(worker)).toHaveLength(1);
  });

  test('serves after a freeze that was longer than LibreChat keeps connections', async () => {
    const worker = create({ settings: { lingerMs: 0, titleMs: 0 }, environment: { FIXTURE_KEEP_ALIVE_MS: '50' } });
    await worker.send(hello);
    await worker.adapter.idle();
    await sleep(200);
    expect(await worker.send(hello)).toMatchObject({ statusCode: 200 });
  });

  test('generates a reply and delivers its events; it is not frozen before', async () => {
    const worker = create();
    const streamId = await chat(worker, { generateMs: 1_000 });
    expect(await streamOf(worker, streamId)).toMatchObject({ statusCode: 200, body: expect.stringContaining('"final":true') });
    expect(environments(worker)).toHaveLength(1);
  });

  test('continues a reply without a reader', async () => {
    const worker = create({ settings: { lingerMs: 0, titleMs: 0 } });
    await chat(worker, { generateMs: 1_500 });
    await worker.adapter.idle();
    expect(said(worker, 'generation finished')).toBe(true);
  });

  test('takes an upload', async () => {
    const worker = create();
    const body = Buffer.alloc(4.4 * 1024 * 1024, 'x');
    const reply = await worker.send({ method: 'POST', path: '/api/echo', headers: ['Content-Type', 'application/octet-stream'] }, body);
    expect(JSON.parse(reply.body)).toMatchObject({ length: body.length });
  });

  test('responds to a start with one byte at once, though LibreChat is still starting', async () => {
    const worker = create({ environment: { FIXTURE_START_MS: '3000' }, settings: { askForEventsAfterMs: 100 } });
    expect(await worker.start('a-start')).toBe('\n');
    expect(worker.adapter.logged('started')).toEqual([]);
    await worker.adapter.idle();
    expect(worker.adapter.logged('worker-ended')).toMatchObject([{ reason: 'idle' }]);
  });

  test('serves relays of the previous release: a deployment updates the worker\'s function first', async () => {
    const worker = create({ environment: { QUEUE_RELEASE: 'the-next' } });
    expect(await worker.send(hello)).toMatchObject({ kind: 'response', statusCode: 200 });
    await worker.adapter.idle();
    expect(worker.starts).toEqual(['started']);
  });

  test('logs its id in the queue', async () => {
    const worker = create();
    const { outcome, close } = await worker.open(hello);
    await replyOf(outcome);
    await close();
    await worker.adapter.idle();
    const [{ worker: name, requestId }] = worker.adapter.logged('serving');
    expect(outcome).toMatchObject({ worker: name });
    expect(worker.adapter.logged('worker-ended')).toMatchObject([{ worker: name, requestId }]);
  });

  test('responds to an event of another kind with an error that names the valid kinds', async () => {
    const worker = create();
    // Lambda reports only errors with such names.
    await expect(worker.adapter.invoke({ httpMethod: 'GET', path: '/' })).rejects.toMatchObject({
      errorType: 'Function.UnknownEvent', message: 'the event must be {"startWorker":"<id>","release":"<release>"}, got one with: httpMethod, path',
    });
    expect(await worker.send(hello)).toMatchObject({ statusCode: 200 });
  });

  test('LibreChat does not get the variables of the queue', async () => {
    const worker = create();
    const environment = JSON.parse((await worker.send({ path: '/environment' })).body) as Record<string, string>;
    expect(Object.keys(environment).filter((name) => /^(?:QUEUE|ADAPTER|AWS_LAMBDA_RUNTIME_API)/.test(name))).toEqual([]);
    expect(Object.values(environment).join()).not.toContain(sealingSecretArn());
  });

  test('LibreChat\'s heap fits the function\'s memory', async () => {
    const worker = create({ memorySize: 2048 });
    expect(JSON.parse((await worker.send({ path: '/environment' })).body)).toMatchObject({ NODE_OPTIONS: '--max-old-space-size=1536' });
  });
});

/** Kills the child processes of a process (LibreChat), even if they are frozen. */
function killChildren(pid: number): void {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  expect(children).toHaveLength(1);
  process.kill(Number(children[0]), 'SIGKILL');
}

describe('near the deadline', () => {
  test('replies are saved, their streams end, and the environment is used again', async () => {
    const worker = create({ timeoutMs: 12_000, settings: { abortBeforeDeadlineMs: 9_000, endBeforeDeadlineMs: 5_000 } });
    const reply = await streamOf(worker, await chat(worker, { generateMs: 60_000 }));
    expect(reply).toMatchObject({ statusCode: 200, body: expect.stringContaining('"final":true') });
    expect(reply.broken).toBeUndefined();
    await worker.adapter.idle();
    expect(worker.adapter.state).toBe('frozen');
    expect(worker.adapter.logged('worker-ended')).toMatchObject([{ reason: 'deadline' }]);
  });
});

describe('LibreChat ends', () => {
  test('during a request: it fails, and a new environment serves the next one', async () => {
    const worker = create();
    const reply = await worker.send({ path: '/api/crash' });
    expect(reply.kind).toBe('failed');
    await until(() => worker.adapter.state === 'dead');
    expect(worker.adapter.logged('librechat-replaced')).toMatchObject([{ reason: 'LibreChat ended: exit code 3' }]);
    // The relay logs the same.
    expect(worker.adapter.logged('response-failed')).toMatchObject([{ queueId: reply.id }]);
    expect(await worker.send(hello)).toMatchObject({ statusCode: 200 });
    expect(environments(worker)).toHaveLength(2);
  });

  test('in a frozen environment: no request is lost, and another worker starts at once', async () => {
    // A start that is not withdrawn would count for longer than the timeout of this test.
    const worker = create({ queue: { startMs: 120_000 } });
    await worker.send(hello);
    const { pid } = environments(worker)[0];
    await worker.adapter.idle();
    killChildren(pid);
    expect(await worker.send(hello)).toMatchObject({ statusCode: 200 });
    expect(environments(worker).map(({ state }) => state === 'dead')).toEqual([true, false]);
    expect(worker.adapter.logged('librechat-replaced')).toMatchObject([{ environmentId: 1, reason: 'signal SIGKILL' }]);
  });
});

describe('a start that fails', () => {
  test('LibreChat ends before it is ready: the relay gets the reason', async () => {
    const worker = create({ environment: { FIXTURE_START_FAILS: '9' } });
    const reply = await worker.send(hello);
    expect(reply).toMatchObject({ kind: 'unavailable', reason: expect.stringMatching(/broken|refused/), message: expect.stringContaining('LibreChat ended before it was ready: exit code 9') });
  });

  test('LibreChat never becomes ready: the relay gets the reason, and the environment is replaced', async () => {
    const worker = create({ environment: { FIXTURE_NEVER_READY: '1' }, settings: { askForEventsAfterMs: 100, readyWaitMs: 500 } });
    expect(await worker.send(hello)).toMatchObject({ kind: 'unavailable', reason: 'broken', message: expect.stringContaining('LibreChat is not ready') });
    await until(() => worker.adapter.state === 'dead');
  });

  test.each(['QUEUE_PREFIX', 'QUEUE_RELEASE', 'QUEUE_SEALING_SECRET', 'QUEUE_MAX_CONCURRENT_REQUESTS'])('without %s: one line that names it', async (name) => {
    const worker = create({ environment: { [name]: '' } });
    await expect(worker.start('a-start')).rejects.toThrow(`\`${name}\` must be set, got: ""`);
    expect(worker.adapter.logged('start-failed')[0].message).toContain(`\`${name}\``);
  });

  test('Redis cannot be reached: the environment is used again', async () => {
    const worker = create({ environment: { REDIS_URI: 'redis://127.0.0.1:1' } });
    await worker.start('a-start');
    await worker.adapter.idle();
    expect(worker.adapter.logged('queue-unavailable')).toHaveLength(1);
    expect(worker.adapter.state).toBe('frozen');
  });
});

test('SIGTERM stops LibreChat gracefully', async () => {
  const worker = create();
  await worker.send(hello);
  const { pid } = environments(worker)[0];
  await worker.adapter.idle();
  // As on Lambda, the environment is thawed before it ends.
  process.kill(pid, 'SIGTERM');
  process.kill(-pid, 'SIGCONT');
  await until(() => statesOfGroup(pid).every((state) => state === 'Z') && worker.adapter.output.includes('fixture: received SIGTERM'));
});
