import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ENVIRONMENT, parse } from '../../../fixtures/runtime/adapter';
import { buildArtifacts, type Artifacts } from '../../../fixtures/runtime/artifacts';
import { proxyEvent } from '../../../fixtures/runtime/events';
import { specQuery, type ResponseSpec } from '../../../fixtures/runtime/response-spec';

jest.setTimeout(30_000);

let artifacts: Artifacts;
let platform: Server;
let adapter: ChildProcess;
const requests: Array<[IncomingMessage, ServerResponse]> = [];
let arrived: (() => void) | undefined;

/** The next thing that the adapter asks of the platform. */
async function asked(): Promise<[IncomingMessage, ServerResponse]> {
  while (!requests.length) await new Promise<void>((resolve) => (arrived = resolve));
  return requests.shift()!;
}

beforeAll(async () => {
  artifacts = await buildArtifacts();
  platform = createServer((request, response) => {
    requests.push([request, response]);
    arrived?.();
  });
  await once(platform.listen(0, '127.0.0.1'), 'listening');
  adapter = spawn('node', [artifacts.adapter, 'serve'], {
    cwd: artifacts.api,
    stdio: 'ignore',
    env: { PATH: process.env.PATH, ...ENVIRONMENT, AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${(platform.address() as AddressInfo).port}` },
  });
});

afterAll(async () => {
  adapter.kill('SIGTERM');
  await once(adapter, 'exit');
  platform.closeAllConnections();
  platform.close();
  artifacts.dispose();
});

async function give(event: object): Promise<void> {
  const [request, response] = await asked();
  expect(request.url).toMatch(/\/next$/);
  response.setHeader('Lambda-Runtime-Aws-Request-Id', 'r').setHeader('Lambda-Runtime-Deadline-Ms', String(Date.now() + 60_000)).end(JSON.stringify(event));
}

const reset: Record<string, ResponseSpec> = {
  'that is under way': { chunks: Array.from({ length: 500 }, () => 100_000) },
  'that is silent': { headers: [['content-type', 'text/event-stream']], chunks: ['data: x\n\n'], then: 'hang' },
};

test.each(Object.entries(reset))('a response %s and that the platform resets is left, and the next event served', async (_, spec) => {
  await give(proxyEvent('/api/respond', { multiValueQueryStringParameters: specQuery(spec) }));
  const [first] = await asked();
  await once(first, 'data');
  first.socket.resetAndDestroy();

  await give(proxyEvent('/api/hello'));
  const [second, response] = await asked();
  const parts: Buffer[] = [];
  for await (const part of second) parts.push(part as Buffer);
  response.writeHead(202).end();
  expect(parse(Buffer.concat(parts)).statusCode).toBe(200);
});
