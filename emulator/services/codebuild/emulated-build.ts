import { randomUUID } from 'node:crypto';
import { BuildJob, type BuildEnvironment } from './build-job';
import { PhaseFailure, type BuildPhase, type BuildStatus } from './build-phase';
import type { BuildProject } from './build-project';
import type { Cloud } from '../../core/cloud';

/** @see https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html */
const PHASES = [
  'SUBMITTED', 'QUEUED', 'PROVISIONING', 'DOWNLOAD_SOURCE', 'INSTALL', 'PRE_BUILD', 'BUILD', 'POST_BUILD', 'UPLOAD_ARTIFACTS', 'FINALIZING',
];

/** The phase after a failure of a phase. After other phases, the next one runs regardless. */
const AFTER_FAILURE: Readonly<Record<string, string | undefined>> = {
  PROVISIONING: 'COMPLETED', DOWNLOAD_SOURCE: 'FINALIZING', INSTALL: 'FINALIZING', PRE_BUILD: 'FINALIZING',
};

const MINUTE_MS = 60_000;

/** A build of a project, with the properties that the project had at the start. */
export class EmulatedBuild {
  public readonly uuid = randomUUID();
  public readonly id: string;
  public readonly arn: string;
  public readonly started = Date.now();
  public readonly phases: BuildPhase[] = [];
  public status: BuildStatus = 'IN_PROGRESS';
  /** Undefined until the log exists. */
  public logStream?: string;

  private readonly abortController = new AbortController();
  private timer?: NodeJS.Timeout;

  public constructor(
    private readonly cloud: Cloud,
    private readonly services: BuildEnvironment,
    public readonly project: BuildProject,
    public readonly number: number,
  ) {
    this.id = `${project.name}:${this.uuid}`;
    this.arn = cloud.arn('codebuild', `build/${this.id}`);
    cloud.onDispose(() => this.stop());
  }

  public get isRunning(): boolean {
    return this.status === 'IN_PROGRESS';
  }

  /** Stops a running build, with a short delay. */
  public stop(): void {
    this.abort('STOPPED');
  }

  /** Runs the phases, and awaits `pace` before each. */
  public async run(pace: (phase: string) => Promise<unknown>): Promise<void> {
    const job = new BuildJob(this.cloud, this.services, this);
    let left = PHASES;
    while (left.length) {
      const [type] = left;
      if (type === 'SUBMITTED') this.limit(this.project.queuedMinutes);
      if (type === 'PROVISIONING') this.limit(this.project.runningMinutes);
      const status = await this.runPhase(type, job, pace);
      if (status === 'STOPPED' || status === 'TIMED_OUT') break;
      const next = status === 'FAILED' ? AFTER_FAILURE[type] : undefined;
      left = next === 'COMPLETED' ? [] : left.slice(next ? left.indexOf(next) : 1);
    }
    clearTimeout(this.timer);
    await pace('COMPLETED');
    this.phases.push({ type: 'COMPLETED', start: Date.now() });
    this.status = this.phases.find(({ status }) => status && status !== 'SUCCEEDED')?.status ?? 'SUCCEEDED';
    this.cloud.events.notice(`build ${this.id}: ${this.status}`, this.status === 'SUCCEEDED' ? 'info' : 'warning');
  }

  private async runPhase(type: string, job: BuildJob, pace: (phase: string) => Promise<unknown>): Promise<BuildStatus> {
    const phase: BuildPhase = { type, start: Date.now() };
    this.phases.push(phase);
    try {
      await Promise.race([pace(type), this.untilAborted()]);
      job.run(type);
      phase.status = 'SUCCEEDED';
      phase.contexts = [{ statusCode: '', message: '' }];
    } catch (error) {
      const { status, statusCode, message } = error instanceof PhaseFailure ? error : new PhaseFailure('INTERNAL_ERROR', String(error));
      phase.status = status;
      phase.contexts = [{ statusCode, message }];
    }
    phase.end = Date.now();
    return phase.status;
  }

  private limit(minutes: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.abort('TIMED_OUT'), this.cloud.limit(minutes * MINUTE_MS)).unref();
  }

  private abort(status: 'STOPPED' | 'TIMED_OUT'): void {
    clearTimeout(this.timer);
    this.abortController.abort(status === 'STOPPED'
      ? new PhaseFailure('', '', status)
      : new PhaseFailure('BUILD_TIMED_OUT', 'Build has timed out. ', status));
  }

  /** Rejects when the build is stopped or times out. */
  private untilAborted(): Promise<never> {
    const { signal } = this.abortController;
    return new Promise((_, reject) => {
      if (signal.aborted) reject(signal.reason as PhaseFailure);
      signal.addEventListener('abort', () => reject(signal.reason as PhaseFailure), { once: true });
    });
  }
}
