/** The address at which clients would find a cluster. */
export interface ClusterEndpoint {
  readonly host: string;
  readonly port: number;
}

/** DocumentDB's clusters by id. Nothing listens at their endpoints. */
export class DocumentDbService {
  public readonly clusters = new Map<string, ClusterEndpoint>();
}
