import { provideAwslambda, ResponseStream } from './kit/response-stream';
import { ClientResponse } from '../../../runtime/relay/client-response';
import { notReady } from '../../../runtime/relay/own-response';

let out: ResponseStream;
let takeAway: () => void;
let client: ClientResponse;
const never = new AbortController().signal;

beforeEach(() => {
  out = new ResponseStream();
  client = new ClientResponse(out);
  takeAway = provideAwslambda();
});

afterEach(() => takeAway());

/** Whether a promise is settled after all pending callbacks have run. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  void promise.then(() => { done = true; });
  await new Promise(setImmediate);
  return done;
}

test('metadata and the first chunk of the body are written in different turns of the event loop', async () => {
  await client.begin({ statusCode: 200, headers: {} });
  await client.write(Buffer.from('data'), never);
  await client.end();
  expect(out.turns).toEqual([['{"statusCode":200,"headers":{}}|', ''], ['data']]);
  expect(client.statusCode).toBe(200);
  expect(client.gone.aborted).toBe(false);
});

test('writes to a full stream wait', async () => {
  out.accepts = false;
  const writing = client.write(Buffer.from('data'), never);
  expect(await settled(writing)).toBe(false);
  out.emit('drain');
  expect(await settled(writing)).toBe(true);
  expect([out.listenerCount('drain'), out.listenerCount('close')]).toEqual([0, 1]);
});

test('writes to a full stream end when it is closed, and the client counts as disconnected', async () => {
  out.accepts = false;
  const writing = client.write(Buffer.from('data'), never);
  out.close();
  expect(await settled(writing)).toBe(true);
  expect(client.gone.aborted).toBe(true);
});

test('writes to a full stream end when the signal is aborted', async () => {
  const controller = new AbortController();
  out.accepts = false;
  const writing = client.write(Buffer.from('data'), controller.signal);
  controller.abort();
  expect(await settled(writing)).toBe(true);
});

test('writes to a destroyed stream are ignored, and resolve', async () => {
  out.accepts = false;
  out.close();
  expect(await settled(client.write(Buffer.from('data'), never))).toBe(true);
  expect(await settled(client.end())).toBe(true);
  expect(await settled(client.respond(notReady(1)))).toBe(true);
  expect(out.turns).toEqual([]);
  expect(client.statusCode).toBeUndefined();
});

test('an error of the stream means that the client has disconnected', () => {
  out.emit('error', new Error('reset'));
  expect(client.gone.aborted).toBe(true);
});
