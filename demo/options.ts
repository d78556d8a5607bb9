import { existsSync } from 'node:fs';
import { parseArguments, UsageError } from '../cli/command';

export const USAGE = `Runs a synthesized LibreChatServerless on this machine: no AWS account, no Docker, loopback only.

Usage: npx projen demo [-- <options>]

  --probe                Send one chat through, print each event with its time and a summary, and end:
                         0 if the answer arrived whole and in pieces, else 1.
  --port <n>             Serve on this port of 127.0.0.1 (default: 8080, or the next one that is free).
  --app <file>           The CDK app to synthesize (default: examples/typescript/app.ts).
  --assembly <dir>       A cloud assembly that is already synthesized, such as cdk.out, instead of an app.
  --stack <name>         The stack to run (default: the only one with a distribution).
  --librechat <dir>      A built LibreChat, with api/server/index.js and client/dist, instead of the stand-in.
  --mongo-uri <uri>      The MongoDB for that LibreChat.
  --secret <name=value>  The value of a secret or parameter that exists outside of the stack; may be repeated.
  --bucket <name=dir>    A bucket that exists outside of the stack, with the files in that folder; may be repeated.
  --sandbox              Run the environments on a read-only file system (needs bubblewrap).
  --no-hold              For tests: freeze an environment as soon as it has answered, and see answers stall.
  --json                 One JSON object per line, for machines.
  --help                 Show this.
`;

/** What the command line asks for. */
export interface DemoOptions {
  readonly probe: boolean;
  readonly json: boolean;
  readonly hold: boolean;
  readonly app: string;
  readonly assembly?: string;
  readonly stack?: string;
  readonly port?: number;
  readonly librechat?: string;
  readonly mongoUri?: string;
  readonly secrets: Record<string, string>;
  readonly buckets: Record<string, string>;
  readonly sandbox: boolean;
}

const OPTIONS = {
  'probe': { type: 'boolean' },
  'port': { type: 'string' },
  'app': { type: 'string' },
  'assembly': { type: 'string' },
  'stack': { type: 'string' },
  'librechat': { type: 'string' },
  'mongo-uri': { type: 'string' },
  'secret': { type: 'string', multiple: true },
  'bucket': { type: 'string', multiple: true },
  'sandbox': { type: 'boolean' },
  'no-hold': { type: 'boolean' },
  'json': { type: 'boolean' },
} as const;

/** @throws UsageError */
export function parseOptions(args: string[], defaultApp: string): DemoOptions {
  const { values } = parseArguments(args, { options: OPTIONS });
  if (values.app && values.assembly) throw new UsageError('--app and --assembly exclude each other');
  if (values['mongo-uri'] && !values.librechat) throw new UsageError('--mongo-uri needs --librechat: the stand-in uses no MongoDB');
  for (const name of ['app', 'assembly', 'librechat'] as const) {
    const path = values[name];
    if (path !== undefined && !existsSync(path)) throw new UsageError(`--${name} must exist, got: ${path}`);
  }
  return {
    probe: values.probe ?? false,
    json: values.json ?? false,
    hold: !values['no-hold'],
    app: values.app ?? defaultApp,
    assembly: values.assembly,
    stack: values.stack,
    port: values.port === undefined ? undefined : portOf(values.port),
    librechat: values.librechat,
    mongoUri: values['mongo-uri'],
    secrets: Object.fromEntries((values.secret ?? []).map(pairOf('secret', 'value'))),
    buckets: Object.fromEntries((values.bucket ?? []).map(pairOf('bucket', 'dir'))),
    sandbox: values.sandbox ?? false,
  };
}

function portOf(text: string): number {
  if (/^\d+$/.test(text) && Number(text) <= 65535) return Number(text);
  throw new UsageError(`--port must be a number from 0 to 65535, got: ${text}`);
}

function pairOf(option: string, value: string): (text: string) => [string, string] {
  return (text) => {
    const at = text.indexOf('=');
    if (at < 1) throw new UsageError(`--${option} must be <name>=<${value}>, got: ${text.slice(0, 40)}`);
    return [text.slice(0, at), text.slice(at + 1)];
  };
}
