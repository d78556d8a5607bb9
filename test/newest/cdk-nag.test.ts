import type { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';
import { stackIn, VARIANTS } from '../../fixtures/variants';
import { LibreChatServerless } from '../../src';

/** The part of cdk-nag 3 that is used here. */
interface CdkNag3 {
  readonly AwsSolutionsChecks: new () => {
    validateScope(scope: IConstruct): { violations: Array<{ ruleName: string; violatingResources: Array<{ constructPath: string }> }> };
  };
}

/** `npx projen test:newest` installs it, and runs this test. It requires a newer CDK than the oldest supported one. */
const nag = jest.requireActual<CdkNag3>('cdk-nag-3');

function findings(scope: IConstruct): string[] {
  const { violations } = new nag.AwsSolutionsChecks().validateScope(scope);
  return violations.flatMap(({ ruleName, violatingResources }) => violatingResources.map(({ constructPath }) => `${constructPath}: ${ruleName}`));
}

describe('cdk-nag 3', () => {
  const withKey = (stack: Stack) => new LibreChatServerless(stack, 'Chat', { encryptionKey: new Key(stack, 'Key') });

  test.each(Object.entries({ ...VARIANTS, 'with a key': withKey }))('finds nothing in the %s variant', (_name, variant) => {
    expect(findings(variant(stackIn()))).toEqual([]);
  });

  test('finds wildcard permissions that users grant', () => {
    const chat = VARIANTS['no-vpc'](stackIn());
    chat.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions: ['bedrock:*'], resources: ['arn:aws:bedrock:::x/*'] }));
    const expected = ['AwsSolutions-IAM5[Action::bedrock:*]', 'AwsSolutions-IAM5[Resource::arn:aws:bedrock:::x/*]'];
    expect(findings(chat).map((finding) => finding.split(': ')[1])).toEqual(expected);
  });
});
