import { parseArgs } from 'node:util';
import { PROBE_MODEL } from './chat-client';
import { CHECK_NAMES, type CheckName } from './checks';
import { probe, type ProbeOptions } from './probe';
import { table } from './report';

const USAGE = `Uses a deployment as a page and its user would, and judges what comes back.

Usage: npx projen probe -- <url> [<options>]

  --api-url <url>       The API's own URL with its stage: it must not answer.
  --email <address>     Who logs in (default: a user that is registered); the password is read from PROBE_PASSWORD.
  --endpoint <name>     The custom endpoint of librechat.yaml that answers (default: ${PROBE_MODEL.endpoint}).
  --model <name>        A model of that endpoint (default: ${PROBE_MODEL.model}).
  --check <name>        What to check; may be repeated (default: all of ${CHECK_NAMES.join(', ')}).
  --silence <seconds>   How long the model thinks (default: 40).
  --json                The report as JSON, for machines.
  --help                Show this.

Exit codes: 0 every verdict is good, 1 one is not, 2 the command line was not understood.
`;

class UsageError extends Error {}

function parse(args: string[]): { help?: boolean; json?: boolean; options: ProbeOptions } {
  const { values, positionals: [url, ...more] } = split(args);
  const { help, json, 'api-url': apiUrl, email, endpoint = PROBE_MODEL.endpoint, model = PROBE_MODEL.model, check, silence = '40' } = values;
  if (help) return { help, options: { url: '' } };
  if (!url || more.length || !URL.canParse(url)) throw new UsageError(`<url> must be one URL, got: ${[url, ...more].join(' ') || 'none'}`);
  const unknown = check?.find((name) => !CHECK_NAMES.includes(name as CheckName));
  if (unknown) throw new UsageError(`--check must be one of ${CHECK_NAMES.join(', ')}, got: ${unknown}`);
  if (!(Number(silence) >= 0)) throw new UsageError(`--silence must be a number of seconds, got: ${silence}`);
  const password = process.env.PROBE_PASSWORD;
  if (email && !password) throw new UsageError('--email needs the password in PROBE_PASSWORD');
  return {
    json,
    options: {
      url,
      apiUrl,
      account: email ? { email, password: password! } : undefined,
      model: { endpoint, model },
      checks: check as CheckName[] | undefined,
      silenceMs: Number(silence) * 1000,
    },
  };
}

function split(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        'api-url': { type: 'string' },
        'email': { type: 'string' },
        'endpoint': { type: 'string' },
        'model': { type: 'string' },
        'check': { type: 'string', multiple: true },
        'silence': { type: 'string' },
        'json': { type: 'boolean' },
        'help': { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message.split('. To specify')[0]);
  }
}

async function main(args: string[]): Promise<number> {
  let parsed;
  try {
    parsed = parse(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${USAGE}`);
    return 2;
  }
  if (parsed.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const report = await probe(parsed.options);
  process.stdout.write(parsed.json ? `${JSON.stringify(report, undefined, 2)}\n` : table(report));
  return report.passed ? 0 : 1;
}

const args = process.argv.slice(2);
// projen hands on the dashes that end its own options.
if (args[0] === '--') args.shift();
void main(args).then((code) => { process.exitCode = code; });
