import { useMaintenance } from '../../../fixtures/runtime/maintenance';
import { scriptOf } from '../../../runtime/maintenance/commands/commands';

jest.setTimeout(120_000);

describe('the event of an operator', () => {
  test.each([
    [{ command: 'list-users' }, { name: 'list-users' }],
    [{ command: 'add-balance', email: 'ann@example.com', amount: 1000 }, { arguments: ['ann@example.com', '1000'] }],
    [{ command: 'migrate-agent-permissions', dryRun: true }, { arguments: ['--dry-run'] }],
    [{ command: 'migrate-agent-permissions' }, { arguments: [] }],
    [{ command: 'create-user', email: 'ann@example.com' }, { arguments: ['ann@example.com', 'ann', 'ann', '--email-verified=true'] }],
  ])('%j is a script', (event, script) => {
    expect(scriptOf(event)).toMatchObject(script);
  });

  test('a password is entered at the prompt, not an argument, and not returned', () => {
    const { password, ...script } = scriptOf({ command: 'create-user', email: 'ann@example.com', password: 'given-password' });
    expect(password).toBeUndefined();
    expect(script.arguments!.join()).not.toContain('given-password');
    expect(script.answers).toEqual([[/Password:/, 'given-password']]);
  });

  test('without a password, one is generated', () => {
    const [first, second] = [1, 2].map(() => scriptOf({ command: 'reset-password', email: 'ann@example.com' }).password);
    expect(first).toMatch(/^[\w-]{24}$/);
    expect(second).not.toBe(first);
  });

  test.each([
    [{}, '`command` must be one of list-users, user-stats, create-user, '],
    [{ command: 'constructor' }, '`command` must be one of '],
    [{ command: '../api/server/index' }, '`command` must be one of '],
    [{ command: 'list-users', email: 'ann@example.com' }, 'list-users takes no fields, got: email'],
    [{ command: 'add-balance', email: 'ann@example.com', credits: 5 }, 'add-balance takes email, amount, got: credits'],
    [{ command: 'add-balance', email: 'ann@example.com', amount: 0.5 }, '`amount` must be a whole number of at least 1, got: 0.5'],
    [{ command: 'add-balance', email: 'ann@example.com', amount: 0 }, '`amount` must be a whole number of at least 1, got: 0'],
    [{ command: 'create-user', email: '--provider=google@x' }, '`email` must be an email address'],
    [{ command: 'create-user', email: 'ann@example.com', name: '--provider=google' }, '`name` must be a single-line string that does not begin with a hyphen'],
    [{ command: 'create-user', email: 'ann@example.com', password: 'short' }, '`password` must be a single-line string of 8 to 128 characters'],
    [{ command: 'create-user', email: 'ann@example.com', password: 'two\nlines-of-it' }, '`password` must be'],
    [{ command: 'delete-user', email: 'ann@example.com', transactions: 'no' }, '`transactions` must be true or false, got: "no"'],
  ])('%j is rejected', (event, message) => {
    expect(() => scriptOf(event)).toThrow(message);
  });
});

describe('the function', () => {
  const kit = useMaintenance('v0.8.8');

  interface Response {
    readonly exitCode?: number;
    readonly output?: string[];
    readonly password?: string;
    readonly error?: string;
  }

  async function invoke(event: object): Promise<Response> {
    const { payload, functionError } = await kit.adapter().lambda.invoke(Buffer.from(JSON.stringify(event)));
    expect(functionError).toBeUndefined();
    return JSON.parse(payload.toString());
  }

  beforeEach(() => kit.start());

  test('creates, lists and deletes a user with LibreChat\'s scripts', async () => {
    const created = await invoke({ command: 'create-user', email: 'ann@example.com' });
    expect(created).toMatchObject({ exitCode: 0, output: expect.arrayContaining(['User created successfully!']) });
    expect(created.password).toMatch(/^[\w-]{24}$/);
    expect((await invoke({ command: 'list-users' })).output).toEqual(expect.arrayContaining(['Email: ann@example.com', 'Total Users: 1']));
    expect(await invoke({ command: 'delete-user', email: 'ann@example.com' })).toMatchObject({ exitCode: 0 });
    expect((await invoke({ command: 'list-users' })).output).toContain('Total Users: 0');
  });

  test('a new password is entered at both prompts', async () => {
    await invoke({ command: 'create-user', email: 'ann@example.com', password: 'first-password' });
    expect(await invoke({ command: 'reset-password', email: 'ann@example.com', password: 'second-password' }))
      .toMatchObject({ exitCode: 0, output: expect.arrayContaining([expect.stringContaining('Password successfully reset!')]) });
  });

  test('returns the output of a script that fails', async () => {
    await invoke({ command: 'create-user', email: 'ann@example.com' });
    const again = await invoke({ command: 'create-user', email: 'ann@example.com' });
    expect(again).toMatchObject({ exitCode: 1, output: expect.arrayContaining(['Error: A user with that email or username already exists!']) });
    expect(again.password).toBeUndefined();
  });

  test('ends a script that waits for input', async () => {
    kit.mongo().available = false;
    await kit.adapter().dispose();
    kit.start({ settings: { commandIdleMs: 100 } });
    expect(await invoke({ command: 'list-users' })).toMatchObject({ exitCode: 1, output: expect.arrayContaining([expect.stringContaining('it had no output for')]) });
  });

  test('reports the error in an event', async () => {
    expect(await invoke({ command: 'drop-database' })).toEqual({ error: expect.stringContaining('`command` must be one of') });
  });

  test('ignores ticks, without a script and without a log line', async () => {
    expect(await invoke({ 'source': 'aws.events', 'detail-type': 'Scheduled Event', 'detail': {} })).toEqual({});
    expect(kit.adapter().output).toEqual([]);
  });

  test('logs neither arguments, nor passwords, nor the output of a script', async () => {
    const { password } = await invoke({ command: 'create-user', email: 'ann@example.com' });
    await invoke({ command: 'list-users' });
    expect(kit.adapter().logged('command')).toMatchObject([{ command: 'create-user', exitCode: 0 }, { command: 'list-users', exitCode: 0 }]);
    expect(kit.adapter().output.join('\n')).not.toMatch(new RegExp(`ann@example|${password}`));
  });
});
