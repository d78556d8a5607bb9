import { readdirSync } from 'node:fs';
import type { BuildProjectProperties } from '../../../emulator/services/codebuild/build-project';
import type { EmulatedBuild } from '../../../emulator/services/codebuild/emulated-build';
import { expand, partsOf } from '../../../emulator/services/codebuild/shell';
import { BuildAccount, FILES, PROJECT, specOf } from '../../../fixtures/runtime/image-build';
import { until } from '../../../fixtures/runtime/until';
import { buildSpec } from '../../../src/image-build/build-spec';

let account: BuildAccount;
beforeEach(async () => { account = await BuildAccount.start(); });
afterEach(() => account.dispose());

async function run(): Promise<EmulatedBuild> {
  const { codeBuild } = account.aws.services;
  const build = codeBuild.start(codeBuild.find(PROJECT)!);
  await until(() => !build.isRunning);
  return build;
}

const logOf = ({ uuid }: EmulatedBuild) => account.aws.services.logs.streams('builds')!.get(uuid)!.map(({ message }) => message).join('');
const LOGIN = 'aws ecr get-login-password | docker login --username AWS --password-stdin 123456789012.dkr.ecr.us-east-1.amazonaws.com';
const BUILD = 'docker build --build-arg LIBRECHAT_IMAGE=librechat --tag $REPOSITORY_URI:$IMAGE_TAG .';
const PUSH = 'docker push $REPOSITORY_URI:$IMAGE_TAG';

describe('the image', () => {
  test('is found by tag and digest, with the folder that it was built from', async () => {
    await run();
    const [image] = account.repository.images;
    const { ecr } = account.aws.services;
    expect(ecr.image(`${account.repository.uri}:tag-1`)).toBe(image);
    expect(ecr.image(`${account.repository.uri}@${image.digest}`)).toBe(image);
    expect(ecr.image(`${account.repository.uri}@sha256:${'0'.repeat(64)}`)).toBeUndefined();
    expect(ecr.image(`${account.repository.uri}/deeper:tag-1`)).toBeUndefined();
    expect(ecr.image(account.repository.uri)).toBeUndefined();
    expect(readdirSync(image.context).sort()).toEqual(Object.keys(FILES).sort());
  });

  test('has the same digest for the same inputs', async () => {
    await run();
    account.updateSource('tag-2');
    await run();
    expect(account.repository.images.map(({ tags }) => [...tags])).toEqual([['tag-1', 'tag-2']]);
  });

  test.each([
    ['files', { ...FILES, 'adapter.js': 'other' }, specOf()],
    ['a base image', FILES, specOf().replace('$LIBRECHAT_IMAGE', 'other')],
    ['a platform', FILES, specOf().replace('linux/arm64', 'linux/amd64')],
  ])('has another digest with other %s', async (_, files, spec) => {
    await run();
    account.updateSource('tag-2', files, spec);
    expect((await run()).status).toBe('SUCCEEDED');
    expect(account.repository.images).toHaveLength(2);
  });

  test.each([
    ['another one', { ...FILES, 'adapter.js': 'other' }],
    ['the same one', FILES],
  ])('keeps its tag: %s is not pushed under it', async (_, files) => {
    await run();
    account.updateSource('tag-1', files);
    const build = await run();
    expect(build.status).toBe('FAILED');
    expect(logOf(build)).toContain("The image tag 'tag-1' already exists in the 'librechat' repository and cannot be overwritten because the tag is immutable.");
    expect(account.repository.images).toHaveLength(1);
  });

  test('loses its tag if tags are mutable', () => {
    const repository = account.aws.services.ecr.create('mutable');
    for (const digit of '1221') repository.push('latest', { digest: `sha256:${digit.repeat(64)}`, size: 1, context: '' });
    expect(repository.images.map(({ tags }) => [...tags])).toEqual([['latest'], []]);
    expect(() => account.aws.services.ecr.create('mutable')).toThrow('already exists');
  });
});

