export type { RedisEndpoint } from './endpoint';
export { ConnectionLost, RedisDenied, RedisError, RedisUnreachable, RedisUnsuitable, ResponseBroken } from './errors';
export type { QueueLog } from './log';
export type { QueueOptions } from './options';
export type { Aborted, Failed, Outcome, QueuedResponse, RequestTimes, Unavailable } from './outcome';
export { RelayQueue, type RelayQueueOptions, type SubmitOptions } from './relay-queue';
export { DEFAULT_SETTINGS, type QueueSettings, scaledSettings } from './settings';
export type { Started, StartWorker } from './starts';
export { WorkerQueue } from './worker-queue';
