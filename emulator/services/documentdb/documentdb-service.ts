import type { MongoServer } from './server';

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
}
