import { join } from 'node:path';
import { onClosedOutput } from './closed-output';
import { onLauncherEnded } from './launchers';
import { type DemoOptions, parseOptions, USAGE } from './options';
import { createReporter } from './reporter';
import { runDemo } from './run';
import { CommandError, runCommand } from '../cli/command';
import { EmulatorError } from '../emulator/core/errors';

const DEFAULT_APP = join(__dirname, '../examples/typescript/app.ts');
const INTERRUPTIONS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

async function demo(options: DemoOptions): Promise<number> {
  const interruption = new AbortController();
  for (const signal of INTERRUPTIONS) process.on(signal, () => interruption.abort());
  onClosedOutput(() => interruption.abort());
  onLauncherEnded(() => interruption.abort());
  const reporter = createReporter(options.json, (text) => process.stdout.write(text));
  try {
    return await runDemo(options, interruption.signal, reporter);
  } catch (error) {
    if (interruption.signal.aborted) return 0;
    throw error instanceof EmulatorError ? new CommandError(error.message, { cause: error }) : error;
  }
}

void runCommand({ usage: USAGE, failure: 'the demo cannot run, or the probe failed', read: (args) => parseOptions(args, DEFAULT_APP), run: demo });
