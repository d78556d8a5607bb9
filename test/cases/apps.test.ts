import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Lazy, Stack, Token } from 'aws-cdk-lib';
import { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { buildSync, type Format } from 'esbuild';
import { LibreChatConfig } from '../../src';

const ROOT = join(__dirname, '../..');

describe('an app with a token in the configuration', () => {
  const configWith = (value: (stack: Stack) => unknown) => {
    const stack = new Stack(new App(), 'Stack');
    return () => LibreChatConfig.fromObject({
      version: '1.3.5',
      fileStrategy: 's3',
      endpoints: { custom: [{ name: 'Gateway', apiKey: '${KEY}', baseURL: value(stack), models: { default: ['m'] } }] },
    });
  };

  test('is rejected with the path and the fix', () => {
    const url = (stack: Stack) => {
      const gateway = new RestApi(stack, 'Gateway');
      gateway.root.addMethod('ANY');
      return `${gateway.url}v1`;
    };
    expect(configWith(url)).toThrow('`config` must contain no token at endpoints.custom[0].baseURL (add BASE_URL with this value to `environment`, '
      + 'and write ${BASE_URL} here), got: a token, whose value is known at deployment only');
  });

  test.each<[kind: string, value: (stack: Stack) => unknown]>([
    ['number', () => Token.asNumber({ Ref: 'Number' })],
    ['list', () => Token.asList({ Ref: 'List' })],
    ['key', (stack) => ({ [stack.account]: 1 })],
    ['value of any kind', () => Lazy.any({ produce: () => 1 })],
  ])('is rejected if it is a token, as a %s', (_kind, value) => {
    expect(configWith(value)).toThrow('`config` must contain no token at endpoints.custom[0].baseURL');
  });

  test.each([NaN, Infinity, () => 1, Symbol('s'), new Map()])('is rejected with %p, which JSON does not have', (value) => {
    expect(configWith(() => value)).toThrow('`config` must contain only strings, numbers, booleans, lists and mappings at endpoints.custom[0].baseURL');
  });
});

describe.each<Format>(['cjs', 'esm'])('an app that is bundled with this package as %s', (format) => {
  const folder = mkdtempSync(join(tmpdir(), 'bundled-app-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('ends with an error that advises against it', () => {
    const outfile = join(folder, `out/app.${format === 'cjs' ? 'cjs' : 'mjs'}`);
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    buildSync({
      absWorkingDir: ROOT,
      entryPoints: ['fixtures/cases/apps/bundled.ts'],
      outfile,
      bundle: true,
      format,
      platform: 'node',
      external: ['aws-cdk-lib', 'aws-cdk-lib/*', 'constructs'],
      alias: { 'cdk-librechat-serverless': './src/index.ts' },
      logLevel: 'error',
    });
    const { stderr, status } = spawnSync(process.execPath, [outfile, join(ROOT, 'fixtures/cases/librechat-yaml/compose.yaml')], { encoding: 'utf8' });
    expect(stderr).toContain('`cdk-librechat-serverless` must be loaded from node_modules, because it reads files next to its code: exclude it from the '
      + 'bundle, for example with esbuild --external:cdk-librechat-serverless');
    expect(status).toBe(1);
  });
});
