import { ExpectedResult, IntegTest, InvocationType, Match } from '@aws-cdk/integ-tests-alpha';
import { App, ArnFormat, CfnResource, Stack } from 'aws-cdk-lib';
import type { ProbeFunction } from './probe-function';

/** Context by which a deployed run is told what exists in the account: `npx projen integ:deploy -- --context key=value`. */
const CONTEXT_VARIABLE = 'INTEG_CONTEXT';

/** An app that reads its context as `cdk synth` does, and besides from a variable, since integ-runner hands none on. */
export function testApp(): App {
  return new App({ context: JSON.parse(process.env[CONTEXT_VARIABLE] ?? '{}') });
}

/** Variables for LibreChat that let the probe in, several times within an hour. */
export const OPEN_TO_THE_PROBE = { ALLOW_REGISTRATION: 'true', REGISTER_MAX: '100', LOGIN_MAX: '1000' };

/**
 * Checks of the probe that one invocation makes: whoever invokes it in a deployment waits for 2 minutes at most.
 *
 * Two of them ask what only AWS can answer:
 *
 * - `chat` has the verdict "the POST returns before the reply is complete". If it fails, API Gateway ends the client's response
 *   when the environment asks for its next event, and not when the response has been sent. Then the adapter may not hold the
 *   environment that has answered: let it answer the POST itself from a second invocation (`InvocationType: Event`) of the function that runs the
 *   generation, so that the held environment is one that nobody waits for.
 * - `emptyBodies` has a verdict for each of 204, 302, 304 and HEAD. If one fails with a status of 200 or after seconds, its metadata reached
 *   API Gateway too late or without a length: look into `runtime/` where the metadata is made, which must say `content-length: 0` and be sent
 *   before the response ends; if one hangs even so, give it a body of one space and let CloudFront strip that.
 */
const INVOCATIONS = {
  Page: ['page', 'bypass'],
  Chat: ['chat', 'resume'],
  EmptyBodies: ['emptyBodies'],
  Silence: ['silence'],
  Upload: ['upload'],
};

/** Deploys the stacks, lets the probe look at LibreChat, and destroys them: what is not named here would stay. */
export function probed(app: App, name: string, stacks: Stack[], probe: ProbeFunction): IntegTest {
  const test = new IntegTest(app, name, {
    testCases: stacks,
    // Assets are not kept with the snapshot, so what was deployed before cannot be deployed again.
    stackUpdateWorkflow: false,
    cdkCommandOptions: { destroy: { args: { force: true } } },
  });
  const invocations = Object.values(INVOCATIONS).map((checks) => test.assertions.invokeFunction({
    functionName: probe.functionName,
    invocationType: InvocationType.REQUEST_RESPONSE,
    payload: JSON.stringify({ checks }),
  }).expect(ExpectedResult.objectLike({ Payload: Match.serializedJson(Match.objectLike({ passed: true })) })));
  // One after the other: side by side they would measure each other's cold starts.
  invocations.reduce((first, second) => first.next(second));
  mayInvoke(Stack.of(invocations[0]), probe.functionName);
  return test;
}

/** Besides the right to invoke the function, integ-tests asks for `lambda:Invoke` on everything, which is no action at all. */
function mayInvoke(assertions: Stack, functionName: string): void {
  const roles = assertions.node.findAll().filter((child): child is CfnResource => CfnResource.isCfnResource(child) && child.cfnResourceType === 'AWS::IAM::Role');
  const Resource = assertions.formatArn({ service: 'lambda', resource: 'function', resourceName: functionName, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
  const Statement = [{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource }];
  for (const role of roles) {
    role.addPropertyOverride('Policies', [{ PolicyName: 'InvokeProbe', PolicyDocument: { Version: '2012-10-17', Statement } }]);
  }
}
