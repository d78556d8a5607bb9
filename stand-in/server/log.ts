import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from './settings';

export type Log = (level: 'info' | 'warn' | 'error', message: string, details?: Record<string, unknown>) => void;

/**
 * One JSON line for each message, on standard output. As LibreChat does, it makes its log directory whether it is going to
 * log to a file or not: with a read-only file system the process ends here unless the directory was moved.
 */
export function createLog({ logDirectory, logToFile }: Pick<Settings, 'logDirectory' | 'logToFile'>): Log {
  mkdirSync(logDirectory, { recursive: true });
  return (level, message, details) => {
    const line = `${JSON.stringify({ level, message, ...details, timestamp: new Date().toISOString() })}\n`;
    process.stdout.write(line);
    if (logToFile) appendFileSync(join(logDirectory, 'stand-in.log'), line);
  };
}
