import { createCipheriv, createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { FaultyProxy } from './proxy';
import { contentOf, Deployment, post } from './queues';
import { until } from '../../../../fixtures/runtime/until';
import { type Outcome, type QueueSettings, RedisUnreachable, ResponseBroken, scaledSettings, type WorkerQueue } from '../../../../runtime/queue';
import type { Exchange } from '../../../../runtime/shared/exchange';

/** Events during a request. */
export interface RequestPlan {
  readonly atMs: number;
  readonly bodyBytes: number;
  readonly chunks: readonly number[];
  readonly chunkMs: number;
  /** Time that the client takes for each chunk of the response. */
  readonly readMs: number;
  readonly abortAtMs?: number;
}

export type StartPlan = 'at once' | 'late' | 'refused' | 'silent' | 'broken';

export type Fault = { readonly atMs: number } & (
  | { readonly kind: 'swallow'; readonly side: 'relay' | 'worker'; readonly command: string }
  | { readonly kind: 'cut'; readonly side: 'relay' | 'worker' }
  | { readonly kind: 'freeze'; readonly worker: number; readonly forMs: number }
  | { readonly kind: 'crash'; readonly worker: number }
  | { readonly kind: 'retire'; readonly worker: number }
  | { readonly kind: 'lose lease'; readonly worker: number }
  | { readonly kind: 'flush' });

export interface Scenario {
  readonly requests: readonly RequestPlan[];
  readonly starts: readonly StartPlan[];
  readonly faults: readonly Fault[];
  /** Hints are added repeatedly, as late copies of commands may do. */
  readonly storm: boolean;
}

const WORKER_COMMANDS = ['BZPOPMIN', 'claim', 'append', 'beat', 'leave', 'GET', 'DEL', 'SET'];
const RELAY_COMMANDS = ['enqueue', 'XREAD', 'XTRIM', 'withdraw', 'alive', 'abandon', 'SET', 'ZADD'];

const at = fc.integer({ min: 0, max: 1_200 });
const worker = fc.nat({ max: 2 });

const fault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('swallow' as const), side: fc.constant('worker' as const), atMs: at, command: fc.constantFrom(...WORKER_COMMANDS) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('swallow' as const), side: fc.constant('relay' as const), atMs: at, command: fc.constantFrom(...RELAY_COMMANDS) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cut' as const), side: fc.constantFrom('relay' as const, 'worker' as const), atMs: at }) },
  fc.record({ kind: fc.constant('freeze' as const), worker, atMs: at, forMs: fc.integer({ min: 50, max: 2_500 }) }),
  fc.record({ kind: fc.constant('crash' as const), worker, atMs: at }),
  fc.record({ kind: fc.constant('retire' as const), worker, atMs: at }),
  fc.record({ kind: fc.constant('lose lease' as const), worker, atMs: at }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('flush' as const), atMs: at }) },
);

const request: fc.Arbitrary<RequestPlan> = fc.record({
  atMs: at,
  bodyBytes: fc.constantFrom(0, 10, 1_000, 70_000, 200_000),
  chunks: fc.array(fc.constantFrom(1, 20, 3_000, 70_000, 400_000), { maxLength: 12 }),
  chunkMs: fc.constantFrom(0, 5, 60),
  readMs: fc.constantFrom(0, 0, 40),
  abortAtMs: fc.option(at, { freq: 8, nil: undefined }),
}, { requiredKeys: ['atMs', 'bodyBytes', 'chunks', 'chunkMs', 'readMs'] });

const start = fc.oneof(
  { weight: 6, arbitrary: fc.constant('at once' as const) },
  fc.constantFrom('late' as const, 'refused' as const, 'silent' as const, 'broken' as const),
);

export const scenario: fc.Arbitrary<Scenario> = fc.record({
  requests: fc.array(request, { minLength: 1, maxLength: 10, size: 'large' }),
  starts: fc.array(start, { maxLength: 4 }),
  faults: fc.array(fault, { maxLength: 10, size: 'large' }),
  storm: fc.boolean(),
});

export const calmScenario: fc.Arbitrary<Scenario> = fc.record({
  requests: fc.array(request.map((plan) => ({ ...plan, abortAtMs: undefined })), { minLength: 1, maxLength: 12 }),
  starts: fc.constant([]),
  faults: fc.array(fc.record({ kind: fc.constant('retire' as const), worker, atMs: at }), { maxLength: 2 }),
  storm: fc.boolean(),
});

/** The result of a request. */
export interface Result {
  readonly path: string;
  readonly outcome: Outcome['kind'];
  /** Why it was refused, failed, or interrupted. */
  readonly reason?: string;
  /** For a response: whether it is complete, and its data. */
  readonly whole?: boolean;
  readonly executions: number;
  readonly ms: number;
}

export const SETTINGS: QueueSettings = scaledSettings(5, {
  waitMs: 4_000, connectMs: 800, replyMs: 800, unreachableMs: 1_500, outageMs: 2_500, deadRelayMs: 3_000, brokenMs: 400, startMs: 1_500,
});

