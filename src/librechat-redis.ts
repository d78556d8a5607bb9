import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import type { Binding } from './private/binding';
import { allowPort, type Network } from './private/network';
import { validateInteger, validateNodeType } from './private/validation';
import { Redis } from './redis/redis';

/** Which server ElastiCache runs. */
export enum LibreChatRedisEngine {
  /** Redis OSS 7.1, the last that ElastiCache has. */
  REDIS = 'redis',
  /** Valkey 8.0: a fork of Redis that speaks its protocol, and costs a fifth less. */
  VALKEY = 'valkey',
}

const VERSIONS: Record<LibreChatRedisEngine, string> = {
  [LibreChatRedisEngine.REDIS]: '7.1',
  [LibreChatRedisEngine.VALKEY]: '8.0',
};

/** Options of `LibreChatRedis.replicationGroup()`. */
export interface LibreChatReplicationGroupOptions {
  /**
   * Which server runs: Redis, or Valkey for less.
   *
   * @default LibreChatRedisEngine.REDIS
   */
  readonly engine?: LibreChatRedisEngine;

  /**
   * Size of each node, such as `cache.t4g.small`.
   *
   * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheNodes.SupportedTypes.html
   * @default 'cache.t4g.micro'
   */
  readonly nodeType?: string;

  /**
   * Nodes besides the first, 0 to 5. With any, another zone takes over when the first node fails.
   *
   * @default 0
   */
  readonly replicas?: number;
}

/**
 * Where the Redis is that carries sessions, the cache and, token by token, the answers: the environment that generates
 * an answer is never the one that streams it.
 */
export class LibreChatRedis {
  /**
   * An ElastiCache replication group in the VPC, encrypted at rest and in transit, with a generated password.
   *
   * Sessions and running answers are kept in its memory only; `metricRedisMemory()` says how full it is.
   *
   * @example
   * new LibreChatServerless(this, 'Chat', {
   *   redis: LibreChatRedis.replicationGroup({ engine: LibreChatRedisEngine.VALKEY, replicas: 1 }),
   * });
   */
  public static replicationGroup(options: LibreChatReplicationGroupOptions = {}): LibreChatRedis {
    const { engine = LibreChatRedisEngine.REDIS, nodeType = 'cache.t4g.micro', replicas = 0 } = options;
    validateNodeType('nodeType', nodeType);
    validateInteger('replicas', replicas, 0, 5);
    return new LibreChatRedis((scope, network) => {
      const redis = new Redis(scope, 'Redis', { ...network!, engine, engineVersion: VERSIONS[engine], nodeType, replicas });
      return { ...redis.binding(), redis };
    }, true);
  }

  /**
   * A Redis or Valkey that you run, with cluster mode disabled.
   *
   * Where the function is in a VPC, it may connect to port 6379 of any address; other ports are yours to open
   * (`connections`), as is the server's own security group.
   *
   * @param uri the whole URI, password included: `rediss://user:password@host:6379`
   * @example
   * new LibreChatServerless(this, 'Chat', {
   *   redis: LibreChatRedis.fromUri(ecs.Secret.fromSecretsManager(redisUri)),
   * });
   */
  public static fromUri(uri: ecs.Secret): LibreChatRedis {
    const binding: Binding = {
      references: { VALUE_FROM_REDIS_URI: uri },
      connect: (client) => allowPort(client, 6379, 'Redis'),
    };
    return new LibreChatRedis(() => binding, false);
  }

  /** @internal */
  public readonly _bind: (scope: Construct, network?: Network) => Binding & { redis?: Redis };

  /** @internal */
  public readonly _needsVpc: boolean;

  private constructor(bind: (scope: Construct, network?: Network) => Binding & { redis?: Redis }, needsVpc: boolean) {
    this._bind = bind;
    this._needsVpc = needsVpc;
  }
}
