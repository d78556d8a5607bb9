import type { BuildEnvironment } from './build-job';
import { BuildProject, type BuildProjectProperties } from './build-project';
import { EmulatedBuild } from './emulated-build';
import { AwsError } from '../../core/aws-error';
import type { Cloud } from '../../core/cloud';

/** For how long CodeBuild remembers an idempotency token. */
const TOKEN_MS = 5 * 60_000;

type Pace = (phase: string, build: EmulatedBuild) => Promise<unknown>;

/** CodeBuild's projects and their builds. */
export class CodeBuildService {
  /** How many builds may be under way at once; the emulator queues none beyond. New accounts may have a quota of 0. */
  public quota = 60;

  /** Is waited for before each phase of each build, if it is set; a test can hold a build back with it. */
  public pace?: Pace;

  /** In the order of their start. */
  public readonly builds: EmulatedBuild[] = [];

  private readonly projects = new Map<string, BuildProject>();
  private readonly tokens = new Map<string, { readonly build: EmulatedBuild; readonly until: number }>();

  public constructor(private readonly cloud: Cloud, private readonly services: BuildEnvironment) {}

  /**
   * Creates a project from the properties of the template's resource.
   *
   * @throws AwsError where CodeBuild would refuse it, and where the emulator does not support it
   */
  public create(name: string, properties: BuildProjectProperties): BuildProject {
    const project = new BuildProject(this.cloud, name, properties);
    if (this.projects.has(name)) throw new AwsError('ResourceAlreadyExistsException', 400, `Project already exists: ${project.arn}`);
    this.projects.set(name, project);
    return project;
  }

  /** Gives a project other properties, as an update of the stack does; builds under way keep those they began with. */
  public update(name: string, properties: BuildProjectProperties): void {
    this.projects.set(name, new BuildProject(this.cloud, name, properties));
  }

  /** Its builds stay known. */
  public delete(name: string): void {
    this.projects.delete(name);
  }

  public find(name: string): BuildProject | undefined {
    return this.projects.get(name);
  }

  /** @throws AwsError where too many are under way, and where the token came with another project */
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
