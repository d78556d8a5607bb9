/** The states of a runtime, named as in the errors of Lambda's Runtime API. */
export type RuntimeState =
  | 'Started' | 'InitError' | 'Ready' | 'Running' | 'InvocationResponse' | 'InvocationErrorResponse' | 'RuntimeResponseSentState';

/** The transitions that a runtime may request. Others are rejected. */
const REQUESTED: Readonly<Record<RuntimeState, readonly RuntimeState[]>> = {
  Started: ['Ready', 'InitError'],
  InitError: [],
  Ready: ['Ready'],
  // Another `next` before the response returns the same event again.
  Running: ['Ready', 'InvocationResponse', 'InvocationErrorResponse'],
  InvocationResponse: [],
  InvocationErrorResponse: [],
  RuntimeResponseSentState: ['Ready'],
};

/** The state machine of a runtime, as in AWS's Runtime API server. */
export class RuntimeStates {
  public state: RuntimeState = 'Started';

  /** Whether the runtime has an event to respond to. */
  public get hasEvent(): boolean {
    return !['Started', 'InitError', 'Ready'].includes(this.state);
  }

  /** Changes the state, or returns the error message if the transition is not allowed. */
  public request(wanted: RuntimeState): string | undefined {
    if (!REQUESTED[this.state].includes(wanted)) {
      return `State transition from ${this.state} to ${wanted} failed for runtime. Error: State transition is not allowed`;
    }
    if (this.state !== 'Running' || wanted !== 'Ready') this.state = wanted;
    return undefined;
  }
}
