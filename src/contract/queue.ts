/** Environment variables that relay and worker share. Both must have the same values. */
export const QUEUE = {
  /** Prefix of the queue's keys: names the deployment among others on the same Redis. */
  prefix: 'QUEUE_PREFIX',
  /** Hash of image, configuration, protocol and sealing secret. Workers of another release get no requests. */
  release: 'QUEUE_RELEASE',
  /** Reference to the secret that requests and responses are sealed with, as in `VALUE_FROM`: 32 bytes or more. */
  sealingSecret: 'QUEUE_SEALING_SECRET',
  /** Number of requests that one worker serves at a time. */
  maxConcurrentRequests: 'QUEUE_MAX_CONCURRENT_REQUESTS',
} as const;

/** Environment variables that say where Redis is: the same names as LibreChat's, with or without `VALUE_FROM` before them. */
export const REDIS = { uri: 'REDIS_URI', password: 'REDIS_PASSWORD' } as const;

/** The event that starts a worker. It responds with one byte as soon as it has the event, and then serves. */
export interface StartEvent {
  /** Id of the start, for `WorkerQueue.reportStarted`. */
  readonly startWorker: string;
  /** The relay's release. During a deployment, the worker's function is updated first, and serves the running relays. */
  readonly release: string;
}

/** The request that a scheduled event turns into. It has no headers but `Host`, and no page can send it: the API has no such route. */
export const TICK = { method: 'GET', path: '/livez' } as const;
