import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { publishFiles } from '../../../../emulator/assembly/publish-files';
import { Cloud } from '../../../../emulator/core/cloud';
import { EventStream, type TimedEvent } from '../../../../emulator/core/events';
import { unzipInto, zipFolder } from '../../../../emulator/core/zip';
import type { LambdaFunction } from '../../../../emulator/services/lambda/lambda-function';
import { statesOfGroup } from '../../../../emulator/services/lambda/process-group';
import { Services } from '../../../../emulator/services/services';
import { until } from '../../../../fixtures/runtime/until';
import { deploy } from '../../deploy';

jest.setTimeout(30_000);

let services: Services;
let folder: string;
let log: TimedEvent[];

beforeEach(() => {
  log = [];
  const events = new EventStream();
  events.subscribe((event) => log.push(event));
  services = new Services(new Cloud(events));
  folder = mkdtempSync(join(tmpdir(), 'zip-function-'));
});

afterEach(async () => {
  await services.cloud.dispose();
  rmSync(folder, { recursive: true, force: true });
});

function write(files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

/** Deploys a function of these files, as an asset of the assembly. */
async function deployFiles(files: Record<string, string>, properties: object = {}): Promise<LambdaFunction> {
  write(files);
  const asset = { path: folder, packaging: 'zip' as const, destinations: [{ bucketName: 'assets-${AWS::Region}', objectKey: 'code.zip' }] };
  publishFiles(services.cloud, services.s3, [asset]);
  return deployCode({ S3Bucket: { 'Fn::Sub': 'assets-${AWS::Region}' }, S3Key: 'code.zip' }, properties);
}

async function deployCode(Code: object, properties: object = {}): Promise<LambdaFunction> {
  await deploy(services, {
    Resources: {
      Role: { Type: 'AWS::IAM::Role', Properties: {} },
      F: {
        Type: 'AWS::Lambda::Function',
        Properties: { Runtime: 'nodejs22.x', Handler: 'index.handler', Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, Code, Timeout: 20, ...properties },
      },
    },
  });
  const [{ lambda, unsupported }] = services.lambda.functions.values();
  if (!lambda) throw new Error(`not supported: ${unsupported}`);
  return lambda;
}

async function invoke(fn: LambdaFunction, event: object = {}): Promise<{ error?: string; result: any }> {
  const { payload, functionError } = await fn.invoke(Buffer.from(JSON.stringify(event)));
  return { error: functionError, result: JSON.parse(payload.toString()) };
}

describe('an archive', () => {
  test('is reproducible, and can be unpacked', () => {
    write({ 'b.txt': 'b', 'a/c.txt': 'c', '.hidden': 'h' });
    symlinkSync(join(folder, 'b.txt'), join(folder, 'link'));
    const archive = zipFolder(folder);
    expect(zipFolder(folder).equals(archive)).toBe(true);
    const unpacked = join(folder, 'unpacked');
    unzipInto(unpacked, archive);
    expect(zipFolder(unpacked).equals(archive)).toBe(true);
  });

  test('is created when it is requested, and not before', async () => {
    const fn = await deployFiles({ 'index.js': 'exports.handler = async () => "early";' });
    write({ 'index.js': 'exports.handler = async () => "late";' });
    expect(fn.environments).toEqual([]);
    expect((await invoke(fn)).result).toBe('late');
  });
});

test('fails when the files of an asset are not there', async () => {
  const fn = await deployFiles({ 'index.js': '' });
  rmSync(folder, { recursive: true });
  await expect(invoke(fn)).rejects.toMatchObject({ code: 'ASSEMBLY_UNREADABLE', message: expect.stringContaining(folder) });
});

// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html
describe('a handler', () => {
  test.each([
    ['CommonJS', { 'index.js': 'exports.handler = async (event) => ({ got: event });' }, {}],
    ['an ES module', { 'index.mjs': 'export const handler = async (event) => ({ got: event });' }, {}],
    ['an ES module by its package.json', { 'package.json': '{"type":"module"}', 'index.js': 'export const handler = (event) => ({ got: event });' }, {}],
    ['in a folder, below an object', { 'src/app.js': 'exports.api = { run: async (event) => ({ got: event }) };' }, { Handler: 'src/app.api.run' }],
  ])('of %s gets the event and returns its result', async (_, files, properties) => {
    expect(await invoke(await deployFiles(files as unknown as Record<string, string>, properties), { a: 1 })).toEqual({ result: { got: { a: 1 } } });
  });

  test('may be inline in the template', async () => {
    const fn = await deployCode({ ZipFile: 'exports.handler = async () => "inline";' });
    expect((await invoke(fn)).result).toBe('inline');
  });

  test('that returns nothing has the result null', async () => {
    expect((await invoke(await deployFiles({ 'index.js': 'exports.handler = async () => undefined;' }))).result).toBeNull();
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html
  test('gets the context', async () => {
    const fn = await deployFiles({
      'index.js': 'exports.handler = async (event, context) => ({ ...context, left: context.getRemainingTimeInMillis() });',
    }, { FunctionName: 'builder', MemorySize: 256, LoggingConfig: { LogGroup: '/its/own' } });
    const { result } = await invoke(fn);
    expect(result).toEqual({
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:builder',
      functionName: 'builder',
      functionVersion: '$LATEST',
      memoryLimitInMB: '256',
      logGroupName: '/its/own',
      logStreamName: expect.any(String),
      callbackWaitsForEmptyEventLoop: true,
      left: expect.any(Number),
    });
    expect(result.left).toBeGreaterThan(0);
    expect(result.left).toBeLessThanOrEqual(20_000);
  });

  test('has its own variables and files, and not those of this machine', async () => {
    process.env.OF_THIS_MACHINE = 'secret';
    const fn = await deployFiles({
      'index.js': 'const fs = require("fs"); exports.handler = async () => ({ ...process.env, file: fs.readFileSync(process.env.LAMBDA_TASK_ROOT + "/data.txt", "utf8"), relative: fs.readFileSync("data.txt", "utf8") });',
      'data.txt': 'data',
    }, { Environment: { Variables: { DECLARED: 'yes' } } });
    const { result } = await invoke(fn);
    delete process.env.OF_THIS_MACHINE;
    expect(result).toMatchObject({ DECLARED: 'yes', _HANDLER: 'index.handler', AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x', file: 'data', relative: 'data' });
    expect(result).not.toHaveProperty('OF_THIS_MACHINE');
  });

  // https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html#nodejs-sdk-included
  test('finds the AWS SDK, and no other package of this project', async () => {
    const fn = await deployFiles({
      'index.js': 'exports.handler = async ({ name }) => Object.keys(require(name)).length > 0;',
    });
    expect((await invoke(fn, { name: '@aws-sdk/client-lambda' })).result).toBe(true);
    expect((await invoke(fn, { name: 'fflate' })).result).toMatchObject({ errorMessage: expect.stringContaining("Cannot find module 'fflate'") });
  });
});

describe('errors', () => {
  test('that are thrown: the caller gets type, message and trace, and the environment lives', async () => {
    const fn = await deployFiles({ 'index.js': 'exports.handler = async () => { throw new TypeError("it went wrong"); };' });
    const { error, result } = await invoke(fn);
    expect(error).toBe('Unhandled');
    expect(result).toEqual({ errorType: 'TypeError', errorMessage: 'it went wrong', trace: expect.any(Array) });
    expect(result.trace[0]).toBe('TypeError: it went wrong');
    expect(result.trace[1]).toMatch(/index\.js:1/);
    await until(() => fn.environments[0].state === 'frozen');
    await invoke(fn);
    expect(fn.environments).toHaveLength(1);
    await until(() => log.some((event) => event.type === 'log' && event.stream === 'stderr' && /^Invoke Error .*it went wrong/.test(event.line)));
  });

  test.each([
    ['a text', 'exports.handler = async () => { throw "just text"; };', { errorType: 'string', errorMessage: 'just text', trace: [] }],
    ['before a promise', 'exports.handler = () => { throw new RangeError("early"); };', { errorType: 'RangeError', errorMessage: 'early' }],
    ['a result that is no JSON', 'exports.handler = async () => 1n;', { errorType: 'TypeError', errorMessage: expect.stringMatching(/BigInt/) }],
  ])('of other kinds: %s', async (_, code, expected) => {
    expect(await invoke(await deployFiles({ 'index.js': code }))).toMatchObject({ error: 'Unhandled', result: expected });
  });

  test.each([
    ['an uncaught exception', 'setTimeout(() => { throw new Error("from a timer"); })', { errorType: 'Error', errorMessage: 'from a timer' }],
    ['an unhandled rejection', 'void Promise.reject(new Error("nobody looks"))',
      { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'Error: nobody looks' }],
    ['an exit', 'process.exit(7)', { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('exit status 7') }],
    ['a promise that nothing will settle', 'undefined', { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('Runtime exited without providing a reason') }],
  ])('outside of the handler: %s ends the environment', async (_, statement, expected) => {
    const fn = await deployFiles({ 'index.js': `exports.handler = async ({ ok }) => ok ?? new Promise(() => { ${statement}; });` });
    expect(await invoke(fn)).toMatchObject({ error: 'Unhandled', result: expected });
    expect((await invoke(fn, { ok: 'again' })).result).toBe('again');
    await until(() => fn.environments[0].state === 'dead');
  });

  // The names are those of https://github.com/aws/aws-lambda-nodejs-runtime-interface-client
  test.each([
    ['no such file', { 'other.js': '' }, {}, 'Runtime.ImportModuleError', /Cannot find module 'index'/],
    ['a module that is missing', { 'index.js': 'require("./none");' }, {}, 'Runtime.ImportModuleError', /Cannot find module '.\/none'/],
    ['a syntax error', { 'index.js': 'exports.handler = async ( => 1;' }, {}, 'Runtime.UserCodeSyntaxError', /SyntaxError/],
    ['no such export', { 'index.js': 'exports.other = 1;' }, {}, 'Runtime.HandlerNotFound', /index\.handler is undefined or not exported/],
    ['no function', { 'index.js': 'exports.handler = 1;' }, {}, 'Runtime.HandlerNotFound', /is not a function/],
    ['a callback', { 'index.js': 'exports.handler = (event, context, callback) => callback();' }, {}, 'Runtime.CallbackHandlerDeprecated', /must return a promise/],
    ['a bad name', { 'index.js': '' }, { Handler: 'index' }, 'Runtime.MalformedHandlerName', /Bad handler/],
    ['what init throws', { 'index.js': 'throw new Error("no configuration");' }, {}, 'Error', /no configuration/],
  ])('of init: %s', async (_, files, properties, errorType, message) => {
    const fn = await deployFiles(files as unknown as Record<string, string>, properties);
    expect(await invoke(fn)).toMatchObject({ error: 'Unhandled', result: { errorType, errorMessage: expect.stringMatching(message), trace: expect.any(Array) } });
  });
});

test('between events it is frozen: timers of a handler stop, and continue when it is thawed', async () => {
  const fn = await deployFiles({
    'index.js': `const { appendFileSync } = require('fs');
      exports.handler = async () => {
        const file = process.env.TMPDIR + '/ticks';
        appendFileSync(file, '');
        globalThis.timer ??= setInterval(() => appendFileSync(file, '.'), 1);
        return file;
      };`,
  });
  const { result: file } = await invoke(fn);
  await until(() => fn.environments[0].state === 'frozen' && statesOfGroup(fn.environments[0].pid).every((state) => state === 'T'));
  const { size } = statSync(file);
  await sleep(200);
  expect(statSync(file).size).toBe(size);
  // It continues while events arrive.
  while (statSync(file).size === size) {
    await until(() => fn.environments[0].state === 'frozen');
    await invoke(fn);
  }
  expect(fn.environments).toHaveLength(1);
});

test.each([
  ['another runtime', { Runtime: 'python3.13' }, 'its `Runtime` is python3.13'],
  ['layers', { Layers: ['arn:layer'] }, 'it has layers'],
  ['code that is elsewhere', { Code: { S3Bucket: 'elsewhere', S3Key: 'code.zip' } }, 'its code is not an asset of the assembly: elsewhere/code.zip'],
])('is not supported: %s', async (_, properties, reason) => {
  await expect(deployFiles({ 'index.js': '' }, properties)).rejects.toThrow(`not supported: ${reason}`);
});
