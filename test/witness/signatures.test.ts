import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import type { Credentials } from '../../emulator/core/credentials';
import { headerValue, type HttpRequest } from '../../emulator/core/http';
import * as signatures from '../../emulator/core/signature';
import { Emulator } from '../../emulator/emulator';
import { EmulatedAws } from '../../fixtures/runtime/aws';
import { describeWitness, PYTHON } from '../../fixtures/witness/python';
import { ChatClient } from '../../probe/chat-client';
import { WorkerStarter } from '../../runtime/relay/worker-starter';
import { Aws } from '../../runtime/shared/aws';
import { LibreChatConfig, LibreChatImage, LibreChatServerless } from '../../src';
import { ADAPTER } from '../../src/contract/variables';

// Every request that reaches an endpoint of the emulated AWS is verified there.
jest.mock('../../emulator/core/signature', () => {
  const actual = jest.requireActual<typeof signatures>('../../emulator/core/signature');
  return { ...actual, verify: jest.fn(actual.verify) };
});

interface SignedRequest {
  readonly request: HttpRequest;
  readonly body: Buffer;
  readonly signature: signatures.Signature;
  readonly credentials: Credentials;
}

function received(): SignedRequest[] {
  return jest.mocked(signatures.verify).mock.calls.map(([request, body, signature, credentials]) => ({ request, body, signature, credentials }));
}

/** The signatures that botocore computes for requests with these signed headers. */
function botocore(requests: readonly SignedRequest[]): string[] {
  const input = requests.map(({ request, body, signature: { service, region, datetime, signedHeaders }, credentials }) => ({
    method: request.method,
    url: `http://${headerValue(request.headers, 'host')}${request.path}${request.query ? `?${request.query}` : ''}`,
    headers: Object.fromEntries(signedHeaders.map((name) => [name, headerValue(request.headers, name) ?? ''])),
    body: body.toString('base64'),
    service,
    region,
    datetime,
    credentials,
  }));
  const { status, stdout, stderr } = spawnSync(PYTHON, [join(__dirname, '../../fixtures/witness/sign.py')], {
    input: JSON.stringify(input), encoding: 'utf8', maxBuffer: 10_000_000,
  });
  if (status !== 0) throw new Error(`botocore does not sign: ${stderr}`);
  return JSON.parse(stdout) as string[];
}

function expectBotocoreToAgree(requests: readonly SignedRequest[]): void {
  const found = botocore(requests);
  const described = requests.map(({ request, signature }, index) => ({ call: `${signature.service} ${request.method} ${request.path}`, signature: found[index] }));
  expect(requests.map(({ request, signature }) => ({ call: `${signature.service} ${request.method} ${request.path}`, signature: signature.signature }))).toEqual(described);
  // Headers that botocore adds must be signed as well.
  for (const { signature: { service, signedHeaders } } of requests) {
    expect(signedHeaders).toEqual(expect.arrayContaining(['host', 'x-amz-date', 'x-amz-security-token', ...(service === 's3' ? ['x-amz-content-sha256'] : [])]));
  }
}

// https://github.com/boto/botocore/blob/develop/botocore/auth.py
describeWitness('botocore')('botocore', () => {
  beforeEach(() => { jest.mocked(signatures.verify).mockClear(); });

  test('computes the signatures of relay, worker, publisher and image builder', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'signatures-'));
    const app = new App({ outdir: folder, analyticsReporting: false });
    new LibreChatServerless(new Stack(app, 'LibreChat'), 'Chat', {
      image: LibreChatImage.fromCodeBuild(),
      config: LibreChatConfig.fromObject({ version: '1.3.0' }),
    });
    app.synth();
    const emulator = await Emulator.start({ assembly: folder, port: 0, environment: { ALLOW_REGISTRATION: 'true' } });
    try {
      await ChatClient.signIn(emulator.url);
      const { roles } = emulator.services.iam;
      const byRole = (name: RegExp) => {
        const keys = [...roles.values()].filter((role) => name.test(role.name)).map(({ credentials: { accessKeyId } }) => accessKeyId);
        return received().filter(({ signature: { accessKeyId } }) => keys.includes(accessKeyId));
      };
      const services = (name: RegExp) => [...new Set(byRole(name).map(({ signature: { service } }) => service))].sort();
      expect({
        relay: services(/RelayRole/), worker: services(/BackendRole/), publisher: services(/PublicationRole/), builder: services(/BuilderRole/),
      }).toEqual({ relay: ['lambda', 'secretsmanager'], worker: ['s3', 'secretsmanager', 'ssm'], publisher: ['s3'], builder: ['codebuild', 'ecr'] });
      expectBotocoreToAgree(received());
    } finally {
      await emulator.dispose();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  describe('with an emulated account without a stack', () => {
    let aws: EmulatedAws;
    let ours: Aws;

    beforeEach(async () => {
      aws = new EmulatedAws();
      await aws.start();
      aws.addBucket('my.bucket');
      const { accessKeyId, secretAccessKey, sessionToken } = aws.role.credentials;
      ours = new Aws({
        AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken, [ADAPTER.awsEndpointUrl]: aws.url,
      }, { awsAttempts: 1, awsTimeoutMs: 30_000, awsRetryMs: 1 });
    });

    afterEach(async () => {
      ours.close();
      await aws.dispose();
    });

    test.each([
      'index.html', 'folder/a b+c.txt', 'ä/ö/ü.png', '日本語.json', "it's (1)!*.md", 'a@b:c=d&e,f;g.js', '100%.txt', 'a%20b', '//double', '~tilde_-.',
    ])('computes the signatures of an object %s, put and got', async (key) => {
      await ours.putObject('my.bucket', key, Buffer.from('content'), { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-cache,  no-store' });
      expect(String(await ours.getObject('my.bucket', key))).toBe('content');
      expect(received()).toHaveLength(2);
      expectBotocoreToAgree(received());
    });

    test.each([
      ['a name', 'worker', undefined],
      ['a name and an alias', 'worker', 'live'],
      ['an ARN', 'arn:aws:lambda:us-east-1:123456789012:function:worker', '$LATEST'],
    ])('computes the signature of the start of a worker by %s', async (_, functionName, qualifier) => {
      const silent = () => undefined;
      const starter = new WorkerStarter({
        release: 'r1',
        functionName,
        qualifier,
        region: 'us-east-1',
        endpoint: aws.url,
        credentials: aws.role.credentials,
        connectMs: 30_000,
        startMs: 30_000,
        log: { info: silent, warn: silent, error: silent },
      });
      await starter.start('id');
      expect(received()).toHaveLength(1);
      expectBotocoreToAgree(received());
    });

    test('computes another signature for another body, path, query or header', async () => {
      await ours.putObject('my.bucket', 'key', Buffer.from('content'), { 'content-type': 'text/plain' });
      const [original] = received();
      const { request } = original;
      const changed = [
        { ...original, request: { ...request, path: `${request.path}x` } },
        { ...original, request: { ...request, query: 'x=1' } },
        { ...original, request: { ...request, method: 'POST' } },
        { ...original, request: { ...request, headers: request.headers.map(([name, value]) => [name, name.toLowerCase() === 'content-type' ? 'text/html' : value] as const) } },
      ];
      expect(botocore([original])).toEqual([original.signature.signature]);
      for (const signature of botocore(changed)) expect(signature).not.toBe(original.signature.signature);
    });
  });
});
