/**
 * What an execution environment does: `starting` until it asks for its first event, `running` while it works on one, `held`
 * when the response is complete but the runtime has not asked for the next event, `frozen` while its processes are stopped.
 */
export type EnvironmentPhase = 'starting' | 'running' | 'held' | 'frozen' | 'thawed' | 'dead';

/** An execution environment of a function came into another phase. */
export interface EnvironmentEvent {
  readonly type: 'environment';
  readonly function: string;
  readonly environment: number;
  readonly phase: EnvironmentPhase;
  /** Why it died, or what it works on. */
  readonly detail?: string;
}

/** A line that a function wrote. */
export interface LogEvent {
  readonly type: 'log';
  readonly function: string;
  readonly environment: number;
  readonly stream: 'stdout' | 'stderr';
  readonly line: string;
}

/** A viewer's request, and who answers it. */
interface Answered {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** The path pattern of CloudFront's behaviour that matched. */
  readonly behavior: string;
  /** The execution environment that answered, where one did. */
  readonly function?: string;
  readonly environment?: number;
}

/** A request that a viewer sent has been answered, or broken off. */
export interface RequestEvent extends Answered {
  readonly type: 'request';
  readonly milliseconds: number;
  /** True when the connection was broken off before the response was complete. */
  readonly broken?: boolean;
}

/** The response to a viewer's request has begun; a `RequestEvent` follows when it has ended. */
export interface AnsweringEvent extends Answered {
  readonly type: 'answering';
}

/** A call to one of the played AWS services. */
export interface AwsCallEvent {
  readonly type: 'aws';
  readonly service: string;
  readonly action: string;
  readonly resource: string;
  readonly status: number;
  /** The error's code and what would help, where it failed. */
  readonly detail?: string;
}

/** Something that the person in front of the emulator should know. */
export interface NoticeEvent {
  readonly type: 'notice';
  readonly level: 'info' | 'warning';
  readonly message: string;
}

export type EmulatorEvent = EnvironmentEvent | LogEvent | AnsweringEvent | RequestEvent | AwsCallEvent | NoticeEvent;

/** An event with the time of its emission, in milliseconds since the epoch. */
export type TimedEvent = EmulatorEvent & { readonly at: number };
