import { existsSync } from 'node:fs';
import { parseArguments, UsageError } from '../cli/command';

export const USAGE = `Runs a synthesized LibreChatServerless on this machine, without an AWS account and Docker, on loopback only.

Usage: npx projen demo [-- <options>]

  --probe                Send one chat, print each event with its time and a summary, and exit
                         (otherwise: run until interrupted).
  --port <n>             Port on 127.0.0.1 (default: 8080, or the next free one).
  --app <file>           CDK app to synthesize (default: examples/typescript/app.ts).
  --assembly <dir>       Synthesized cloud assembly to use instead of an app, such as cdk.out.
  --stack <name>         Stack to run, by name or path such as Prod/Chat (default: the only one with a distribution).
  --librechat <dir>      Built LibreChat to run instead of the stand-in: a folder with api/server/index.js and client/dist.
  --mongo-uri <uri>      MongoDB for that LibreChat.
  --secret <name=value>  Value of a secret or parameter that exists outside the stack; may be repeated.
  --bucket <name=dir>    Bucket that exists outside the stack, with the files of that folder; may be repeated.
  --https                Serve HTTPS with HTTP/2, and a self-signed certificate.
  --sandbox              Run environments on a read-only file system (requires bubblewrap).
  --json                 Print one JSON object per line.
  --help                 Show this.
`;

export interface DemoOptions {
  readonly probe: boolean;
  readonly json: boolean;
  readonly app: string;
  readonly assembly?: string;
  readonly stack?: string;
  readonly port?: number;
  readonly librechat?: string;
  readonly mongoUri?: string;
  readonly secrets: Record<string, string>;
  readonly buckets: Record<string, string>;
  readonly https: boolean;
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
  'https': { type: 'boolean' },
  'sandbox': { type: 'boolean' },
  'json': { type: 'boolean' },
} as const;

/** @throws UsageError */
export function parseOptions(args: string[], defaultApp: string): DemoOptions {
  const { values } = parseArguments(args, { options: OPTIONS });
  if (values.app && values.assembly) throw new UsageError('specify only one of --app, --assembly');
  if (values.https && values.probe) throw new UsageError('specify only one of --https, --probe');
  if (values['mongo-uri'] && !values.librechat) throw new UsageError('--mongo-uri requires --librechat');
  for (const name of ['app', 'assembly', 'librechat'] as const) {
    const path = values[name];
    if (path !== undefined && !existsSync(path)) throw new UsageError(`--${name} must exist, got: ${path}`);
  }
  return {
    probe: values.probe ?? false,
    json: values.json ?? false,
    app: values.app ?? defaultApp,
    assembly: values.assembly,
    stack: values.stack,
    port: values.port === undefined ? undefined : portOf(values.port),
    librechat: values.librechat,
    mongoUri: values['mongo-uri'],
    secrets: Object.fromEntries((values.secret ?? []).map(pairOf('secret', 'value'))),
    buckets: Object.fromEntries((values.bucket ?? []).map(pairOf('bucket', 'dir'))),
    https: values.https ?? false,
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
    // A secret's value is not printed.
    if (at < 1) throw new UsageError(`--${option} must be <name>=<${value}>, got: ${option === 'secret' ? '<hidden>' : text.slice(0, 40)}`);
    return [text.slice(0, at), text.slice(at + 1)];
  };
}
