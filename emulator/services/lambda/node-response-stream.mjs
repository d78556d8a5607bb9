// @ts-check
// Response streaming of Lambda's managed Node.js runtime: the global `awslambda`, and the stream that a handler writes to.
// https://github.com/aws/aws-lambda-nodejs-runtime-interface-client

import { Agent, request } from 'node:http';
import { createConnection } from 'node:net';
import { types } from 'node:util';

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');

const ERROR_TYPE = 'Lambda-Runtime-Function-Error-Type';
const ERROR_BODY = 'Lambda-Runtime-Function-Error-Body';

/** All that a handler sees of the request to the Runtime API; `closed`, `errored` and `flushHeaders` are not among it. */
const METHODS = [
  'cork', 'destroy', 'end', 'uncork', 'write', 'setContentType',
  'addListener', 'on', 'once', 'prependListener', 'prependOnceListener', 'off', 'removeListener', 'removeAllListeners',
  'setMaxListeners', 'getMaxListeners', 'listeners', 'rawListeners', 'listenerCount', 'eventNames', 'emit',
];
const WRITABLE_PROPERTIES = ['destroyed', '_onBeforeFirstWrite'];
const READABLE_PROPERTIES = [
  'writable', 'writableFinished', 'writableObjectMode', 'writableEnded', 'writableNeedDrain', 'writableHighWaterMark', 'writableCorked',
  'writableLength',
];

/** Apart from the connection on which events come: there AWS's client is native code. */
const agent = /** @type {any} */ (new Agent({ keepAlive: true, maxSockets: 1 }));

/** How a runtime reports what was thrown, whatever it is. */
export const described = (/** @type {unknown} */ thrown) => thrown instanceof Error
  ? { errorType: legal(thrown.name), errorMessage: legal(thrown.message), trace: legal(thrown.stack ?? '').split('\n') }
  : { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };

/** DEL may not stand in a header. */
const legal = (/** @type {string} */ text) => text.replaceAll('\x7f', '%7F');

/** The global `awslambda`. */
export const awslambda = {
  /**
   * @param {any} handler
   * @param {{ highWaterMark?: unknown }} [options]
   */
  streamifyResponse(handler, options) {
    handler[STREAMING] = 'response';
    if (typeof options?.highWaterMark === 'number') handler[HIGH_WATER_MARK] = Math.trunc(options.highWaterMark);
    return handler;
  },

  HttpResponseStream: class HttpResponseStream {
    static from(/** @type {any} */ stream, /** @type {unknown} */ metadata) {
      stream.setContentType('application/vnd.awslambda.http-integration-response');
      const json = JSON.stringify(metadata);
      // Not sent before the handler writes something: a handler that only calls `end` loses them.
      stream._onBeforeFirstWrite = (/** @type {(chunk: string | Uint8Array) => void} */ write) => {
        write(json);
        write(new Uint8Array(8));
      };
      return stream;
    }
  },
};

/** Whether a handler streams its response; other marks than that of `streamifyResponse` are refused. */
export function streams(/** @type {any} */ handler) {
  const mark = handler[STREAMING];
  if (!mark) return false;
  if (mark === 'response') return true;
  throw Object.assign(new Error('Only response streaming is supported.'), { name: 'Runtime.MalformedStreamingHandler' });
}

/**
 * Runs a handler that streams, and reports what it throws: in trailers, as the response may have begun.
 *
 * @param {{ handler: any, event: unknown, context: unknown, host: string, port: string, path: string }} props
 */
export async function runStreaming({ handler, event, context, ...connection }) {
  const { stream, answered, fail } = open(connection, Number(handler[HIGH_WATER_MARK]) || undefined);
  try {
    const running = handler(event, stream, context);
    if (typeof running?.then !== 'function') throw new Error('Streaming does not support non-async handlers.');
    if (await running !== undefined) console.warn('Streaming handlers ignore return values.');
    // A handler that settles before it has ended the stream waits here until it has.
    await answered;
    if (!stream.writableFinished) throw new Error('Response stream is not finished.');
  } catch (error) {
    await new Promise((resolve) => setImmediate(resolve));
    console.error('Invoke Error', JSON.stringify(described(error)));
    fail(error);
    // The next event may not be asked for before this response is over.
    await answered.catch(() => undefined);
  }
}

/**
 * @param {{ host: string, port: string, path: string }} connection
 * @param {number | undefined} highWaterMark
 */
function open({ host, port, path }, highWaterMark) {
  agent.createConnection = (/** @type {object} */ options, /** @type {() => void} */ connected) => (
    createConnection(/** @type {any} */ ({ ...options, highWaterMark }), connected));
  const call = /** @type {any} */ (request({
    host,
    port,
    path,
    agent,
    method: 'POST',
    headers: {
      'Lambda-Runtime-Function-Response-Mode': 'streaming',
      'Trailer': [ERROR_TYPE, ERROR_BODY],
      'Content-Type': 'application/octet-stream',
      'Transfer-Encoding': 'chunked',
    },
  }));
  const answered = new Promise((resolve, reject) => {
    call.once('response', (/** @type {import('node:http').IncomingMessage} */ response) => {
      response.once('end', resolve).once('aborted', () => reject(new Error('aborted'))).resume();
    });
    call.once('error', reject);
  });
  // AWS's client makes a promise of the response's headers too, and nobody waits for it: a connection that breaks before them ends the process.
  void new Promise((resolve, reject) => call.once('response', resolve).once('error', reject));
  acceptAnyChunk(call);
  return {
    stream: visiblePart(call),
    answered,
    fail: (/** @type {unknown} */ thrown) => {
      const error = described(thrown);
      call.addTrailers({ [ERROR_TYPE]: error.errorType, [ERROR_BODY]: Buffer.from(JSON.stringify(error)).toString('base64') });
      call.end();
    },
  };
}

/** Gives a request `setContentType`, and a `write` that sends metadata first and turns objects into JSON. `end` stays Node's own. */
function acceptAnyChunk(/** @type {any} */ call) {
  let begun = false;
  call.setContentType = (/** @type {string} */ type) => {
    if (begun) throw Object.assign(new Error('Cannot set content-type, too late.'), { name: 'Runtime.InvalidStreamingOperation' });
    call.setHeader('Content-Type', type);
  };
  const write = call.write.bind(call);
  call.write = (/** @type {any} */ chunk, /** @type {any} */ encoding, /** @type {any} */ callback) => {
    const bytes = typeof chunk === 'string' || types.isUint8Array(chunk) ? chunk : JSON.stringify(chunk);
    if (!begun) call._onBeforeFirstWrite?.((/** @type {any} */ first) => write(first));
    const more = write(bytes, encoding, callback);
    begun = true;
    return more;
  };
}

/** @returns {any} */
function visiblePart(/** @type {any} */ call) {
  const stream = Object.fromEntries(METHODS.map((name) => [name, call[name].bind(call)]));
  for (const name of WRITABLE_PROPERTIES) Object.defineProperty(stream, name, { get: () => call[name], set: (value) => (call[name] = value) });
  for (const name of READABLE_PROPERTIES) Object.defineProperty(stream, name, { get: () => call[name] });
  return stream;
}
