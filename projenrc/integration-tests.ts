import type { awscdk } from 'projen';
import { GithubWorkflow, WorkflowSteps } from 'projen/lib/github';
import { JobPermission } from 'projen/lib/github/workflows-model';

const RUNNER = 'tsx --tsconfig tsconfig.dev.json tools/integ.ts';

/** The tests of `integ/`: all test runs compare their snapshots; deployments are started manually. */
export function integrationTests(p: awscdk.AwsCdkConstructLibrary): void {
  const task = (name: string, mode: string, description: string) => {
    const created = p.addTask(name, { description });
    created.spawn(p.tasks.tryFind('bundle')!);
    created.exec(`${RUNNER} ${mode}`, { receiveArgs: true });
  };
  task('integ', 'check', 'Compares the synthesized templates of the integration tests with their snapshots');
  task('integ:update', 'update', 'Updates the snapshots of the integration tests');
  task('integ:deploy', 'deploy', 'Deploys the integration tests, runs the probe, and destroys the stacks');
  p.testTask.exec(`${RUNNER} check`);
  deployOnDemand(p);
}

/** Credentials come from OIDC: the repository stores the variable `INTEG_ROLE_ARN` instead of a key. */
function deployOnDemand(p: awscdk.AwsCdkConstructLibrary): void {
  const text = (description: string, initial: string) => ({ description, required: false, default: initial, type: 'string' as const });
  const workflow = new GithubWorkflow(p.github!, 'integ');
  workflow.on({
    workflowDispatch: {
      inputs: {
        test: text('File of the test, such as integ.no-vpc.ts; all tests if empty', 'integ.default.ts'),
        region: text('Region to deploy to', 'us-east-1'),
        context: text('Existing resources of the account, as --context key=value; may be repeated', ''),
      },
    },
  });
  workflow.addJob('deploy', {
    runsOn: ['ubuntu-latest'],
    environment: 'integ',
    timeoutMinutes: 120,
    permissions: { contents: JobPermission.READ, idToken: JobPermission.WRITE },
    steps: [
      WorkflowSteps.checkout(),
      ...p.renderWorkflowSetup({ mutable: false }),
      {
        // v5.1.0
        name: 'Assume the role',
        uses: 'aws-actions/configure-aws-credentials@00943011d9042930efac3dcd3a170e4273319bc8',
        with: {
          'role-to-assume': '${{ vars.INTEG_ROLE_ARN }}',
          'aws-region': '${{ inputs.region }}',
          // Maximum duration of a run; the role must allow it.
          'role-duration-seconds': 7200,
        },
      },
      {
        name: 'Deploy, probe, destroy',
        // Passed as variables, so that inputs are not executed as commands. The context is split into words.
        env: { TEST: '${{ inputs.test }}', REGION: '${{ inputs.region }}', CONTEXT: '${{ inputs.context }}' },
        run: 'npx projen integ:deploy -- --region "$REGION" $CONTEXT $TEST',
      },
    ],
  });
}
