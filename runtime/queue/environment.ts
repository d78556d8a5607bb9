import { QUEUE, REDIS } from '../../src/contract/queue';
import { VALUE_FROM } from '../../src/contract/variables';
import type { References } from '../shared/references';
import type { RedisEndpoint } from './endpoint';
import type { QueueOptions } from './options';

/** What relay and worker must agree on, out of a function's variables and the secrets that they refer to. */
export async function readQueueOptions(
  environment: NodeJS.ProcessEnv, references: References,
): Promise<Pick<QueueOptions, 'redis' | 'prefix' | 'release' | 'sealingSecret'>> {
  const [prefix, release] = [given(environment, QUEUE.prefix), given(environment, QUEUE.release)];
  const [redis, sealingSecret] = await Promise.all([
    readRedis(environment, references),
    references.resolve(QUEUE.sealingSecret, given(environment, QUEUE.sealingSecret)),
  ]);
  return { redis, prefix, release, sealingSecret: Buffer.from(sealingSecret) };
}

export async function readRedis(environment: NodeJS.ProcessEnv, references: References): Promise<RedisEndpoint> {
  const valueOf = async (name: string) => {
    const reference = environment[VALUE_FROM + name];
    return environment[name] || (reference ? references.resolve(VALUE_FROM + name, reference) : undefined);
  };
  const [uri, password] = await Promise.all([valueOf(REDIS.uri), valueOf(REDIS.password)]);
  if (!uri) throw new Error(`\`${REDIS.uri}\` or \`${VALUE_FROM}${REDIS.uri}\` must be set, got: neither`);
  return { uri, password };
}

/** Requests that one worker serves at a time. */
export function readCapacity(environment: NodeJS.ProcessEnv): number {
  const value = given(environment, QUEUE.maxConcurrentRequests);
  if (!/^[1-9]\d*$/.test(value)) throw new Error(`\`${QUEUE.maxConcurrentRequests}\` must be a whole number from 1 on, got: ${JSON.stringify(value)}`);
  return Number(value);
}

function given(environment: NodeJS.ProcessEnv, name: string): string {
  const value = environment[name];
  if (!value) throw new Error(`\`${name}\` must be set, got: ${value === undefined ? 'nothing' : '""'}`);
  return value;
}
