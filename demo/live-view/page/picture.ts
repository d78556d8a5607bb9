import type { ResponseEvent, EnvironmentPhase, RequestEvent, TimedEvent } from '../../../emulator/core/event-types';

/** What an environment did for a while; the last one goes on. */
export interface Span {
  readonly phase: EnvironmentPhase;
  readonly from: number;
  until?: number;
}

/** An execution environment with what it has done so far. */
export interface Lane {
  readonly function: string;
  readonly environment: number;
  readonly spans: Span[];
  /** The request that it processes, or served last. */
  request?: string;
}

/** Something to read in the list of what happened. */
export interface Moment {
  readonly at: number;
  readonly kind: EnvironmentPhase | 'request' | 'failed';
  readonly text: string;
}

type Timed<Event> = Event & { readonly at: number };

const LONGEST_LIST = 60;

/** Follows the emulator's events; knows nothing of how it is drawn. */
export class Picture {
  public readonly moments: Moment[] = [];
  private readonly all = new Map<string, Lane>();

  /** The environments that live, or died after `since`; those that serve first. */
  public lanes(since: number): Lane[] {
    return [...this.all.values()]
      .filter(({ spans }) => spans.at(-1)!.phase !== 'dead' || spans.at(-1)!.from >= since)
      .sort((a, b) => a.function.localeCompare(b.function) || a.environment - b.environment);
  }

  public receive(event: TimedEvent): void {
    if (event.type === 'environment') this.enter(event.function, event.environment, event.phase, event.at, event.detail);
    if (event.type === 'response') this.respond(event);
    if (event.type === 'request') this.end(event);
  }

  private respond(event: Timed<ResponseEvent>): void {
    const { method, path, status, at } = event;
    const lane = this.laneOf(event);
    if (lane) lane.request = `${method} ${shorten(path)}`;
    this.note(at, status >= 400 ? 'failed' : 'request', `${method} ${shorten(path)} → ${lane ? titleOf(lane) : 'no environment'}, ${status}`);
  }

  private end(event: Timed<RequestEvent>): void {
    const { method, path, milliseconds, broken, at } = event;
    const lane = this.laneOf(event);
    const request = `${method} ${shorten(path)}`;
    if (lane?.request === request) lane.request = `${request}, ${milliseconds} ms`;
    if (broken) this.note(at, 'failed', `${request} was broken off after ${milliseconds} ms`);
  }

  private laneOf(event: { readonly function?: string; readonly environment?: number }): Lane | undefined {
    return this.all.get(`${event.function} ${event.environment}`);
  }

  private enter(name: string, environment: number, phase: EnvironmentPhase, at: number, detail?: string): void {
    const key = `${name} ${environment}`;
    const lane = this.all.get(key) ?? { function: name, environment, spans: [] };
    this.all.set(key, lane);
    if (phase !== 'running') this.note(at, phase, `${titleOf(lane)} ${phase === 'dead' ? `died: ${detail}` : `is ${phase}`}`);
    // The event that thawed it follows at once.
    if (phase === 'thawed') return;
    if (phase === 'running') lane.request = undefined;
    const last = lane.spans.at(-1);
    if (last) last.until = at;
    lane.spans.push({ phase, from: at });
  }

  private note(at: number, kind: Moment['kind'], text: string): void {
    this.moments.unshift({ at, kind, text });
    this.moments.length = Math.min(this.moments.length, LONGEST_LIST);
  }
}

/** Logical ids end in a hash that tells a reader nothing. */
export function titleOf({ function: name, environment }: Lane): string {
  return `${name.replace(/[0-9A-F]{8}$/, '')} ${environment}`;
}

/** Of an id of 36 characters the first tell it from the others. */
function shorten(path: string): string {
  return path.replace(/([0-9a-f]{8})(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '$1…');
}
