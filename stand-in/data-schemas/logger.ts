/** Writes one JSON line per message to standard output, as LibreChat does with `CONSOLE_JSON`. */
export const logger = {
  info: (message: string) => write('info', message),
  warn: (message: string) => write('warn', message),
  error: (message: string) => write('error', message),
};

function write(level: string, message: string): void {
  process.stdout.write(`${JSON.stringify({ level, message, timestamp: new Date().toISOString() })}\n`);
}
