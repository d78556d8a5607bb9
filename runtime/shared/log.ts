/** Values of the fields of a log line. Callers pass names and numbers, never secrets. */
export type LogFields = Record<string, unknown>;

type Write = (event: string, fields?: LogFields) => void;

/** Writes one JSON line per event. */
export interface Log {
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}

/** The log of one of the programs that write to the same stream. */
export function logOf(source: string): Log {
  const write = (level: string): Write => (event, fields = {}) => {
    process.stdout.write(`${JSON.stringify({ level, source, event, ...fields })}\n`);
  };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}

/** The adapter's lines, beside LibreChat's own. */
export const log = logOf('adapter');

/** The message of a thrown value, for log lines and error reports. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
