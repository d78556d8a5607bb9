import type { RequestEvent, ResponseEvent } from '../../../emulator/core/event-types';
import type { DrawnEvent, DrawnPhase } from '../drawn-event';

/** A phase of an environment; the last one has no end yet. */
export interface Span {
  readonly phase: DrawnPhase;
  readonly from: number;
  until?: number;
}

/** An execution environment with its past phases. */
export interface Lane {
  readonly function: string;
  readonly environment: number;
  readonly spans: Span[];
  /** The current or last request of a relay, or the statistics of a worker. */
  note?: string;
  /** Whether a relay's response has started but not ended. */
  responding?: boolean;
  /** Whether a relay's last response had an error status or was aborted. */
  failed?: boolean;
}

/** State of an environment on the page, which has a legend. */
export type State = 'starting' | 'running' | 'responding' | 'frozen' | 'failed' | 'ended';

/** An entry of the list of requests and environments. */
export interface Moment {
  readonly at: number;
  readonly kind: State | 'request';
  readonly text: string;
}

/** Requests of viewers that are in progress. */
export interface Load {
  /** Without a response yet: in the queue, or processed by a worker. */
  readonly waiting: number;
  readonly responding: number;
  /** Number of environments that serve them. */
  readonly workers: number;
}

type Timed<Event> = Event & { readonly at: number };

const LONGEST_LIST = 60;
const NAMES: Record<DrawnPhase, State> = { starting: 'starting', running: 'running', thawed: 'running', frozen: 'frozen', dead: 'ended' };

/** The state of all environments, derived from the emulator's events; independent of the page. */
export class Picture {
  public readonly moments: Moment[] = [];
  private readonly all = new Map<string, Lane>();
  /** Functions that API Gateway invokes. */
  private readonly relayFunctions = new Set<string>();

  /** Live environments of relays: one request each. */
  public get relays(): Lane[] {
    return this.lanes().filter((lane) => this.relayFunctions.has(lane.function) && phaseOf(lane) !== 'dead');
  }

  public get load(): Load {
    const busy = this.relays.filter((lane) => phaseOf(lane) === 'running' || phaseOf(lane) === 'starting');
    const responding = busy.filter((lane) => lane.responding).length;
    return { waiting: busy.length - responding, responding, workers: this.lanes().filter((lane) => this.isWorking(lane)).length };
  }

  /** The other environments, such as workers, that are alive or died after `since`. */
  public workers(since: number): Lane[] {
    return this.lanes().filter((lane) => !this.relayFunctions.has(lane.function) && (phaseOf(lane) !== 'dead' || lane.spans.at(-1)!.from >= since));
  }

  /** The current work of a worker. With several workers, it is unknown which one serves a request. */
  public noteOf(lane: Lane): string {
    const { waiting, responding, workers } = this.load;
    if (!this.isWorking(lane) || !this.relayFunctions.size) return lane.note ?? '';
    const requests = waiting + responding;
    if (!requests) return 'waits for requests';
    if (workers === 1) return `serves ${requests} request${requests === 1 ? '' : 's'}`;
    return `serves a part of ${requests} requests`;
  }

  public receive(event: DrawnEvent): void {
    switch (event.type) {
      case 'environment': return this.enter(event.function, event.environment, event.phase, event.at, event.detail);
      case 'response': return this.respond(event);
      case 'request': return this.end(event);
      case 'worker-ended': {
        const lane = this.laneOf(event);
        const served = `served ${event.requests} request${event.requests === 1 ? '' : 's'}, up to ${event.most} at a time`;
        if (lane) lane.note = served;
        if (lane) this.note(event.at, 'request', `${titleOf(lane)} ${served}`);
      }
    }
  }

  private isWorking(lane: Lane): boolean {
    return !this.relayFunctions.has(lane.function) && phaseOf(lane) === 'running';
  }

  private respond(event: Timed<ResponseEvent>): void {
    const { method, path, status, at } = event;
    const lane = this.laneOf(event);
    const failed = status >= 400;
    if (lane) {
      this.relayFunctions.add(lane.function);
      lane.note = `${method} ${shorten(path)}`;
      lane.responding = true;
      lane.failed = failed;
    }
    const where = lane ? titleOf(lane) : 'no environment';
    this.note(at, failed ? 'failed' : 'request', `${method} ${shorten(path)} → ${where}, ${failed ? 'failed with ' : ''}${status}`);
  }

  private end(event: Timed<RequestEvent>): void {
    const { method, path, milliseconds, broken, at } = event;
    const lane = this.laneOf(event);
    const request = `${method} ${shorten(path)}`;
    if (lane?.note === request) lane.note = `${request}, ${milliseconds} ms`;
    if (broken && lane) lane.failed = true;
    if (broken) this.note(at, 'failed', `${request} was aborted after ${milliseconds} ms`);
  }

  private lanes(): Lane[] {
    return [...this.all.values()].sort((a, b) => a.function.localeCompare(b.function) || a.environment - b.environment);
  }

  private laneOf(event: { readonly function?: string; readonly environment?: number }): Lane | undefined {
    return this.all.get(`${event.function} ${event.environment}`);
  }

  private enter(name: string, environment: number, phase: DrawnPhase, at: number, detail?: string): void {
    const key = `${name} ${environment}`;
    const lane = this.all.get(key) ?? { function: name, environment, spans: [] };
    this.all.set(key, lane);
    // Each request thaws and freezes a relay.
    if (phase !== 'running' && !this.relayFunctions.has(name)) {
      this.note(at, NAMES[phase], `${titleOf(lane)} ${phase === 'dead' ? `ended: ${detail}` : `is ${phase}`}`);
    }
    // The event that thawed it follows immediately.
    if (phase === 'thawed') return;
    if (phase === 'running') {
      lane.note = undefined;
      lane.responding = false;
      lane.failed = false;
    }
    const last = lane.spans.at(-1);
    if (last) last.until = at;
    lane.spans.push({ phase, from: at });
  }

  private note(at: number, kind: Moment['kind'], text: string): void {
    this.moments.unshift({ at, kind, text });
    this.moments.length = Math.min(this.moments.length, LONGEST_LIST);
  }
}

export function phaseOf({ spans }: Lane): DrawnPhase {
  return spans.at(-1)!.phase;
}

/** The state that the page shows for a phase. */
export function nameOf(phase: DrawnPhase): State {
  return NAMES[phase];
}

/** The state of a relay, with that of its request. */
export function stateOf(lane: Lane): State {
  if (lane.failed) return 'failed';
  return lane.responding && phaseOf(lane) === 'running' ? 'responding' : nameOf(phaseOf(lane));
}

/** Logical ids end in a hash without meaning for readers. */
export function titleOf({ function: name, environment }: Lane): string {
  return `${name.replace(/[0-9A-F]{8}$/, '')} ${environment}`;
}

/** The first characters identify an id of 36 characters. */
function shorten(path: string): string {
  return path.replace(/([0-9a-f]{8})(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '$1…');
}
