import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { STAND_IN, type StandInProcess, startStandIn, startTestServers, type TestServers, variables } from '../../fixtures/stand-in-process';

jest.setTimeout(60_000);

let servers: TestServers;
let standIn: StandInProcess;

beforeAll(async () => {
  servers = await startTestServers();
  standIn = await startStandIn(variables(servers));
});

afterAll(async () => {
  await standIn.stop();
  await servers.dispose();
});

/** Runs one of LibreChat's scripts, as `npm run <name>` does, with input for its prompts. */
function run(name: string, words: string[] = [], answers: string[] = []): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [join('config', `${name}.js`), ...words], { cwd: STAND_IN, env: variables(servers) });
  const left = [...answers];
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
    if (/[>:] (?:\x1b\[0m)?$/.test(String(chunk)) && left.length) child.stdin.write(`${left.shift()}\n`);
  });
  child.stderr.on('data', (chunk) => { output += String(chunk); });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

async function logIn(email: string, password: string): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(`${standIn.url}/api/auth/login`, { method: 'POST', headers, body: JSON.stringify({ email, password }) })).status;
}

test('a user of `create-user` can log in', async () => {
  const { code, output } = await run('create-user', ['ada@example.com', 'Ada Lovelace', 'ada', 'analytical-engine', '--email-verified=true']);
  expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('User created successfully!') });
  expect(await logIn('ada@example.com', 'analytical-engine')).toBe(200);
});

test('`create-user` asks for missing values', async () => {
  const { code, output } = await run('create-user', ['grace@example.com'], ['Grace Hopper', 'grace', 'nanoseconds', 'y']);
  expect({ code, output }).toMatchObject({ code: 0 });
  expect(output).toMatch(/Name: \(default is: grace\)[^]*Password: [^]*Email verified\?/);
  expect(await logIn('grace@example.com', 'nanoseconds')).toBe(200);
});

test.each([
  ['an address that is taken', ['ada@example.com', 'Ada', 'other', 'analytical-engine', '--email-verified=true'], 'A user with that email or username already exists!'],
  ['no address', ['ada', 'Ada', 'ada', 'analytical-engine', '--email-verified=true'], 'Invalid email address!'],
])('`create-user` refuses %s', async (_, words, message) => {
  await run('create-user', ['ada@example.com', 'Ada Lovelace', 'ada', 'analytical-engine', '--email-verified=true']);
  expect(await run('create-user', words)).toEqual({ code: 1, output: expect.stringContaining(message) });
});

test('`reset-password` asks for all values, and the old password is no longer valid', async () => {
  await run('create-user', ['mary@example.com', 'Mary', 'mary', 'fossil-collector', '--email-verified=true']);
  const { code, output } = await run('reset-password', [], ['mary@example.com', 'short', 'ichthyosaur', 'ichthyosaur']);
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/at least 8 characters[^]*successfully reset!/) });
  expect([await logIn('mary@example.com', 'fossil-collector'), await logIn('mary@example.com', 'ichthyosaur')]).toEqual([404, 200]);
  expect(await run('reset-password', [], ['nobody@example.com'])).toEqual({ code: 1, output: expect.stringContaining('User not found!') });
});

test('`list-users` lists them, and `delete-user` deletes one after it has asked twice', async () => {
  await run('create-user', ['rosa@example.com', 'Rosa', 'rosa', 'planetarium', '--email-verified=true']);
  expect(await run('list-users')).toEqual({ code: 0, output: expect.stringMatching(/Email: rosa@example\.com[^]*Total Users: \d/) });
  expect(await run('delete-user', ['rosa@example.com'], ['n'])).toEqual({ code: 0, output: expect.stringContaining('Aborted.') });
  expect(await run('delete-user', ['rosa@example.com'], ['y', 'n'])).toEqual({ code: 0, output: expect.stringContaining('Successfully deleted user rosa@example.com') });
  expect(await logIn('rosa@example.com', 'planetarium')).toBe(404);
});

test('without a MongoDB a script ends with exit code 1', async () => {
  const child = spawn(process.execPath, ['config/list-users.js'], {
    cwd: STAND_IN, env: variables(servers, { MONGO_URI: 'mongodb://127.0.0.1:1/x?serverSelectionTimeoutMS=100' }), stdio: 'ignore',
  });
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(1);
});
