import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Annotations, App, CfnParameter, Stack } from 'aws-cdk-lib';
import { Annotations as Matches, Match } from 'aws-cdk-lib/assertions';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { type IRepository, Repository } from 'aws-cdk-lib/aws-ecr';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { resources, templateWith, text } from './reading';
import { EUROPE, secretNamed, stackIn } from '../../fixtures/variants';
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
  const { dockerImages = {} } = JSON.parse(readFileSync(join(app.outdir, 'Stack.assets.json'), 'utf8'));
  return Object.values<any>(dockerImages).map(({ source }) => ({
    directory: join(app.outdir, source.directory),
    arguments: source.dockerBuildArgs,
    platform: source.platform,
  }));
}

describe('from a Docker build', () => {
  test('minimal: one asset for both functions, of a pinned release, built for ARM', () => {
    const [asset, ...others] = assetsOf({}, 'minimal');
    expect(others).toEqual([]);
    expect(asset).toMatchObject({
      arguments: { LIBRECHAT_IMAGE: 'ghcr.io/librechat-ai/librechat-api:v0.8.8' },
      platform: 'linux/arm64',
    });
    expect(readdirSync(asset.directory).sort()).toEqual(readdirSync(IMAGE).sort());
  });

  test('maximal: a release, its digest, and the other architecture', () => {
    const image = LibreChatImage.fromDockerBuild({ version: 'v0.9.0', digest: DIGEST });
    expect(assetsOf({ image, architecture: Architecture.X86_64 }, 'maximal')).toEqual([expect.objectContaining({
      arguments: { LIBRECHAT_IMAGE: `ghcr.io/librechat-ai/librechat-api:v0.9.0@${DIGEST}` },
      platform: 'linux/amd64',
    })]);
  });

  test.each(['v0.8.7', 'v0.8.8-rc1', 'v0.8.10', 'v0.9.0', 'v1.0.0'])('accepts %s', (version) => {
    expect(() => LibreChatImage.fromDockerBuild({ version })).not.toThrow();
  });

  test.each([
    ['v0.8.7', 'danny-avila'], ['v0.8.8-rc4', 'danny-avila'], ['v0.8.8', 'librechat-ai'], ['v0.8.9-rc1', 'librechat-ai'], ['v1.0.0', 'librechat-ai'],
  ])('%s is pulled from %s, where it was published', (version, owner) => {
    const [{ arguments: { LIBRECHAT_IMAGE } }] = assetsOf({ image: LibreChatImage.fromDockerBuild({ version }) }, version);
    expect(LIBRECHAT_IMAGE).toBe(`ghcr.io/${owner}/librechat-api:${version}`);
  });

  test('accepts the image from a mirror', () => {
    const image = LibreChatImage.fromDockerBuild({ imageName: 'mirror.example.com:5000/chat/librechat_api', version: 'v0.8.8' });
    expect(assetsOf({ image }, 'mirror')[0].arguments).toEqual({ LIBRECHAT_IMAGE: 'mirror.example.com:5000/chat/librechat_api:v0.8.8' });
  });

  test.each(['librechat-api', 'ghcr.io/x/librechat-api:v0.8.8', `ghcr.io/x/librechat-api@${DIGEST}`, 'https://ghcr.io/x/y', ''])('fails when the image is named %j', (imageName) => {
    expect(() => LibreChatImage.fromDockerBuild({ imageName }))
      .toThrow(`\`imageName\` must be an image name with a registry and without a tag, such as ghcr.io/librechat-ai/librechat-api, got: ${imageName}`);
  });

  test.each(['v0.8.6', 'v0.8.7-rc2', 'v0.7.9', 'v0.0.99'])('fails when the release is %s', (version) => {
    expect(() => LibreChatImage.fromDockerBuild({ version }))
      .toThrow(`\`version\` must be v0.8.7 or newer, got: ${version}`);
  });

  test.each(['latest', '0.8.7', 'v0.8', 'v0.8.7-dev', ''])('fails when %j is not a release', (version) => {
    expect(() => LibreChatImage.fromDockerBuild({ version })).toThrow(`\`version\` must be a release tag such as v0.8.8, got: ${version}`);
  });

  test.each(['0a'.repeat(32), 'sha256:0a', `sha256:${'0A'.repeat(32)}`])('fails when the digest is %s', (digest) => {
    expect(() => LibreChatImage.fromDockerBuild({ digest })).toThrow(`\`digest\` must be sha256: followed by 64 hexadecimal digits, got: ${digest}`);
  });
});

