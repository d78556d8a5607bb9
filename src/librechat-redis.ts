import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import type { BindContext, Binding, VpcBindContext } from './private/binding';
import { allowPort } from './private/network';
import { ANY, oneOf, type PropTypes, SECRET, STRING, validateProps, validateType } from './private/validation/props';
import { warnOfSecretRegion } from './private/validation/region';
import { validateInteger, validateNodeType } from './private/validation/values';
import { Redis } from './redis/redis';

/** Cache engine of an ElastiCache replication group. */
export enum LibreChatRedisEngine {
  /** Redis OSS 7.1, the newest version of Redis in ElastiCache. */
  REDIS = 'redis',
  /** Valkey 8.0, a fork of Redis with the same protocol. It costs 20 % less. */
  VALKEY = 'valkey',
}

const ENGINE_VERSIONS: Record<LibreChatRedisEngine, string> = {
  [LibreChatRedisEngine.REDIS]: '7.1',
  [LibreChatRedisEngine.VALKEY]: '8.0',
};

/** Options of `LibreChatRedis.replicationGroup()`. */
export interface LibreChatReplicationGroupOptions {
  /**
   * Cache engine, Redis OSS or Valkey.
   *
   * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/SelectEngine.html
   * @default LibreChatRedisEngine.REDIS
   */
  readonly engine?: LibreChatRedisEngine;

  /**
   * Instance type of each node, such as `cache.t4g.small`.
   *
   * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheNodes.SupportedTypes.html
   * @default 'cache.t4g.micro'
   */
  readonly nodeType?: string;

  /**
   * Number of read replicas, 0 to 5. With one or more, a replica in another Availability Zone takes over if the primary node fails.
   *
   * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html
   * @default 0
   */
  readonly replicas?: number;
}

interface RedisBinding extends Binding {
  readonly redis?: Redis;
}

/** The Redis-compatible server for sessions, the cache, and the events of streamed responses. */
export abstract class LibreChatRedis {
  /**
   * Creates an ElastiCache replication group in the VPC, encrypted at rest and in transit, with a generated password.
   *
   * Sessions and streamed responses are kept in memory only. `metricRedisMemory()` returns the memory in use.
   *
   * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Replication.html
   * @example
   * new LibreChatServerless(this, 'Chat', {
   *   redis: LibreChatRedis.replicationGroup({ engine: LibreChatRedisEngine.VALKEY, replicas: 1 }),
   * });
   */
  public static replicationGroup(options: LibreChatReplicationGroupOptions = {}): LibreChatRedis {
    return new ReplicationGroup(options);
  }

  /**
   * Uses an existing Redis or Valkey server with cluster mode disabled.
   *
   * A function in a VPC may connect to port 6379 of any address. Allow other ports through `connections`, and connections to the server
   * in its own security group.
   *
   * @param uri secret with the URI including the password: `rediss://user:password@host:6379`
   * @example
   * new LibreChatServerless(this, 'Chat', {
   *   redis: LibreChatRedis.fromUri(ecs.Secret.fromSecretsManager(redisUri)),
   * });
   */
  public static fromUri(uri: ecs.Secret): LibreChatRedis {
    return new UriRedis(uri);
  }

  /** @internal */
  public abstract readonly _needsVpc: boolean;

  /** For variants inside this library: use the static methods. */
  protected constructor() {}

  /**
   * Checks what depends on the stack, before any resource is created.
   *
   * @internal
   */
  public _validate(_scope: Construct): void {}

  /** @internal */
  public abstract _bind(scope: Construct, context: BindContext): RedisBinding;
}

const REPLICATION_GROUP_OPTIONS: PropTypes<LibreChatReplicationGroupOptions> = {
  engine: oneOf('LibreChatRedisEngine', LibreChatRedisEngine),
  nodeType: STRING,
  replicas: ANY,
};

class ReplicationGroup extends LibreChatRedis {
  public readonly _needsVpc = true;
  private readonly options: Required<LibreChatReplicationGroupOptions>;

  constructor(options: LibreChatReplicationGroupOptions) {
    super();
    validateProps('LibreChatReplicationGroupOptions', options, REPLICATION_GROUP_OPTIONS);
    const { engine = LibreChatRedisEngine.REDIS, nodeType = 'cache.t4g.micro', replicas = 0 } = options;
    validateNodeType('nodeType', nodeType);
    validateInteger('replicas', replicas, 0, 5);
    this.options = { engine, nodeType, replicas };
  }

  public _bind(scope: Construct, { network, encryptionKey }: VpcBindContext): RedisBinding {
    const redis = new Redis(scope, 'Redis', { ...network, ...this.options, engineVersion: ENGINE_VERSIONS[this.options.engine], encryptionKey });
    return { ...redis.binding(), redis };
  }
}

class UriRedis extends LibreChatRedis {
  public readonly _needsVpc = false;

  constructor(private readonly uri: ecs.Secret) {
    super();
    validateType('uri', uri, SECRET);
  }

  public _validate(scope: Construct): void {
    warnOfSecretRegion(scope, this.uri);
  }

  public _bind(): RedisBinding {
    return {
      references: { VALUE_FROM_REDIS_URI: this.uri },
      connect: (client) => allowPort(client, 6379, 'Redis'),
    };
  }
}
