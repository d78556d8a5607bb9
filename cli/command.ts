import { parseArgs, type ParseArgsConfig } from 'node:util';

/** A program that is started from a shell. */
export interface Command<Options> {
  readonly usage: string;
  /**
   * Turns arguments into options.
   *
   * @throws UsageError
   */
  readonly read: (args: string[]) => Options;
  /** Returns the exit code. */
  readonly run: (options: Options) => number | Promise<number>;
}

/** The arguments are not valid: the program prints the message and its usage, and exits with 2. */
export class UsageError extends Error {}

/** The program cannot do what it was asked to do, and the message says why: it is printed without a stack, and the exit code is 1. */
export class CommandError extends Error {}

/** Runs a command with the arguments of this process. */
export async function runCommand<Options>(command: Command<Options>, args = process.argv.slice(2)): Promise<void> {
  process.exitCode = await exitCodeOf(command, args);
}

async function exitCodeOf<Options>({ usage, read, run }: Command<Options>, args: string[]): Promise<number> {
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
 * @throws UsageError where an option is unknown, lacks its value, or an argument is not expected
 */
export function parseArguments<const T extends Omit<ParseArgsConfig, 'args'>>(args: string[], config: T): ReturnType<typeof parseArgs<T & { args: string[] }>> {
  try {
    // projen passes on the `--` that ends its own options.
    return parseArgs({ ...config, args: args[0] === '--' ? args.slice(1) : args });
  } catch (error) {
    throw new UsageError((error as Error).message.split('. To specify')[0]);
  }
}
