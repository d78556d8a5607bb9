export type BuildStatus = 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'STOPPED' | 'TIMED_OUT';

export interface BuildPhase {
  readonly type: string;
  readonly start: number;
  end?: number;
  status?: BuildStatus;
  contexts?: { readonly statusCode: string; readonly message: string }[];
}

/** The reason why a phase failed, as CodeBuild reports it. */
export class PhaseFailure extends Error {
  public constructor(public readonly statusCode: string, message: string, public readonly status: BuildStatus = 'FAILED') {
    super(message);
  }
}
