import type { awscdk } from 'projen';
import { WorkflowSteps, type workflows } from 'projen/lib/github';
import { JobPermission } from 'projen/lib/github/workflows-model';

/** Node on GitHub, and for `nvm use`. */
export const NODE_VERSION = '24';

/**
 * Debian, as root: the tests of the image start its processes as another user, in file systems that they mount. `--init` ends processes
 * whose parent has ended, which the tests look for.
 */
const CONTAINER: workflows.ContainerOptions = { image: `node:${NODE_VERSION}-bookworm`, options: ['--privileged', '--init'] };

/**
 * For the jobs that run the tests. As `workflowBootstrapSteps` it would also be in each job that packages or publishes, where nothing is
 * checked out yet.
 */
export const INSTALL_PROGRAMS: workflows.JobStep = { name: 'Install programs', run: 'bash .ci/run programs' };

/** What `.ci/run` does: the tests in a container, then its `checks` on a runner, which has the languages' tools. */
export function continuousIntegration(p: awscdk.AwsCdkConstructLibrary): void {
  const { workflow: build } = p.buildWorkflow!;
  const release = p.github!.tryFindWorkflow('release')!;
  // projen takes an image, but no options.
  const container = { image: CONTAINER.image, options: CONTAINER.options!.join(' ') };
  build.file!.addOverride('jobs.build.container', container);
  release.file!.addOverride('jobs.release.container', container);

  p.buildWorkflow!.addPostBuildJob('checks', {
    runsOn: ['ubuntu-latest'],
    permissions: { contents: JobPermission.READ },
    env: { CI: 'true' },
    steps: [
      WorkflowSteps.checkout({
        with: { ref: '${{ github.event.pull_request.head.sha }}', repository: '${{ github.event.pull_request.head.repo.full_name }}' },
      }),
      ...p.renderWorkflowSetup({ mutable: false }),
      INSTALL_PROGRAMS,
      { name: 'Checks', run: 'bash .ci/run checks' },
    ],
  });
}
