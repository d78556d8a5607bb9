import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { proxyEvent } from '../../../fixtures/runtime/events';
import { requestOf } from '../../../runtime/relay/request';
import { FIXED_VARIABLES } from '../../../src/contract/variables';

const app = express();
app.set('trust proxy', Number(FIXED_VARIABLES.TRUST_PROXY));
app.get('/', ({ ip, protocol, secure }, response) => void response.json({ ip, protocol, secure }));
const server = createServer(app);

beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
afterAll(() => void server.close());

/** Address and protocol in Express of a request through CloudFront and API Gateway. */
async function seen(forwardedFor?: string): Promise<unknown> {
  const multiValueHeaders: Record<string, string[]> = forwardedFor ? { 'X-Forwarded-For': [forwardedFor] } : {};
  const { head: { path, headers } } = requestOf(proxyEvent('/', { multiValueHeaders }));
  const call = httpRequest({ port: (server.address() as AddressInfo).port, path, headers: [...headers], agent: false }).end();
  const [response] = await once(call, 'response');
  let text = '';
  for await (const part of response) text += part;
  return JSON.parse(text);
}

test('Express sees the viewer and https', async () => {
  expect(await seen('203.0.113.9, 130.176.0.1')).toEqual({ ip: '203.0.113.9', protocol: 'https', secure: true });
});

test('a viewer cannot forge its address', async () => {
  expect(await seen('1.2.3.4, 5.6.7.8, 203.0.113.9, 130.176.0.1')).toMatchObject({ ip: '203.0.113.9' });
});

test('IPv6 viewers are seen', async () => {
  expect(await seen('2001:db8::7, 130.176.0.1')).toMatchObject({ ip: '2001:db8::7' });
});

test('without the header, the address that API Gateway saw is used', async () => {
  expect(await seen()).toMatchObject({ ip: '198.51.100.7' });
});
