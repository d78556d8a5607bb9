import { LambdaServiceError } from './lambda-errors';

/** Error of an invocation while resources are recreated. */
interface Refusal {
  readonly code: 'ResourceNotReadyException' | 'CodeArtifactUserPendingException';
  readonly status: number;
  readonly message: string;
}

const OF_IMAGES: Refusal = {
  code: 'CodeArtifactUserPendingException', status: 409, message: 'Lambda is initializing your function. It will be ready to invoke shortly.',
};
const OF_ARCHIVES: Refusal = {
  code: 'ResourceNotReadyException',
  status: 502,
  message: 'The function is inactive and its VPC connection is no longer available. Wait for the VPC connection to reestablish and try again.',
};

/** Approximate time in which Lambda recreates an image or network interfaces. */
const REACTIVATION_MS = 60_000;

/**
 * The state of a function. An invocation of an inactive function is rejected and reactivates it; all are rejected until that completes.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html
 */
export class FunctionState {
  private current: 'Active' | 'Inactive' | { readonly activeAt: number } = 'Active';

  /** @param limit scales a platform duration to emulated milliseconds */
  public constructor(private readonly isImage: boolean, private readonly limit: (milliseconds: number) => number) {}

  public get name(): 'Active' | 'Inactive' | 'Pending' {
    if (typeof this.current === 'string') return this.current;
    return Date.now() < this.current.activeAt ? 'Pending' : 'Active';
  }

  /** Makes the function inactive, as weeks without an invocation do. */
  public deactivate(): void {
    this.current = 'Inactive';
  }

  /** Completes a reactivation immediately. */
  public activate(): void {
    this.current = 'Active';
  }

  /** @throws LambdaServiceError if the function is not active */
  public requireActive(): void {
    const { name } = this;
    if (name === 'Active') return;
    if (name === 'Inactive') this.current = { activeAt: Date.now() + this.limit(REACTIVATION_MS) };
    const { code, status, message } = this.isImage ? OF_IMAGES : OF_ARCHIVES;
    throw new LambdaServiceError(code, status, message);
  }
}
