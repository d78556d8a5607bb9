import { spawn } from 'node:child_process';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

jest.setTimeout(30_000);

const ROOT = join(__dirname, '../..');

let server: Server | undefined;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function run(...args: string[]) {
  const child = spawn(join(ROOT, 'node_modules/.bin/tsx'), [join(ROOT, 'probe/cli.ts'), ...args], { env: { ...process.env, PROBE_PASSWORD: '' } });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (part) => { stdout += part; });
  child.stderr.on('data', (part) => { stderr += part; });
  const code = await new Promise<number>((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
}

/** The parts of a site that the check of the page requests. */
const site: RequestListener = ({ url }, response) => {
  if (url === '/' || url === '/c/new') return void response.setHeader('content-type', 'text/html').end('<script src="/assets/main.js">');
  if (url === '/assets/main.js') return void response.setHeader('content-type', 'text/javascript').end('main();');
  response.statusCode = 404;
  return void response.setHeader('content-type', 'application/json').end('{"message":"no such thing"}');
};

test('prints a table, and exits with 0, if all checks pass', async () => {
  const { code, stdout } = await run('--', await serve(site), '--check', 'page');
  expect(stdout).toMatch(/✓ the page loads +200 text\/html, \d+ bytes\n/);
  expect(stdout).toMatch(/passed: 5 passed, 0 failed, 0 skipped\n$/);
  expect(code).toBe(0);
});

test('--json prints JSON, and the exit code is 1, if a check fails', async () => {
  const url = await serve((request, response) => (request.url === '/assets/main.js' ? void response.destroy() : site(request, response)));
  const { code, stdout } = await run(`${url}/`, '--check', 'page', '--json');
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({ url, passed: false });
  expect(report.verdicts.filter(({ outcome }: { outcome: string }) => outcome === 'failed')).toEqual([
    { rule: 'an asset of the page loads', outcome: 'failed', seen: 'socket hang up' },
  ]);
  expect(code).toBe(1);
});

test('checks that need a user are skipped, with the reason, if the login fails', async () => {
  const { code, stdout } = await run(await serve(site), '--check', 'upload', '--check', 'bypass');
  expect(stdout).toContain('✗ a user logs in                                   registration returned 404: {"message":"no such thing"}');
  expect(stdout).toContain('- an upload of 4 MB arrives complete               no user is logged in');
  expect(stdout).toContain('- the API rejects requests that bypass CloudFront  no URL of the API is specified');
  expect(code).toBe(1);
});

test('one line if no server responds, without a stack trace, and exit code 1', async () => {
  const url = await serve(site);
  server!.close();
  const { code, stdout, stderr } = await run(url);
  expect([stdout, stderr]).toEqual(['', `no response from ${url}: connect ECONNREFUSED ${url.slice('http://'.length)}\n`]);
  expect(code).toBe(1);
});

test('one line if a name has several addresses, and none of them responds', async () => {
  const url = (await serve(site)).replace('127.0.0.1', 'localhost');
  server!.close();
  const { code, stderr } = await run(url);
  expect(stderr).toMatch(/^no response from http:\/\/localhost:\d+: .*ECONNREFUSED.*\n$/);
  expect(code).toBe(1);
});

test('--help documents the exit codes, and exits with 0', async () => {
  const { code, stdout } = await run('--help');
  expect(stdout).toContain('Exit codes: 0 success, 1 a check failed, or the site does not respond, 2 invalid arguments.');
  expect(code).toBe(0);
});

test.each([
  [[], 'specify exactly one <url>, got: none'],
  [['https://a.example', 'https://b.example'], 'specify exactly one <url>, got: https://a.example https://b.example'],
  [['chat.example.com'], '<url> must be an http or https URL without a path, such as https://chat.example.com, got: chat.example.com'],
  [['ftp://a.example'], '<url> must be an http or https URL without a path, such as https://chat.example.com, got: ftp://a.example'],
  [['file:///etc/hosts'], '<url> must be an http or https URL without a path, such as https://chat.example.com, got: file:///etc/hosts'],
  [['https://a.example/c/new'], '<url> must be an http or https URL without a path, such as https://chat.example.com, got: https://a.example/c/new'],
  [['https://a.example/?x=1'], '<url> must be an http or https URL without a path, such as https://chat.example.com, got: https://a.example/?x=1'],
  [['https://a.example', '--api-url', 'ftp://b.example/prod'], '--api-url must be an http or https URL, got: ftp://b.example/prod'],
  [['https://a.example', '--check', 'pages'], '--check must be one of page, bypass, health, chat, emptyBodies, silence, resume, upload, got: pages'],
  [['https://a.example', '--silence', 'long'], '--silence must be a number of seconds, got: long'],
  [['https://a.example', '--email', 'a@example.com'], '--email requires the password in PROBE_PASSWORD'],
  [['https://a.example', '--fast'], 'Unknown option \'--fast\''],
])('fails when it is called with %j', async (args, message) => {
  const { code, stderr } = await run(...args);
  expect(stderr).toMatch(message);
  expect(stderr).toContain('Usage:');
  expect(code).toBe(2);
});
