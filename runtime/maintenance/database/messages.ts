/** Argument that makes the adapter the process that works on the database. */
export const DATABASE_PROCESS = 'prepare-database';

/** A request to the process: first to connect, then to prepare the database. */
export interface DatabaseRequest {
  readonly waitMs: number;
  readonly retryMs: number;
  /** Whether LibreChat's migrations may be due. */
  readonly migrate: boolean;
}

/** Kinds of failures. Each has its own remedy. */
export type DatabaseProblem = 'image' | 'address' | 'credentials' | 'unreachable' | 'index' | 'unsupported';

export interface Connected {
  /** Whether there are users, so that the database is not new. */
  readonly hasData: boolean;
}

export interface Prepared {
  readonly collections: number;
  /** Indexes that a newer release has replaced. */
  readonly dropped: readonly string[];
}

export type DatabaseResponse =
  | { readonly done: Connected | Prepared }
  | { readonly failed: string; readonly problem: DatabaseProblem };

export class DatabaseError extends Error {
  public constructor(message: string, public readonly problem: DatabaseProblem) {
    super(message);
  }
}
