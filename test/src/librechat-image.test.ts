import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { secretNamed, stackIn } from './forms';
import { resources, templateWith, text } from './reading';
import { LibreChatDatabase, LibreChatImage, LibreChatRedis, LibreChatServerless, type LibreChatServerlessProps } from '../../src';

const IMAGE = join(__dirname, '../../assets/image');
const DIGEST = `sha256:${'0a'.repeat(32)}`;

const outdir = mkdtempSync(join(tmpdir(), 'image-test-'));
afterAll(() => rmSync(outdir, { recursive: true }));

/** The Docker assets of an app with one LibreChat, as the CLI would build them. */
function assetsOf(props: LibreChatServerlessProps, name: string): Array<{ directory: string; arguments: Record<string, string>; platform: string }> {
  const app = new App({ outdir: join(outdir, name) });
  const stack = new Stack(app, 'Stack');
  new LibreChatServerless(stack, 'Chat', {
    database: LibreChatDatabase.fromUri(secretNamed(stack, 'mongo')),
    redis: LibreChatRedis.fromUri(secretNamed(stack, 'redis')),
    ...props,
  });
  app.synth();
  const { dockerImages } = JSON.parse(readFileSync(join(app.outdir, 'Stack.assets.json'), 'utf8'));
  return Object.values<any>(dockerImages).map(({ source }) => ({
    directory: join(app.outdir, source.directory),
    arguments: source.dockerBuildArgs,
    platform: source.platform,
  }));
}

describe('from the registry', () => {
  test('minimal: one asset for both functions, of a pinned release, built for ARM', () => {
    const [asset, ...others] = assetsOf({}, 'minimal');
    expect(others).toEqual([]);
    expect(asset).toMatchObject({
      arguments: { LIBRECHAT_IMAGE: expect.stringMatching(/^ghcr\.io\/danny-avila\/librechat-api:v\d+\.\d+\.\d+$/) },
      platform: 'linux/arm64',
    });
    expect(readdirSync(asset.directory).sort()).toEqual(readdirSync(IMAGE).sort());
  });

  test('maximal: a release, its digest, and the other architecture', () => {
    const image = LibreChatImage.fromRegistry({ version: 'v0.8.8', digest: DIGEST });
    expect(assetsOf({ image, architecture: Architecture.X86_64 }, 'maximal')).toEqual([expect.objectContaining({
      arguments: { LIBRECHAT_IMAGE: `ghcr.io/danny-avila/librechat-api:v0.8.8@${DIGEST}` },
      platform: 'linux/amd64',
    })]);
  });

  test.each(['v0.8.7', 'v0.8.8-rc1', 'v0.8.10', 'v0.9.0', 'v1.0.0'])('takes %s', (version) => {
    expect(() => LibreChatImage.fromRegistry({ version })).not.toThrow();
  });

  test.each(['v0.8.6', 'v0.8.7-rc2', 'v0.7.9', 'v0.0.99'])('fails when the release is %s', (version) => {
    expect(() => LibreChatImage.fromRegistry({ version }))
      .toThrow(`\`version\` must be v0.8.7 or newer, since older releases stream in another way, got: ${version}`);
  });

  test.each(['latest', '0.8.7', 'v0.8', 'v0.8.7-dev', ''])('fails when %j is not a release', (version) => {
    expect(() => LibreChatImage.fromRegistry({ version })).toThrow(`\`version\` must be a release tag such as v0.8.7, for the page and the API to stay of one version, got: ${version}`);
  });

  test.each(['0a'.repeat(32), 'sha256:0a', `sha256:${'0A'.repeat(32)}`])('fails when the digest is %s', (digest) => {
    expect(() => LibreChatImage.fromRegistry({ digest })).toThrow(`\`digest\` must be sha256: followed by 64 hexadecimal digits, got: ${digest}`);
  });
});