/** Without faults, the limits must not expire because the machine is busy. */
export const CALM: QueueSettings = scaledSettings(1, {
  leaseMs: 60_000, connectMs: 30_000, replyMs: 30_000, unreachableMs: 60_000, outageMs: 60_000,
});

/** Interval at which a storm adds each hint. */
const STORM_MS = 20;

/** Time limit of a run. Waiting, two deaths of workers and an outage take about 10 s with these settings; the rest is for a busy machine. */
export const BOUND_MS = 60_000;

/** A client repeats requests that are unavailable or interrupted. On a busy machine, the scaled limits make a worker that is slow look dead. */
const MOST_REPEATS = 5;

/** Runs a scenario against a real Redis, and reports on each request. */
export async function play({ requests, starts, faults, storm }: Scenario, redisPort: number, settings = SETTINGS): Promise<Result[]> {
  const run = new Run(redisPort, [...starts], settings);
  try {
    await run.open();
    if (storm) run.repeatHints();
    const happening = faults.map(async (planned) => {
      await sleep(planned.atMs);
      await run.inflict(planned);
    });
    const results = await Promise.all(requests.map((plan, i) => run.request(plan, `/${i}`)));
    await Promise.all(happening);
    run.stopHints();
    // After all faults, requests are served again.
    await run.heal();
    for (let i = 0, served = false; i < MOST_REPEATS && !served; i++) {
      const after = await run.request({ atMs: 0, bodyBytes: 100, chunks: [10, 10], chunkMs: 1, readMs: 0 }, `/after-${i}`);
      results.push(after);
      served = after.whole === true;
    }
    await run.expectLifetimes();
    return results;
  } finally {
    await run.dispose();
  }
}

interface RunningWorker {
  readonly queue: WorkerQueue;
  readonly proxy: FaultyProxy;
}

class Run {
  private readonly deployment: Deployment;
  private readonly admin: Redis;
  private readonly workers: RunningWorker[] = [];
  private relayProxy!: FaultyProxy;
  private storm?: NodeJS.Timeout;
  private readonly executions = new Map<string, number>();

  public constructor(private readonly redisPort: number, private readonly starts: StartPlan[], private readonly settings: QueueSettings) {
    this.deployment = new Deployment(`redis://127.0.0.1:${redisPort}`, settings);
    this.admin = new Redis(redisPort, '127.0.0.1');
  }

  public async open(): Promise<void> {
    this.relayProxy = await FaultyProxy.start(this.redisPort);
  }

  public async heal(): Promise<void> {
    this.starts.length = 0;
    await until(async () => await this.admin.exists(`${this.deployment.base}broken`) === 0);
    for (const { proxy } of this.workers) proxy.thaw();
  }

  public async request(plan: RequestPlan, path: string): Promise<Result> {
    await sleep(plan.atMs);
    const relay = this.deployment.relay({
      redis: { uri: this.relayProxy.uri }, capacity: 3, maxWorkers: 3, startWorker: (startId) => this.startWorker(startId),
    });
    const abort = new AbortController();
    const timer = plan.abortAtMs === undefined ? undefined : setTimeout(() => abort.abort(), plan.abortAtMs);
    const startedAt = performance.now();
    const head = { ...post(path, plan.bodyBytes), headers: ['x-plan', JSON.stringify([plan.chunks, plan.chunkMs])] };
    const outcome = await relay.submit(head, bytesOf(path, plan.bodyBytes), { signal: abort.signal });
    const refusal = outcome.kind === 'unavailable' ? `${outcome.reason}: ${outcome.message}` : outcome.kind === 'failed' ? outcome.message : undefined;
    const broken = outcome.kind === 'response' ? await readWhole(outcome, path, plan) : undefined;
    clearTimeout(timer);
    return {
      path,
      outcome: outcome.kind,
      reason: refusal ?? broken?.message,
      whole: outcome.kind === 'response' ? broken === undefined : undefined,
      executions: this.executions.get(path) ?? 0,
      ms: performance.now() - startedAt,
    };
  }

  public async inflict(planned: Fault): Promise<void> {
    const victim = 'worker' in planned ? this.workers[planned.worker] : undefined;
    switch (planned.kind) {
      case 'swallow':
        return this.proxiesOf(planned.side).forEach((proxy) => proxy.swallowReplyTo(planned.command));
      case 'cut':
        return this.proxiesOf(planned.side).forEach((proxy) => proxy.cutAll());
      case 'freeze':
        victim?.proxy.freeze();
        await sleep(planned.forMs);
        return victim?.proxy.thaw();
      case 'crash':
        return victim?.proxy.kill();
      case 'retire':
        return victim?.queue.retire();
      case 'lose lease':
        if (victim) await this.admin.hdel(`${this.deployment.base}workers`, victim.queue.worker);
        return;
      case 'flush':
        await this.admin.eval("for _, key in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('DEL', key) end", 0, `${this.deployment.base}*`);
    }
  }

