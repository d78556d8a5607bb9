import type { LambdaFunction } from '../../emulator/services/lambda/lambda-function';
import { Deployment } from '../../fixtures/deployment';
import { send } from '../../probe/http';

jest.setTimeout(180_000);

const EMAIL = 'ada@example.com';

let deployment: Deployment;
let maintenance: LambdaFunction;
let log = '';

beforeAll(async () => {
  deployment = await Deployment.start({ worker: { lingerMs: 300, titleMs: 300 }, listener: (event) => { if (event.type === 'log') log += `${event.line}\n`; } });
  const { outputs, services } = deployment.emulator;
  const [, name] = Object.entries(outputs).find(([output]) => /MaintenanceFunctionName/.test(output))!;
  maintenance = services.lambda.find(name)!.lambda!;
});

afterAll(() => deployment.dispose());

/** The output of `aws lambda invoke` for an operator. */
async function command(payload: object): Promise<{ exitCode?: number; output?: string[]; password?: string; error?: string }> {
  const response = await maintenance.invoke(Buffer.from(JSON.stringify(payload)));
  return JSON.parse(response.payload.toString()) as Awaited<ReturnType<typeof command>>;
}

async function logIn(password = ''): Promise<{ status: number; role?: string }> {
  const { status, json } = await send(`${deployment.url}/api/auth/login`, { method: 'POST', body: { email: EMAIL, password } });
  return { status, role: json?.user?.role };
}

test('a user is created, listed, made an administrator, gets another password, and is deleted', async () => {
  const { password } = await command({ command: 'create-user', email: EMAIL });
  expect(password).toMatch(/^[\w-]{24}$/);
  expect((await logIn(password)).status).toBe(200);
  expect((await command({ command: 'list-users' })).output!.join('\n')).toMatch(/Email: ada@example\.com[^]*Username: ada[^]*Total Users: 1/);

  expect((await command({ command: 'make-administrator', email: EMAIL })).output).toContain('The user has the role ADMIN.');
  expect((await logIn(password)).role).toBe('ADMIN');
  await command({ command: 'remove-administrator', email: EMAIL });
  expect((await logIn(password)).role).toBe('USER');

  const { password: other } = await command({ command: 'reset-password', email: EMAIL });
  expect([(await logIn(password)).status, (await logIn(other)).status]).toEqual([404, 200]);

  expect((await command({ command: 'delete-user', email: EMAIL })).output!.join('\n')).toContain('Successfully deleted user ada@example.com');
  expect((await logIn(other)).status).toBe(404);
  expect(log).toContain('"event":"command"');
  expect([password, other].filter((secret) => log.includes(secret!))).toEqual([]);
});

test.each(['make-administrator', 'reset-password'])('%s fails for a user that does not exist', async (name) => {
  const { exitCode, output, password } = await command({ command: name, email: 'nobody@example.com' });
  expect([exitCode, password]).toEqual([1, undefined]);
  expect(output!.join('\n')).toContain('User not found!');
});
