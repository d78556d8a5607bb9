import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, aws_ecs as ecs, Stack } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { makeCertificates } from '../../emulator/core/certificates';
import type { TimedEvent } from '../../emulator/core/events';
import { Emulator, type EmulatorOptions } from '../../emulator/emulator';
import { MongoServer } from '../../emulator/services/documentdb/server';
import { startRedis } from '../../emulator/services/elasticache';
import { until } from '../../fixtures/runtime/until';
import { ChatClient } from '../../probe/chat-client';
import { LibreChatConfig, LibreChatDatabase, LibreChatRedis, LibreChatServerless, type LibreChatServerlessProps } from '../../src';

jest.setTimeout(60_000);

const STAND_IN = join(__dirname, '../../build/stand-in');

let folder: string;
let emulator: Emulator | undefined;
let log: TimedEvent[];
let mongo: MongoServer;

beforeAll(async () => { mongo = await MongoServer.start({ dialect: 'mongodb', users: { chat: 'secret' } }); });
afterAll(() => mongo.dispose());

beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'outside-')); });

afterEach(async () => {
  await emulator?.dispose();
  emulator = undefined;
  rmSync(folder, { recursive: true, force: true });
});

/** Synthesizes a stack and starts it with existing resources outside of it. */
async function start(props: (stack: Stack) => LibreChatServerlessProps, options: Partial<EmulatorOptions>): Promise<Emulator> {
  const assembly = join(folder, 'cdk.out');
  const app = new App({ outdir: assembly });
  const stack = new Stack(app, 'LibreChat');
  new LibreChatServerless(stack, 'Chat', props(stack));
  app.synth();
  log = [];
  emulator = await Emulator.start({
    assembly, port: 0, ...options, environment: { ALLOW_REGISTRATION: 'true', ...options.environment },
  }, (event) => log.push(event));
  return emulator;
}

test('secrets and Redis, with a domain and provisioned concurrency', async () => {
  const { cert, key, ca } = await makeCertificates(folder);
  const redis = await startRedis({ tls: { cert, key, ca } });
  try {
    const secrets = {
      '/mongo/uri': mongo.uri,
      'redis': JSON.stringify({ uri: `rediss://${redis.host}:${redis.port}` }),
    };
    const { url, outputs } = await start((stack) => ({
      domainName: 'chat.example.com',
      certificate: Certificate.fromCertificateArn(stack, 'Certificate', 'arn:aws:acm:us-east-1:123456789012:certificate/x'),
      database: LibreChatDatabase.fromUri(ecs.Secret.fromSsmParameter(
        StringParameter.fromSecureStringParameterAttributes(stack, 'Mongo', { parameterName: '/mongo/uri' }))),
      redis: LibreChatRedis.fromUri(ecs.Secret.fromSecretsManager(Secret.fromSecretNameV2(stack, 'Redis', 'redis'), 'uri')),
      provisionedConcurrentExecutions: 1,
    }), { secrets, trustedAuthorities: [ca] });
    expect(Object.values(outputs)).toContain('https://chat.example.com');
    const client = await ChatClient.signIn(url);
    expect((await client.get('/api/agents/chat/active')).status).toBe(200);
  } finally {
    await emulator?.dispose();
    await redis.dispose();
  }
});

test('buckets: one with librechat.yaml, one for the files', async () => {
  mkdirSync(join(folder, 'settings/chat'), { recursive: true });
  writeFileSync(join(folder, 'settings/chat/librechat.yaml'), 'version: 1.3.4\nfileStrategy: s3\n');
  const { url, services } = await start((stack) => ({
    config: LibreChatConfig.fromBucket(Bucket.fromBucketName(stack, 'Settings', 'our-settings'), 'chat/librechat.yaml'),
    filesBucket: Bucket.fromBucketName(stack, 'Files', 'our-files'),
  }), { buckets: { 'our-settings': join(folder, 'settings'), 'our-files': '' } });
  const client = await ChatClient.signIn(url);
  expect(await client.upload('report.txt', 'text/plain', Buffer.from('report'))).toMatchObject({ filename: 'report.txt', bytes: 6 });
  expect(log).toContainEqual(expect.objectContaining({ type: 'aws', action: 'GetObject', resource: '/our-settings/chat/librechat.yaml', status: 200 }));
  expect([...services.s3.buckets.get('our-files')!.objects.values()].map(({ body }) => String(body))).toEqual(['report']);
});

test('a MongoDB, which takes the place of the stack\'s database', async () => {
  const { services, url } = await start(() => ({}), { mongoUri: mongo.uri });
  expect(log).toContainEqual(expect.objectContaining({ type: 'notice', message: expect.stringContaining('MONGO_URI is the option `mongoUri`') }));
  await fetch(`${url}/api/config`);
  const asked = log.filter((event) => event.type === 'aws' && event.service === 'secretsmanager').map((event) => (event as { resource: string }).resource);
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.filter((arn) => /Database/.test(arn))).toEqual([]);
  expect(services.documentDb.clusters.size).toBe(1);
});

test('option `librechat`: its page is published and its server responds, with the MongoDB of option `mongoUri`', async () => {
  const librechat = join(folder, 'LibreChat');
  cpSync(STAND_IN, librechat, { recursive: true });
  const page = readFileSync(join(librechat, 'client/dist/index.html'), 'utf8').replace(/<title>.*<\/title>/, '<title>Our own</title>');
  writeFileSync(join(librechat, 'client/dist/index.html'), page);
  const server = join(librechat, 'api/server/index.js');
  writeFileSync(server, `console.log('ours, with ' + process.env.MONGO_URI);\n${readFileSync(server, 'utf8')}`);
  const { url } = await start(() => ({}), { librechat, mongoUri: mongo.uri });
  expect(await (await fetch(url)).text()).toBe(page);
  expect((await fetch(`${url}/api/config`)).status).toBe(200);
  await until(() => log.some((event) => event.type === 'log' && event.line === `ours, with ${mongo.uri}`));
});
