import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from './settings';

export type Log = (level: 'info' | 'warn' | 'error', message: string, details?: Record<string, unknown>) => void;

/**
 * Writes one JSON line per message to standard output. Like LibreChat, it creates its log directory even if it does not
 * log to a file: on a read-only file system, the process ends here unless the directory was changed.
 */
export function createLog({ logDirectory, logToFile }: Pick<Settings, 'logDirectory' | 'logToFile'>): Log {
  mkdirSync(logDirectory, { recursive: true });
  return (level, message, details) => {
    const line = `${JSON.stringify({ level, message, ...details, timestamp: new Date().toISOString() })}\n`;
    process.stdout.write(line);
    if (logToFile) appendFileSync(join(logDirectory, 'stand-in.log'), line);
  };
}
