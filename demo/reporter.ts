import type { TimedEvent } from '../emulator/core/events';

/** Output of the demo: lines for people, or one JSON object per line. */
export interface Reporter {
  /** An event of the emulator. */
  event(event: TimedEvent): void;
  /** A record with its line for people. */
  record(record: Readonly<Record<string, unknown>>, text: string): void;
  /** Lines for people only. */
  text(text: string): void;
}

type Write = (text: string) => void;

export function createReporter(json: boolean, write: Write): Reporter {
  if (json) {
    const line = (record: object) => write(`${JSON.stringify(record)}\n`);
    return { event: line, record: line, text: () => undefined };
  }
  return {
    event: (event) => {
      const text = describe(event);
      if (text) write(`${time(event.at)}  ${text}\n`);
    },
    record: (_record, text) => write(`${text}\n`),
    text: (text) => write(`${text}\n`),
  };
}

/** The line of an event; undefined if only the JSON output has it. */
export function describe(event: TimedEvent): string | undefined {
  switch (event.type) {
    case 'request': {
      const { status, method, path, environment, milliseconds, behavior, broken } = event;
      const where = environment === undefined ? behavior : `environment ${environment}`;
      return `${status}  ${method.padEnd(4)} ${path}  ${where}  ${Math.round(milliseconds)} ms${broken ? '  aborted' : ''}`;
    }
    case 'response':
      return undefined;
    case 'environment': {
      if (event.phase !== 'starting' && event.phase !== 'dead') return undefined;
      return `     environment ${event.environment} ${event.phase === 'dead' ? 'ended' : 'starts'}${event.detail ? `: ${event.detail}` : ''}`;
    }
    case 'aws': {
      if (event.status < 400) return undefined;
      return `${event.status}  ${event.service} ${event.action} ${event.resource}${event.detail ? `  ${event.detail}` : ''}`;
    }
    case 'notice':
      return `     ${event.level === 'warning' ? 'warning: ' : ''}${event.message}`;
    case 'log':
      return event.stream === 'stderr' || isError(event.line) ? `     environment ${event.environment}: ${event.line}` : undefined;
  }
}

function isError(line: string): boolean {
  return /"level":"error"/i.test(line);
}

function time(at: number): string {
  return new Date(at).toTimeString().slice(0, 8) + `.${String(at % 1000).padStart(3, '0')}`;
}
