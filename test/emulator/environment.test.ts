import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { deploy } from './deploy';
import { Cloud } from '../../emulator/core/cloud';
import { EventStream, type TimedEvent } from '../../emulator/core/events';
import { Emulator } from '../../emulator/emulator';
import { Services } from '../../emulator/services/services';
import { ChatClient } from '../../probe/chat-client';
import { LibreChatImage, LibreChatServerless } from '../../src';

jest.setTimeout(180_000);

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'environment-')); });
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A stage in each region; the stack of the second one is deployed to another account and region than the default. */
function synthesize(outdir: string, region = REGION): string {
  const app = new App({ outdir, analyticsReporting: false });
  for (const [name, where] of [['Beta', 'us-east-1'], ['Prod', region]]) {
    const stack = new Stack(new Stage(app, name, { env: { account: ACCOUNT, region: where } }), 'Chat');
    new LibreChatServerless(stack, 'Chat', { image: LibreChatImage.fromCodeBuild() });
  }
  app.synth();
  return outdir;
}

test('a stack of a stage runs in its account and region, with an image that is built there', async () => {
  const log: TimedEvent[] = [];
  const emulator = await Emulator.start({
    assembly: synthesize(join(folder, 'first')), stack: 'Prod/Chat', port: 0, environment: { ALLOW_REGISTRATION: 'true' },
  }, (event) => log.push(event));
  try {
    expect(emulator.stackName).toBe('Prod-Chat');
    const client = await ChatClient.signIn(emulator.url);
    expect(await client.upload('report.txt', 'text/plain', Buffer.from('report'))).toMatchObject({ bytes: 6 });

    const { lambda, ecr } = emulator.services;
    expect([...new Set([...lambda.functions.values()].map(({ arn }) => arn.split(':').slice(0, 5).join(':')))]).toEqual([`arn:aws:lambda:${REGION}:${ACCOUNT}`]);
    const calls = log.flatMap((event) => (event.type === 'aws' ? [event] : []));
    const described = calls.find(({ service }) => service === 'ecr')!;
    expect(ecr.find(described.resource)!.uri).toMatch(new RegExp(`^${ACCOUNT}\\.dkr\\.ecr\\.${REGION}\\.amazonaws\\.com/`));
    // Calls that are signed for another region are rejected.
    expect(new Set(calls.map(({ service }) => service))).toEqual(new Set(['codebuild', 'ecr', 'lambda', 's3', 'secretsmanager', 'ssm']));
    expect(calls.filter(({ status, detail }) => status >= 400 && !detail?.startsWith('ImageNotFoundException'))).toEqual([]);

    await expect(emulator.update({ assembly: synthesize(join(folder, 'second'), 'eu-north-1') }))
      .rejects.toThrow(`an update must stay in account ${ACCOUNT} and region ${REGION}, got: ${ACCOUNT} and eu-north-1`);
  } finally {
    await emulator.dispose();
  }
});

test('fails when the stack has a nested stack', async () => {
  const stack = new Stack(new App({ analyticsReporting: false }), 'Chat');
  new Bucket(new NestedStack(stack, 'Files'), 'Bucket');
  const services = new Services(new Cloud(new EventStream()));
  await expect(deploy(services, Template.fromStack(stack).toJSON())).rejects.toThrow(
    /^Files\w+ \(AWS::CloudFormation::Stack\): nested stacks are not supported: declare their resources in the stack itself$/);
  await services.cloud.dispose();
});
