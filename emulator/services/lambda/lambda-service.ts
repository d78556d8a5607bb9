import { AccountConcurrency } from './account-concurrency';
import type { LambdaFunction } from './lambda-function';
import type { FunctionUsage } from './usage';

/** A principal that may invoke a function, from `AWS::Lambda::Permission`. */
export interface InvokePermission {
  readonly action: string;
  readonly principal: string;
  readonly sourceArn?: string;
}

/** A function, version or alias of the stack. */
export interface DeployedFunction {
  /** The name of the function in the emulator's events. */
  readonly logicalId: string;
  readonly arn: string;
  readonly name: string;
  /** @default $LATEST */
  readonly version?: string;
  readonly permissions: InvokePermission[];
  /** Undefined if the emulator cannot run the function. */
  readonly lambda?: LambdaFunction;
  /** Reason why the emulator cannot run it. */
  readonly unsupported?: string;
}

/** Lambda's functions by ARN. */
export class LambdaService {
  public readonly functions = new Map<string, DeployedFunction>();

  /** @param concurrency the quota of concurrent executions */
  public constructor(public readonly concurrency = new AccountConcurrency()) {}

  public find(nameOrArn: string): DeployedFunction | undefined {
    return this.functions.get(nameOrArn) ?? [...this.functions.values()].find(({ name }) => name === nameOrArn);
  }

  /** The billable usage of each function that the emulator runs. */
  public usage(): FunctionUsage[] {
    const functions = [...this.functions.values()].filter(({ version }) => version === undefined);
    return functions.flatMap(({ logicalId, lambda }) => (lambda ? [{ function: logicalId, ...lambda.usage }] : []));
  }

  /** Resolves when no function is processing an asynchronous event. */
  public async idle(): Promise<void> {
    const busy = () => [...this.functions.values()].find(({ lambda }) => lambda?.queue.busy);
    for (let next = busy(); next; next = busy()) await next.lambda?.queue.drained();
  }
}
