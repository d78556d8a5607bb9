import type { BuildEnvironment } from './build-job';
import { BuildProject, type BuildProjectProperties } from './build-project';
import { EmulatedBuild } from './emulated-build';
import { AwsError } from '../../core/aws-error';
import type { Cloud } from '../../core/cloud';

/** Lifetime of an idempotency token. */
const TOKEN_MS = 5 * 60_000;

type Pace = (phase: string, build: EmulatedBuild) => Promise<unknown>;

/** CodeBuild's projects and their builds. */
export class CodeBuildService {
  /** Quota of concurrent builds; the emulator does not queue further ones. New accounts may have a quota of 0. */
  public quota = 60;

  /** Awaited before each phase of each build; tests can delay a build with it. */
  public pace?: Pace;

  /** In order of their start. */
  public readonly builds: EmulatedBuild[] = [];

  private readonly projects = new Map<string, BuildProject>();
  private readonly tokens = new Map<string, { readonly build: EmulatedBuild; readonly until: number }>();

  public constructor(private readonly cloud: Cloud, private readonly services: BuildEnvironment) {}

  /**
   * Creates a project from the properties of the template's resource.
   *
   * @throws AwsError if CodeBuild would reject it, or the emulator does not support it
   */
  public create(name: string, properties: BuildProjectProperties): BuildProject {
    const project = new BuildProject(this.cloud, name, properties);
    if (this.projects.has(name)) throw new AwsError('ResourceAlreadyExistsException', 400, `Project already exists: ${project.arn}`);
    this.projects.set(name, project);
    return project;
  }

  /** Replaces the properties of a project, as an update of the stack does; running builds keep the old ones. */
  public update(name: string, properties: BuildProjectProperties): void {
    this.projects.set(name, new BuildProject(this.cloud, name, properties));
  }

  /** Deletes a project; its builds remain available. */
  public delete(name: string): void {
    this.projects.delete(name);
  }

  public find(name: string): BuildProject | undefined {
    return this.projects.get(name);
  }

  /** @throws AwsError if the quota is exhausted, or the token was used for another project */
  public start(project: BuildProject, token?: string): EmulatedBuild {
    const before = token === undefined ? undefined : this.tokens.get(token);
    if (before && before.until > Date.now()) {
      if (before.build.project.name === project.name) return before.build;
      throw new AwsError('InvalidInputException', 400, 'Idempotent parameter mismatch: the token was used with other parameters');
    }
    if (this.builds.filter(({ isRunning }) => isRunning).length >= this.quota) {
      throw new AwsError('AccountLimitExceededException', 400, `Cannot have more than ${this.quota} builds in queue for the account`);
    }
    const number = this.builds.filter((build) => build.project.name === project.name).length + 1;
    const build = new EmulatedBuild(this.cloud, this.services, project, number);
    this.builds.push(build);
    if (token !== undefined) this.tokens.set(token, { build, until: Date.now() + this.cloud.limit(TOKEN_MS) });
    void build.run(async (phase) => this.pace?.(phase, build));
    return build;
  }
}
