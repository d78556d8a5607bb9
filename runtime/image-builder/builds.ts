import {
  BatchGetBuildsCommand, ListBuildsForProjectCommand, ResourceNotFoundException, StartBuildCommand, StopBuildCommand,
  type Build, type CodeBuildClient,
} from '@aws-sdk/client-codebuild';
import type { Properties } from './request';
import { BUILD_VARIABLES } from '../../src/contract/image-build';

/** The builds of CodeBuild projects. */
export class Builds {
  public constructor(private readonly codeBuild: CodeBuildClient) {}

  /** @returns the id of the new build, or of the one that the same token started before */
  public async start(project: string, token: string): Promise<string> {
    const { build } = await this.codeBuild.send(new StartBuildCommand({ projectName: project, idempotencyToken: token }));
    return build!.id!;
  }

  public async get(id: string): Promise<Build | undefined> {
    return (await this.described([id]))[0];
  }

  /** Builds that are in progress. Empty if the project does not exist. */
  public async running(project: string): Promise<Build[]> {
    try {
      // The newest hundred. With `sortOrder`, the call fails if there are more. Running builds are among them, since no build runs for an hour.
      const { ids = [] } = await this.codeBuild.send(new ListBuildsForProjectCommand({ projectName: project }));
      return (await this.described(ids)).filter(isRunning);
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return [];
      throw error;
    }
  }

  public async stop(id: string): Promise<void> {
    await this.codeBuild.send(new StopBuildCommand({ id }));
  }

  private async described(ids: string[]): Promise<Build[]> {
    if (!ids.length) return [];
    const { builds = [] } = await this.codeBuild.send(new BatchGetBuildsCommand({ ids }));
    return builds;
  }
}

export function isRunning({ buildStatus }: Build): boolean {
  return buildStatus === 'IN_PROGRESS';
}

/** Whether a build pushes the requested tag to the requested repository. */
export function isFor({ environment }: Build, { registry, repository, tag }: Properties): boolean {
  const valueOf = (variable: string) => environment?.environmentVariables?.find(({ name }) => name === variable)?.value ?? '';
  const [host, ...path] = valueOf(BUILD_VARIABLES.repository).split('/');
  return valueOf(BUILD_VARIABLES.tag) === tag && host.startsWith(`${registry}.`) && path.join('/') === repository;
}
