// @ts-check
// Emulates Lambda's managed Node.js runtime, without callbacks (Node.js 24).
// https://github.com/aws/aws-lambda-nodejs-runtime-interface-client

import { existsSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { basename, dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { awslambda, errorReport, runStreaming, streams } from './node-response-stream.mjs';

const env = process.env;
const [host, port] = String(env.AWS_LAMBDA_RUNTIME_API).split(':');
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

const named = (/** @type {string} */ name, /** @type {unknown} */ message) => Object.assign(new Error(String(message)), { name });

/**
 * @param {string} method
 * @param {string} path
 * @param {{ body?: string, headers?: Record<string, string> }} [options]
 * @returns {Promise<{ headers: import('node:http').IncomingHttpHeaders, body: string }>}
 */
function call(method, path, { body = '', headers = {} } = {}) {
  return new Promise((done, failed) => {
    request({ host, port, method, path: `/2018-06-01/runtime${path}`, headers, agent }, async (response) => {
      let text = '';
      for await (const part of response.setEncoding('utf8')) text += part;
      done({ headers: response.headers, body: text });
    }).on('error', failed).end(body);
  });
}

async function report(/** @type {string} */ path, /** @type {unknown} */ thrown) {
  const error = errorReport(thrown);
  console.error(path.startsWith('/init') ? 'Init Error' : 'Invoke Error', JSON.stringify(error));
  await call('POST', path, {
    body: JSON.stringify(error),
    headers: { 'Content-Type': 'application/json', 'Lambda-Runtime-Function-Error-Type': encodeURI(error.errorType) },
  });
}

async function loadHandler(/** @type {string} */ handler) {
  if (handler.includes('..')) throw named('Runtime.MalformedHandlerName', `'${handler}' is not a valid handler name.`);
  const [, module, path] = /^([^.]*)\.(.+)$/.exec(basename(handler)) ?? [];
  if (!path) throw named('Runtime.MalformedHandlerName', 'Bad handler');
  const file = resolve(dirname(handler), module);
  const found = ['.js', '.mjs', '.cjs'].map((extension) => file + extension).find(existsSync);
  if (!found) throw named('Runtime.ImportModuleError', `Error: Cannot find module '${module}'`);
  const exported = await import(pathToFileURL(found).href).catch((error) => {
    if (error instanceof SyntaxError) throw named('Runtime.UserCodeSyntaxError', error);
    throw error.code === 'MODULE_NOT_FOUND' ? named('Runtime.ImportModuleError', error) : error;
  });
  const within = (/** @type {any} */ object) => path.split('.').reduce((value, name) => value?.[name], object);
  // CommonJS exports are the default export of `import()`.
  const fn = within(exported) ?? within(exported.default);
  if (fn === undefined) throw named('Runtime.HandlerNotFound', `${handler} is undefined or not exported`);
  if (typeof fn !== 'function') throw named('Runtime.HandlerNotFound', `${handler} is not a function`);
  if (fn.length > 2 && !streams(fn)) throw named('Runtime.CallbackHandlerDeprecated', `${handler} must return a promise: callbacks are no longer supported`);
  return fn;
}

function contextOf(/** @type {import('node:http').IncomingHttpHeaders} */ headers) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  return {
    awsRequestId: String(headers['lambda-runtime-aws-request-id']),
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

/** Path of the Runtime API for errors outside of a handler. */
let errors = '/init/error';

const fatal = (/** @type {number} */ status) => (/** @type {unknown} */ thrown) => report(errors, thrown).finally(() => process.exit(status));
process.on('uncaughtException', fatal(129));
process.on('unhandledRejection', (reason) => void fatal(128)(named('Runtime.UnhandledPromiseRejection', reason)));

async function run() {
  /** @type {any} */ (globalThis).awslambda = awslambda;
  const handler = await loadHandler(String(env._HANDLER));
  const streaming = streams(handler);
  for (;;) {
    const { headers, body } = await call('GET', '/invocation/next');
    const context = contextOf(headers);
    env._X_AMZN_TRACE_ID = String(headers['lambda-runtime-trace-id']);
    errors = `/invocation/${context.awsRequestId}/error`;
    if (streaming) {
      const path = `/2018-06-01/runtime/invocation/${context.awsRequestId}/response`;
      await runStreaming({ handler, event: JSON.parse(body), context, host, port, path });
      continue;
    }
    try {
      const result = JSON.stringify(await handler(JSON.parse(body), context)) ?? 'null';
      await call('POST', `/invocation/${context.awsRequestId}/response`, { body: result, headers: { 'Content-Type': 'application/json' } });
    } catch (error) {
      await report(errors, error);
    }
  }
}

run().catch(fatal(129));
