import { identifier, physicalName, type ResourceHandlers } from '../../cloudformation/resource';

const DEFAULT_PORT = 27017;

export const DOCUMENTDB_RESOURCES: ResourceHandlers = {
  'AWS::DocDB::DBCluster': (resource, deployment) => {
    const { cloud, services } = deployment;
    const id = String(resource.properties.DBClusterIdentifier ?? physicalName(resource, deployment).toLowerCase());
    const host = `${id.slice(0, 40)}.cluster-${identifier(resource, deployment, 12)}.${cloud.region}.docdb.${cloud.urlSuffix}`;
    const port = Number(resource.properties.Port ?? DEFAULT_PORT);
    services.documentDb.clusters.set(id, { host, port });
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
