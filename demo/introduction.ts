import type { DemoOptions } from './options';
import { table } from '../cli/table';
import type { Emulator } from '../emulator/emulator';

/** URLs to open, and the process that emulates each service. */
export function introduction(emulator: Emulator, options: DemoOptions, liveUrl?: string): string {
  const functions = [...emulator.functions.keys()].join(', ');
  const librechat = options.librechat ?? 'a stand-in with the same HTTP API (--librechat runs the real one)';
  return [
    '',
    `LibreChatServerless (stack ${emulator.stackName}) runs on ${emulator.url}`,
    ...(liveUrl ? [`The same chat with a live view of relays and workers: ${liveUrl}`] : []),
    '',
    table([
      ['CloudFront, API Gateway', 'this process'],
      ['S3, SSM, Secrets Manager', 'this process'],
      ['ElastiCache', 'a redis-server with TLS'],
      ['Lambda', `separate processes, started on demand and frozen between events: ${functions}`],
      ['LibreChat', librechat],
    ], { indent: 2 }),
    '',
  ].join('\n');
}