describe('from an ECR repository', () => {
  const repository = (stack: Stack) => Repository.fromRepositoryName(stack, 'Repository', 'librechat');

  function imageUris(options: { tag?: string; digest?: string }): string[] {
    const template = templateWith((stack) => new LibreChatServerless(stack, 'Chat', {
      database: LibreChatDatabase.fromUri(secretNamed(stack, 'mongo')),
      redis: LibreChatRedis.fromUri(secretNamed(stack, 'redis')),
      image: LibreChatImage.fromEcrRepository(repository(stack), options),
    }));
    return resources(template, 'AWS::Lambda::Function').flatMap(([, { Properties }]) => (Properties.Code.ImageUri ? [text(Properties.Code.ImageUri)] : []));
  }

  test.each([[{ tag: 'v0.8.7-1' }, ':v0.8.7-1'], [{ digest: DIGEST }, `@${DIGEST}`]])('all functions run %j', (options, suffix) => {
    const uri = `<AWS::AccountId>.dkr.ecr.<AWS::Region>.<AWS::URLSuffix>/librechat${suffix}`;
    expect(imageUris(options)).toEqual([uri, uri, uri]);
  });

  test.each([
    [{}, 'specify exactly one of `tag`, `digest`'],
    [{ tag: 'a', digest: DIGEST }, 'specify exactly one of `tag`, `digest`'],
    [{ digest: 'abc' }, '`digest` must be sha256: followed by 64 hexadecimal digits, got: abc'],
  ])('fails when given %j', (options, message) => {
    expect(() => LibreChatImage.fromEcrRepository(repository(stackIn()), options)).toThrow(message);
  });
});

describe('from an ECR repository, by tag', () => {
  const ID = 'cdk-librechat-serverless:latestImage';

  function warnings(tag: string, acknowledge = false) {
    const stack = stackIn();
    const chat = new LibreChatServerless(stack, 'Chat', { image: LibreChatImage.fromEcrRepository(Repository.fromRepositoryName(stack, 'Repository', 'librechat'), { tag }) });
    if (acknowledge) Annotations.of(chat).acknowledgeWarning(ID);
    return Matches.fromStack(stack).findWarning('*', Match.anyValue()).map(({ id, entry }) => [id, entry.data]);
  }

  test('warns of latest', () => {
    expect(warnings('latest')).toEqual([
      ['/Stack/Chat', `\`tag\` should not be moved to another image, because deployments do not detect the change, got: latest [ack: ${ID}]`],
    ]);
  });

  test.each(['v0.8.7', 'latest-1', 'Latest'])('does not warn of %s', (tag) => {
    expect(warnings(tag)).toEqual([]);
  });

  test('does not warn if it is intended', () => {
    expect(warnings('latest', true)).toEqual([]);
  });
});

describe('a repository in another region', () => {
  const abroad = (stack: Stack) => Repository.fromRepositoryArn(stack, 'Repository', 'arn:aws:ecr:us-east-1:123456789012:repository/librechat');

  test.each([
    ['built by CodeBuild', (repository: IRepository) => LibreChatImage.fromCodeBuild({ repository })],
    ['from an ECR repository', (repository: IRepository) => LibreChatImage.fromEcrRepository(repository, { tag: 'v0.8.7' })],
  ])('fails when the image is %s, before any resource is created', (_how, image) => {
    const stack = stackIn(EUROPE);
    const given = image(abroad(stack));
    expect(() => new LibreChatServerless(stack, 'Chat', { image: given }))
      .toThrow('`repository` must be in the region of the stack, from which Lambda pulls, got: us-east-1');
    expect(stack.node.findChild('Chat').node.children).toEqual([]);
  });

  test('passes if one of the regions is unknown', () => {
    const stack = stackIn();
    expect(() => new LibreChatServerless(stack, 'Chat', { image: LibreChatImage.fromCodeBuild({ repository: abroad(stack) }) })).not.toThrow();
  });

  test('fails when it is created in this app', () => {
    const app = new App();
    const repository = new Repository(new Stack(app, 'Images', { env: { account: '123456789012', region: 'us-east-1' } }), 'Repository');
    expect(() => new LibreChatServerless(new Stack(app, 'Stack', { env: EUROPE }), 'Chat', { image: LibreChatImage.fromCodeBuild({ repository }) }))
      .toThrow('`repository` must be in the region of the stack');
  });
});

