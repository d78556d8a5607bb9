import type { DocumentDbService } from './documentdb-service';
import { AwsError } from '../../core/aws-error';
import type { Cloud } from '../../core/cloud';
import { escaped, type QueryApi } from '../../core/query-api';

/** The time from `creating` to `available`. */
const SNAPSHOT_MS = 60_000;

/** The supported actions of DocumentDB, which uses the endpoint and the names of RDS: CreateDBClusterSnapshot and DescribeDBClusterSnapshots. */
export function rdsApi({ clusters, snapshots }: DocumentDbService, cloud: Pick<Cloud, 'arn' | 'limit'>): QueryApi {
  const described = (id: string) => {
    const { cluster, createdAt, failed } = snapshots.get(id)!;
    const ended = failed ? 'failed' : 'available';
    const status = Date.now() - createdAt < cloud.limit(SNAPSHOT_MS) ? 'creating' : ended;
    return `<DBClusterSnapshotIdentifier>${escaped(id)}</DBClusterSnapshotIdentifier><DBClusterIdentifier>${escaped(cluster)}</DBClusterIdentifier>`
      + `<Status>${status}</Status><PercentProgress>${status === 'available' ? 100 : 0}</PercentProgress>`
      + (status === 'available' ? `<SnapshotCreateTime>${new Date(createdAt).toISOString()}</SnapshotCreateTime>` : '');
  };
  return {
    CreateDBClusterSnapshot: ({ DBClusterIdentifier: cluster = '', DBClusterSnapshotIdentifier: id = '' }, authorize) => {
      authorize('rds:CreateDBClusterSnapshot', cloud.arn('rds', `cluster:${cluster}`));
      authorize('rds:CreateDBClusterSnapshot', cloud.arn('rds', `cluster-snapshot:${id}`));
      if (!clusters.has(cluster)) throw new AwsError('DBClusterNotFoundFault', 404, `DBCluster ${cluster} not found.`);
      if (!/^(?!.*--)[a-z][a-z0-9-]{0,61}[a-z0-9]$/i.test(id)) {
        throw new AwsError('InvalidParameterValue', 400, `The parameter DBClusterSnapshotIdentifier is not a valid identifier, got: ${id}`);
      }
      if (snapshots.has(id)) throw new AwsError('DBClusterSnapshotAlreadyExistsFault', 400, `Cannot create the snapshot because one with the identifier ${id} already exists.`);
      snapshots.set(id, { cluster, createdAt: Date.now() });
      return `<DBClusterSnapshot>${described(id)}</DBClusterSnapshot>`;
    },

    DescribeDBClusterSnapshots: ({ DBClusterSnapshotIdentifier: id = '' }, authorize) => {
      authorize('rds:DescribeDBClusterSnapshots', cloud.arn('rds', `cluster-snapshot:${id}`));
      if (!snapshots.has(id)) throw new AwsError('DBClusterSnapshotNotFoundFault', 404, `DBClusterSnapshot ${id} not found.`);
      authorize('rds:DescribeDBClusterSnapshots', cloud.arn('rds', `cluster:${snapshots.get(id)!.cluster}`));
      return `<DBClusterSnapshots><DBClusterSnapshot>${described(id)}</DBClusterSnapshot></DBClusterSnapshots>`;
    },
  };
}
