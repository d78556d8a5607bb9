import { startRedis } from '.';
import { physicalName, unsupported, type ResourceDefinition, type ResourceHandlers } from '../../cloudformation/resource';

/** Clients verify the certificate against a host name: endpoints of ElastiCache are never IP addresses. */
const HOST_NAME = 'localhost';

/**
 * `maxmemory` of the node types. A quarter of it is reserved.
 *
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html
 */
const MAX_MEMORY: Readonly<Record<string, number>> = { 'cache.t4g.micro': 536_870_912, 'cache.t4g.small': 1_471_026_299, 'cache.t4g.medium': 3_317_862_236 };

const RESERVED_SHARE = 0.25;

export const ELASTICACHE_RESOURCES: ResourceHandlers = {
  'AWS::ElastiCache::ReplicationGroup': async (resource, deployment) => {
    const { AuthToken, TransitEncryptionEnabled, ReplicationGroupId, CacheNodeType } = resource.properties;
    if (!TransitEncryptionEnabled) unsupported(resource, '`TransitEncryptionEnabled` must be true: the emulator supports Redis with TLS only');
    const { cert, key, ca } = deployment.certificates;
    const redis = await startRedis({ password: AuthToken, tls: { cert, key, ca }, maxMemory: maxMemoryOf(resource, CacheNodeType) });
    const id = String(ReplicationGroupId ?? physicalName(resource, deployment, 40).toLowerCase());
    deployment.services.elastiCache.add(resource.logicalId, id, redis);
    deployment.cloud.onDispose(() => redis.dispose());
    deployment.cloud.events.notice(`Redis is a redis-server on ${redis.host}:${redis.port} with TLS`);
    return {
      ref: id,
      attributes: {
        'PrimaryEndPoint.Address': HOST_NAME,
        'PrimaryEndPoint.Port': String(redis.port),
        'ReaderEndPoint.Address': HOST_NAME,
        'ReaderEndPoint.Port': String(redis.port),
      },
    };
  },
};

function maxMemoryOf(resource: ResourceDefinition, nodeType: string): number {
  const bytes = MAX_MEMORY[nodeType] ?? unsupported(resource, `\`CacheNodeType\` must be one of ${Object.keys(MAX_MEMORY).join(', ')}, got: ${nodeType}`);
  return Math.floor(bytes * (1 - RESERVED_SHARE));
}
