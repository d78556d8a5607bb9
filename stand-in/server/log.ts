import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from './settings';

export type Log = (level: 'info' | 'warn' | 'error', message: string, details?: Record<string, unknown>) => void;

/** Maximum length of strings in lines. Longer ones are cut, as by LibreChat. */
const LONGEST = Number(process.env.CONSOLE_JSON_STRING_LENGTH) || 255;

/**
 * Writes one JSON line per message to standard output. Like LibreChat, it creates its log directory even if it does not
 * log to a file: on a read-only file system, the process ends here unless the directory was changed.
 */
export function createLog({ logDirectory, logToFile }: Pick<Settings, 'logDirectory' | 'logToFile'>): Log {
  mkdirSync(logDirectory, { recursive: true });
  return (level, message, details) => {
    const line = `${JSON.stringify({ level, message, ...details, timestamp: new Date().toISOString() }, cut)}\n`;
    process.stdout.write(line);
    if (logToFile) appendFileSync(join(logDirectory, 'stand-in.log'), line);
  };
}

function cut(_key: string, value: unknown): unknown {
  return typeof value === 'string' && value.length > LONGEST ? `${value.slice(0, LONGEST)}...` : value;
}
