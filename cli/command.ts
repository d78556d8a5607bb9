import { parseArgs, type ParseArgsConfig } from 'node:util';

/** A command-line program. */
export interface Command<Options> {
  readonly usage: string;
  /** The meaning of exit code 1, for the last line of the usage. */
  readonly failure: string;
  /**
   * Turns arguments into options.
   *
   * @throws UsageError
   */
  readonly read: (args: string[]) => Options;
  /** Returns the exit code. */
  readonly run: (options: Options) => number | Promise<number>;
}

/** Invalid arguments: the program prints the message and its usage, and exits with 2. */
export class UsageError extends Error {}

/** An expected failure: the program prints the message without a stack trace, and exits with 1. */
export class CommandError extends Error {}

/** Runs a command with the arguments of the process, and sets the exit code. */
export async function runCommand<Options>(command: Command<Options>, args = process.argv.slice(2)): Promise<void> {
  process.exitCode = await exitCodeOf(command, args);
}

async function exitCodeOf<Options>({ usage: text, failure, read, run }: Command<Options>, args: string[]): Promise<number> {
  const usage = `${text}\nExit codes: 0 success, 1 ${failure}, 2 invalid arguments.\n`;
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(usage);
    return 0;
  }
  try {
    return await run(read(args));
  } catch (error) {
    const { message, stack } = error as Error;
    if (error instanceof UsageError) {
      process.stderr.write(`${message}\n\n${usage}`);
      return 2;
    }
    process.stderr.write(`${error instanceof CommandError ? message : stack}\n`);
    return 1;
  }
}

/**
 * `parseArgs` of Node for a command.
 *
 * @throws UsageError for an unknown option, a missing value, or an unexpected argument
 */
export function parseArguments<const T extends Omit<ParseArgsConfig, 'args'>>(args: string[], config: T): ReturnType<typeof parseArgs<T & { args: string[] }>> {
  try {
    // projen passes on the `--` that ends its own options.
    return parseArgs({ ...config, args: args[0] === '--' ? args.slice(1) : args });
  } catch (error) {
    throw new UsageError((error as Error).message.split('. To specify')[0]);
  }
}
