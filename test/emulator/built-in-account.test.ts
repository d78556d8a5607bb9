import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import type { TimedEvent } from '../../emulator/core/events';
import { Emulator, type EmulatorOptions } from '../../emulator/emulator';
import { until } from '../../fixtures/runtime/until';
import { ChatClient } from '../../probe/chat-client';
import { tokenOf } from '../../probe/chat-events';
import { type LibreChatCodeBuildOptions, LibreChatImage, LibreChatServerless } from '../../src';

// The builder waits 30 s for permissions.
jest.setTimeout(150_000);

type Resources = Record<string, { Type: string; Properties: any }>;

let assembly: string;
let emulator: Emulator | undefined;
let log: TimedEvent[];
const folders: string[] = [];

beforeAll(() => { assembly = synthesize(() => ({})); });

afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

afterEach(async () => {
  await emulator?.dispose();
  emulator = undefined;
});

/** The assembly of a stack whose image is built with these options. */
function synthesize(options: (stack: Stack) => LibreChatCodeBuildOptions): string {
  const folder = mkdtempSync(join(tmpdir(), 'built-in-account-'));
  folders.push(folder);
  const app = new App({ outdir: folder });
  const stack = new Stack(app, 'LibreChat');
  const chat = new LibreChatServerless(stack, 'Chat', { image: LibreChatImage.fromCodeBuild(options(stack)) });
  new CfnOutput(stack, 'Image', { value: chat.imageUri });
  app.synth();
  return folder;
}

async function start(folder = assembly, options: Partial<EmulatorOptions> = {}): Promise<Emulator> {
  log = [];
  const given = { assembly: folder, port: 0, environment: { ALLOW_REGISTRATION: 'true' }, ...options };
  emulator = await Emulator.start(given, (event) => log.push(event));
  return emulator;
}

/** Starts with a modified template or assembly folder. */
async function startWith(change: (resources: Resources, folder: string) => void): Promise<Emulator> {
  const folder = mkdtempSync(join(tmpdir(), 'built-in-account-'));
  folders.push(folder);
  cpSync(assembly, folder, { recursive: true });
  const file = join(folder, 'LibreChat.template.json');
  const template = JSON.parse(readFileSync(file, 'utf8'));
  change(template.Resources, folder);
  writeFileSync(file, JSON.stringify(template));
  return start(folder);
}

/** Removes an action from every policy whose logical id matches. */
function deny(resources: Resources, policy: RegExp, action: string): void {
  const found = Object.entries(resources).filter(([id, { Type }]) => Type === 'AWS::IAM::Policy' && policy.test(id));
  let taken = 0;
  for (const [, { Properties }] of found) {
    for (const statement of Properties.PolicyDocument.Statement) {
      const actions = [statement.Action].flat() as string[];
      statement.Action = actions.filter((each) => each !== action);
      taken += actions.length - statement.Action.length;
    }
  }
  if (!taken) throw new Error(`no policy like ${policy} allows ${action}`);
}

/** The folder of the assembly that is the source of the build. */
function contextIn(folder: string): string {
  const assets = readdirSync(folder).filter((name) => name.startsWith('asset.') && existsSync(join(folder, name, 'Dockerfile')));
  expect(assets).toHaveLength(1);
  return join(folder, assets[0]);
}

const calls = (service: string, action: string) => log.flatMap((event) => (event.type === 'aws' && event.service === service && event.action === action ? [event] : []));
const linesOf = (pattern: RegExp) => log.flatMap((event) => (event.type === 'log' && pattern.test(event.function) ? [event.line] : []));

