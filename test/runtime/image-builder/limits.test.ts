import { BROKEN, BuildAccount, PROJECT } from '../../../fixtures/runtime/image-build';
import { until } from '../../../fixtures/runtime/until';
import { SETTINGS } from '../../../runtime/image-builder/settings';
import { LONGEST_REASON } from '../../../runtime/shared/cloudformation';
import { BUILD_LIMITS_MINUTES, IMAGE_BUILD_PROPERTIES } from '../../../src/contract/image-build';

jest.setTimeout(60_000);

let account: BuildAccount;
beforeEach(async () => { account = await BuildAccount.start(); });
afterEach(() => account.dispose());

describe('time', () => {
  test('is enough for the slowest build, and for a response within CloudFormation\'s hour', () => {
    const { queued, running } = BUILD_LIMITS_MINUTES;
    expect(SETTINGS.timeoutMs).toBeGreaterThan((queued + running) * 60_000);
    expect(SETTINGS.timeoutMs + SETTINGS.handOverMs).toBeLessThan(60 * 60_000);
  });

  test('that runs out is continued in the next invocation, as often as necessary', async () => {
    const release = account.hold('BUILD');
    const { event, response } = account.request('Create');
    await account.invoke(event, {}, 50_000);
    expect(account.selfInvocations).toEqual([{ ...event, Progress: { since: expect.any(Number), attempt: 1, buildId: account.builds[0].id } }]);
    await account.invoke(account.selfInvocations[0], {}, 50_000);
    expect(account.selfInvocations[1]).toEqual(account.selfInvocations[0]);
    expect(account.calls('PUT')).toBe(0);
    release();
    await account.invoke(account.selfInvocations[1]);
    expect(await response).toMatchObject({ Status: 'SUCCESS', Data: { Sha256: account.digestOf('tag-1') } });
    expect(account.calls('StartBuild')).toBe(1);
  });

  test('that runs out between two attempts leaves one attempt, and no more time', async () => {
    account.deny(account.buildRole, 'logs:CreateLogStream');
    const { event, response } = account.request('Create');
    await account.invoke(event, {}, 50_000);
    const { Progress } = account.selfInvocations[0] as { Progress: { since: number } };
    const since = Progress.since - 10 * 60_000;
    account.selfInvocations.push({ ...event, Progress: { ...Progress, since } });
    while (account.calls('PUT') === 0) await account.invoke(account.selfInvocations.at(-1)!, {}, 50_000);
    expect(await response).toMatchObject({ Status: 'FAILED' });
    expect(account.builds).toHaveLength(2);
    const further = account.selfInvocations.slice(1);
    expect(further).toEqual(further.map(() => ({ ...event, Progress: expect.objectContaining({ since }) })));
    expect(account.selfInvocations.at(-1)).toMatchObject({ Progress: { attempt: 2 } });
  });

  test('of a removal is continued as well', async () => {
    const release = account.hold('COMPLETED');
    const { codeBuild } = account.aws.services;
    codeBuild.start(codeBuild.find(PROJECT)!);
    const { event, response } = account.request('Delete');
    await account.invoke(event, {}, 50_000);
    release();
    await account.invoke(account.selfInvocations[0]);
    expect(await response).toMatchObject({ Status: 'SUCCESS' });
  });

  test('beyond the limit stops the build, and is reported', async () => {
    account.hold('BUILD');
    const { event, response } = account.request('Create');
    await account.invoke(event, {}, 50_000);
    const { Progress } = account.selfInvocations[0] as { Progress: { since: number } };
    await account.invoke({ ...event, Progress: { ...Progress, since: Progress.since - 51 * 60_000 } });
    expect((await response).Reason).toMatch(/^gave up after 51 minutes: the build \S+ was/);
    await until(() => account.runningBuilds.length === 0);
    expect(account.builds.map(({ status }) => status)).toEqual(['STOPPED']);
  });

  test('in which a build is unknown does no harm: it is requested again', async () => {
    const release = account.hold('BUILD');
    const { event, response } = account.request('Create');
    const done = account.invoke(event);
    await until(() => account.builds.length);
    const { builds } = account.aws.services.codeBuild;
    const [build] = builds.splice(0);
    await until(() => account.calls('StartBuild') > 1);
    builds.push(build);
    release();
    await done;
    expect(await response).toMatchObject({ Status: 'SUCCESS' });
    expect(builds).toEqual([build]);
  });

  test.each([
    ['waits too long for its turn', 'QUEUED'],
    ['runs too long', 'BUILD'],
  ])('of a build that %s ends by itself', async (_, phase) => {
    await account.dispose();
    account = await BuildAccount.start(30_000);
    account.hold(phase);
    expect(await account.send('Create')).toMatchObject({
      Status: 'FAILED', Reason: expect.stringContaining(`took too long in phase ${phase}\nBUILD_TIMED_OUT: Build has timed out.`),
    });
    expect(account.builds).toHaveLength(1);
  });
});

