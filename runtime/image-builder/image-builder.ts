import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { CodeBuildClient } from '@aws-sdk/client-codebuild';
import type { ECRClient } from '@aws-sdk/client-ecr';
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { Builds, isFor, isRunning } from './builds';
import { isWorthAnotherTry, reasonOf } from './failure';
import { sha256Of } from './image';
import { physicalId, projectOf, propertiesOf, tokenOf, type Properties } from './request';
import { SETTINGS, type Settings } from './settings';
import { IMAGE_BUILD_ATTRIBUTES } from '../../src/contract/image-build';
import { isCustomResourceEvent, sendResponse, type CustomResourceEvent, type Outcome } from '../shared/cloudformation';
import { logOf, messageOf } from '../shared/log';

/** The part of the handler's context that is used. */
export interface LambdaContext {
  readonly invokedFunctionArn: string;
  getRemainingTimeInMillis(): number;
}

export interface Clients {
  readonly codeBuild: CodeBuildClient;
  readonly ecr: ECRClient;
  readonly lambda: LambdaClient;
  readonly logs: CloudWatchLogsClient;
}

/** Progress of a request. An invocation passes it to the next one. */
interface Progress {
  readonly since: number;
  readonly attempt: number;
  readonly buildId?: string;
}

const ATTEMPTS = 2;

const log = logOf('image-builder');

/** Builds the image for CloudFormation. A build may take longer than one invocation. */
export class ImageBuilder {
  private readonly builds: Builds;

  public constructor(private readonly aws: Clients, private readonly settings: Settings = SETTINGS) {
    this.builds = new Builds(aws.codeBuild);
  }

  /** Sends a response to CloudFormation, or continues in another invocation. */
  public async handle(event: unknown, context: LambdaContext): Promise<void> {
    if (!isCustomResourceEvent(event)) throw new Error('event must be a request of a CloudFormation custom resource');
    const outcome = await this.work(event, context).catch(failed);
    if (!outcome) return;
    const { Status: status, ...more } = outcome;
    log.info('responding', { status, request: event.RequestType, ...more });
    const sent = await sendResponse(event, physicalId(event), outcome, log, this.settings.responseRetryMs);
    // Lambda repeats an asynchronous event whose handler throws.
    if (!sent) throw new Error('the response could not be sent to CloudFormation');
  }

  /** Repeats the step of a request until it has an outcome. Undefined if another invocation continues. */
  private async work(event: CustomResourceEvent, context: LambdaContext): Promise<Outcome | undefined> {
    const step = this.stepsOf(event);
    let progress = (event as { Progress?: Progress }).Progress ?? { since: Date.now(), attempt: 1 };
    for (let pause = this.settings.firstPauseMs; ; pause = Math.min(pause * 2, this.settings.longestPauseMs)) {
      const came = await step(progress).catch((error: unknown) => {
        if (!isPassing(error) && !this.mayBeGranted(error, event, progress)) throw error;
        log.warn('aws-call-failed', { message: messageOf(error) });
        return progress;
      });
      if ('Status' in came) return came;
      progress = came;
      if (Date.now() - progress.since > this.settings.timeoutMs) return this.giveUp(progress);
      if (context.getRemainingTimeInMillis() < this.settings.handOverMs + pause) return this.handOver(event, progress, context);
      await sleep(pause);
    }
  }

  private stepsOf(event: CustomResourceEvent): (progress: Progress) => Promise<Outcome | Progress> {
    const { RequestType } = event;
    if (RequestType === 'Delete') {
      const project = projectOf(event);
      // Without a project, no build was started.
      return async (progress) => (project ? this.stop(project, progress) : { Status: 'SUCCESS' });
    }
    if (RequestType !== 'Create' && RequestType !== 'Update') throw new Error(`RequestType must be Create, Update or Delete, got: ${RequestType}`);
    const properties = propertiesOf(event);
    return (progress) => this.build(properties, event, progress);
  }

  private async build(properties: Properties, event: CustomResourceEvent, progress: Progress): Promise<Outcome | Progress> {
    const { project, tag } = properties;
    // A build that CodeBuild does not know yet is started again with the same token, which has no effect if it exists.
    const build = progress.buildId ? await this.builds.get(progress.buildId) : undefined;
    if (build && isRunning(build)) return progress;
    // The tag is a hash of all inputs, so an existing image is the right one, whichever build pushed it.
    const sha256 = await sha256Of(properties, this.aws.ecr);
    if (sha256) return { Status: 'SUCCESS', Data: { [IMAGE_BUILD_ATTRIBUTES.sha256]: sha256 } };
    if (!build) {
      const running = (await this.builds.running(project)).find((other) => isFor(other, properties));
      const buildId = running?.id ?? await this.builds.start(project, tokenOf(event, tag, progress.attempt));
      log.info(running ? 'build-adopted' : 'build-started', { build: buildId, attempt: progress.attempt, tag });
      return { ...progress, buildId };
    }
    log.warn('build-ended', { build: build.id, status: build.buildStatus, attempt: progress.attempt });
    if (isWorthAnotherTry(build) && progress.attempt < ATTEMPTS) return { since: progress.since, attempt: progress.attempt + 1 };
    return { Status: 'FAILED', Reason: await reasonOf(build, this.aws.logs) };
  }

  private async stop(project: string, progress: Progress): Promise<Outcome | Progress> {
    const running = await this.builds.running(project);
    if (!running.length) return { Status: 'SUCCESS' };
    await Promise.all(running.map(({ id }) => this.builds.stop(id!)));
    return progress;
  }

  private mayBeGranted(error: unknown, { RequestType }: CustomResourceEvent, { since }: Progress): boolean {
    const isDenied = error instanceof Error && error.name === 'AccessDeniedException';
    return isDenied && RequestType !== 'Delete' && Date.now() - since < this.settings.permissionWaitMs;
  }

  private async giveUp({ since, buildId }: Progress): Promise<Outcome> {
    const minutes = Math.round((Date.now() - since) / 60_000);
    const gaveUp = `gave up after ${minutes} minutes`;
    if (!buildId) return { Status: 'FAILED', Reason: gaveUp };
    await this.builds.stop(buildId);
    const build = await this.builds.get(buildId);
    return { Status: 'FAILED', Reason: build ? await reasonOf(build, this.aws.logs, `${gaveUp}: `) : gaveUp };
  }

  /** Lambda's loop detection stops a function that has invoked itself 16 times. Four invocations of 15 minutes are enough here. */
  private async handOver(event: CustomResourceEvent, progress: Progress, { invokedFunctionArn }: LambdaContext): Promise<undefined> {
    await this.aws.lambda.send(new InvokeCommand({
      FunctionName: invokedFunctionArn, InvocationType: 'Event', Payload: Buffer.from(JSON.stringify({ ...event, Progress: progress })),
    }));
    log.info('handed-over', { build: progress.buildId, attempt: progress.attempt });
  }
}

function failed(error: unknown): Outcome {
  const name = error instanceof Error && error.name !== 'Error' ? `${error.name}: ` : '';
  return { Status: 'FAILED', Reason: `${name}${messageOf(error)}` };
}

/** Whether a call that failed after the SDK's retries may succeed later. */
function isPassing(error: unknown): boolean {
  const { $metadata, name } = Object(error) as { $metadata?: { httpStatusCode?: number }; name?: string };
  if (!$metadata) return false;
  const { httpStatusCode: status = 503 } = $metadata;
  return status === 429 || status >= 500 || /Throttl/.test(String(name));
}
