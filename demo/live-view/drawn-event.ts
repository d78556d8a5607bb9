import type { EnvironmentEvent, EnvironmentPhase, FunctionLogEvent, RequestEvent, ResponseEvent, TimedEvent } from '../../emulator/core/event-types';

/** A worker has ended, from the log line of its environment. */
export interface WorkerEndedEvent {
  readonly type: 'worker-ended';
  readonly function: string;
  readonly environment: number;
  /** Number of requests that it served. */
  readonly requests: number;
  /** Maximum number of concurrent requests. */
  readonly most: number;
}

/** Phases without `held`: the few milliseconds between the end of a response and the request for the next event. */
export type DrawnPhase = Exclude<EnvironmentPhase, 'held'>;

type DrawnEnvironmentEvent = EnvironmentEvent & { readonly phase: DrawnPhase };

/** An event of the live view, with its time in milliseconds since the epoch. */
export type DrawnEvent = (DrawnEnvironmentEvent | ResponseEvent | RequestEvent | WorkerEndedEvent) & { readonly at: number };

/** The event for the live view; undefined for others. Log lines and AWS calls may be private: only the numbers of one line are used. */
export function drawnEvent(event: TimedEvent): DrawnEvent | undefined {
  if (event.type === 'response' || event.type === 'request') return event;
  if (event.type === 'environment') return event.phase === 'held' ? undefined : { ...event, phase: event.phase };
  return event.type === 'log' ? workerEnded(event) : undefined;
}

function workerEnded(event: FunctionLogEvent & { readonly at: number }): DrawnEvent | undefined {
  if (!event.line.includes('"worker-ended"')) return undefined;
  try {
    const { event: name, requests, most } = JSON.parse(event.line) as { event?: unknown; requests?: unknown; most?: unknown };
    if (name !== 'worker-ended') return undefined;
    return { type: name, function: event.function, environment: event.environment, requests: Number(requests), most: Number(most), at: event.at };
  } catch {
    return undefined;
  }
}
