import type { RedisEndpoint } from './endpoint';
import type { QueueLog } from './log';
import type { QueueSettings } from './settings';

/** What relay and worker must agree on, and how they reach Redis. */
export interface QueueOptions {
  readonly redis: RedisEndpoint;
  /** Reads the endpoint once more, when Redis has rejected the credentials. */
  readonly readRedisAgain?: () => Promise<RedisEndpoint>;
  /** Names the deployment among others on the same Redis. */
  readonly prefix: string;
  /** Changes with the image, the configuration, the protocol and the secret: workers of another release get nothing. */
  readonly release: string;
  readonly sealingSecret: Buffer;
  readonly log: QueueLog;
  readonly settings?: Partial<QueueSettings>;
}
