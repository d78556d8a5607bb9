import type { awscdk } from 'projen';
import { GithubWorkflow, WorkflowSteps } from 'projen/lib/github';
import { JobPermission } from 'projen/lib/github/workflows-model';

const RUNNER = 'tsx --tsconfig tsconfig.dev.json tools/integ.ts';

/** The tests of `integ/`: their snapshots are checked with all other tests, and they are deployed when somebody asks for it. */
export function integrationTests(p: awscdk.AwsCdkConstructLibrary): void {
  const task = (name: string, mode: string, description: string) => {
    const created = p.addTask(name, { description });
    created.spawn(p.tasks.tryFind('bundle')!);
    created.exec(`${RUNNER} ${mode}`, { receiveArgs: true });
  };
  task('integ', 'check', 'Compares the stacks of the integration tests with their snapshots');
  task('integ:update', 'update', 'Renews the snapshots of the integration tests');
  task('integ:deploy', 'deploy', 'Deploys the integration tests, probes them and destroys them');
  p.testTask.exec(`${RUNNER} check`);
  deployOnDemand(p);
}

/** Credentials come from OIDC: the repository holds no key, but the variable `INTEG_ROLE_ARN`. */
function deployOnDemand(p: awscdk.AwsCdkConstructLibrary): void {
  const text = (description: string, initial: string) => ({ description, required: false, default: initial, type: 'string' as const });
  const workflow = new GithubWorkflow(p.github!, 'integ');
  workflow.on({
    workflowDispatch: {
      inputs: {
        test: text('File of the test, such as integ.no-vpc.ts; all of them otherwise', 'integ.default.ts'),
        region: text('Where to deploy', 'us-east-1'),
        context: text('What exists in the account, as --context key=value, several times if need be', ''),
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
          // As long as a run takes; the role must allow it.
          'role-duration-seconds': 7200,
        },
      },
      {
        name: 'Deploy, probe, destroy',
        // By way of variables, so that no input is taken for a command; the context is one word for each option.
        env: { TEST: '${{ inputs.test }}', REGION: '${{ inputs.region }}', CONTEXT: '${{ inputs.context }}' },
        run: 'npx projen integ:deploy -- --region "$REGION" $CONTEXT $TEST',
      },
    ],
  });
}
