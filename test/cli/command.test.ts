import { type Command, CommandError, parseArguments, runCommand, UsageError } from '../../cli/command';

const USAGE = 'Usage: it\n\nExit codes: 0 success, 1 it failed, 2 invalid arguments.\n';
const OPTIONS = { name: { type: 'string' }, loud: { type: 'boolean', default: false } } as const;

let stdout = '';
let stderr = '';
beforeEach(() => {
  stdout = stderr = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean(stdout += text));
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean(stderr += text));
});
afterEach(() => {
  jest.restoreAllMocks();
  process.exitCode = undefined;
});

/** Runs a command and returns its exit code. */
async function run(args: string[], body: (name?: string) => number = () => 0) {
  const command: Command<{ name?: string }> = {
    usage: 'Usage: it\n',
    failure: 'it failed',
    read: (given) => parseArguments(given, { options: OPTIONS }).values,
    run: ({ name }) => body(name),
  };
  await runCommand(command, args);
  return process.exitCode;
}

describe('runCommand', () => {
  test('passes options to the command', async () => {
    await run(['--name', 'x'], (name) => {
      process.stdout.write(`name is ${name}`);
      return 0;
    });
    expect(stdout).toBe('name is x');
  });

  test.each([0, 1, 3])('exits with %d when the command returns it', async (code) => {
    expect(await run([], () => code)).toBe(code);
    expect(stdout + stderr).toBe('');
  });

  test.each([['--help'], ['-h'], ['--', '--help'], ['--name', 'x', '--help']])('%s %s: prints the usage and exits with 0', async (...args) => {
    expect(await run(args, () => 5)).toBe(0);
    expect([stdout, stderr]).toEqual([USAGE, '']);
  });

  test.each([
    [['--nonsense'], "Unknown option '--nonsense'"],
    [['extra'], "Unexpected argument 'extra'. This command does not take positional arguments"],
    [['--name'], "Option '--name <value>' argument missing"],
    [['--loud=yes'], "Option '--loud' does not take an argument"],
  ])('%j: prints the error and the usage to stderr and exits with 2', async (args, message) => {
    expect(await run(args)).toBe(2);
    expect([stdout, stderr]).toEqual(['', `${message}\n\n${USAGE}`]);
  });

  test('a UsageError of the command itself is one', async () => {
    expect(await run([], () => { throw new UsageError('specify one'); })).toBe(2);
    expect(stderr).toBe(`specify one\n\n${USAGE}`);
  });

  test('a CommandError is printed without its stack, and the exit code is 1', async () => {
    expect(await run([], () => { throw new CommandError('there is no such file'); })).toBe(1);
    expect(stderr).toBe('there is no such file\n');
  });

  test('any other error is printed with its stack, and the exit code is 1', async () => {
    expect(await run([], () => { throw new TypeError('a bug'); })).toBe(1);
    expect(stderr).toMatch(/^TypeError: a bug\n +at /);
  });
});

describe('parseArguments', () => {
  test('leaves out the dashes that projen passes on, and no others', () => {
    expect(parseArguments(['--', '--name', 'x'], { options: OPTIONS }).values).toEqual({ name: 'x', loud: false });
    const config = { options: OPTIONS, allowPositionals: true };
    expect(parseArguments(['a', '--', '--name'], config).positionals).toEqual(['a', '--name']);
  });
});
