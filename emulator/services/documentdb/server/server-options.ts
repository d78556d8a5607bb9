/** The emulated product: MongoDB 5.0 or Amazon DocumentDB 5.0. */
export type Dialect = 'mongodb' | 'documentdb';

export interface MongoServerOptions {
  readonly dialect: Dialect;
  /** Passwords of the users of the database `admin`, by name. @default no authentication */
  readonly users?: Readonly<Record<string, string>>;
  /** Certificate and key in PEM. @default no TLS */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** The host name for clients. @default localhost */
  readonly host?: string;
  /** @default none, a single server */
  readonly replicaSet?: string;
  /** Connections above it are refused. @default unlimited */
  readonly maxConnections?: number;
  /** Duration of the build of an index, in milliseconds. @default 10 */
  readonly indexBuildMs?: number;
}
