/** A function's share of the account's concurrency. */
export interface ConcurrencyUser {
  readonly reservedConcurrency?: number;
  /** Environments of provisioned concurrency, whether they are in use or not. */
  readonly provisionedConcurrency: number;
  /** Environments outside of provisioned concurrency that process an event. */
  readonly onDemandConcurrency: number;
}

const DEFAULT_QUOTA = 1000;

/** Lambda keeps at least this number unreserved; accounts with a smaller quota cannot reserve any. */
const LEAST_UNRESERVED = 100;

/**
 * The quota of concurrent executions, shared by all functions of the account.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
 */
export class AccountConcurrency {
  private readonly users = new Set<ConcurrencyUser>();

  public constructor(public readonly quota = DEFAULT_QUOTA) {}

  public add(user: ConcurrencyUser): void {
    this.users.add(user);
  }

  /** Reason why one more on-demand execution of the function is throttled, or undefined. */
  public throttleReason(user: ConcurrencyUser): string | undefined {
    if (user.reservedConcurrency !== undefined) {
      return inUse(user) < user.reservedConcurrency ? undefined : 'ReservedFunctionConcurrentInvocationLimitExceeded';
    }
    const unreserved = this.all(({ reservedConcurrency }) => reservedConcurrency === undefined);
    return sum(unreserved.map(inUse)) < this.unreserved ? undefined : 'ConcurrentInvocationLimitExceeded';
  }

  /** Reason why the account cannot reserve `amount`, or undefined. */
  public refusalOfReservation(amount: number): string | undefined {
    const least = Math.min(LEAST_UNRESERVED, this.quota);
    if (amount === 0 || this.unreserved - amount >= least) return undefined;
    return 'Specified ReservedConcurrentExecutions for function decreases account\'s UnreservedConcurrentExecution below its minimum value of '
      + `[${least}].`;
  }

  private get unreserved(): number {
    return this.quota - sum(this.all().map(({ reservedConcurrency = 0 }) => reservedConcurrency));
  }

  private all(holds: (user: ConcurrencyUser) => boolean = () => true): ConcurrencyUser[] {
    return [...this.users].filter(holds);
  }
}

function inUse({ provisionedConcurrency, onDemandConcurrency }: ConcurrencyUser): number {
  return provisionedConcurrency + onDemandConcurrency;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
