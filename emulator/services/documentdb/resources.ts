import { MongoServer } from './server';
import { identifier, physicalName, reject, type ResourceHandlers } from '../../cloudformation/resource';

/** @see https://docs.aws.amazon.com/documentdb/latest/developerguide/docdb-serverless-instance-limits.html */
const CONNECTIONS = { ofCapacityUnit: 500, atMost: 60_000 };

export const DOCUMENTDB_RESOURCES: ResourceHandlers = {
  'AWS::DocDB::DBCluster': async (resource, deployment) => {
    const { cloud, services, certificates: { cert, key } } = deployment;
    const { DBClusterIdentifier, MasterUsername, MasterUserPassword, ServerlessV2ScalingConfiguration: scaling } = resource.properties;
    const id = String(DBClusterIdentifier ?? physicalName(resource, deployment, 63).toLowerCase());
    const users = MasterUsername === undefined ? {} : { [String(MasterUsername)]: String(MasterUserPassword) };
    // The double does not scale.
    const maxConnections = scaling && Math.min(CONNECTIONS.ofCapacityUnit * Number(scaling.MinCapacity), CONNECTIONS.atMost);
    const server = await MongoServer.start({ dialect: 'documentdb', users, tls: { cert, key }, replicaSet: 'rs0', maxConnections });
    // A cluster accepts no connections before it has an instance.
    server.available = false;
    cloud.onDispose(() => server.dispose());
    services.documentDb.clusters.set(id, server);
    cloud.events.notice(`DocumentDB is emulated on ${server.host}:${server.port} with TLS`);
    return {
      ref: id,
      attributes: {
        Endpoint: server.host,
        ReadEndpoint: server.host,
        Port: String(server.port),
        ClusterResourceId: `cluster-${identifier(resource, deployment, 26).toUpperCase()}`,
      },
    };
  },

  'AWS::DocDB::DBInstance': (resource, deployment) => {
    const id = String(resource.properties.DBClusterIdentifier);
    const cluster = deployment.services.documentDb.clusters.get(id) ?? reject(resource, `\`DBClusterIdentifier\` must exist, got: ${id}`);
    cluster.available = true;
    return {
      ref: String(resource.properties.DBInstanceIdentifier ?? physicalName(resource, deployment).toLowerCase()),
      attributes: { Endpoint: cluster.host, Port: String(cluster.port) },
    };
  },
};
