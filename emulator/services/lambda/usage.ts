/** The billable usage of a function. Amounts only: prices depend on region and architecture. */
export interface FunctionUsage {
  /** Logical id. */
  readonly function: string;
  /** In MB. */
  readonly memorySize: number;
  readonly architecture: 'arm64' | 'x86_64';
  /** Number of environments that were started. */
  readonly environments: number;
  /** Number of invocations that Lambda accepted. */
  readonly invocations: number;
  /** Billed duration in seconds, outside of provisioned concurrency, including running invocations. */
  readonly seconds: number;
  /** `seconds` times memory in GB. */
  readonly gbSeconds: number;
  /** GB-seconds of invocations on provisioned concurrency. */
  readonly provisionedDurationGbSeconds: number;
  /** The time for which provisioned concurrency was allocated, times memory in GB. */
  readonly provisionedGbSeconds: number;
}

const NOTHING = { onDemand: 0, provisioned: 0 };

/**
 * Meters a function. Each invocation is rounded up to 1 ms; the init phase is part of the first one, for all types of functions.
 *
 * @see https://aws.amazon.com/lambda/pricing/
 * @see https://aws.amazon.com/blogs/compute/aws-lambda-standardizes-billing-for-init-phase/
 */
export class UsageMeter {
  public environments = 0;
  public invocations = 0;
  private readonly billedMs = { onDemand: 0, provisioned: 0 };
  private readonly allocations: number[] = [];

  public bill(milliseconds: number, provisioned: boolean): void {
    this.billedMs[provisioned ? 'provisioned' : 'onDemand'] += Math.ceil(milliseconds);
  }

  /** Starts to meter one more environment of provisioned concurrency. */
  public allocate(): void {
    this.allocations.push(performance.now());
  }

  /** @param running durations that have not ended, in milliseconds */
  public read(
    memorySize: number, architecture: 'arm64' | 'x86_64', running: { readonly onDemand: number; readonly provisioned: number } = NOTHING,
  ): Omit<FunctionUsage, 'function'> {
    const onDemand = this.billedMs.onDemand + Math.ceil(running.onDemand);
    const provisioned = this.billedMs.provisioned + Math.ceil(running.provisioned);
    const gbSeconds = (milliseconds: number) => milliseconds / 1000 * memorySize / 1024;
    const now = performance.now();
    return {
      memorySize,
      architecture,
      environments: this.environments,
      invocations: this.invocations,
      seconds: onDemand / 1000,
      gbSeconds: gbSeconds(onDemand),
      provisionedDurationGbSeconds: gbSeconds(provisioned),
      provisionedGbSeconds: gbSeconds(this.allocations.reduce((sum, since) => sum + now - since, 0)),
    };
  }
}
