// @ts-check
// Emulates response streaming of Lambda's managed Node.js runtime: the global `awslambda`, and the stream that a handler writes to.
// https://github.com/aws/aws-lambda-nodejs-runtime-interface-client

import { Agent, request } from 'node:http';
import { createConnection } from 'node:net';
import { types } from 'node:util';

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');

const ERROR_TYPE = 'Lambda-Runtime-Function-Error-Type';
const ERROR_BODY = 'Lambda-Runtime-Function-Error-Body';

/** Members of the Runtime API request that handlers see; `closed`, `errored` and `flushHeaders` are not among them. */
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

/** Separate from the connection for events, for which AWS's client uses native code. */
const agent = /** @type {any} */ (new Agent({ keepAlive: true, maxSockets: 1 }));

/** The runtime's report of a thrown value of any type. */
export const errorReport = (/** @type {unknown} */ thrown) => thrown instanceof Error
  ? { errorType: headerSafe(thrown.name), errorMessage: headerSafe(thrown.message), trace: headerSafe(thrown.stack ?? '').split('\n') }
  : { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };

/** DEL is not allowed in headers. */
const headerSafe = (/** @type {string} */ text) => text.replaceAll('\x7f', '%7F');

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
      // Not sent before the first write: a handler that only calls `end` loses them.
      stream._onBeforeFirstWrite = (/** @type {(chunk: string | Uint8Array) => void} */ write) => {
        write(json);
        write(new Uint8Array(8));
      };
      return stream;
    }
  },
};

/** Whether a handler streams its response; markers other than that of `streamifyResponse` are rejected. */
export function streams(/** @type {any} */ handler) {
  const mark = handler[STREAMING];
  if (!mark) return false;
  if (mark === 'response') return true;
  throw Object.assign(new Error('Only response streaming is supported.'), { name: 'Runtime.MalformedStreamingHandler' });
}

/**
 * Runs a streaming handler, and reports its error in trailers, because the response may have started.
 *
 * @param {{ handler: any, event: unknown, context: unknown, host: string, port: string, path: string }} props
 */
export async function runStreaming({ handler, event, context, ...connection }) {
  const { stream, responded, fail } = open(connection, Number(handler[HIGH_WATER_MARK]) || undefined);
  try {
    const running = handler(event, stream, context);
    if (typeof running?.then !== 'function') throw new Error('Streaming does not support non-async handlers.');
    if (await running !== undefined) console.warn('Streaming handlers ignore return values.');
    // A handler that settles before it has ended the stream waits here.
    await responded;
    if (!stream.writableFinished) throw new Error('Response stream is not finished.');
  } catch (error) {
    await new Promise((resolve) => setImmediate(resolve));
    console.error('Invoke Error', JSON.stringify(errorReport(error)));
    fail(error);
    // The next event must not be requested before this response has ended.
    await responded.catch(() => undefined);
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
  const responded = new Promise((resolve, reject) => {
    call.once('response', (/** @type {import('node:http').IncomingMessage} */ response) => {
      response.once('end', resolve).once('aborted', () => reject(new Error('aborted'))).resume();
    });
    call.once('error', reject);
  });
  // AWS's client also creates a promise of the response's headers without a handler: a connection that breaks earlier ends the process.
  void new Promise((resolve, reject) => call.once('response', resolve).once('error', reject));
  acceptAnyChunk(call);
  return {
    stream: handlerView(call),
    responded,
    fail: (/** @type {unknown} */ thrown) => {
      const error = errorReport(thrown);
      call.addTrailers({ [ERROR_TYPE]: error.errorType, [ERROR_BODY]: Buffer.from(JSON.stringify(error)).toString('base64') });
      call.end();
    },
  };
}

/** Adds `setContentType` to a request, and a `write` that sends metadata first and serializes objects as JSON. `end` is Node's own. */
function acceptAnyChunk(/** @type {any} */ call) {
  let started = false;
  call.setContentType = (/** @type {string} */ type) => {
    if (started) throw Object.assign(new Error('Cannot set content-type, too late.'), { name: 'Runtime.InvalidStreamingOperation' });
    call.setHeader('Content-Type', type);
  };
  const write = call.write.bind(call);
  call.write = (/** @type {any} */ chunk, /** @type {any} */ encoding, /** @type {any} */ callback) => {
    const bytes = typeof chunk === 'string' || types.isUint8Array(chunk) ? chunk : JSON.stringify(chunk);
    if (!started) call._onBeforeFirstWrite?.((/** @type {any} */ first) => write(first));
    const more = write(bytes, encoding, callback);
    started = true;
    return more;
  };
}

/** @returns {any} */
function handlerView(/** @type {any} */ call) {
  const stream = Object.fromEntries(METHODS.map((name) => [name, call[name].bind(call)]));
  for (const name of WRITABLE_PROPERTIES) Object.defineProperty(stream, name, { get: () => call[name], set: (value) => (call[name] = value) });
  for (const name of READABLE_PROPERTIES) Object.defineProperty(stream, name, { get: () => call[name] });
  return stream;
}
