import { ExpectedResult, IntegTest, InvocationType, Match } from '@aws-cdk/integ-tests-alpha';
import { App, ArnFormat, CfnResource, Stack } from 'aws-cdk-lib';
import type { ProbeFunction } from './probe-function';

/** Context with existing resources of the account: `npx projen integ:deploy -- --context key=value`. */
const CONTEXT_VARIABLE = 'INTEG_CONTEXT';

/** An app that reads its context as `cdk synth` does, and also from a variable, because integ-runner does not pass context to apps. */
export function testApp(): App {
  return new App({ context: JSON.parse(process.env[CONTEXT_VARIABLE] ?? '{}') });
}

/** Variables for LibreChat that allow the probe to register and log in several times per hour. */
export const PROBE_ENVIRONMENT = { ALLOW_REGISTRATION: 'true', REGISTER_MAX: '100', LOGIN_MAX: '1000' };

/**
 * Checks of each invocation of the probe. The assertion in a deployment waits for an invocation for at most 2 minutes.
 *
 * Two of them verify behavior that only AWS can show:
 *
 * - `chat` has the verdict "the POST returns before the reply is complete". If it fails, API Gateway does not end the response to the
 *   client when the relay ends it.
 * - `emptyBodies` has a verdict for each of 204, 302, 304 and HEAD. If one fails with status 200 or after seconds, its metadata reached
 *   API Gateway too late or without a length: the metadata that `runtime/` creates must contain `content-length: 0` and be sent
 *   before the response ends. If one still hangs, send a body of one space and remove it in CloudFront.
 */
const INVOCATIONS = {
  Page: ['page', 'bypass'],
  Chat: ['chat', 'resume'],
  EmptyBodies: ['emptyBodies'],
  Silence: ['silence'],
  Upload: ['upload'],
};

/** Deploys the stacks, runs the probe, and destroys the stacks. Stacks that are not listed would remain. */
export function probeTest(app: App, name: string, stacks: Stack[], probe: ProbeFunction): IntegTest {
  const test = new IntegTest(app, name, {
    testCases: stacks,
    // Snapshots do not include assets, so the previous version cannot be deployed for an update.
    stackUpdateWorkflow: false,
    cdkCommandOptions: { destroy: { args: { force: true } } },
  });
  const invocations = Object.values(INVOCATIONS).map((checks) => test.assertions.invokeFunction({
    functionName: probe.functionName,
    invocationType: InvocationType.REQUEST_RESPONSE,
    payload: JSON.stringify({ checks }),
  }).expect(ExpectedResult.objectLike({ Payload: Match.serializedJson(Match.objectLike({ passed: true })) })));
  // Sequentially, because concurrent invocations would measure each other's cold starts.
  invocations.reduce((first, second) => first.next(second));
  allowInvoke(Stack.of(invocations[0]), probe.functionName);
  return test;
}

/** Replaces the policies of integ-tests, which include `lambda:Invoke` on all resources, although that action does not exist. */
function allowInvoke(assertions: Stack, functionName: string): void {
  const roles = assertions.node.findAll().filter((child): child is CfnResource => CfnResource.isCfnResource(child) && child.cfnResourceType === 'AWS::IAM::Role');
  const Resource = assertions.formatArn({ service: 'lambda', resource: 'function', resourceName: functionName, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
  const Statement = [{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource }];
  for (const role of roles) {
    role.addPropertyOverride('Policies', [{ PolicyName: 'InvokeProbe', PolicyDocument: { Version: '2012-10-17', Statement } }]);
  }
}
