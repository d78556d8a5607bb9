import { join } from 'node:path';
import { parseOptions, USAGE, UsageError } from './options';
import { createReporter } from './reporter';
import { runDemo } from './run';
import { EmulatorError } from '../emulator/core/errors';

const DEFAULT_APP = join(__dirname, '../examples/typescript/app.ts');
const INTERRUPTIONS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The demo's command line. Exit codes: 0 as asked, 1 it cannot run or the probe failed, 2 it was not understood. */
async function main(args: string[]): Promise<number> {
  let options;
  try {
    options = parseOptions(args, DEFAULT_APP);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${USAGE}`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }

  const interruption = new AbortController();
  for (const signal of INTERRUPTIONS) process.on(signal, () => interruption.abort());
  const reporter = createReporter(options.json, (text) => process.stdout.write(text));
  try {
    return await runDemo(options, interruption.signal, reporter);
  } catch (error) {
    if (interruption.signal.aborted) return 0;
    const { message, stack } = error as Error;
    process.stderr.write(`${error instanceof EmulatorError ? message : stack}\n`);
    return 1;
  }
}

const args = process.argv.slice(2);
// projen hands on the dashes that end its own options.
if (args[0] === '--') args.shift();
void main(args).then((code) => { process.exitCode = code; });
