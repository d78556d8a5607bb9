import { QUEUE, REDIS } from '../../src/contract/queue';
import { RELAY } from '../../src/contract/relay';
import { VALUE_FROM } from '../../src/contract/variables';
import type { RedisEndpoint } from '../queue';
import type { References } from '../shared/references';

/** What the function's variables say themselves. */
export interface Configuration {
  readonly prefix: string;
  readonly release: string;
  readonly capacity: number;
  readonly maxWorkers: number;
  readonly workerFunction: string;
  readonly workerQualifier?: string;
  /** 0: events are not padded. */
  readonly padEventsTo: number;
}

/** What the function's variables refer to. */
export interface Secrets {
  readonly redis: RedisEndpoint;
  readonly sealingSecret: Buffer;
}

export function readConfiguration(environment: NodeJS.ProcessEnv): Configuration {
  return {
    prefix: given(environment, QUEUE.prefix),
    release: given(environment, QUEUE.release),
    capacity: positive(environment, QUEUE.maxConcurrentRequests),
    maxWorkers: positive(environment, RELAY.maxWorkers),
    workerFunction: given(environment, RELAY.workerFunction),
    workerQualifier: environment[RELAY.workerQualifier] || undefined,
    padEventsTo: environment[RELAY.padEventsTo] ? positive(environment, RELAY.padEventsTo) : 0,
  };
}

export async function readSecrets(environment: NodeJS.ProcessEnv, references: References): Promise<Secrets> {
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

function given(environment: NodeJS.ProcessEnv, name: string): string {
  const value = environment[name];
  if (!value) throw new Error(`\`${name}\` must be set, got: ${value === undefined ? 'nothing' : '""'}`);
  return value;
}

function positive(environment: NodeJS.ProcessEnv, name: string): number {
  const value = given(environment, name);
  if (!/^[1-9]\d*$/.test(value)) throw new Error(`\`${name}\` must be a whole number from 1 on, got: ${JSON.stringify(value)}`);
  return Number(value);
}