test('the construct\'s own commands build the image', async () => {
  account.updateSource('tag-1', FILES, JSON.stringify(buildSpec('linux/arm64')));
  expect((await run()).status).toBe('SUCCEEDED');
  expect(account.digestOf('tag-1')).toBeTruthy();
});

test('the construct\'s own commands are content with an image that somebody else pushed first', async () => {
  account.repository.push('tag-1', { digest: `sha256:${'a'.repeat(64)}`, size: 1, context: '' });
  account.updateSource('tag-1', FILES, JSON.stringify(buildSpec('linux/arm64')));
  expect((await run()).status).toBe('SUCCEEDED');
  expect(account.digestOf('tag-1')).toBe('a'.repeat(64));
});

test.each(['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'])('to look for an image needs %s', async (right) => {
  account.repository.push('tag-1', { digest: `sha256:${'a'.repeat(64)}`, size: 1, context: '' });
  account.updateSource('tag-1', FILES, JSON.stringify(buildSpec('linux/arm64')));
  account.deny(account.buildRole, right);
  const build = await run();
  expect(build.status).toBe('FAILED');
  expect(logOf(build)).toContain(`is not authorized to perform: ${right}`);
});

describe('a build fails', () => {
  test.each<[string, object, string, string]>([
    ['no registry is logged in to', { pre_build: [] }, 'BUILD', 'no basic auth credentials'],
    ['another registry is', { pre_build: ['docker login example.com'] }, 'BUILD', 'no basic auth credentials'],
    ['nothing was built', { build: [PUSH] }, 'BUILD', 'An image does not exist locally with the tag'],
    ['the base image is not given', { build: [BUILD.replace('=librechat', '=$MISSING')] }, 'BUILD', 'base name (${LIBRECHAT_IMAGE}) should not be blank'],
    ['the tag is not given', { build: [BUILD.replace('$IMAGE_TAG', '$MISSING')] }, 'BUILD', 'invalid reference format'],
    ['the repository is not there', {
      build: [`${BUILD} && ${PUSH}`.replaceAll('$REPOSITORY_URI', '123456789012.dkr.ecr.us-east-1.amazonaws.com/none')],
    }, 'BUILD', "name unknown: The repository with name 'none' does not exist"],
    ['an image is not there that is looked for', { build: ['docker manifest inspect $REPOSITORY_URI:$IMAGE_TAG > /dev/null'] }, 'BUILD', 'no such manifest'],
    ['a command is not known', { build: ['uname -a'] }, 'BUILD', 'exit status 127'],
    ['another command of the AWS CLI is run', { build: ['aws s3 ls'] }, 'BUILD', 'aws: the emulator does not run this command: aws s3 ls'],
    ['a verb of docker is not known', { build: ['docker bulid .'] }, 'BUILD', "docker: 'bulid .' is not a docker command"],
    ['a verb of docker is not emulated', { build: [BUILD, 'docker tag a b'] }, 'BUILD', "docker: 'tag a b' is not a docker command"],
    ['all alternatives fail', { build: ['docker pish || uname'] }, 'BUILD', 'exit status 127'],
    ['another folder is built', { build: [BUILD.replace(/\.$/, 'folder')] }, 'BUILD', 'the build context must be the folder of the source'],
  ])('where %s', async (_, phases, phase, line) => {
    account.updateSource('tag-1', FILES, specOf({ pre_build: [LOGIN], ...phases }));
    const build = await run();
    expect(build.phases.find(({ status }) => status === 'FAILED')?.type).toBe(phase);
    expect(logOf(build)).toContain(line);
    expect(account.repository.images).toEqual([]);
  });

  test.each([
    ['no Dockerfile', { 'adapter.js': '' }, 'failed to read dockerfile'],
    ['a Dockerfile that copies what is not there', { Dockerfile: 'FROM a\nCOPY b /' }, '"/b": not found'],
  ])('where its source has %s', async (_, files, line) => {
    account.updateSource('tag-1', files);
    expect(logOf(await run())).toContain(line);
  });

  test.each([
    ['is missing', (key: string) => account.aws.services.s3.buckets.get('assets')!.objects.delete(key), 'NoSuchKey'],
    ['is no archive', (key: string) => account.aws.services.s3.buckets.get('assets')!.put(key, Buffer.from('no archive')), 'invalid zip data'],
  ])('where its source %s', async (_, change, reason) => {
    change('tag-1.zip');
    const build = await run();
    const phase = build.phases.find(({ status }) => status === 'FAILED')!;
    expect([phase.type, phase.contexts![0].statusCode]).toEqual(['DOWNLOAD_SOURCE', 'CLIENT_ERROR']);
    expect(phase.contexts![0].message).toContain(reason);
  });

  // https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
  test.each([
    ['no version', '{"phases":{}}', 'invalid buildspec version specified: undefined'],
    ['another version', 'version: 0.3', 'invalid buildspec version specified: 0.3'],
    ['an unknown phase', 'version: 0.2\nphases: { compile: { commands: [] } }', 'unknown phase: compile'],
    ['a command that is no text', 'version: 0.2\nphases: { build: { commands: [{ a: 1 }] } }', 'Expected Commands[0] of build to be of string type'],
    ['what is no YAML', 'version: [', 'unexpected end of the stream'],
  ])('where its buildspec has %s', async (_, spec, reason) => {
    account.updateSource('tag-1', FILES, spec);
    const phase = (await run()).phases.find(({ status }) => status === 'FAILED')!;
    expect([phase.type, phase.contexts![0].statusCode]).toEqual(['DOWNLOAD_SOURCE', 'YAML_FILE_ERROR']);
    expect(phase.contexts![0].message).toContain(reason);
  });
});

