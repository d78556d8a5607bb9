import { startRedis } from '.';
import { physicalName, unsupported, type ResourceHandlers } from '../../cloudformation/resource';

/** Clients verify the certificate of a name: addresses of ElastiCache are never numeric. */
const HOST_NAME = 'localhost';

export const ELASTICACHE_RESOURCES: ResourceHandlers = {
  'AWS::ElastiCache::ReplicationGroup': async (resource, deployment) => {
    const { AuthToken, TransitEncryptionEnabled, ReplicationGroupId } = resource.properties;
    if (!TransitEncryptionEnabled) unsupported(resource, '`TransitEncryptionEnabled` must be true: the emulator supports Redis with TLS only');
    const { cert, key, ca } = deployment.certificates;
    const redis = await startRedis({ password: AuthToken, tls: { cert, key, ca } });
    deployment.services.elastiCache.replicationGroups.set(resource.logicalId, redis);
    deployment.cloud.onDispose(() => redis.dispose());
    deployment.cloud.events.notice(`Redis is a redis-server on ${redis.host}:${redis.port} with TLS`);
    return {
      ref: String(ReplicationGroupId ?? physicalName(resource, deployment, 40).toLowerCase()),
      attributes: {
        'PrimaryEndPoint.Address': HOST_NAME,
        'PrimaryEndPoint.Port': String(redis.port),
        'ReaderEndPoint.Address': HOST_NAME,
        'ReaderEndPoint.Port': String(redis.port),
      },
    };
  },
};
