import type { MongoServer } from './server';
import type { CloudWatchService } from '../cloudwatch/cloudwatch-service';

/** A snapshot of a cluster. It holds no data. */
interface ClusterSnapshot {
  readonly cluster: string;
  readonly createdAt: number;
  /** Whether it is never available. */
  readonly failed?: boolean;
}

/** DocumentDB's clusters and their snapshots by id. Each cluster is a separate server, with TLS and the user of the template. */
export class DocumentDbService {
  public readonly clusters = new Map<string, MongoServer>();
  public readonly snapshots = new Map<string, ClusterSnapshot>();

  public constructor(private readonly cloudWatch: CloudWatchService) {}

  /**
   * Publishes the connections of the primary instance of each cluster, as DocumentDB does each minute. The double has no CPU and no memory that
   * could be compared with those of an instance.
   */
  public measure(): void {
    for (const [DBClusterIdentifier, server] of this.clusters) {
      if (!server.available) continue;
      const dimensions = { DBClusterIdentifier, Role: 'WRITER' };
      const put = (metricName: string, value: number) => this.cloudWatch.put({ namespace: 'AWS/DocDB', metricName, dimensions }, value);
      const { open, peak, limit } = server.measureConnections();
      put('DatabaseConnections', open);
      put('DatabaseConnectionsMax', peak);
      if (limit !== undefined) put('DatabaseConnectionsLimit', limit);
    }
  }
}
