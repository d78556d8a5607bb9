import { readFileSync } from 'node:fs';
import Redis from 'ioredis';
import type { Log } from './log';
import type { Settings } from './settings';

const LONGEST_PAUSE_MS = 2_000;

/** The connections of a process; LibreChat has three. */
export interface Connections {
  /** Jobs and their events. */
  readonly jobs: Redis;
  /** Messages, conversations and files, which LibreChat stores in MongoDB. */
  readonly documents: Redis;
  /** Receives messages of other processes. */
  readonly subscriber: Redis;
  /** Whether Redis responds to commands now. */
  ready(): boolean;
  close(): void;
}

/** Connects in the background: until then, `ready` is false and `/readyz` reports it. */
export function connectRedis({ uri, password, keyPrefix, ca, attempts, documentsUri }: Settings['redis'], log: Log): Connections {
  const open = (name: string, at = uri) => {
    const redis = new Redis(at, {
      ...(password && at === uri ? { password } : {}),
      ...(at.startsWith('rediss://') && ca ? { tls: { ca: readFileSync(ca) } } : {}),
      keyPrefix,
      maxRetriesPerRequest: null,
      retryStrategy: (attempt) => {
        if (attempts === 0 || attempt < attempts) return Math.min(attempt * 50, LONGEST_PAUSE_MS);
        log('error', `Redis: giving up after ${attempt} attempts`, { connection: name });
        return null;
      },
    });
    redis.on('error', (error: Error) => log('error', `Redis: ${error.message}`, { connection: name }));
    redis.on('ready', () => log('info', 'Redis: ready', { connection: name }));
    return redis;
  };
  const all = { jobs: open('jobs'), documents: open('documents', documentsUri), subscriber: open('subscriber') };
  return {
    ...all,
    ready: () => Object.values(all).every(({ status }) => status === 'ready'),
    close: () => Object.values(all).forEach((redis) => redis.disconnect()),
  };
}