test.each(['ListBuildsForProject', 'StartBuild', 'DescribeImages'])('a permission for %s that is not in force yet is waited for', async (operation) => {
  account.aws.fault = (call, times) => (call.startsWith(`${operation} `) && times < 2 ? 'denied' : undefined);
  expect(await account.send('Create', 'tag-1', {}, { permissionWaitMs: 30_000 })).toMatchObject({ Status: 'SUCCESS' });
});

describe('AWS refuses', () => {
  test.each(['codebuild:StartBuild', 'codebuild:BatchGetBuilds', 'ecr:DescribeImages'])('%s', async (action) => {
    account.deny(account.builderRole, action);
    expect(await account.send('Create')).toMatchObject({
      Status: 'FAILED', PhysicalResourceId: PROJECT, Reason: expect.stringContaining(`AccessDeniedException: User: ${account.builderRole.arn} is not authorized to perform: ${action}`),
    });
  });

  test('codebuild:ListBuildsForProject', async () => {
    account.deny(account.builderRole, 'codebuild:ListBuildsForProject');
    for (const type of ['Create', 'Delete']) expect((await account.send(type)).Reason).toContain('codebuild:ListBuildsForProject');
  });

  test('codebuild:StopBuild', async () => {
    account.hold('BUILD');
    const { codeBuild } = account.aws.services;
    codeBuild.start(codeBuild.find(PROJECT)!);
    account.deny(account.builderRole, 'codebuild:StopBuild');
    expect((await account.send('Delete')).Reason).toContain('codebuild:StopBuild');
  });

  test('lambda:InvokeFunction', async () => {
    account.hold('BUILD');
    account.deny(account.builderRole, 'lambda:InvokeFunction');
    const { event, response } = account.request('Create');
    await account.invoke(event, {}, 50_000);
    expect((await response).Reason).toContain('lambda:InvokeFunction');
  });

  test('logs:GetLogEvents, and the rest of the reason is reported nevertheless', async () => {
    account.updateSource('tag-1', BROKEN);
    account.deny(account.builderRole, 'logs:GetLogEvents');
    const { Reason } = await account.send('Create');
    expect(Reason).toContain('failed in phase BUILD');
    expect(Reason).toContain('its log cannot be read: User:');
  });

  test('more builds', async () => {
    account.aws.services.codeBuild.quota = 0;
    expect((await account.send('Create')).Reason).toBe('AccountLimitExceededException: Cannot have more than 0 builds in queue for the account');
  });

  test('a missing project and a missing repository', async () => {
    account.aws.services.codeBuild.delete(PROJECT);
    expect((await account.send('Create')).Reason).toContain('ResourceNotFoundException: Project cannot be found');
    account.aws.services.ecr.delete('librechat');
    expect((await account.send('Create')).Reason).toContain("RepositoryNotFoundException: The repository with name 'librechat' does not exist");
  });

  test('a repository of another account', async () => {
    const { event, response } = account.request('Create');
    const { ResourceProperties } = event as { ResourceProperties: object };
    await account.invoke({ ...event, ResourceProperties: { ...ResourceProperties, [IMAGE_BUILD_PROPERTIES.registry]: '210987654321' } });
    expect((await response).Reason).toContain('ecr:DescribeImages on resource: arn:aws:ecr:us-east-1:210987654321:repository/librechat');
  });

  test.each<[string, 500 | 'throttle' | 'reset']>([
    ['an error of its own', 500], ['a throttle', 'throttle'], ['a connection that breaks', 'reset'],
  ])('temporarily, by %s: the function tries again', async (_, fault) => {
    account.aws.fault = (call, times) => (call.startsWith('BatchGetBuilds') && times < 3 ? fault : undefined);
    expect(await account.send('Create')).toMatchObject({ Status: 'SUCCESS' });
    expect(account.builds).toHaveLength(1);
    expect(account.calls('BatchGetBuilds')).toBeGreaterThan(3);
  });

  test.each(['DescribeImages', 'ListBuildsForProject', 'StartBuild'])('temporarily, by a connection that is closed during %s: the function tries again', async (action) => {
    account.aws.fault = (call, times) => (call.startsWith(action) && times === 0 ? 'reset' : undefined);
    expect(await account.send('Create')).toMatchObject({ Status: 'SUCCESS' });
    expect(account.builds).toHaveLength(1);
  });

  test('permanently: the function fails after its limit', async () => {
    account.aws.fault = (call) => (call.startsWith('DescribeImages') ? 500 : undefined);
    expect(await account.send('Create', 'tag-1', {}, { timeoutMs: 20 })).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('gave up after 0 minutes') });
  });
});

