import type { RedisEndpoint } from './endpoint';
import { QUEUE, REDIS } from '../../src/contract/queue';
import { VALUE_FROM } from '../../src/contract/variables';
import type { References } from '../shared/references';

/** Values of the references in the variables of relay and worker. */
export interface QueueSecrets {
  readonly redis: RedisEndpoint;
  readonly sealingSecret: Buffer;
}

export async function readSecrets(environment: NodeJS.ProcessEnv, references: References): Promise<QueueSecrets> {
  const [redis, sealingSecret] = await Promise.all([
    readRedis(environment, references),
    references.resolve(QUEUE.sealingSecret, given(environment, QUEUE.sealingSecret)),
  ]);
  return { redis, sealingSecret: Buffer.from(sealingSecret) };
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

export function positive(environment: NodeJS.ProcessEnv, name: string): number {
  const value = given(environment, name);
  if (!/^[1-9]\d*$/.test(value)) throw new Error(`\`${name}\` must be a whole number of at least 1, got: ${JSON.stringify(value)}`);
  return Number(value);
}

export function given(environment: NodeJS.ProcessEnv, name: string): string {
  const value = environment[name];
  if (!value) throw new Error(`\`${name}\` must be set, got: ${value === undefined ? 'nothing' : '""'}`);
  return value;
}
