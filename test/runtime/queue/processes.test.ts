import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { describeWith } from '../../requires';
import { bodyOf, get, recordingLog } from './kit/queues';
import { startRedis, type TestRedis } from '../../../fixtures/runtime/redis';
import { RelayQueue, scaledSettings, type Started } from '../../../runtime/queue';

const FACTOR = 5;
const RELAYS = 8;
const REQUESTS_PER_RELAY = 8;

/** Workers in separate processes, some of which are stopped or killed. */
class Fleet {
  public readonly executed: string[] = [];
  private readonly workers: ChildProcess[] = [];

  public constructor(private readonly program: string, private readonly options: Record<string, string>) {}

  public start(startId: string): Promise<Started> {
    const worker = fork(this.program, [JSON.stringify({ ...this.options, startId })]);
    this.workers.push(worker);
    return new Promise((resolve) => {
      worker.on('message', (message: { executed?: string }) => {
        if (message.executed) this.executed.push(message.executed);
        else resolve('started');
      });
      worker.once('exit', () => resolve({ refused: 'the process ended' }));
    });
  }

  /** One of the live workers. */
  public any(): ChildProcess | undefined {
    const living = this.workers.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
    return living[Math.floor(Math.random() * living.length)];
  }

  public async dispose(): Promise<void> {
    await Promise.all(this.workers.map(async (worker) => {
      if (worker.exitCode !== null || worker.signalCode !== null) return;
      const exited = new Promise((resolve) => worker.once('exit', resolve));
      worker.kill('SIGKILL');
      await exited;
    }));
  }
}

describeWith('redis-server')('worker processes', () => {
  let redis: TestRedis;
  let folder: string;
  let program: string;
  beforeAll(async () => {
    redis = await startRedis();
    folder = mkdtempSync(join(tmpdir(), 'queue-workers-'));
    program = join(folder, 'worker.js');
    await build({ entryPoints: [join(__dirname, 'kit/worker-process.ts')], bundle: true, platform: 'node', target: 'node20', minify: true, outfile: program });
  });
  afterAll(async () => {
    await redis.dispose();
    rmSync(folder, { recursive: true });
  });

  test('are killed and stopped: each request gets a complete response or an error, and is executed at most once', async () => {
    const secret = randomBytes(32);
    const common = { uri: redis.uri, release: randomBytes(4).toString('hex') };
    const fleet = new Fleet(program, { ...common, secret: secret.toString('hex'), factor: String(FACTOR) });
    const counts = { whole: 0, broken: 0, failed: 0, unavailable: 0 };
    let done = false;
    const harm = (async () => {
      for (let i = 0; !done; i++) {
        await sleep(400);
        const victim = fleet.any();
        if (i % 4 === 3) {
          victim?.kill('SIGKILL');
          continue;
        }
        victim?.kill('SIGSTOP');
        await sleep([50, 600, 2_000][i % 4]);
        victim?.kill('SIGCONT');
      }
    })();
    const relays = Array.from({ length: RELAYS }, async (_, n) => {
      const relay = new RelayQueue({
        redis: { uri: redis.uri },
        prefix: 'chat',
        release: common.release,
        sealingSecret: secret,
        log: recordingLog(),
        settings: scaledSettings(FACTOR, { waitMs: 10_000 }),
        capacity: 5,
        maxWorkers: 4,
        startWorker: (id) => fleet.start(id),
      });
      for (let i = 0; i < REQUESTS_PER_RELAY; i++) {
        const path = `/${n}/${i}`;
        const outcome = await relay.submit(get(path), Buffer.alloc(0));
        if (outcome.kind === 'unavailable') {
          counts.unavailable += 1;
          expect(fleet.executed).not.toContain(path);
        } else if (outcome.kind === 'response') {
          const body = await bodyOf(outcome).catch(() => undefined);
          if (body) expect(body.toString()).toBe(Array.from({ length: 20 }, (_each, line) => `${path} ${line}\n`).join(''));
          counts[body ? 'whole' : 'broken'] += 1;
        } else {
          counts.failed += 1;
        }
      }
      await relay.settled();
      relay.close();
    });
    await Promise.all(relays).finally(() => { done = true; });
    await harm;
    await fleet.dispose();
    expect(new Set(fleet.executed).size).toBe(fleet.executed.length);
    expect(counts.whole).toBeGreaterThan(RELAYS * REQUESTS_PER_RELAY / 4);
    expect(counts.whole + counts.broken + counts.failed + counts.unavailable).toBe(RELAYS * REQUESTS_PER_RELAY);
    if (process.env.QUEUE_VERBOSE) console.log(counts);
  }, 120_000);
});
