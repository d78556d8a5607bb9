import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import type { TimedEvent } from '../../emulator/core/events';
import { Emulator, type EmulatorOptions } from '../../emulator/emulator';
import { statesOfGroup } from '../../emulator/services/lambda/process-group';
import { until } from '../../fixtures/runtime/until';
import { LibreChatServerless } from '../../src';

jest.setTimeout(60_000);

const RESOURCES = { function: /BackendFunction/, publisher: /PublicationFunction/ };

let assembly: string;
let emulator: Emulator | undefined;
let log: TimedEvent[];

beforeAll(() => {
  assembly = mkdtempSync(join(tmpdir(), 'whole-stack-'));
  const app = new App({ outdir: assembly });
  new LibreChatServerless(new Stack(app, 'LibreChat'), 'Chat');
  app.synth();
});

const changed: string[] = [];
afterAll(() => [assembly, ...changed].forEach((folder) => rmSync(folder, { recursive: true, force: true })));

afterEach(async () => {
  await emulator?.dispose();
  emulator = undefined;
});

async function start(options: Partial<EmulatorOptions> = {}): Promise<Emulator> {
  log = [];
  emulator = await Emulator.start({
    assembly, port: 0, ...options, environment: { ALLOW_REGISTRATION: 'true', ...options.environment },
  }, (event) => log.push(event));
  return emulator;
}

/** Starts with a modified template, for tests of faults. */
async function startWith(change: (resources: Record<string, any>) => void): Promise<Emulator> {
  const folder = mkdtempSync(join(tmpdir(), 'changed-stack-'));
  changed.push(folder);
  cpSync(assembly, folder, { recursive: true });
  const file = join(folder, 'LibreChat.template.json');
  const template = JSON.parse(readFileSync(file, 'utf8'));
  change(template.Resources);
  writeFileSync(file, JSON.stringify(template));
  return start({ assembly: folder });
}

function backend(): { pid: number; state: string; held: boolean; id: number }[] {
  const [, fn] = [...emulator!.functions].find(([id]) => RESOURCES.function.test(id))!;
  return [...fn.environments];
}

describe('the page', () => {
  test('is the client that the custom resource published from the image', async () => {
    const { url } = await start();
    const index = readFileSync(join(__dirname, '../../build/stand-in/client/dist/index.html'), 'utf8');
    for (const path of ['/', '/c/new', '/oauth/success']) expect(await (await fetch(url + path)).text()).toBe(index);
    const published = log.filter((event) => event.type === 'aws' && event.action === 'PutObject');
    expect(published.length).toBeGreaterThan(2);
    expect(backend()).toHaveLength(0);
  });

  test('a missing file has status 404, and is not replaced by the page', async () => {
    const { url } = await start();
    expect((await fetch(`${url}/assets/none.js`)).status).toBe(404);
  });
});

test('an error of the API reaches the viewer unchanged', async () => {
  const { url } = await start({ environment: { ALLOW_REGISTRATION: 'false' } });
  const response = await fetch(`${url}/api/auth/register`, {
    method: 'POST', headers: { 'content-type': 'application/json', 'user-agent': 'Mozilla/5.0 Chrome/140.0.0.0' }, body: '{"email":"a@example.com"}',
  });
  expect(response.status).toBe(403);
  expect(await response.json()).toEqual({ message: expect.any(String) });
});