describe('CloudFormation', () => {
  test('may be unreachable for a moment', async () => {
    account.aws.fault = (call, times) => (call.startsWith('PUT /cloudformation') && times < 2 ? 500 : undefined);
    expect(await account.send('Create')).toMatchObject({ Status: 'SUCCESS' });
    expect(account.calls('PUT')).toBe(3);
  });

  test('cannot be reached at all: the event is delivered again', async () => {
    account.aws.fault = (call) => (call.startsWith('PUT /cloudformation') ? 500 : undefined);
    const { event } = account.request('Create');
    await expect(account.invoke(event)).rejects.toThrow('the response could not be sent to CloudFormation');
    account.aws.fault = undefined;
    await account.invoke(event);
    expect(account.builds).toHaveLength(1);
  });

  test.each([
    ['short lines', 'a line of the log', 500],
    ['lines with more bytes than characters', 'ü → \\ "quoted" 日本語 \u001b[31mred\u001b[0m', 200],
    ['endless lines', 'x'.repeat(20_000), 5],
  ])('gets as much of a long log as it accepts: %s', async (_, line, count) => {
    account.updateSource('tag-1', BROKEN);
    account.aws.services.codeBuild.pace = async (phase, build) => {
      if (phase !== 'FINALIZING') return;
      const lines = account.aws.services.logs.streams('builds')!.get(build.uuid)!;
      for (let i = 1; i <= count; i++) lines.push({ timestamp: i, message: `${i}: ${line}\n` });
      lines.push({ timestamp: 0, message: 'the last line\n' });
    };
    const { event, response } = account.request('Create');
    await account.invoke(event);
    const sent = await response;
    expect(Buffer.byteLength(JSON.stringify(sent))).toBeLessThanOrEqual(4096);
    const reason = Buffer.byteLength(JSON.stringify(sent.Reason)) - 2;
    expect(reason).toBeLessThanOrEqual(LONGEST_REASON);
    expect(reason).toBeGreaterThan(LONGEST_REASON - 600);
    expect(sent.Reason).toContain('failed in phase BUILD');
    expect(sent.Reason?.split('\n').at(-1)).toBe('the last line');
    expect(sent.Reason).not.toContain('\u001b');
  });

  test('gets the beginning of an endless last line', async () => {
    account.updateSource('tag-1', BROKEN);
    account.aws.services.codeBuild.pace = async (phase, build) => {
      if (phase === 'FINALIZING') account.aws.services.logs.streams('builds')!.get(build.uuid)!.push({ timestamp: 0, message: `last${'x'.repeat(9_000)}` });
    };
    expect((await account.send('Create')).Reason).toMatch(/\nlastx{400,}$/);
  });

  test('gets the beginning of any other long reason', async () => {
    const { Reason } = await account.send('日'.repeat(5_000));
    expect(Reason).toMatch(/^RequestType must be Create, Update or Delete, got: 日{600,}…$/);
    expect(Buffer.byteLength(JSON.stringify(Reason)) - 2).toBeLessThanOrEqual(LONGEST_REASON);
  });

  test.each([
    ['another request type', 'Replace', {}, 'RequestType must be Create, Update or Delete, got: Replace'],
    ['no properties', 'Create', { ResourceProperties: {} }, '`Project` must be a non-empty string, got: undefined'],
    ['an empty tag', 'Update', undefined, '`Tag` must be a non-empty string, got: ""'],
  ])('gets a failure for %s', async (_, type, more, reason) => {
    expect(await account.send(type, '', more)).toMatchObject({ Status: 'FAILED', Reason: reason, PhysicalResourceId: expect.stringMatching(/./) });
  });
});

test('an event of another kind is an error', async () => {
  await expect(account.invoke({ source: 'aws.events' })).rejects.toThrow('event must be a request of a CloudFormation custom resource');
});

test('the log has each step as JSON, and never the presigned URL of the response', async () => {
  account.aws.fault = (call, times) => (call.startsWith('PUT /cloudformation') && times < 2 ? 'reset' : undefined);
  account.deny(account.buildRole, 's3:GetObject');
  await account.send('Create');
  const lines = account.logged.map((line) => JSON.parse(line) as { source: string; event: string });
  expect([...new Set(lines.map(({ source }) => source))]).toEqual(['image-builder']);
  expect(lines.map(({ event }) => event)).toEqual([
    'build-started', 'build-ended', 'build-started', 'build-ended', 'responding', 'cloudformation-unreachable', 'cloudformation-unreachable',
  ]);
  expect(account.logged.join('')).not.toMatch(/cloudformation-custom-resource-response|X-Amz-Signature/);
});
