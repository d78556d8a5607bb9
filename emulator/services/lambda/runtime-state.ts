/** The states of a runtime, by the names that Lambda's Runtime API gives them in its refusals. */
export type RuntimeState =
  | 'Started' | 'InitError' | 'Ready' | 'Running' | 'InvocationResponse' | 'InvocationErrorResponse' | 'RuntimeResponseSentState';

/** The transitions that a runtime asks for. Everything else is refused. */
const REQUESTED: Readonly<Record<RuntimeState, readonly RuntimeState[]>> = {
  Started: ['Ready', 'InitError'],
  InitError: [],
  Ready: ['Ready'],
  // Another `next` before the response gets the same event again.
  Running: ['Ready', 'InvocationResponse', 'InvocationErrorResponse'],
  InvocationResponse: [],
  InvocationErrorResponse: [],
  RuntimeResponseSentState: ['Ready'],
};

/** Where a runtime is between two calls of `next`: the state machine of AWS's own Runtime API server. */
export class RuntimeStates {
  public state: RuntimeState = 'Started';

  /** Whether the runtime has an event that it may respond to. */
  public get hasEvent(): boolean {
    return !['Started', 'InitError', 'Ready'].includes(this.state);
  }

  /** Changes the state; returns why the runtime may not ask for it. */
  public request(wanted: RuntimeState): string | undefined {
    if (!REQUESTED[this.state].includes(wanted)) {
      return `State transition from ${this.state} to ${wanted} failed for runtime. Error: State transition is not allowed`;
    }
    if (this.state !== 'Running' || wanted !== 'Ready') this.state = wanted;
    return undefined;
  }
}
