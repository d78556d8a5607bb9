import { GetLogEventsCommand, type GetLogEventsCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import {
  BatchGetBuildsCommand, ListBuildsForProjectCommand, StartBuildCommand, StopBuildCommand, type Build, type StartBuildCommandInput,
} from '@aws-sdk/client-codebuild';
import { BuildAccount, FILES, PROJECT, specOf } from '../../../fixtures/runtime/image-build';
import { until } from '../../../fixtures/runtime/until';
import type { Clients } from '../../../runtime/image-builder/image-builder';

let account: BuildAccount;
let clients: Clients;

async function begin(timeScale?: number): Promise<void> {
  account = await BuildAccount.start(timeScale);
  clients = account.clients();
}

beforeEach(() => begin());
afterEach(() => account.dispose());

const start = async (input: Partial<StartBuildCommandInput> = {}): Promise<Build> =>
  (await clients.codeBuild.send(new StartBuildCommand({ projectName: PROJECT, ...input }))).build!;
const get = async (...ids: string[]) => clients.codeBuild.send(new BatchGetBuildsCommand({ ids }));
const list = async (input: object = {}) => clients.codeBuild.send(new ListBuildsForProjectCommand({ projectName: PROJECT, ...input }));
const stop = async (id: string) => clients.codeBuild.send(new StopBuildCommand({ id }));

/** A build that has ended. */
const run = async (): Promise<Build> => {
  const { id } = await start();
  await until(() => account.runningBuilds.length === 0);
  return (await get(id!)).builds![0];
};
const logOf = (build: Build) => account.aws.services.logs.streams('builds')!.get(build.logs!.streamName!)!.map(({ message }) => message).join('');
const phasesOf = (build: Build) => build.phases!.map(({ phaseType, phaseStatus }) => `${phaseType}${phaseStatus ? ` ${phaseStatus}` : ''}`);

// https://docs.aws.amazon.com/codebuild/latest/APIReference/API_StartBuild.html
describe('StartBuild', () => {
  test('returns before the build has begun', async () => {
    account.hold('SUBMITTED');
    const build = await start();
    expect(build).toMatchObject({
      id: expect.stringMatching(new RegExp(`^${PROJECT}:[0-9a-f-]{36}$`)),
      arn: expect.stringMatching(new RegExp(`^arn:aws:codebuild:us-east-1:123456789012:build/${PROJECT}:`)),
      buildStatus: 'IN_PROGRESS',
      buildComplete: false,
      currentPhase: 'SUBMITTED',
      buildNumber: 1,
      projectName: PROJECT,
      startTime: expect.any(Date),
      timeoutInMinutes: 30,
      queuedTimeoutInMinutes: 15,
      serviceRole: account.buildRole.arn,
    });
    expect(build.environment?.environmentVariables).toContainEqual({ name: 'IMAGE_TAG', value: 'tag-1', type: 'PLAINTEXT' });
    expect([build.endTime, build.logs?.streamName, build.logs?.groupName]).toEqual([undefined, undefined, undefined]);
  });

  test('with the same token returns the same build, running or ended', async () => {
    const { id } = await start({ idempotencyToken: 'a' });
    expect((await start({ idempotencyToken: 'a' })).id).toBe(id);
    await until(() => account.runningBuilds.length === 0);
    expect(await start({ idempotencyToken: 'a' })).toMatchObject({ id, buildStatus: 'SUCCEEDED' });
    expect((await start({ idempotencyToken: 'b' })).id).not.toBe(id);
    expect((await start()).id).not.toBe((await start()).id);
  });

  test('forgets a token after five minutes', async () => {
    await account.dispose();
    await begin(300_000);
    const { id } = await start({ idempotencyToken: 'a' });
    const began = Date.now();
    await until(() => Date.now() > began + 1);
    expect((await start({ idempotencyToken: 'a' })).id).not.toBe(id);
  });

  test('rejects a token of another project', async () => {
    const { codeBuild } = account.aws.services;
    codeBuild.create('other', codeBuild.find(PROJECT)!.properties);
    account.builderRole.statements.push({ Effect: 'Allow', Action: '*', Resource: '*' });
    await start({ idempotencyToken: 'a' });
    await expect(start({ projectName: 'other', idempotencyToken: 'a' })).rejects.toMatchObject({ name: 'InvalidInputException' });
  });

  test.each<[string, Partial<StartBuildCommandInput>, string]>([
    ['no project', { projectName: undefined }, 'InvalidInputException'],
    ['an override, which is not supported', { buildspecOverride: 'version: 0.2' }, 'InvalidInputException'],
    ['a project elsewhere', { projectName: 'other' }, 'AccessDeniedException'],
  ])('refuses %s', async (_, input, name) => {
    await expect(start(input)).rejects.toMatchObject({ name });
    expect(account.builds).toEqual([]);
  });

  test('rejects a project that was deleted', async () => {
    account.aws.services.codeBuild.delete(PROJECT);
    await expect(start()).rejects.toMatchObject({ name: 'ResourceNotFoundException', message: expect.stringContaining(`project/${PROJECT}`) });
  });

  test('keeps to the quota of the account', async () => {
    account.aws.services.codeBuild.quota = 1;
    account.hold('BUILD');
    await start();
    await expect(start()).rejects.toMatchObject({ name: 'AccountLimitExceededException' });
  });
});

// https://docs.aws.amazon.com/codebuild/latest/APIReference/API_BatchGetBuilds.html
describe('BatchGetBuilds', () => {
  test('returns existing builds, and the ids of unknown ones', async () => {
    const { id } = await start();
    expect(await get(id!, `${PROJECT}:none`)).toMatchObject({ builds: [{ id }], buildsNotFound: [`${PROJECT}:none`] });
  });

  test.each([0, 101])('refuses %s ids', async (count) => {
    await expect(get(...Array.from({ length: count }, (_, i) => `${PROJECT}:${i}`))).rejects.toMatchObject({ name: 'InvalidInputException' });
  });

  test('requires the permission for each project', async () => {
    await expect(get(`${PROJECT}:1`, 'other:1')).rejects.toMatchObject({ name: 'AccessDeniedException', message: expect.stringContaining('project/other') });
  });
});

// https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ListBuildsForProject.html
describe('ListBuildsForProject', () => {
  const startMany = (count: number) => {
    account.hold('SUBMITTED');
    const { codeBuild } = account.aws.services;
    codeBuild.quota = Infinity;
    return Array.from({ length: count }, () => codeBuild.start(codeBuild.find(PROJECT)!).id);
  };

  test('lists the newest first by default', async () => {
    const ids = startMany(3);
    expect((await list()).ids).toEqual([...ids].reverse());
    expect((await list({ sortOrder: 'ASCENDING' })).ids).toEqual(ids);
  });

  test('returns a hundred at a time', async () => {
    const ids = startMany(101).reverse();
    const first = await list();
    expect(first.ids).toEqual(ids.slice(0, 100));
    expect(await list({ nextToken: first.nextToken })).toMatchObject({ ids: ids.slice(100) });
    expect((await list({ nextToken: first.nextToken })).nextToken).toBeUndefined();
  });

  test('rejects `sortOrder` for more than a hundred builds', async () => {
    startMany(101);
    await expect(list({ sortOrder: 'DESCENDING' })).rejects.toMatchObject({ name: 'InvalidInputException' });
  });

  test('rejects a project that was deleted', async () => {
    account.aws.services.codeBuild.delete(PROJECT);
    await expect(list()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

// https://docs.aws.amazon.com/codebuild/latest/APIReference/API_StopBuild.html
describe('StopBuild', () => {
  test.each(['QUEUED', 'PROVISIONING', 'BUILD'])('ends a build in phase %s', async (phase) => {
    account.hold(phase);
    const { id } = await start();
    await until(() => account.builds[0].phases.at(-1)?.type === phase);
    await stop(id!);
    await until(() => account.runningBuilds.length === 0);
    const [build] = (await get(id!)).builds!;
    expect(build).toMatchObject({ buildStatus: 'STOPPED', buildComplete: true, currentPhase: 'COMPLETED', endTime: expect.any(Date) });
    expect(phasesOf(build).slice(-2)).toEqual([`${phase} STOPPED`, 'COMPLETED']);
    expect(account.repository.images).toEqual([]);
  });

  test('leaves one alone that has ended', async () => {
    const { id } = await run();
    expect((await stop(id!)).build?.buildStatus).toBe('SUCCEEDED');
  });

  test('rejects others', async () => {
    await expect(stop(`${PROJECT}:none`)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

// https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html
describe('phases', () => {
  test('of a build that succeeds', async () => {
    const build = await run();
    expect(phasesOf(build)).toEqual([
      ...['SUBMITTED', 'QUEUED', 'PROVISIONING', 'DOWNLOAD_SOURCE', 'INSTALL', 'PRE_BUILD', 'BUILD', 'POST_BUILD', 'UPLOAD_ARTIFACTS', 'FINALIZING']
        .map((phase) => `${phase} SUCCEEDED`),
      'COMPLETED',
    ]);
    expect(build.logs).toMatchObject({ groupName: 'builds', streamName: account.builds[0].uuid });
  });

  test.each([
    ['PROVISIONING', 'logs:CreateLogStream', ['COMPLETED']],
    ['DOWNLOAD_SOURCE', 's3:GetObject', ['FINALIZING SUCCEEDED', 'COMPLETED']],
    ['PRE_BUILD', 'ecr:GetAuthorizationToken', ['FINALIZING SUCCEEDED', 'COMPLETED']],
    ['BUILD', 'ecr:PutImage', ['POST_BUILD SUCCEEDED', 'UPLOAD_ARTIFACTS SUCCEEDED', 'FINALIZING SUCCEEDED', 'COMPLETED']],
  ])('after %s failed', async (phase, action, after) => {
    account.deny(account.buildRole, action);
    const build = await run();
    expect(build.buildStatus).toBe('FAILED');
    const phases = phasesOf(build);
    expect(phases.slice(phases.indexOf(`${phase} FAILED`) + 1)).toEqual(after);
  });

  test('need a role that exists', async () => {
    account.aws.services.iam.roles.delete('build');
    expect(phasesOf(await run())).toContain('PROVISIONING FAILED');
  });

  test('need the permission to create a missing log group', async () => {
    const { codeBuild } = account.aws.services;
    codeBuild.update(PROJECT, { ...codeBuild.find(PROJECT)!.properties, LogsConfig: undefined });
    const build = await run();
    expect(build.phases!.find(({ phaseStatus }) => phaseStatus === 'FAILED')?.contexts![0].message).toContain('logs:CreateLogGroup');
  });
});

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
describe('GetLogEvents', () => {
  const read = (input: Partial<GetLogEventsCommandInput> = {}) =>
    clients.logs.send(new GetLogEventsCommand({ logGroupName: 'builds', logStreamName: 'stream', ...input }));
  const messages = async (input: Partial<GetLogEventsCommandInput>) => (await read(input)).events?.map(({ message }) => message).join('');

  beforeEach(() => {
    account.aws.services.logs.streams('builds')!.set('stream', [...'abcdef'].map((message, i) => ({ timestamp: 1000 + i, message })));
  });

  test('returns the newest, in the order in which they were written', async () => {
    expect(await messages({})).toBe('abcdef');
    expect(await messages({ limit: 2 })).toBe('ef');
    expect(await messages({ limit: 2, startFromHead: true })).toBe('ab');
    expect((await read({ limit: 1 })).events).toEqual([{ timestamp: 1005, message: 'f', ingestionTime: 1005 }]);
  });

  test('pages in both directions, and returns the same token at the end', async () => {
    const { nextBackwardToken, nextForwardToken } = await read({ limit: 2 });
    expect(await messages({ limit: 3, nextToken: nextBackwardToken })).toBe('bcd');
    expect(await messages({ limit: 3, nextToken: nextForwardToken })).toBe('');
    expect((await read({ nextToken: nextForwardToken })).nextForwardToken).toBe(nextForwardToken);
  });

  test.each([
    ['group', { logGroupName: 'none' }, 'The specified log group does not exist.'],
    ['stream', { logStreamName: 'none' }, 'The specified log stream does not exist.'],
  ])('rejects a missing %s', async (_, input, message) => {
    account.builderRole.statements.push({ Effect: 'Allow', Action: '*', Resource: '*' });
    await expect(read(input)).rejects.toMatchObject({ name: 'ResourceNotFoundException', message });
  });

  test.each<[string, Partial<GetLogEventsCommandInput>]>([
    ['no group', { logGroupName: undefined }], ['no stream', { logStreamName: undefined }],
    ['no lines', { limit: 0 }], ['too many lines', { limit: 10_001 }], ['a token of its own making', { nextToken: 'x' }],
  ])('refuses %s', async (_, input) => {
    await expect(read(input)).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  test('requires the permission for the stream', async () => {
    await expect(read({ logGroupName: 'other' })).rejects.toMatchObject({ message: expect.stringContaining('log-group:other:log-stream:stream') });
  });
});

test('the log of a build reads like CodeBuild\'s', async () => {
  account.updateSource('tag-1', FILES, specOf({ build: ['docker push "$REPOSITORY_URI:$IMAGE_TAG"'] }));
  const log = logOf(await run());
  expect(log).toMatch(/^\[Container\] \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{3} Waiting for agent ping\n/);
  expect(log).toContain('Phase context status code: COMMAND_EXECUTION_ERROR Message: Error while executing command: docker push');
});
