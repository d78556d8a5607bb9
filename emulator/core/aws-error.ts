/** An error response of an AWS service. */
export class AwsError extends Error {
  /** @param fields further fields of the error's body */
  public constructor(public readonly code: string, public readonly status: number, message: string, public readonly fields: object = {}) {
    super(message);
    this.name = 'AwsError';
  }
}
