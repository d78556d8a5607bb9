import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ENVIRONMENT } from '../../../fixtures/runtime/adapter';
import { buildArtifacts, type Artifacts } from '../../../fixtures/runtime/artifacts';
import { EmulatedAws } from '../../../fixtures/runtime/aws';
import { QUEUE } from '../../../src/contract/queue';
import { ADAPTER } from '../../../src/contract/variables';

jest.setTimeout(30_000);

let artifacts: Artifacts;
let aws: EmulatedAws;
let platform: Server;
let worker: ChildProcess;
const requests: Array<[IncomingMessage, ServerResponse]> = [];
let arrived: (() => void) | undefined;

/** The worker's next request to the platform. */
async function asked(): Promise<[IncomingMessage, ServerResponse]> {
  while (!requests.length) await new Promise<void>((resolve) => (arrived = resolve));
  return requests.shift()!;
}

beforeAll(async () => {
  artifacts = await buildArtifacts();
  aws = new EmulatedAws();
  await aws.start();
  platform = createServer((request, response) => {
    requests.push([request, response]);
    arrived?.();
  });
  await once(platform.listen(0, '127.0.0.1'), 'listening');
  worker = spawn('node', [artifacts.adapter, 'serve'], {
    cwd: artifacts.api,
    stdio: 'ignore',
    env: {
      PATH: process.env.PATH,
      ...ENVIRONMENT,
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${(platform.address() as AddressInfo).port}`,
      ADAPTER_AWS_ENDPOINT_URL: aws.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: aws.role.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: aws.role.credentials.secretAccessKey,
      AWS_SESSION_TOKEN: aws.role.credentials.sessionToken,
      REDIS_URI: 'redis://127.0.0.1:1',
      [QUEUE.prefix]: 'chat',
      [QUEUE.release]: 'a-release',
      [QUEUE.sealingSecret]: aws.services.secretsManager.create('sealing', 's'.repeat(40)).arn,
      [QUEUE.maxConcurrentRequests]: '50',
      [ADAPTER.testOverrides]: JSON.stringify({ queue: { unreachableMs: 100 } }),
    },
  });
});

afterAll(async () => {
  worker.kill('SIGTERM');
  await once(worker, 'exit');
  platform.closeAllConnections();
  platform.close();
  await aws.dispose();
  artifacts.dispose();
});

async function give(event: object): Promise<void> {
  const [request, response] = await asked();
  expect(request.url).toMatch(/\/next$/);
  response.setHeader('Lambda-Runtime-Aws-Request-Id', 'r').setHeader('Lambda-Runtime-Deadline-Ms', String(Date.now() + 60_000)).end(JSON.stringify(event));
}

test('a response that the platform resets is discarded, and the next event is served', async () => {
  await give({ startWorker: 'one', release: 'r1' });
  const [first] = await asked();
  await once(first, 'data');
  first.socket.resetAndDestroy();

  await give({ startWorker: 'two', release: 'r1' });
  const [second, response] = await asked();
  const parts: Buffer[] = [];
  for await (const part of second) parts.push(part as Buffer);
  response.writeHead(202).end();
  expect(Buffer.concat(parts).toString()).toBe('\n');
  expect(second.headers['lambda-runtime-function-response-mode']).toBe('streaming');
});
