import { PROBE_MODEL } from './chat-client';
import { verdict, type Verdict } from './check';
import { CHECK_NAMES, type CheckName } from './checks';
import { probe, type ProbeOptions, type Report } from './probe';
import { reportText } from './report';
import { parseArguments, runCommand, UsageError } from '../cli/command';

const USAGE = `Uses a deployment as its page and a user would, and checks the responses.

Usage: npx projen probe -- <url> [<options>]

  --api-url <url>       The API's own URL with its stage, which must refuse requests.
  --email <address>     The user who logs in (default: registers a new one). The password is read from PROBE_PASSWORD.
  --endpoint <name>     The custom endpoint of librechat.yaml to chat with (default: ${PROBE_MODEL.endpoint}).
  --model <name>        A model of that endpoint (default: ${PROBE_MODEL.model}).
  --check <name>        A check to run; may be repeated (default: all of ${CHECK_NAMES.join(', ')}).
  --silence <seconds>   How long the model stays silent in that check (default: 40).
  --page                Also use the page in the installed Chromium, and check that words appear one after another.
  --json                Print the report as JSON.
  --help                Show this.

Exit codes: 0 all checks passed, 1 a check failed, 2 invalid arguments.
`;

/** As many of the browser's complaints are told. */
const MOST_PROBLEMS = 5;

const OPTIONS = {
  'api-url': { type: 'string' },
  'email': { type: 'string' },
  'endpoint': { type: 'string', default: PROBE_MODEL.endpoint },
  'model': { type: 'string', default: PROBE_MODEL.model },
  'check': { type: 'string', multiple: true },
  'silence': { type: 'string', default: '40' },
  'page': { type: 'boolean', default: false },
  'json': { type: 'boolean', default: false },
} as const;

interface Options {
  readonly json: boolean;
  readonly page: boolean;
  readonly probe: ProbeOptions;
}

function parseOptions(args: string[]): Options {
  const { values, positionals: [url, ...more] } = parseArguments(args, { options: OPTIONS, allowPositionals: true });
  const { json, page, 'api-url': apiUrl, email, endpoint, model, check, silence } = values;
  if (!url || more.length || !URL.canParse(url)) throw new UsageError(`<url> must be one URL, got: ${[url, ...more].join(' ') || 'none'}`);
  const unknown = check?.find((name) => !CHECK_NAMES.includes(name as CheckName));
  if (unknown) throw new UsageError(`--check must be one of ${CHECK_NAMES.join(', ')}, got: ${unknown}`);
  if (!(Number(silence) >= 0)) throw new UsageError(`--silence must be a number of seconds, got: ${silence}`);
  const password = process.env.PROBE_PASSWORD;
  if (email && !password) throw new UsageError('--email requires the password in PROBE_PASSWORD');
  return {
    json,
    page,
    probe: {
      url,
      apiUrl,
      account: email ? { email, password: password! } : undefined,
      model: { endpoint, model },
      checks: check as CheckName[] | undefined,
      silenceMs: Number(silence) * 1000,
    },
  };
}

async function run(options: Options): Promise<number> {
  const report = options.page ? await withPage(options.probe) : await probe(options.probe);
  process.stdout.write(options.json ? `${JSON.stringify(report, undefined, 2)}\n` : reportText(report));
  return report.passed ? 0 : 1;
}

/** The browser is driven only where it is asked for: a probe that is deployed has none. */
async function withPage(options: ProbeOptions): Promise<Report> {
  const { judgePage } = await import('./page/index.js');
  const report = await probe(options);
  const page: (Verdict & { problems?: readonly string[] })[] = await judgePage({ url: options.url, account: options.account })
    .catch((error: Error) => [verdict('the page can be used in a browser', false, error.message)]);
  const verdicts = page.map(({ problems = [], ...judged }) => ({ ...judged, seen: [judged.seen, ...problems.slice(0, MOST_PROBLEMS)].join('; ') }));
  return { ...report, verdicts: [...report.verdicts, ...verdicts], passed: report.passed && page.every(({ outcome }) => outcome !== 'failed') };
}

void runCommand({ usage: USAGE, read: parseOptions, run });