describe('faults in the template are detected', () => {
  test('a missing grant: the first request fails, and the log names the call', async () => {
    const { url } = await startWith((resources) => {
      const policy = Object.entries(resources).find(([id]) => /^ChatBackendRoleDefaultPolicy/.test(id))![1];
      const document = policy.Properties.PolicyDocument;
      document.Statement = document.Statement.filter(({ Action }: { Action: string | string[] }) => ![Action].flat().includes('ssm:GetParameter'));
    });
    expect((await fetch(`${url}/api/config`)).status).toBeGreaterThanOrEqual(500);
    expect(log).toContainEqual(expect.objectContaining({ type: 'aws', action: 'GetParameter', detail: expect.stringContaining('not authorized to perform: ssm:GetParameter') }));
  });

  test('BUFFERED instead of STREAM: 500', async () => {
    const { url } = await startWith((resources) => {
      for (const { Type, Properties } of Object.values(resources)) {
        if (Type === 'AWS::ApiGateway::Method' && Properties.Integration.Type === 'AWS_PROXY') Properties.Integration.ResponseTransferMode = 'BUFFERED';
      }
    });
    expect((await fetch(`${url}/api/config`)).status).toBe(500);
  });

  test('a permission for the wrong action: 500, and no environment starts', async () => {
    const { url } = await startWith((resources) => {
      for (const { Type, Properties } of Object.values(resources)) {
        if (Type === 'AWS::Lambda::Permission') Properties.Action = 'lambda:InvokeFunctionWithResponseStreaming';
      }
    });
    expect((await fetch(`${url}/api/config`)).status).toBe(500);
    expect(backend()).toHaveLength(0);
  });

  test('no origin path: 403 from API Gateway', async () => {
    const { url } = await startWith((resources) => distribution(resources).Origins.forEach((origin: any) => delete origin.OriginPath));
    expect((await fetch(`${url}/api/config`)).status).toBe(403);
  });

  test('no API key at the origin: 403', async () => {
    const { url } = await startWith((resources) => distribution(resources).Origins.forEach((origin: any) => delete origin.OriginCustomHeaders));
    expect(await (await fetch(`${url}/api/config`, { headers: { 'x-api-key': 'guessed' } })).json()).toEqual({ message: 'Forbidden' });
  });

  test.each([['', 'JSON'], ['String', 'no JSON']])('$context.error.message%s in the access log: the line of a failed request is %s', async (suffix, kind) => {
    const { url, services: { logs } } = await startWith((resources) => {
      distribution(resources).Origins.forEach((origin: any) => delete origin.OriginCustomHeaders);
      const { AccessLogSetting } = Object.values(resources).find(({ Type }) => Type === 'AWS::ApiGateway::Stage')!.Properties;
      AccessLogSetting.Format = AccessLogSetting.Format.replace('$context.error.message', `$context.error.message${suffix}`);
    });
    await (await fetch(`${url}/api/config`)).text();
    const lines = () => logs.names.filter((name) => name.includes('AccessLog')).flatMap((name) => [...logs.streams(name)!.values()].flat());
    await until(() => lines().length > 0);
    const parse = () => JSON.parse(lines()[0].message) as object;
    if (kind === 'JSON') expect(parse()).toMatchObject({ status: '403', errorMessage: 'Forbidden', path: '/prod/api/config' });
    else expect(parse).toThrow();
  });

  test('a wrong order of behaviours: /oauth/success goes to the API', async () => {
    await startWith((resources) => distribution(resources).CacheBehaviors.reverse());
    const { url } = emulator!;
    await fetch(`${url}/oauth/success`);
    await until(() => log.some(({ type }) => type === 'request'));
    expect(log).toContainEqual(expect.objectContaining({ type: 'request', path: '/oauth/success', behavior: '/oauth/*', function: expect.anything() }));
  });

  test('an error page for 401: the API\'s own response is lost', async () => {
    const { url } = await startWith((resources) => {
      distribution(resources).CustomErrorResponses = [{ ErrorCode: 401, ResponseCode: 200, ResponsePagePath: '/index.html' }];
    });
    const response = await fetch(`${url}/api/agents/chat/active`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
  });

  test('a type that is not supported: the logical id and the reason', async () => {
    await expect(startWith((resources) => (resources.Queue = { Type: 'AWS::SQS::Queue' }))).rejects.toMatchObject({
      code: 'RESOURCE_UNSUPPORTED', message: expect.stringMatching(/^Queue \(AWS::SQS::Queue\): /),
    });
  });
});

function distribution(resources: Record<string, any>): any {
  return Object.values(resources).find(({ Type }) => Type === 'AWS::CloudFront::Distribution').Properties.DistributionConfig;
}

describe('start and disposal', () => {
  test('no process, socket or file remains', async () => {
    const { url } = await start();
    await fetch(`${url}/api/config`);
    const pids = [...emulator!.functions.values()].flatMap(({ environments }) => environments.map(({ pid }) => pid));
    // Of the maintenance function, the publisher, a relay and a worker.
    expect(pids).toHaveLength(4);
    const { folder } = emulator!.services.cloud;
    expect(existsSync(folder)).toBe(true);
    await emulator!.dispose();
    expect(existsSync(folder)).toBe(false);
    expect(pids.flatMap((pid) => statesOfGroup(pid)).filter((state) => state !== 'Z')).toEqual([]);
    await expect(fetch(url)).rejects.toThrow();
    emulator = undefined;
  });

  test('fails when the port is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    await expect(start({ port })).rejects.toMatchObject({ code: 'PORT_IN_USE', message: expect.stringContaining(`got: ${port}`) });
    server.close();
  });

  test.each([
    [{ librechat: '/nowhere' }, 'OPTION_INVALID', /`librechat` must be a folder/],
    [{ assembly: '/nowhere' }, 'ASSEMBLY_UNREADABLE', /`assembly` must be a folder that `cdk synth` wrote, got: \/nowhere/],
    [{ stack: 'Other' }, 'ASSEMBLY_UNREADABLE', /`stack` must name a stack of the assembly \(LibreChat\), got: Other/],
    [{ buckets: { files: '/nowhere' } }, 'OPTION_INVALID', /`buckets` must name folders, got: \/nowhere for files/],
    [{ timeScale: 0 }, 'OPTION_INVALID', /`timeScale` must be a positive number, got: 0/],
    [{ port: -1 }, 'OPTION_INVALID', /`port` must be a whole number/],
    [{ invocationLatencyMs: -1 }, 'OPTION_INVALID', /`invocationLatencyMs` must be a number of at least 0, got: -1/],
    [{ concurrencyQuota: 0 }, 'OPTION_INVALID', /`concurrencyQuota` must be a whole number of at least 1, got: 0/],
  ])('fails when an option is wrong: %j', async (options, code, message) => {
    await expect(start(options)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('viewers use HTTPS and HTTP/2 where `tls` is set', async () => {
    const { url, certificateAuthority } = await start({ tls: true });
    const session = connectHttp2(url, { ca: certificateAuthority });
    const [headers] = await once(session.request({ ':path': '/' }), 'response') as [Record<string, unknown>];
    session.destroy();
    expect([headers[':status'], headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  });

  test('the usage of each function is metered', async () => {
    const started = await start();
    const usageOf = (name: RegExp) => started.usage().find((usage) => name.test(usage.function))!;
    expect(started.usage().map((usage) => usage.function).sort()).toEqual([...started.functions.keys()].sort());
    await until(() => usageOf(RESOURCES.publisher).seconds > 0);
    expect(usageOf(RESOURCES.publisher)).toMatchObject({ environments: 1, invocations: 1, architecture: 'arm64' });
    expect(usageOf(RESOURCES.function)).toMatchObject({ environments: 0, invocations: 0, seconds: 0 });
  });

  test('a log line for each request', async () => {
    const { url } = await start();
    await fetch(`${url}/api/config?x=1`);
    await until(() => log.some(({ type }) => type === 'request'));
    expect(log).toContainEqual(expect.objectContaining({
      type: 'request', method: 'GET', path: '/api/config', status: 200, behavior: '/api/*', environment: 1, milliseconds: expect.any(Number),
    }));
  });
});
