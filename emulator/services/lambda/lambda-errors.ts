export type LambdaErrorCode =
  | 'TooManyRequestsException'
  | 'RequestTooLargeException'
  | 'ResourceNotReadyException'
  | 'CodeArtifactUserPendingException'
  | 'RecursiveInvocationException';

/** Lambda rejected the invocation: no environment received the event. */
export class LambdaServiceError extends Error {
  /** @param fields further fields of the error, such as `Reason` */
  public constructor(
    public readonly code: LambdaErrorCode,
    public readonly status: number,
    message: string,
    public readonly fields: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = code;
  }
}

/** The function failed. */
export class LambdaFunctionError extends Error {
  /** @param report the runtime's error report; undefined for errors of the platform */
  public constructor(public readonly errorType: string, message: string, public readonly report?: Buffer) {
    super(message);
    this.name = 'LambdaFunctionError';
  }
}