  /** Adds the hints of all requests, claimed or not, until `stopHints()`. */
  public repeatHints(): void {
    const waiting = `${this.deployment.base}waiting`;
    this.storm = setInterval(() => {
      void this.admin.eval(
        `for _, key in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('ZADD', KEYS[1], 0, string.match(key, '[^:]+$')) end
         return redis.call('PEXPIRE', KEYS[1], ARGV[2])`, 1, waiting, `${this.deployment.base}request:*`, this.settings.requestTtlMs,
      ).catch(() => undefined);
    }, STORM_MS);
  }

  public stopHints(): void {
    clearInterval(this.storm);
  }

  /** All keys in Redis expire. */
  public async expectLifetimes(): Promise<void> {
    for (const key of await this.admin.keys('*')) {
      if (key.startsWith(this.deployment.base) && await this.admin.pttl(key) === -1) throw new Error(`${key} has no lifetime`);
    }
  }

  public async dispose(): Promise<void> {
    this.stopHints();
    for (const { proxy } of this.workers) proxy.thaw();
    await this.deployment.dispose();
    await Promise.all([this.relayProxy, ...this.workers.map(({ proxy }) => proxy)].map((proxy) => proxy.dispose()));
    this.admin.disconnect();
  }

  private proxiesOf(side: 'relay' | 'worker'): FaultyProxy[] {
    return side === 'relay' ? [this.relayProxy] : this.workers.map(({ proxy }) => proxy);
  }

  private async startWorker(startId: string): Promise<'started' | { refused: string }> {
    const plan = this.starts.shift() ?? 'at once';
    if (plan === 'refused') return { refused: 'throttled' };
    if (plan === 'silent') return 'started';
    if (plan === 'late') await sleep(1_000);
    const proxy = await FaultyProxy.start(this.redisPort);
    const queue = this.deployment.worker({ redis: { uri: proxy.uri } });
    this.workers.push({ queue, proxy });
    if (plan === 'broken') {
      await queue.reportBroken('the init failed');
      return { refused: 'the init failed' };
    }
    void this.work(queue, startId);
    return 'started';
  }

  private async work(queue: WorkerQueue, startId: string): Promise<void> {
    await queue.reportStarted(startId).catch(() => undefined);
    let serving = 0;
    queue.setFree(3);
    for (let exchange = await queue.take(); exchange; exchange = await queue.take()) {
      queue.setFree(3 - ++serving);
      const { path } = exchange.head;
      this.executions.set(path, (this.executions.get(path) ?? 0) + 1);
      void respond(exchange).catch((error: Error) => exchange.fail(error.message)).finally(() => queue.setFree(3 - --serving));
    }
  }
}

async function respond(exchange: Exchange): Promise<void> {
  const [chunks, chunkMs] = JSON.parse(exchange.head.headers[1]) as [number[], number];
  const body = await contentOf(exchange);
  if (!body.equals(bytesOf(exchange.head.path, body.length)) || body.length !== exchange.head.bodyLength) throw new Error('the body is corrupt');
  await exchange.start({ statusCode: 200, headers: ['x-body', String(body.length)] });
  const whole = bytesOf(`response to ${exchange.head.path}`, sum(chunks));
  let written = 0;
  for (const size of chunks) {
    if (exchange.gone.aborted) break;
    if (chunkMs) await sleep(chunkMs);
    await exchange.write(whole.subarray(written, written += size));
  }
  await exchange.end();
}

/** Resolves to the error if the response was interrupted. Fails if it contains anything that was not sent. */
async function readWhole(outcome: Outcome & { kind: 'response' }, path: string, plan: RequestPlan): Promise<Error | undefined> {
  const expected = bytesOf(`response to ${path}`, sum(plan.chunks));
  const received: Buffer[] = [];
  try {
    for await (const chunk of outcome.body) {
      received.push(chunk);
      if (plan.readMs) await sleep(plan.readMs);
    }
  } catch (error) {
    const prefix = Buffer.concat(received);
    // A busy machine may not get a reply from Redis within the scaled limit of an outage, which ends a response as well.
    if (!(error instanceof ResponseBroken || error instanceof RedisUnreachable)) throw error;
    if (!prefix.equals(expected.subarray(0, prefix.length))) throw new Error(`${path}: corrupt before it was interrupted`, { cause: error });
    return error;
  }
  if (!Buffer.concat(received).equals(expected)) throw new Error(`${path}: ended in order, with ${Buffer.concat(received).length} bytes of ${expected.length}`);
  if (outcome.head.headers[1] !== String(plan.bodyBytes)) throw new Error(`${path}: the body had ${outcome.head.headers[1]} bytes`);
  return undefined;
}

/** Bytes that depend on the name and on the position. */
function bytesOf(name: string, size: number): Buffer {
  const key = createHash('sha256').update(name).digest();
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

