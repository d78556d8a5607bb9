import type { awscdk } from 'projen';
import { WorkflowSteps, type workflows } from 'projen/lib/github';
import { JobPermission } from 'projen/lib/github/workflows-model';

/** Version of Node.js on GitHub and for `nvm use`. */
export const NODE_VERSION = '24';

/**
 * Debian as root: the tests of the image run its processes as another user, in file systems that they mount. `--init` reaps orphaned
 * processes, which the tests check for.
 */
const CONTAINER: workflows.ContainerOptions = { image: `node:${NODE_VERSION}-bookworm`, options: ['--privileged', '--init'] };

/**
 * For jobs that run tests. `workflowBootstrapSteps` would also add it to jobs that package or publish, in which nothing is
 * checked out yet.
 */
export const INSTALL_PROGRAMS: workflows.JobStep = { name: 'Install programs', run: 'bash .ci/run programs' };

/** Runs `.ci/run`: the tests in a container, then its `checks` on a runner, which has the toolchains of all languages. */
export function continuousIntegration(p: awscdk.AwsCdkConstructLibrary): void {
  const { workflow: build } = p.buildWorkflow!;
  const release = p.github!.tryFindWorkflow('release')!;
  // projen accepts an image, but no options.
  const container = { image: CONTAINER.image, options: CONTAINER.options!.join(' ') };
  build.file!.addOverride('jobs.build.container', container);
  release.file!.addOverride('jobs.release.container', container);

  p.buildWorkflow!.addPostBuildJob('checks', checks(p, {
    ref: '${{ github.event.pull_request.head.sha }}', repository: '${{ github.event.pull_request.head.repo.full_name }}',
  }));
  // Nothing is published that has not passed them.
  release.addJob('checks', checks(p));
  release.file!.addOverride('jobs.release.needs', ['checks']);
}

function checks(p: awscdk.AwsCdkConstructLibrary, commit?: { ref: string; repository: string }): workflows.Job {
  return {
    runsOn: ['ubuntu-latest'],
    permissions: { contents: JobPermission.READ },
    env: { CI: 'true' },
    steps: [
      WorkflowSteps.checkout({ with: commit }),
      ...p.renderWorkflowSetup({ mutable: false }),
      INSTALL_PROGRAMS,
      { name: 'Checks', run: 'bash .ci/run checks' },
    ],
  };
}
