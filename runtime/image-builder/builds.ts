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

  /** Those that have not ended; none where there is no such project. */
  public async running(project: string): Promise<Build[]> {
    try {
      // The newest hundred, as long as no order is asked for: to ask for one is an error where there are more. A build that runs is
      // among them, since none runs for an hour.
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

/** Whether a build pushes what is asked for, and to where. */
export function isFor({ environment }: Build, { registry, repository, tag }: Properties): boolean {
  const valueOf = (variable: string) => environment?.environmentVariables?.find(({ name }) => name === variable)?.value ?? '';
  const [host, ...path] = valueOf(BUILD_VARIABLES.repository).split('/');
  return valueOf(BUILD_VARIABLES.tag) === tag && host.startsWith(`${registry}.`) && path.join('/') === repository;
}
