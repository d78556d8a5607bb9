import { startRedis } from '.';
import { identifier, physicalName, unsupported, type Player } from '../../cloudformation/resource';

const DOCUMENTDB_PORT = 27017;

/** ElastiCache and DocumentDB. */
export const data: Readonly<Record<string, Player>> = {
  'AWS::ElastiCache::ReplicationGroup': async (resource, deployment) => {
    const { AuthToken, TransitEncryptionEnabled, ReplicationGroupId } = resource.properties;
    if (!TransitEncryptionEnabled) unsupported(resource, '`TransitEncryptionEnabled` must be true: the emulator plays Redis with TLS only');
    const { cert, key, ca } = deployment.certificates;
    const redis = await startRedis({ password: AuthToken, tls: { cert, key, ca }, builtIn: deployment.options.builtInRedis });
    deployment.cloud.onDispose(() => redis.dispose());
    deployment.cloud.events.notice(`Redis is ${redis.kind} on ${redis.host}:${redis.port} with TLS`);
    return {
      ref: String(ReplicationGroupId ?? physicalName(resource, deployment).toLowerCase()),
      attributes: {
        'PrimaryEndPoint.Address': redis.host,
        'PrimaryEndPoint.Port': String(redis.port),
        'ReaderEndPoint.Address': redis.host,
        'ReaderEndPoint.Port': String(redis.port),
      },
    };
  },

  'AWS::DocDB::DBCluster': (resource, deployment) => {
    const { cloud } = deployment;
    const id = String(resource.properties.DBClusterIdentifier ?? physicalName(resource, deployment).toLowerCase());
    const host = `${id.slice(0, 40)}.cluster-${identifier(resource, deployment, 12)}.${cloud.region}.docdb.${cloud.urlSuffix}`;
    const port = Number(resource.properties.Port ?? DOCUMENTDB_PORT);
    cloud.databases.set(id, { host, port });
    return {
      ref: id,
      attributes: {
        Endpoint: host,
        ReadEndpoint: host.replace('.cluster-', '.cluster-ro-'),
        Port: String(port),
        ClusterResourceId: `cluster-${identifier(resource, deployment, 26).toUpperCase()}`,
      },
    };
  },
};
