/** A function's share of the account's concurrency. */
export interface ConcurrencyUser {
  readonly reservedConcurrency?: number;
  /** Environments of provisioned concurrency, whether they are in use or not. */
  readonly provisionedConcurrency: number;
  /** Environments outside of provisioned concurrency that process an event. */
  readonly onDemandConcurrency: number;
}

const DEFAULT_QUOTA = 1000;

/** Lambda keeps this many for functions without reserved concurrency; accounts with a smaller quota keep all of it. */
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

  /** The reason why one more on-demand execution of the function is throttled; undefined where it is not. */
  public throttleReason(user: ConcurrencyUser): string | undefined {
    if (user.reservedConcurrency !== undefined) {
      return inUse(user) < user.reservedConcurrency ? undefined : 'ReservedFunctionConcurrentInvocationLimitExceeded';
    }
    const unreserved = this.all(({ reservedConcurrency }) => reservedConcurrency === undefined);
    return sum(unreserved.map(inUse)) < this.unreserved ? undefined : 'ConcurrentInvocationLimitExceeded';
  }

  /** The reason why the account cannot reserve `amount`; undefined where it can. */
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