describe('from ECR', () => {
  const repository = (stack: Stack) => Repository.fromRepositoryName(stack, 'Repository', 'librechat');

  function imageUris(options: { tag?: string; digest?: string }): string[] {
    const template = templateWith((stack) => new LibreChatServerless(stack, 'Chat', {
      database: LibreChatDatabase.fromUri(secretNamed(stack, 'mongo')),
      redis: LibreChatRedis.fromUri(secretNamed(stack, 'redis')),
      image: LibreChatImage.fromEcr(repository(stack), options),
    }));
    return resources(template, 'AWS::Lambda::Function').flatMap(([, { Properties }]) => (Properties.Code.ImageUri ? [text(Properties.Code.ImageUri)] : []));
  }

  test.each([[{ tag: 'v0.8.7-1' }, ':v0.8.7-1'], [{ digest: DIGEST }, `@${DIGEST}`]])('both functions run %j', (options, suffix) => {
    const uri = `<AWS::AccountId>.dkr.ecr.<AWS::Region>.<AWS::URLSuffix>/librechat${suffix}`;
    expect(imageUris(options)).toEqual([uri, uri]);
  });

  test.each([
    [{}, '`tag` must be given when `digest` is not, and only then, got: {}'],
    [{ tag: 'a', digest: DIGEST }, '`tag` must be given when `digest` is not, and only then'],
    [{ tag: 'latest' }, '`tag` must name one image for ever, or deployments will not notice a new one, got: latest'],
    [{ digest: 'abc' }, '`digest` must be sha256: followed by 64 hexadecimal digits, got: abc'],
  ])('fails when given %j', (options, message) => {
    expect(() => LibreChatImage.fromEcr(repository(stackIn()), options)).toThrow(message);
  });
});

describe('from a Dockerfile', () => {
  const folder = join(outdir, 'mine');
  beforeAll(() => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'Dockerfile'), 'FROM ghcr.io/danny-avila/librechat-api:v0.8.7\nCOPY logo.svg /app/client/dist/assets/');
    writeFileSync(join(folder, 'logo.svg'), '<svg/>');
    writeFileSync(join(folder, '.dockerignore'), '*\n!logo.svg\n');
  });

  test('the adapter is laid on top of what it makes', () => {
    const [{ directory }] = assetsOf({ image: LibreChatImage.fromDockerfile(folder) }, 'dockerfile');
    const dockerfile = readFileSync(join(directory, 'Dockerfile'), 'utf8');
    expect(dockerfile).toMatch(/^FROM ghcr\.io\/danny-avila\/librechat-api:v0\.8\.7\nCOPY logo\.svg \/app\/client\/dist\/assets\/\n/);
    expect(dockerfile).toMatch(/ENTRYPOINT \["node", "\/opt\/librechat-serverless\/adapter\.js"\]\nCMD \["serve"\]\n$/);
    expect(dockerfile.match(/^FROM /gm)).toHaveLength(1);

    const copied = [...dockerfile.matchAll(/^(?:ADD|COPY) .*$/gm)].flatMap(([line]) => line.split(' ').filter((word) => word.startsWith('.librechat-serverless/')));
    expect(copied.map((path) => path.split('/')[1]).sort()).toEqual(readdirSync(IMAGE).filter((file) => file !== 'Dockerfile').sort());
    for (const path of copied) expect(existsSync(join(directory, path))).toBe(true);
    expect(existsSync(join(directory, 'logo.svg'))).toBe(true);
  });

  test('the folder stays as it is, and nothing is left behind', () => {
    const temporary = () => readdirSync(tmpdir()).filter((name) => name.startsWith('librechat-') && existsSync(join(tmpdir(), name, 'logo.svg')));
    const before = [readdirSync(folder).sort(), temporary()];
    assetsOf({ image: LibreChatImage.fromDockerfile(folder) }, 'again');
    expect([readdirSync(folder).sort(), temporary()]).toEqual(before);
  });

  test('fails when there is none', () => {
    expect(() => LibreChatImage.fromDockerfile(outdir)).toThrow(`\`directory\` must be a folder with a Dockerfile, got: ${outdir}`);
  });
});

test('what is known only at deployment passes', () => {
  const unknown = () => new CfnParameter(new Stack(), 'Unknown').valueAsString;
  expect(() => LibreChatImage.fromRegistry({ version: unknown(), digest: unknown() })).not.toThrow();
});
