import type { DemoOptions } from './options';
import { table } from '../cli/table';
import type { Emulator } from '../emulator/emulator';

/** URLs to open, and the processes that emulate each service. */
export function introduction(emulator: Emulator, options: DemoOptions, liveUrl?: string): string {
  const functions = [...emulator.functions.keys()].join(', ');
  const librechat = options.librechat ?? 'a stand-in that speaks its HTTP contract (--librechat runs a real one)';
  return [
    '',
    `LibreChatServerless (stack ${emulator.stackName}) runs on ${emulator.url}`,
    ...(liveUrl ? [`The same chat beside a picture of what happens behind it: ${liveUrl}`] : []),
    '',
    table([
      ['CloudFront, API Gateway', 'this process'],
      ['S3, SSM, Secrets Manager', 'this process'],
      ['ElastiCache', 'a redis-server with TLS'],
      ['Lambda', `processes of their own, started when they are asked for, frozen between events: ${functions}`],
      ['LibreChat', librechat],
    ], { indent: 2 }),
    '',
  ].join('\n');
}
