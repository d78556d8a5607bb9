import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { BuildAccount, FUNCTION_ARN } from '../../../fixtures/runtime/image-build';
import { bundleImageBuilder } from '../../../tools/bundle-image-builder';

jest.setTimeout(60_000);

let folder: string;
let bundle: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'image-builder-'));
  await bundleImageBuilder(join(folder, 'one'));
  await bundleImageBuilder(join(folder, 'two'));
  bundle = readFileSync(join(folder, 'one/index.js'), 'utf8');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('is one small file, reproducible, and without paths of the build machine', () => {
  expect(readdirSync(join(folder, 'one'))).toEqual(['index.js']);
  expect(statSync(join(folder, 'one/index.js')).size).toBeLessThan(20 * 1024);
  expect(readFileSync(join(folder, 'two/index.js'), 'utf8')).toBe(bundle);
  expect(bundle).not.toContain(resolve());
});

test('requires only modules of Lambda\'s Node.js runtime', () => {
  const required = [...bundle.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name);
  expect([...new Set(required.filter((name) => name.startsWith('@aws-sdk/')))].sort()).toEqual([
    '@aws-sdk/client-cloudwatch-logs', '@aws-sdk/client-codebuild', '@aws-sdk/client-ecr', '@aws-sdk/client-lambda',
  ]);
  expect(required.filter((name) => !name.startsWith('@aws-sdk/') && !builtinModules.includes(name.replace('node:', '')))).toEqual([]);
});

test('exports the handler, which uses the AWS endpoints in Lambda\'s variables', async () => {
  const account = await BuildAccount.start();
  try {
    const { event, response } = account.request('Create');
    const { accessKeyId, secretAccessKey, sessionToken } = account.builderRole.credentials;
    const context = `{ invokedFunctionArn: '${FUNCTION_ARN}', getRemainingTimeInMillis: () => 900000 }`;
    const lambda = spawn(process.execPath, ['-e', `require(process.argv[1]).handler(JSON.parse(process.argv[2]), ${context})`,
      join(folder, 'one/index.js'), JSON.stringify(event)], {
      env: {
        NODE_PATH: resolve('node_modules'),
        AWS_ENDPOINT_URL: account.aws.url,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_SESSION_TOKEN: sessionToken,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const output: Buffer[] = [];
    lambda.stdout.on('data', (part: Buffer) => output.push(part));
    expect((await once(lambda, 'close'))[0]).toBe(0);
    expect(await response).toMatchObject({ Status: 'SUCCESS', Data: { Sha256: account.digestOf('tag-1') } });
    expect(Buffer.concat(output).toString()).toContain('"event":"responding"');
  } finally {
    await account.dispose();
  }
});
