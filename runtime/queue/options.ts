import type { RedisEndpoint } from './endpoint';
import type { QueueLog } from './log';
import type { QueueSettings } from './settings';

/** Options that relay and worker must share, and the connection to Redis. */
export interface QueueOptions {
  readonly redis: RedisEndpoint;
  /** Reads the endpoint again, after Redis has rejected the credentials. */
  readonly readRedisAgain?: () => Promise<RedisEndpoint>;
  /** Prefix of all keys, unique among the deployments that share one Redis. */
  readonly prefix: string;
  /** Hash of image, configuration, protocol and secret. Workers of another release get no requests. */
  readonly release: string;
  readonly sealingSecret: Buffer;
  readonly log: QueueLog;
  readonly settings?: Partial<QueueSettings>;
}
