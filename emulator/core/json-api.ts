/** @throws AwsError if the caller's policies do not allow the action */
export type Authorize = (action: string, resource: string) => void;

/** A service with AWS's JSON protocol: its actions by the last part of the header X-Amz-Target. */
export type JsonApi = Readonly<Record<string, (input: Record<string, unknown>, authorize: Authorize) => object>>;