test('`echo` writes to the log, and a buildspec may be YAML', async () => {
  account.updateSource('tag-1', FILES, `version: 0.2\nphases:\n  build:\n    commands:\n      - docker pish || echo "a || b"\n      - ${LOGIN}\n      - ${BUILD}\n      - ${PUSH}\n`);
  const build = await run();
  expect(build.status).toBe('SUCCEEDED');
  expect(logOf(build)).toContain('\na || b\n');
  expect(account.digestOf('tag-1')).toBeTruthy();
});

// https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CreateProject.html
describe('a project is refused', () => {
  test.each<[string, string, object]>([
    ['with a name like this', 'no spaces', {}],
    ['with a source that is not in S3', 'other', { Source: { Type: 'GITHUB', Location: 'https://github.com/a/b' } }],
    ['without a source', 'other', { Source: { Type: 'S3' } }],
    ['with artifacts', 'other', { Artifacts: { Type: 'S3' } }],
    ['that runs for less than 5 minutes', 'other', { TimeoutInMinutes: 4 }],
    ['that waits for more than 8 hours', 'other', { QueuedTimeoutInMinutes: 481 }],
  ])('%s', (_, name, properties) => {
    const { codeBuild } = account.aws.services;
    const all = { ...codeBuild.find(PROJECT)!.properties, ...properties } as BuildProjectProperties;
    expect(() => codeBuild.create(name, all)).toThrow(expect.objectContaining({ code: 'InvalidInputException' }));
  });

  test('whose name is taken', () => {
    const { codeBuild } = account.aws.services;
    expect(() => codeBuild.create(PROJECT, codeBuild.find(PROJECT)!.properties)).toThrow('Project already exists');
  });
});

describe('the shell', () => {
  test.each([
    ['$A ${B} $C', 'a/1/2 b '],
    ['"${A%%/*}"', '"a"'],
    ['$AB', ''],
  ])('expands %s', (command, expected) => {
    expect(expand(command, { A: 'a/1/2', B: 'b' })).toBe(expected);
  });

  test.each([
    ['a b | c && d; e', [[['a', 'b'], ['c'], ['d'], ['e']]]],
    ['a || { b "c || d"; e; }', [[['a']], [['b', 'c || d'], ['e'], []]]],
    ['a --b=\'c d\' "e"f', [[['a', '--b=c d', 'ef']]]],
  ])('splits %s', (command, expected) => {
    expect(partsOf(command)).toEqual(expected);
  });
});
