/** What may stand in a log line. Never a secret: callers pass names and numbers. */
export type LogFields = Record<string, unknown>;

function write(level: string, event: string, fields: LogFields) {
  process.stdout.write(`${JSON.stringify({ level, source: 'adapter', event, ...fields })}\n`);
}

/** One JSON line per event of interest, beside LibreChat's own lines. */
export const log = {
  info: (event: string, fields: LogFields = {}) => write('info', event, fields),
  warn: (event: string, fields: LogFields = {}) => write('warn', event, fields),
  error: (event: string, fields: LogFields = {}) => write('error', event, fields),
};

/** What a log line or an error report says of something that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
