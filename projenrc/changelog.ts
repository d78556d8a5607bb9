import type { awscdk } from 'projen';
import { WorkflowActions, WorkflowSteps } from 'projen/lib/github';
import { JobPermission } from 'projen/lib/github/workflows-model';

const FILE = 'CHANGELOG.md';

/** Adds the release notes to the top of the changelog with a pull request, because nothing pushes to the release branch. */
export function changelog(p: awscdk.AwsCdkConstructLibrary): void {
  const task = p.addTask('changelog', {
    description: 'Adds the release notes of the last bump to the top of the changelog, and commits it',
    env: { CHANGELOG: 'dist/changelog.md', VERSION_FILE: 'dist/version.txt', PROJECT_CHANGELOG_FILE: FILE },
    steps: [{ builtin: 'release/update-changelog' }],
  });
  p.release!.addJobs({
    changelog: {
      name: 'Write the changelog',
      needs: ['release', 'release_github'],
      if: '!inputs.dry_run',
      runsOn: ['ubuntu-latest'],
      permissions: { contents: JobPermission.WRITE, pullRequests: JobPermission.WRITE },
      steps: [
        WorkflowSteps.checkout({ with: { ref: 'main' } }),
        WorkflowSteps.setupGitIdentity({ gitIdentity: { name: 'github-actions[bot]', email: '41898282+github-actions[bot]@users.noreply.github.com' } }),
        ...p.renderWorkflowSetup({ mutable: false }),
        WorkflowSteps.downloadArtifact({ with: { artifactIds: ['${{ needs.release.outputs.artifact_id }}'], path: 'dist' } }),
        { name: 'Write', run: p.runTaskCommand(task) },
        ...WorkflowActions.createPullRequest({
          workflowName: 'changelog',
          pullRequestTitle: 'chore(release): changelog',
          pullRequestDescription: 'Release notes for the changelog.',
          baseBranch: 'main',
          credentials: p.github!.projenCredentials,
        }),
      ],
    },
  });
}
