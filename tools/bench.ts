import { benchBilling } from './bench/billing';
import { benchPageLoad, type PageLoadOptions } from './bench/page-load';
import { benchRelay, type Measurement } from './bench/relay';
import { benchSynth } from './bench/synth';
import { parseArguments, runCommand, UsageError } from '../cli/command';
import { table } from '../cli/table';

const PARTS = ['relay', 'page', 'billing', 'synth'] as const;
type Part = typeof PARTS[number];

const USAGE = `Measures relay and worker against a direct connection, the load of the page, the billed duration of a response, and synth.

Usage: npx projen bench [-- <options>]

  --only <part>       Measure only one of: ${PARTS.join(', ')}.
  --librechat <dir>   Built LibreChat for the page's load instead of the stand-in; requires --mongo-uri.
  --mongo-uri <uri>   MongoDB for that LibreChat.
  --help              Show this.
`;

interface Options extends PageLoadOptions {
  readonly parts: readonly Part[];
}

function parseOptions(args: string[]): Options {
  const { values } = parseArguments(args, {
    options: { 'only': { type: 'string' }, 'librechat': { type: 'string' }, 'mongo-uri': { type: 'string' } },
  });
  const only = PARTS.find((part) => part === values.only);
  if (values.only !== undefined && !only) throw new UsageError(`--only must be one of ${PARTS.join(', ')}, got: ${values.only}`);
  if (Boolean(values.librechat) !== Boolean(values['mongo-uri'])) throw new UsageError('--librechat and --mongo-uri require each other');
  return { parts: only ? [only] : PARTS, librechat: values.librechat, mongoUri: values['mongo-uri'] };
}

async function run({ parts, ...pageLoad }: Options): Promise<number> {
  const pairs = (rows: Array<{ name: string; value: string }>) => rows.map(({ name, value }) => [name, value]);
  for (const part of parts) {
    switch (part) {
      case 'relay':
        print('Relay and worker, and a direct connection to the same server', ['', 'direct', 'relayed', 'target'], (await benchRelay()).map(cellsOf));
        break;
      case 'page':
        print('Opening the page: 28 API calls at once over HTTP/2', ['', ''], pairs(await benchPageLoad(pageLoad)));
        break;
      case 'billing': {
        const { alone, eachAtOnce } = await benchBilling();
        print('Billed by Lambda for a response of 20 s', ['', 'GB-seconds'], [
          ['alone', alone.toFixed(1)], ['each of 20 concurrent ones', eachAtOnce.toFixed(1)],
        ]);
        break;
      }
      case 'synth':
        print('Synth, compared with an empty stack', ['', 'median'], pairs(await benchSynth()));
        break;
    }
  }
  return 0;
}

function cellsOf({ name, direct = '', relayed, aim = '' }: Measurement): string[] {
  return [name, direct, relayed, aim];
}

function print(title: string, heads: string[], rows: string[][]): void {
  const right = heads.map((_, column) => column).slice(1);
  process.stdout.write(`${title}\n\n${table([heads, ...rows], { right, indent: 2 })}\n\n`);
}

void runCommand({ usage: USAGE, failure: 'a measurement failed', read: parseOptions, run });