describe('an image that is built in the account', () => {
  test('is built once, and a chat streams token by token from it', async () => {
    const { url, outputs, services, functions } = await startWith((_, folder) => {
      const adapter = join(contextIn(folder), 'adapter.js');
      writeFileSync(adapter, `console.log('from the image that was built');\n${readFileSync(adapter, 'utf8')}`);
    });
    expect(calls('codebuild', 'StartBuild')).toHaveLength(1);
    await until(() => linesOf(/BuilderFunction/).some((line) => line.includes('"event":"responding","status":"SUCCESS"')));
    const [, builder] = [...functions].find(([id]) => /BuilderFunction/.test(id))!;
    expect(builder.environments).toHaveLength(1);
    const started = [...functions].filter(([, { environments }]) => environments.length).map(([id]) => id);
    expect(started).toEqual([/BuilderFunction/, /MaintenanceFunction/, /PublicationFunction/].map((id) => expect.stringMatching(id)));
    // Functions whose custom resources do nothing here exist, and are idle.
    expect([...functions.keys()]).toContainEqual(expect.stringMatching(/AutoDeleteObjects/));

    const [reference, digest] = outputs.Image.split('@');
    const { images } = services.ecr.findByUri(reference)!;
    expect(images.map((image) => image.digest)).toEqual([digest]);

    const client = await ChatClient.signIn(url);
    const stream = await client.start('hello', { tokens: 1_000, gapMs: 50 });
    let tokens = 0;
    for await (const event of client.events(stream, { resume: true })) {
      tokens += tokenOf(event) ? 1 : 0;
      if (tokens === 10) break;
    }
    // They arrived while the reply was still being generated.
    expect((await client.get(`/api/agents/chat/status/${stream}`)).json.active).toBe(true);
    await client.post('/api/agents/chat/abort', { conversationId: stream });
    await until(() => linesOf(/BackendFunction/).includes('from the image that was built'));
  });

  test('is used by all functions with a container image', () => {
    const { Resources, Outputs } = JSON.parse(readFileSync(join(assembly, 'LibreChat.template.json'), 'utf8'));
    const containers = Object.values(Resources as Resources).filter(({ Properties }) => Properties?.PackageType === 'Image');
    expect(containers.map(({ Properties }) => Properties.Code.ImageUri)).toEqual(Array(3).fill(Outputs.Image.Value));
  });

  test('is awaited by another invocation if the first one has little time', async () => {
    // It continues in another invocation when a minute is left.
    await startWith((resources) => (builderOf(resources).Timeout = 60));
    expect(calls('lambda', 'Invoke').length).toBeGreaterThan(0);
    expect(calls('codebuild', 'StartBuild')).toHaveLength(1);
    await until(() => linesOf(/BuilderFunction/).some((line) => line.includes('"event":"handed-over"')));
  });
});

test('an image is pushed to an existing repository', async () => {
  const folder = synthesize((stack) => ({ repository: Repository.fromRepositoryName(stack, 'Existing', 'team/librechat') }));
  const { url, outputs, services } = await start(folder, { repositories: ['team/librechat'] });
  expect(outputs.Image).toMatch(/^123456789012\.dkr\.ecr\.us-east-1\.amazonaws\.com\/team\/librechat@sha256:[0-9a-f]{64}$/);
  expect(services.ecr.find('team/librechat')!.images).toHaveLength(1);
  expect((await fetch(`${url}/api/config`)).status).toBe(200);
});

describe('faults are seen here, with their reason', () => {
  test.each<[string, (resources: Resources, folder: string) => void, RegExp, number]>([
    ['the build role may not read the source', (resources) => deny(resources, /BuildRole/, 's3:GetObject'),
      /in phase DOWNLOAD_SOURCE\nCLIENT_ERROR: .*AccessDenied/, 2],
    ['the build role may not push', (resources) => deny(resources, /BuildRole/, 'ecr:PutImage'),
      /in phase BUILD\nCOMMAND_EXECUTION_ERROR: [^]*Running command docker push[^]*not authorized to perform: ecr:PutImage/, 1],
    ['the builder may not start a build', (resources) => deny(resources, /Builder/, 'codebuild:StartBuild'),
      /AccessDeniedException: .*not authorized to perform: codebuild:StartBuild/, 0],
    ['the builder may not look for the image', (resources) => deny(resources, /Builder/, 'ecr:DescribeImages'),
      /AccessDeniedException: .*not authorized to perform: ecr:DescribeImages/, 0],
    ['the builder may not invoke itself', (resources) => {
      deny(resources, /Builder/, 'lambda:InvokeFunction');
      builderOf(resources).Timeout = 60;
    }, /AccessDeniedException: .*not authorized to perform: lambda:InvokeFunction/, 1],
    ['there is no Dockerfile', (_, folder) => rmSync(join(contextIn(folder), 'Dockerfile')),
      /COMMAND_EXECUTION_ERROR: [^]*failed to read dockerfile/, 1],
  ])('%s', async (_, change, reason, builds) => {
    await expect(startWith(change)).rejects.toMatchObject({
      code: 'CUSTOM_RESOURCE_FAILED',
      message: expect.stringMatching(new RegExp(`^\\w+ \\(Custom::LibreChatImage\\): [^]*${reason.source}`)),
    });
    expect(calls('codebuild', 'StartBuild').filter(({ detail }) => !detail?.startsWith('AccessDenied'))).toHaveLength(builds);
  });

  test('a function of an image that was never pushed', async () => {
    await expect(startWith((resources) => {
      const code = Object.entries(resources).find(([id]) => /BackendFunction/.test(id))![1].Properties.Code;
      code.ImageUri['Fn::Join'][1].push({ 'Fn::Select': [0, ['0']] });
    })).rejects.toMatchObject({
      code: 'RESOURCE_REFUSED', message: expect.stringMatching(/BackendFunction.*: `Code.ImageUri` must be an image that has been pushed, got: .*@sha256:/),
    });
  });
});

function builderOf(resources: Resources): any {
  return Object.entries(resources).find(([id, { Type }]) => Type === 'AWS::Lambda::Function' && /BuilderFunction/.test(id))![1].Properties;
}
