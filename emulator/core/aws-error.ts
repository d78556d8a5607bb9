/** An error response of an AWS service. */
export class AwsError extends Error {
  public constructor(public readonly code: string, public readonly status: number, message: string) {
    super(message);
    this.name = 'AwsError';
  }
}
