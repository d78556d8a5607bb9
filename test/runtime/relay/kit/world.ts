import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { LambdaService } from './lambda-service';
import { RelayFunction, type RelayBundle } from './relay-function';
import type { LambdaFunctionProps } from '../../../../emulator/services/lambda/lambda-function';
import { EmulatedAws } from '../../../../fixtures/runtime/aws';
import { startRedis, type TestRedis } from '../../../../fixtures/runtime/redis';
import { type QueueSettings, scaledSettings, WorkerQueue } from '../../../../runtime/queue';
import type { RelaySettings } from '../../../../runtime/relay/settings';
import type { Exchange } from '../../../../runtime/shared/exchange';
import { QUEUE } from '../../../../src/contract/queue';
import { RELAY } from '../../../../src/contract/relay';
import { serve } from '../../queue/kit/queues';

const SEALING_SECRET = randomBytes(24).toString('base64');
const PLACES = 10;
/** Leases and limits do not expire because this process, which is worker, Lambda and Secrets Manager, pauses. */
const LONG_LEASE = { leaseMs: 60_000 };
const LONG_RELAY_TIMEOUTS = { awsTimeoutMs: 20_000, startConnectMs: 20_000 };
const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined };

export interface RelayOptions {
  readonly environment?: Record<string, string>;
  readonly settings?: Partial<RelaySettings>;
  readonly queue?: Partial<QueueSettings>;
  readonly lambda?: Partial<LambdaFunctionProps>;
}

/** The environment of a relay: Redis, Lambda, Secrets Manager, and workers in this process. */
export class World {
  /** @param bundle for relays in separate processes */
  public static async start(bundle?: RelayBundle): Promise<World> {
    const world = new World(bundle, await startRedis());
    await world.lambda.start();
    await world.aws.start();
    world.lambda.others = world.aws.url;
    world.sealingSecret = world.aws.services.secretsManager.create('sealing', SEALING_SECRET).arn;
    return world;
  }

  /** Everything but Lambda. */
  public readonly aws = new EmulatedAws();
  public readonly lambda = new LambdaService(this.aws.role.credentials);
  public sealingSecret = '';
  public readonly inspector: Redis;
  private release = '';
  private readonly relays: RelayFunction[] = [];
  private readonly workers: WorkerQueue[] = [];

  private constructor(private readonly bundle: RelayBundle | undefined, public readonly redis: TestRedis) {
    this.inspector = new Redis(redis.uri);
    this.release = randomBytes(6).toString('hex');
  }

  /** The prefix of the queue's keys. */
  public get keys(): string {
    return `{chat}:${this.release}:`;
  }

  /** The variables of a relay. */
  public environment({ environment, settings, queue }: RelayOptions = {}): Record<string, string> {
    return {
      [QUEUE.prefix]: 'chat',
      [QUEUE.release]: this.release,
      [QUEUE.sealingSecret]: this.sealingSecret,
      [QUEUE.maxConcurrentRequests]: String(PLACES),
      [RELAY.workerFunction]: 'worker',
      [RELAY.maxWorkers]: '3',
      [RELAY.awsEndpoint]: this.lambda.url,
      [RELAY.testOverrides]: JSON.stringify({ ...LONG_RELAY_TIMEOUTS, ...settings, queue: { ...scaledSettings(5, LONG_LEASE), ...queue } }),
      REDIS_URI: this.redis.uri,
      ...this.platform,
      ...environment,
    };
  }

  /** The relay as a function. */
  public relay(options: RelayOptions = {}): RelayFunction {
    const declared = Object.entries(this.environment(options)).filter(([name]) => !(name in this.platform));
    const relay = new RelayFunction(this.bundle!, Object.fromEntries(declared), { credentials: this.aws.role.credentials, ...options.lambda });
    this.relays.push(relay);
    return relay;
  }

  /** A worker in this process, whose requests the handler serves. */
  public async worker(handle: (exchange: Exchange) => Promise<void>, { startId = '', uri = this.redis.uri, settings = scaledSettings(5, { ...LONG_LEASE, maxPollMs: 20 }) } = {}): Promise<WorkerQueue> {
    const worker = new WorkerQueue({
      redis: { uri }, prefix: 'chat', release: this.release, sealingSecret: Buffer.from(SEALING_SECRET), log: QUIET, settings,
    });
    this.workers.push(worker);
    // The first lease includes the places: without any, relays would start another worker.
    worker.setFree(PLACES);
    await worker.reportStarted(startId);
    void serve(worker, handle, PLACES);
    return worker;
  }

  /** Lambda starts workers whose requests the handler serves. */
  public startWorkersWith(handle: (exchange: Exchange) => Promise<void>): void {
    this.lambda.behaviour = {
      kind: 'run',
      function: async (event) => void await this.worker(handle, { startId: (event as { startWorker: string }).startWorker }),
    };
  }

  /** All values of the queue's keys. */
  public async usedBytes(): Promise<number> {
    const keys = await this.inspector.keys(`${this.keys.replace('{', '\\{')}*`);
    const sizes = await Promise.all(keys.map((key) => this.inspector.memory('USAGE', key)));
    return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  }

  /** What Lambda adds to a function's own variables. */
  private get platform(): Record<string, string> {
    const { accessKeyId, secretAccessKey, sessionToken } = this.aws.role.credentials;
    return { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken };
  }

  /** Ends relays and workers. Further ones are of another release. */
  public async reset(): Promise<void> {
    this.release = randomBytes(6).toString('hex');
    this.lambda.calls.splice(0);
    this.lambda.behaviour = { kind: 'refuse', status: 500, type: 'ServiceException', message: 'no test has said what Lambda does' };
    await Promise.all(this.relays.splice(0).map((relay) => relay.dispose()));
    await Promise.all(this.workers.splice(0).map((worker) => worker.close()));
  }

  public async dispose(): Promise<void> {
    await this.reset();
    this.inspector.disconnect();
    this.lambda.close();
    await Promise.all([this.aws.dispose(), this.redis.dispose()]);
  }
}
