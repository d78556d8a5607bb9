import { PROBE_MODEL } from './chat-client';
import { verdict, type Verdict } from './check';
import { CHECK_NAMES, type CheckName } from './checks';
import { open, reasonOf } from './http';
import { probe, type ProbeOptions, type Report } from './probe';
import { reportText } from './report';
import { CommandError, parseArguments, runCommand, UsageError } from '../cli/command';

const USAGE = `Checks a deployment: sends the requests of LibreChat's page, and verifies the responses.

Usage: npx projen probe -- <url> [<options>]

  --api-url <url>       URL of the API with its stage, which must reject requests that bypass CloudFront.
  --email <address>     User to log in (default: registers a new one). Requires the password in PROBE_PASSWORD.
  --endpoint <name>     Custom endpoint of librechat.yaml to chat with (default: ${PROBE_MODEL.endpoint}).
  --model <name>        Model of that endpoint (default: ${PROBE_MODEL.model}).
  --check <name>        Check to run; may be repeated (default: all of ${CHECK_NAMES.join(', ')}).
  --silence <seconds>   Pause of the model in the check "silence" (default: 40).
  --page                Also open the page in the installed Chromium, and check that words appear one after another.
  --json                Print the report as JSON.
  --help                Show this.
`;

/** A host that does not exist may not reject connections. */
const TIMEOUT_MS = 30_000;
/** Number of browser errors to report. */
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
  if (!url || more.length) throw new UsageError(`specify exactly one <url>, got: ${[url, ...more].join(' ') || 'none'}`);
  if (!isWebUrl(url) || !isOrigin(new URL(url))) throw new UsageError(`<url> must be an http or https URL without a path, such as https://chat.example.com, got: ${url}`);
  if (apiUrl !== undefined && !isWebUrl(apiUrl)) throw new UsageError(`--api-url must be an http or https URL, got: ${apiUrl}`);
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

function isWebUrl(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}

function isOrigin({ href, origin }: URL): boolean {
  return href === `${origin}/`;
}

/** Without a response, each check would fail for the same reason. */
async function requireResponse(url: string): Promise<void> {
  try {
    (await open(url, { signal: AbortSignal.timeout(TIMEOUT_MS) })).body.destroy();
  } catch (error) {
    throw new CommandError(`no response from ${url}: ${reasonOf(error)}`, { cause: error });
  }
}

async function run(options: Options): Promise<number> {
  await requireResponse(options.probe.url);
  const report = options.page ? await withPage(options.probe) : await probe(options.probe);
  process.stdout.write(options.json ? `${JSON.stringify(report, undefined, 2)}\n` : reportText(report));
  return report.passed ? 0 : 1;
}

/** The browser is loaded on demand, because a deployed probe has none. */
async function withPage(options: ProbeOptions): Promise<Report> {
  const { judgePage } = await import('./page/index.js');
  const report = await probe(options);
  const page: (Verdict & { problems?: readonly string[] })[] = await judgePage({ url: options.url, account: options.account })
    .catch((error: Error) => [verdict('the page can be used in a browser', false, error.message)]);
  const verdicts = page.map(({ problems = [], ...judged }) => ({ ...judged, seen: [judged.seen, ...problems.slice(0, MOST_PROBLEMS)].join('; ') }));
  return { ...report, verdicts: [...report.verdicts, ...verdicts], passed: report.passed && page.every(({ outcome }) => outcome !== 'failed') };
}

void runCommand({ usage: USAGE, failure: 'a check failed, or the site does not respond', read: parseOptions, run });
