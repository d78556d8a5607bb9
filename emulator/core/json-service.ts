import type { Cloud } from './cloud';

/** What an action may look at, and how it asks whether it may. */
export interface ActionContext {
  readonly cloud: Cloud;
  /** @throws AwsError where the caller's policies do not allow it */
  readonly authorize: (action: string, resource: string) => void;
}

/** A service that speaks AWS's JSON protocol: the header X-Amz-Target names the action. */
export interface JsonService {
  readonly name: string;
  /** What stands before the action's name in X-Amz-Target. */
  readonly target: string;
  readonly actions: Readonly<Record<string, (input: Record<string, unknown>, context: ActionContext) => object>>;
}
