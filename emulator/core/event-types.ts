/**
 * State of an execution environment: `starting` until it requests its first event, `running` while it processes one, `held`
 * when the response is complete but the runtime has not requested the next event, `frozen` while its processes are stopped.
 */
export type EnvironmentPhase = 'starting' | 'running' | 'held' | 'frozen' | 'thawed' | 'dead';

/** The phase of an execution environment changed. */
export interface EnvironmentEvent {
  readonly type: 'environment';
  readonly function: string;
  readonly environment: number;
  readonly phase: EnvironmentPhase;
  /** Reason of its end, or description of its event. */
  readonly detail?: string;
}

/** A line that a function wrote to stdout or stderr. */
export interface FunctionLogEvent {
  readonly type: 'log';
  readonly function: string;
  readonly environment: number;
  readonly stream: 'stdout' | 'stderr';
  readonly line: string;
}

/** A viewer's request and the origin of its response. */
interface Served {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** The path pattern of CloudFront's behaviour that matched. */
  readonly behavior: string;
  /** The execution environment that served it, if any. */
  readonly function?: string;
  readonly environment?: number;
}

/** The response to a viewer's request is complete, or was aborted. */
export interface RequestEvent extends Served {
  readonly type: 'request';
  readonly milliseconds: number;
  /** Whether the connection was aborted before the response was complete. */
  readonly broken?: boolean;
}

/** The response to a viewer's request has started; a `RequestEvent` follows at its end. */
export interface ResponseEvent extends Served {
  readonly type: 'response';
}

/** A call to an emulated AWS service. */
export interface AwsCallEvent {
  readonly type: 'aws';
  readonly service: string;
  readonly action: string;
  readonly resource: string;
  readonly status: number;
  /** After a failure: the error code and a hint. */
  readonly detail?: string;
}

/** A message for the user of the emulator. */
export interface NoticeEvent {
  readonly type: 'notice';
  readonly level: 'info' | 'warning';
  readonly message: string;
}

export type EmulatorEvent = EnvironmentEvent | FunctionLogEvent | ResponseEvent | RequestEvent | AwsCallEvent | NoticeEvent;

/** An event with the time of its emission, in milliseconds since the epoch. */
export type TimedEvent = EmulatorEvent & { readonly at: number };