describe('from CodeBuild', () => {
  test('needs no Docker: the app has no image to build', () => {
    expect(assetsOf({ image: LibreChatImage.fromCodeBuild() }, 'code-build')).toEqual([]);
  });

  test.each(['v0.8.6', 'latest'])('fails when the release is %s', (version) => {
    expect(() => LibreChatImage.fromCodeBuild({ version })).toThrow(/^`version` must be /);
  });

  test('fails when the digest is invalid', () => {
    expect(() => LibreChatImage.fromCodeBuild({ digest: 'v0.8.7' })).toThrow('`digest` must be sha256: followed by 64 hexadecimal digits, got: v0.8.7');
  });

  // The tag would not depend on their values, so a change would not cause a build.
  test.each(['version', 'digest', 'imageName'])('fails when the %s is known only at deployment', (prop) => {
    const { valueAsString } = new CfnParameter(new Stack(), 'Unknown');
    expect(() => LibreChatImage.fromCodeBuild({ [prop]: valueAsString }))
      .toThrow(`\`${prop}\` must not be a token, because the image tag is a hash of it, got: a token, whose value is known at deployment only`);
  });

  test('fails when subnets are specified without a VPC', () => {
    expect(() => LibreChatImage.fromCodeBuild({ vpcSubnets: {} })).toThrow('`vpcSubnets` requires `vpc`');
  });

  test.each([
    ['public', SubnetType.PUBLIC, 'PublicSubnet1'],
    ['isolated', SubnetType.PRIVATE_ISOLATED, 'InnerSubnet1'],
  ])('fails when subnets are %s', (_kind, subnetType, got) => {
    const vpc = network([SubnetType.PUBLIC, 'Public'], [SubnetType.PRIVATE_ISOLATED, 'Inner'], [SubnetType.PRIVATE_WITH_EGRESS, 'Private']);
    expect(() => LibreChatImage.fromCodeBuild({ vpc, vpcSubnets: { subnetType } }))
      .toThrow(`\`vpcSubnets\` must be private with egress: CodeBuild has no public address, and pulls from ghcr.io, got: Stack/Network/${got}`);
  });

  test('fails when the VPC has no private subnets', () => {
    expect(() => LibreChatImage.fromCodeBuild({ vpc: network([SubnetType.PUBLIC, 'Public']) })).toThrow('`vpc` must have private subnets with egress: add a NAT gateway');
  });

  test('accepts a VPC from a lookup', () => {
    expect(() => LibreChatImage.fromCodeBuild({ vpc: Vpc.fromLookup(stackIn(EUROPE), 'Network', { vpcName: 'shared' }) })).not.toThrow();
  });

  test('accepts single subnets', () => {
    const vpc = network([SubnetType.PUBLIC, 'Public'], [SubnetType.PRIVATE_WITH_EGRESS, 'Private']);
    expect(() => LibreChatImage.fromCodeBuild({ vpc, vpcSubnets: { subnets: [vpc.privateSubnets[1]] } })).not.toThrow();
  });

  function network(...subnets: Array<[SubnetType, string]>): Vpc {
    return new Vpc(stackIn(), 'Network', { subnetConfiguration: subnets.map(([subnetType, name]) => ({ subnetType, name })) });
  }
});

describe('from an asset', () => {
  const folder = join(outdir, 'mine');
  beforeAll(() => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'Dockerfile'), 'FROM ghcr.io/danny-avila/librechat-api:v0.8.7\nCOPY logo.svg /app/client/dist/assets/');
    writeFileSync(join(folder, 'logo.svg'), '<svg/>');
    writeFileSync(join(folder, '.dockerignore'), '*\n!logo.svg\n');
  });

  test('the adapter is added to the image that it builds', () => {
    const [{ directory }] = assetsOf({ image: LibreChatImage.fromAsset(folder) }, 'dockerfile');
    const dockerfile = readFileSync(join(directory, 'Dockerfile'), 'utf8');
    expect(dockerfile).toMatch(/^FROM ghcr\.io\/danny-avila\/librechat-api:v0\.8\.7\nCOPY logo\.svg \/app\/client\/dist\/assets\/\n/);
    expect(dockerfile).toMatch(/ENTRYPOINT \["node", "\/opt\/librechat-serverless\/adapter\.js"\]\nCMD \["serve"\]\n$/);
    expect(dockerfile.match(/^FROM /gm)).toHaveLength(1);

    const copied = [...dockerfile.matchAll(/^(?:ADD|COPY) .*$/gm)].flatMap(([line]) => line.split(' ').filter((word) => word.startsWith('.librechat-serverless/')));
    expect(copied.map((path) => path.split('/')[1]).sort()).toEqual(readdirSync(IMAGE).filter((file) => file !== 'Dockerfile').sort());
    for (const path of copied) expect(existsSync(join(directory, path))).toBe(true);
    expect(existsSync(join(directory, 'logo.svg'))).toBe(true);
  });

  test('the folder is not changed, and no files remain', () => {
    const temporary = () => readdirSync(tmpdir()).filter((name) => name.startsWith('librechat-') && existsSync(join(tmpdir(), name, 'logo.svg')));
    const before = [readdirSync(folder).sort(), temporary()];
    assetsOf({ image: LibreChatImage.fromAsset(folder) }, 'again');
    expect([readdirSync(folder).sort(), temporary()]).toEqual(before);
  });

  test('fails when there is none', () => {
    expect(() => LibreChatImage.fromAsset(outdir)).toThrow(`\`directory\` must be a directory with a Dockerfile, got: ${outdir}`);
  });
});

test('tokens are accepted', () => {
  const unknown = () => new CfnParameter(new Stack(), 'Unknown').valueAsString;
  expect(() => LibreChatImage.fromDockerBuild({ version: unknown(), digest: unknown() })).not.toThrow();
});
